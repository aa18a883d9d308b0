"""Key pairs and allow-lists as files.

A folder of keys holds `NAME.public` and `NAME.secret` of whoever lives there, each one line of 40
characters (Z85), and in `allowed/` the public keys of those who may connect, each with its role on
a second line; without one it is `observer`, who may only read.
"""

import os
from pathlib import Path

from cells.errors import hint
from twin.bridge.session.errors import BridgeError
from twin.bridge.session.permits import Role
from twin.bridge.transport import KeyPair, is_key, new_key_pair

CONTROLLER = "controller"
TWIN = "twin"


class KeyFileError(BridgeError):
    """A key file is missing, unsafe or no key."""


def make_keys(folder: str | Path, name: str) -> KeyPair:
    """Make a key pair and write it to `folder`, readable by its owner only.

    Raises
    ------
    KeyFileError
        If there is one already, or the folder cannot be written.
    """
    folder = Path(folder)
    pair = new_key_pair()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(folder / f"{name}.secret", pair.secret, 0o600)
        _write(folder / f"{name}.public", pair.public, 0o644)
    except FileExistsError:
        raise KeyFileError(f"{folder}: has keys of {name!r}; they are never overwritten") from None
    except OSError as error:
        raise KeyFileError(f"{folder}: no keys can be written: {error.strerror}") from error
    return pair


def load_keys(folder: str | Path, name: str) -> KeyPair:
    """Return the key pair of `name`.

    Raises
    ------
    KeyFileError
        If it is missing, no key, or if others may read the secret.
    """
    secret = Path(folder) / f"{name}.secret"
    if os.name == "posix" and secret.exists() and secret.stat().st_mode & 0o077:
        raise KeyFileError(f"{secret}: others can read it; run: chmod 600 {secret}")
    return KeyPair(load_public(folder, name), _read(secret))


def load_public(folder: str | Path, name: str) -> str:
    """Return the public key of `name`; see `load_keys`."""
    return _read(Path(folder) / f"{name}.public")


def allow(folder: str | Path, name: str, public: str, role: Role = Role.OBSERVER) -> None:
    """Let the owner of a public key connect to who lives in `folder`, in a role.

    Raises
    ------
    KeyFileError
        If the key is none, or the folder cannot be written.
    """
    if not is_key(public):
        raise KeyFileError(f"{public!r} is no key; a key is 40 characters (Z85)")
    door = Path(folder) / "allowed"
    try:
        door.mkdir(parents=True, exist_ok=True, mode=0o700)
        (door / f"{name}.public").write_text(f"{public}\n{role.name.lower()}\n")
    except OSError as error:
        raise KeyFileError(f"{door}: no key can be written: {error.strerror}") from error


def revoke(folder: str | Path, name: str) -> None:
    """No longer let in whom `allow` let in by this name.

    Raises
    ------
    KeyFileError
        If nobody has that name.
    """
    path = Path(folder) / "allowed" / f"{name}.public"
    names = list(known(folder))
    if name not in names:
        raise KeyFileError(f"{folder}: nobody named {name!r} may connect.{hint(name, names)}")
    try:
        path.unlink()
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be removed: {error.strerror}") from None


def allowed(folder: str | Path) -> dict[str, Role]:
    """Return the public keys that may connect to who lives in `folder`, with their roles."""
    return dict(known(folder).values())


def known(folder: str | Path) -> dict[str, tuple[str, Role]]:
    """Return public key and role of those who may connect to who lives in `folder`, by name."""
    paths = sorted((Path(folder) / "allowed").glob("*.public"))
    return {path.stem: (_read(path), _role(path)) for path in paths}


def read_role(text: str) -> Role:
    """Return the role that a word names.

    Raises
    ------
    KeyFileError
        If it names none.
    """
    try:
        return Role[text.upper()]
    except KeyError:
        words = ", ".join(role.name.lower() for role in Role)
        raise KeyFileError(f"no role {text!r}; roles are {words}") from None


def _role(path: Path) -> Role:
    lines = path.read_text().split()
    try:
        return read_role(lines[1]) if len(lines) > 1 else Role.OBSERVER
    except KeyFileError as error:
        raise KeyFileError(f"{path}: {error}") from None


def _write(path: Path, key: str, mode: int) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(fd, "w") as file:
        file.write(key + "\n")


def _read(path: Path) -> str:
    try:
        lines = path.read_text().strip("\n").split("\n")
    except FileNotFoundError:
        raise KeyFileError(f"{path}: no such key; make one with `taktwin keys`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"{path}: cannot be read: {error}") from error
    if not is_key(lines[0]):
        raise KeyFileError(f"{path}: holds no key; a key is one line of 40 characters (Z85)")
    return lines[0]
