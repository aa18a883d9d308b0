"""Names of random streams, without the weight of the sampler."""

from hashlib import sha256


def stream_id(entity: str, purpose: str) -> int:
    """Return the 64-bit number of the random stream of an entity for a purpose.

    Parameters
    ----------
    entity : str
        Name of a node or of a resource, `mill` or `mill[2]`.
    purpose : str
        What the draws are for: `process`, `every`, `route`, `failure:jam` and so on.

    Examples
    --------
    >>> stream_id("mill", "process") == stream_id("mill", "process")
    True
    >>> stream_id("mill", "process") == stream_id("mill", "route")
    False
    """
    return int.from_bytes(sha256(f"{entity}\0{purpose}".encode()).digest()[:8], "little")
