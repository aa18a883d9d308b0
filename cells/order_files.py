"""Order lists in files of their own, read with the cell file beside which they are."""

from pathlib import Path
from typing import Any

from cells.beside import lines_beside
from cells.errors import shown
from cells.orders import Rows
from cells.yaml_reader import Refused


def read_order_files(data: Any, folder: Path | None) -> None:
    """Put the rows of order lists in the place of the files that sources name.

    What is wrong with a file is told when its source is checked.

    Parameters
    ----------
    data
        The cell as plain values; changed in place.
    folder : Path or None
        Where the cell file is; None: the cell is no file.
    """
    sources = data.get("sources") if isinstance(data, dict) else None
    for source in sources.values() if isinstance(sources, dict) else ():
        if isinstance(source, dict) and isinstance(source.get("orders"), str):
            source["orders"] = _rows(source["orders"], folder)


def _rows(name: str, folder: Path | None) -> Rows:
    try:
        return Rows(_lines(name, folder), name)
    except Refused as refused:
        return Rows([], name, refused.fault.text(name))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Rows([], name, f"{shown(name)} cannot be read: {reason}")


def _lines(name: str, folder: Path | None) -> list[str]:
    if folder is not None and not name.endswith(".csv"):
        raise ValueError("expected the name of a CSV file, such as orders.csv")
    return lines_beside(name, folder, "list the rows instead of the name")
