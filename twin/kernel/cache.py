"""Compiled code of the kernel, kept in a private folder from one process to the next.

The cache that comes with numba keeps a caller's code when a function it calls is edited, and
crashes on a damaged file.  Here the folder is named after a digest of all sources of the kernel, of
the versions of what compiles them and of the processor, and each file carries a digest of its
content: whatever does not match is compiled again.
"""

import gc
import os
import pickle
import platform
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

_DIGEST_BYTES = 32
_MARK = "complete"  # file that says that all entry points are kept


def cache_folder() -> Path:
    """Return the folder where compiled code of this kernel is kept; it may not exist yet.

    `NUMBA_CACHE_DIR` has the last word on where, then the custom of the platform
    (`XDG_CACHE_HOME`, `~/Library/Caches`, `LOCALAPPDATA`).
    """
    return folder_of("kernel", Path(__file__).parent)


def folder_of(name: str, package: Path) -> Path:
    """Return the folder where compiled code of a package is kept; it may not exist yet.

    Parameters
    ----------
    name : str
        What the folder is called; a digest follows.
    package : Path
        The folder of all its sources.
    """
    return _root() / "taktwin" / f"{name}-{_fingerprint(package)}"


def _root() -> Path:
    """Return the folder of the caches of this user."""
    variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
    for chosen in (os.environ.get("NUMBA_CACHE_DIR"), os.environ.get(variable)):
        if chosen and Path(chosen).is_absolute():
            return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path.home() / ".cache"


@cache
def _fingerprint(package: Path) -> str:
    """Return a digest of all that compiled code depends on."""
    digest = sha256()
    for source in sorted(package.rglob("*.py")):
        name = source.relative_to(package).as_posix()
        digest.update(name.encode() + b"\0" + source.read_bytes() + b"\0")
    for name in ("numba", "numpy", "llvmlite"):
        digest.update(f"{name} {version(name)}\0".encode())
    digest.update(f"{sys.version}\0{_processor()}".encode())
    return digest.hexdigest()[:16]


def _processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    named = [line for line in lines if line.startswith(("model name", "CPU part"))]
    return f"{platform.machine()} {named[0] if named else platform.processor()}"


def _is_private(folder: Path) -> bool:
    """Return whether only its owner, this user, can write into a folder; it is made if need be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return True
    others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not others


def _read(path: Path) -> bytes | None:
    """Return the content of a file whose digest is right."""
    try:
        sealed = path.read_bytes()
    except OSError:
        return None
    content = sealed[_DIGEST_BYTES:]
    return content if sha256(content).digest() == sealed[:_DIGEST_BYTES] else None


def _write(path: Path, content: bytes) -> None:
    """Write a file with its digest, whole or not at all; a full disk costs only the next start."""
    temporary = None
    try:
        with NamedTemporaryFile(dir=path.parent, prefix="new-", delete=False) as out:
            temporary = Path(out.name)
            out.write(sha256(content).digest() + content)
        temporary.replace(path)
    except OSError:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def keep(dispatcher: Any, folder: Path | None = None) -> None:
    """Let numba keep the machine code of a function in a private folder, that of the kernel.

    Where the folder cannot be made, or others may write into it (its files are executed), nothing
    is kept.
    """
    folder = folder or cache_folder()
    if _is_private(folder):
        dispatcher._cache = _store(dispatcher.py_func, folder)  # noqa: SLF001 - no public way


def _store(function: Any, folder: Path) -> Any:
    """Return the store of the compiled code of one function, as numba wants it."""
    # numba is loaded here and not above: `is_warm` and the command line do without.
    from numba.core.caching import NullCache
    from numba.core.compiler import CompileResult
    from numba.core.serialize import dumps

    def path_of(signature: Any, codegen: Any) -> Path:
        # Modules may have functions of the same name with the same signature.
        key = f"{function.__module__}\0{signature!r}\0{codegen.magic_tuple()!r}"
        return folder / f"{function.__qualname__}-{sha256(key.encode()).hexdigest()[:24]}.code"

    class Store(NullCache):
        """One file a signature."""

        @property
        def cache_path(self) -> str:
            return str(folder)

        def load_overload(self, signature: Any, target_context: Any) -> Any:
            """Return the kept code for a signature, None if there is none that can be used."""
            target_context.refresh()
            content = _read(path_of(signature, target_context.codegen()))
            if content is None:
                return None
            return CompileResult._rebuild(  # noqa: SLF001
                target_context, *pickle.loads(content)
            )

        def save_overload(self, signature: Any, result: Any) -> None:
            """Keep the code of a signature."""
            if not result.library.has_dynamic_globals:
                _write(path_of(signature, result.codegen), dumps(result._reduce()))  # noqa: SLF001

    return Store()


def _is_compiling() -> bool:
    return os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")


def is_warm() -> bool:
    """Return whether a run will start without compiling; does not load numba."""
    return not _is_compiling() or (cache_folder() / _MARK).exists()


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage meanwhile: a tenth of the time to compile, for a few hundred MB."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def _compiling_beside() -> Iterator[None]:
    """Have another process compile what is not the main loop of the kernel meanwhile.

    numba lets one thread compile at a time.  What the other process has kept when it is wanted is
    loaded; whatever goes wrong with it costs only time.
    """
    other = None
    if (os.cpu_count() or 1) > 1 and _is_private(cache_folder()):
        try:
            other = subprocess.Popen(
                [sys.executable, "-m", "twin.kernel.tiny"],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            other = None
    try:
        with uncollected():
            yield
    finally:
        if other is not None:
            other.wait()


def ensure_compiled(progress: Callable[[int, int], None] | None = None) -> bool:
    """Load the compiled kernel, compiling it first where needed; return whether it was cold.

    Parameters
    ----------
    progress : callable, optional
        Called with the number of steps done and of all steps.
    """
    from twin.kernel.tiny import run_tiny_line

    cold = not is_warm()
    with _compiling_beside() if cold else nullcontext():
        run_tiny_line(progress)
    if _is_compiling() and _is_private(cache_folder()):
        _write(cache_folder() / _MARK, b"")
    return cold
