"""`taktwin keys`: who may speak with whom, and who may command."""

from pathlib import Path
from typing import Annotated

import typer

keys = typer.Typer(
    no_args_is_help=True,
    help="Make CURVE keys, and say who may connect to a controller and in which role.",
)
Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of keys.")]
Name = Annotated[str, typer.Argument(help="A name, such as `twin` or `line3_office`.")]


@keys.command()
def make(folder: Folder, name: Name) -> None:
    """Make a key pair; the secret stays in the folder, the public key is printed.

    Example: `taktwin keys make keys twin`
    """
    from twin.bridge.keys import make_keys

    typer.echo(make_keys(folder, name).public)


@keys.command()
def allow(
    folder: Folder,
    name: Name,
    public: Annotated[str, typer.Argument(metavar="KEY", help="Public key, 40 characters.")],
    role: Annotated[
        str, typer.Option(help="observer (reads), operator (commands), engineer (sets parameters).")
    ] = "observer",
) -> None:
    """Let the owner of a public key connect to the controller of a folder.

    Example: `taktwin keys allow keys line3_office 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7' --role
    operator`
    """
    from twin.bridge.keys import allow, read_role

    allow(folder, name, public, read_role(role))
    typer.echo(f"{name} may connect as {role}")


@keys.command()
def revoke(folder: Folder, name: Name) -> None:
    """No longer let somebody in; the controller must be started anew.

    Example: `taktwin keys revoke keys line3_office`
    """
    from twin.bridge.keys import revoke

    revoke(folder, name)
    typer.echo(f"{name} may no longer connect")


@keys.command()
def show(folder: Folder) -> None:
    """Print who lives in a folder of keys and who may connect to them; never a secret.

    Example: `taktwin keys show keys`
    """
    from twin.bridge.keys import KeyFileError, known, load_public

    if not folder.is_dir():
        raise KeyFileError(f"{folder}: no such folder; make keys with `taktwin keys make`")
    for path in sorted(folder.glob("*.public")):
        typer.echo(f"{path.stem:20} {load_public(folder, path.stem)}")
    for name, (public, role) in known(folder).items():
        typer.echo(f"{name:20} {public}  may connect as {role.name.lower()}")
