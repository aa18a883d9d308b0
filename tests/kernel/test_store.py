"""Claims about what the store of compiled code tells apart."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba import config

pytestmark = pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")

MODULE = """
from functools import partial
from pathlib import Path
from numba import njit
from twin.kernel.cache import keep

def answer(x):
    return x + {number}

answer = njit(answer)
keep(answer, Path({folder!r}))
"""


def call(folder: Path, *modules: str) -> str:
    """Return `answer(1)` of each module in a fresh process, each with how often it compiled."""
    code = "\n".join(
        f"import {name}; print({name}.answer(1), sum({name}.answer.stats.cache_misses.values()))"
        for name in modules
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{folder}:{Path(__file__).parents[2]}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return " ".join(done.stdout.split())


@pytest.fixture
def store(tmp_path):
    """Return a folder with two modules that have a function of the same name, and their store."""
    kept = tmp_path / "kept"
    kept.mkdir(mode=0o700)
    for number, name in enumerate(("one", "two"), start=1):
        text = MODULE.format(number=number, folder=str(kept))
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def test_functions_of_the_same_name_are_kept_apart(store):
    assert call(store, "one", "two").split()[::2] == ["2", "3"]
    assert call(store, "one", "two").split()[::2] == ["2", "3"]
    assert len(list((store / "kept").iterdir())) == 2
