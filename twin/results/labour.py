"""Hours of people for a thousand good parts: at stations, busy, and on shift."""

from collections.abc import Iterator, Sequence

import numpy as np

from twin.kernel.states import CarrierKind
from twin.results.carriers import CALLS, STEPS
from twin.results.estimates import ratio
from twin.results.model import LabourResult
from twin.results.observed import Observed, on_shift

_PER_THOUSAND = 1000 / 3600  # s a part -> h a thousand parts
_UNIT = "h/1000 parts"


def labour_results(seen: Observed) -> tuple[LabourResult, ...]:
    """Return the hours of each group of operators, then of all who have each skill.

    Somebody with two skills counts for both.

    Parameters
    ----------
    seen : Observed
    """
    people = {
        name: group
        for group, name in enumerate(seen.line.carrier_names)
        if seen.line.carriers["kind"][group] == CarrierKind.OPERATOR
    }
    groups = (_labour(seen, name, "group", [group]) for name, group in people.items())
    skills = (
        _labour(seen, skill, "skill", [people[name] for name in names])
        for skill, names in _skilled(seen)
    )
    return (*groups, *skills)


def _skilled(seen: Observed) -> Iterator[tuple[str, list[str]]]:
    """Yield each skill with the groups that have it, in order of declaration."""
    operators = seen.cell.operators
    for skill in dict.fromkeys(skill for one in operators.values() for skill in one.skills):
        yield skill, [name for name, one in operators.items() if skill in one.skills]


def _labour(seen: Observed, name: str, kind: str, groups: Sequence[int]) -> LabourResult:
    members = np.isin(seen.line.resource_carrier, groups)
    time = seen.time(members)
    good = seen.tally.finished.sum(axis=1)
    attended = time[:, CALLS].sum(axis=1)
    carried = time[:, STEPS].sum(axis=1)
    return LabourResult(
        name=name,
        kind=kind,
        people=int(members.sum()),
        attended=ratio(attended, good, _UNIT, scale=_PER_THOUSAND),
        busy=ratio(attended + carried, good, _UNIT, scale=_PER_THOUSAND),
        on_shift=ratio(on_shift(time), good, _UNIT, scale=_PER_THOUSAND),
    )
