"""What to tell a person when a handshake fails."""

_MEANING = {
    "model_id": ("model id", "give both sides the same cell file"),
    "schema": ("record layout", "use the same version on both sides"),
}


def mismatch(key: str, controller: object, twin: object) -> str:
    """Return what to tell a person when the two sides differ in one point of the handshake."""
    what, advice = _MEANING[key]
    return f"the controller has {what} {controller}, the twin has {twin}: {advice}"


def restarted(known: int, found: int) -> str:
    """Return what to tell a person when the controller has another run than was recorded."""
    return (
        f"the controller was restarted (run {found:x} instead of {known:x}); "
        "what it recorded before is kept: record the new run in another folder"
    )
