"""`taktwin schema`: the JSON Schema that lets an editor complete cell files."""

from pathlib import Path
from typing import Annotated

import typer


def schema(
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it to this file.", dir_okay=False)
    ] = None,
) -> None:
    """Print the JSON Schema of cell files, so that an editor completes and checks them.

    Name it in a cell file's first line: `# yaml-language-server: $schema=taktwin.schema.json`.
    """
    import json

    from cells.schema_json import json_schema

    text = json.dumps(json_schema(), indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        from twin.report.atomic import write_atomically

        write_atomically(out, text.encode())
        typer.echo(f"Schema written to {out}")
