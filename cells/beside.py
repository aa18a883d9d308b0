"""Files that lie beside a cell file: nothing else is read, whatever a cell names."""

from pathlib import Path

from cells.yaml_reader import MOST_BYTES, decode


def lines_beside(name: str, folder: Path | None, otherwise: str) -> list[str]:
    """Return the lines of a file in the folder of a cell file, or in a folder of that.

    Parameters
    ----------
    name : str
    folder : Path or None
        Where the cell file is; None: the cell is no file.
    otherwise : str
        What to write where the cell is no file.

    Raises
    ------
    ValueError
        If it is none of these files.
    OSError, Refused
        If it cannot be read, or is no text.
    """
    if folder is None:
        raise ValueError(f"the cell is not in a file; {otherwise}")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("only files in the folder of the cell file are read")
    if not path.is_file():
        raise ValueError("there is no such file in the folder of the cell file")
    with path.open("rb") as file:
        text = decode(file.read(MOST_BYTES + 1))
    return text.removeprefix("\ufeff").splitlines()
