"""The canonical text of a cell and its digest, the model id."""

import hashlib
import json

from cells.schema import Cell

# The order in which these are declared decides nothing; that of all others decides ties.
_UNORDERED = ("shifts", "places", "fixtures", "rule_files")


def canonical_json(cell: Cell) -> str:
    """Return a cell as one line of JSON, which is a cell file again.

    What has its default is left out and every value is in SI (durations in ns), so that comments,
    formatting and the choice of units do not count.

    Parameters
    ----------
    cell : Cell
        As loaded, not expanded.
    """
    plain = cell.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for key in _UNORDERED:
        if key in plain:
            plain[key] = dict(sorted(plain[key].items()))
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))


def model_id(cell: Cell) -> str:
    """Return the SHA-256 of the canonical text, 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(cell).encode()).hexdigest()
