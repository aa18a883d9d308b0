"""Who may command what: roles of keys, and the tags of a cell that can be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

_MOST = 1e300  # JSON has whole numbers beyond all that a machine can take
_NUMBERS = (int, float)  # making the union of both for each command takes longer than all else


class Role(IntEnum):
    """What a key may do; each may do what those before it may."""

    OBSERVER = 0  # reads
    OPERATOR = 1  # runs the machine
    ENGINEER = 2  # changes parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """One tag that may be written, by whom, and which values; no limits: any number."""

    role: Role = Role.OPERATOR
    values: frozenset[int | float] = frozenset()  # empty: any within the range
    low: float = float("-inf")
    high: float = float("inf")

    def fault(self, value: object) -> str:
        """Return what is wrong with a value; empty if nothing is."""
        if isinstance(value, bool) or not isinstance(value, _NUMBERS) or not abs(value) <= _MOST:
            return f"{value!r:.40} is no number"
        if self.values and value not in self.values:
            return f"{value!r} is not one of {', '.join(map(str, sorted(self.values)))}"
        if not self.low <= value <= self.high:
            return f"{value!r} is not within {self.low:g} to {self.high:g}"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permits:
    """What may be commanded in one cell; by default nothing."""

    tags: Mapping[str, Permit] = field(default_factory=dict)

    def fault(self, role: Role, tag: object, value: object) -> str:
        """Return why a tag may not be written; empty if it may."""
        permit = self.tags.get(tag) if isinstance(tag, str) else None
        if permit is None:
            return f"{tag!r} is not on the list of what may be commanded"
        if role < permit.role:
            return (
                f"{tag} needs the role {permit.role.name.lower()}; this key is {role.name.lower()}"
            )
        fault = permit.fault(value)
        return f"{tag}: {fault}" if fault else ""
