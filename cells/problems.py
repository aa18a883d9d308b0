"""What a check of the whole cell can find."""

from typing import NamedTuple


class Problem(NamedTuple):
    """One thing wrong, before its place in a file is known."""

    path: tuple[str | int, ...]  # keys and indices from the top
    message: str
