"""Claims about the folder of compiled code."""

import os
import subprocess
import sys

import pytest
from numba import config, njit

from twin.kernel import cache

compiled_only = pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    return cache.cache_folder()


def doubled(x):
    return 2 * x


def call_kept_function():
    """Return whether the code of a function was loaded, not compiled."""
    dispatcher = njit(doubled)
    cache.keep(dispatcher)
    assert dispatcher(21) == 42
    return bool(sum(dispatcher.stats.cache_hits.values()))


@compiled_only
def test_code_is_compiled_once(folder):
    assert [call_kept_function() for _ in range(3)] == [False, True, True]


@compiled_only
def test_a_changed_byte_is_noticed(folder):
    call_kept_function()
    (file,) = folder.glob("*.code")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    assert not call_kept_function()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions of POSIX")
def test_the_folder_is_private(folder):
    assert cache._is_private(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


@compiled_only
def test_a_folder_that_cannot_be_made_costs_only_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))

    assert not call_kept_function()


def test_the_folder_follows_the_custom_of_the_platform(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    if sys.platform.startswith("linux"):
        assert cache.cache_folder().parent == tmp_path / "taktwin"


def test_a_kernel_never_compiled_is_cold(folder, monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")

    assert not cache.is_warm()


def test_asking_whether_the_kernel_is_warm_does_not_load_numba():
    program = (
        "import sys; from twin.kernel import cache, names, stops, tally; cache.is_warm();"
        "sys.exit('numba' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_progress_of_compiling_is_told():
    told = []
    cache.ensure_compiled(lambda done, total: told.append((done, total)))

    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
