"""Parts that cease to be at a station, and parts that come to be there."""

from twin.kernel.states import State
from twin.reference.floor import Floor
from twin.reference.parts import Part


def use_up(floor: Floor, resource: int, part: Part) -> None:
    """Let a part cease to be at a resource: others are made of it."""
    part.keep_cards()
    floor.recorder.fact(part.entered, State.CONSUMED, resource, part, resource)
    floor.inside -= 1


def make(floor: Floor, resource: int, number: int, product: int, like: Part) -> Part:
    """Return a part that comes to be at a resource, with the entry and urgency of another one."""
    now = floor.env.now
    part = Part(number, product, now, like.priority, entered=like.entered, due=like.due)
    floor.recorder.fact(now, State.MADE, resource, part, resource)
    floor.inside += 1
    return part
