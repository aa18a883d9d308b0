"""Cells in which the two engines once differed, made as small as they get."""

import pytest

from tests.agreement import disagreement
from tests.strategies import Case

_FIXERS = {"fixers": {"skills": ["fixing"]}}
_TWO_FIXERS = [{"skill": "fixing"}, {"operator": "fixers"}]

FOUND = {
    # An arrival at 0 passed on before what was inside had begun to work.
    "arrival at the very start": {
        "products": {"a": {}},
        "sources": {"s": {"product": "a", "every": "2 s", "first": "0 s"}},
        "stations": {"m": {"process": "2 s", "queue": {}}},
        "sinks": {"out": {}},
        "flow": [{"from": "s", "to": "m"}, {"from": "m", "to": "out"}],
        "inside": [{"product": "a", "at": "m", "work_left": "2 s"}],
        "run": {"horizon": "60 s"},
    },
    # A part begun at the start has no place to go to: blocked, though somebody is on the way.
    "somebody comes to a server without a place": {
        "products": {"a": {}},
        "operators": {"crew": {}},
        "buffers": {"full": {"capacity": 1, "dwell": "6 s"}},
        "stations": {
            "m": {
                "process": "2 s",
                "needs": [{"operator": "crew"}],
                "blocking": "before_service",
            }
        },
        "sinks": {"out": {}},
        "flow": [{"from": "m", "to": "full"}, {"from": "full", "to": "out"}],
        "inside": [
            {"product": "a", "at": "full"},
            {"product": "a", "at": "m", "work_left": "6 s"},
        ],
        "units": [{"operator": "crew", "attends": "m", "left": "2 s"}],
        "run": {"horizon": "60 s"},
    },
    # A place on a belt kept for a part whose work can never begin: dead, also for those behind.
    "place on a belt kept for ever": {
        "products": {"a": {}},
        "operators": _FIXERS,
        "sources": {"s": {"product": "a", "every": "3 s", "limit": 5}},
        "stations": {
            "m": {
                "process": "3 s",
                "servers": 2,
                "needs": _TWO_FIXERS,
                "blocking": "before_service",
            }
        },
        "conveyors": {"belt": {"length": "2 m", "speed": "1 m/s", "pitch": "1 m"}},
        "sinks": {"out": {}},
        "flow": [
            {"from": "s", "to": "m"},
            {"from": "m", "to": "belt"},
            {"from": "belt", "to": "out"},
        ],
        "run": {"horizon": "60 s"},
    },
    # Work of no length ended before the server that passed its part on had got its next one.
    "work of no length on the way back": {
        "products": {"a": {}},
        "sources": {"s": {"product": "a", "every": {"lognormal": {"mean": "2.3 s", "cv": 0.5}}}},
        "stations": {
            "before": {"process": {"exponential": {"mean": "2.7 s"}}},
            "m": {"process": {"lognormal": {"mean": "3.7 s", "cv": 0.5}}},
            "gate": {"process": "0 s"},
            "after": {"process": {"lognormal": {"mean": "3.1 s", "cv": 0.5}}},
        },
        "sinks": {"out": {}},
        "flow": [
            {"from": "s", "to": "before"},
            {"from": "before", "to": "m"},
            {"from": "m", "to": "gate"},
            {"from": "gate", "to": ["after", "m"], "priority": -1},
            {"from": "after", "to": "out"},
        ],
        "run": {"horizon": "600 s"},
    },
    # A buffer drew another station for its part; the one that is empty is to be told of the next.
    "a part on offer to another": {
        "products": {"a": {}},
        "sources": {"s": {"product": "a", "saturated": True}},
        "buffers": {"b": {"capacity": 1}},
        "stations": {"m": {"process": "1.3 s"}, "n": {"process": "1.9 s", "queue": 2}},
        "sinks": {"out": {}},
        "flow": [
            {"from": "s", "to": "b"},
            {"from": "b", "to": ["m", "n"], "choose": "cyclic"},
            {"from": "m", "to": "n"},
            {"from": "n", "to": "out"},
        ],
        "run": {"horizon": "60 s"},
    },
}


@pytest.mark.parametrize("name", FOUND)
def test_engines_agree_where_they_once_did_not(name):
    document = {"taktwin": 1, "name": "found", **FOUND[name]}
    case = Case(
        document={"robots": {}, "places": {}, **document},
        robot_times={},
        hands={},
        paces=(1.0,),
        seed=1,
        replication=0,
    )
    assert disagreement(case) is None
