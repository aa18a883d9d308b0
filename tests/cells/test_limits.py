"""Claims about values of one description that do not go together or are out of range."""

import pytest

from tests.cell_texts import ARM, faults_of


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        (
            {"sources": "{src: {product: part}}"},
            "4: sources.src: give exactly one of `every: 40 s`",
        ),
        (
            {"sources": "{src: {product: part, external: true, every: 3 s}}"},
            "`external: true` (parts",
        ),
        (
            {"sources": "{src: {product: part, external: true, batch: 3}}"},
            "sources.src.batch: `batch` says nothing about a source that is external",
        ),
        ({"sources": "{src: {product: part, every: 3 s, saturated: true}}"}, "give exactly one of"),
        ({"sources": "{src: {product: part, every: 0 s}}"}, "between arrivals must be above 0 s"),
        (
            {"sources": "{src: {product: {part: 50 %, other: 40 %}, every: 3 s}}"},
            "sources.src.product: the shares add up to 90 %, not 100 %",
        ),
        ({"sources": "{src: {product: part, saturated: true, batch: 2}}"}, "`batch` says nothing"),
        ({"stations": "{mill: {process: 2 s, places: [p]}}"}, "`places` goes with `count`"),
        (
            {
                "stations": "{mill: {process: 2 s, count: 2, places: [p]}}",
                "more": "places: {p: {position: [0 m, 0 m, 0 m]}}",
            },
            "places: one place per machine: 1 for 2",
        ),
        ({"stations": "{mill: {process: {}}}"}, "stations.mill.process: no process time is given"),
        (
            {"stations": "{mill: {process: 2 s, queue: -1}}"},
            "queue: must be at least 0, or 'unlimited'",
        ),
        (
            {"stations": "{mill: {process: 2 s, at_shift_end: finish}}"},
            "the station has no `shifts`",
        ),
        (
            {
                "stations": "{mill: {process: 9 s, at_shift_end: start_if_fits, shifts: s}}",
                "more": "shifts: {s: {period: 16 s, on: 8 s}}",
            },
            "5: stations.mill.process: an operation of 9 s never fits into a shift, of which"
            " the longest is 8 s",
        ),
        (
            {"stations": "{mill: {process: 2 s, failures: {f: {after: 0 s, repair: 1 s}}}}"},
            "stations.mill.failures: f: the time to failure must be above 0 s",
        ),
        (
            {"more": "conveyors: {belt: {length: 1 m, speed: 1 m/s, pitch: 2 m}}"},
            "the conveyor holds no",
        ),
        (
            {"more": "conveyors: {belt: {length: -1 m, speed: 1 m/s, pitch: 0 m}}"},
            "the pitch must be",
        ),
        (
            {"more": "fixtures: {box: {position: [0 m, 0 m, 0 m]}}"},
            "fixtures.box: give exactly one shape",
        ),
        (
            {"more": "fixtures: {b: {box: [1 m, 0 m, 1 m], position: [0 m, 0 m, 0 m]}}"},
            "every size must",
        ),
        (
            {"more": "shifts: {s: {from: 06:00, to: 14:00, days: mon-fry}}"},
            "shifts.s: expected days",
        ),
        (
            {"more": "shifts: {s: {from: 06:00, to: 14:00, breaks: [05:00-05:10]}}"},
            "the break 05:00-05:10 is not inside the shift",
        ),
        (
            {"more": "shifts: {s: {from: 06:00, to: 14:00, breaks: ['noon']}}"},
            "expected hours, such as",
        ),
        (
            {"more": "shifts: {s: {period: 8 s, on: 9 s}}"},
            "shifts.s.on: must be above 0 s and at most",
        ),
        ({"more": "shifts: {s: []}"}, "shifts.s: no working hours are given"),
        (
            {"more": ARM.replace("gripper", "speed: 0 %, gripper")},
            "robots.arm.speed: the speed must be",
        ),
        (
            {
                "more": ARM.replace(
                    "gripper",
                    "power: {working: 1 W, idle: 1 W, standby: {power: 0 W, after: 1 s}}, gripper",
                )
            },
            "robots.arm.power: standby is for stations",
        ),
        ({"run": ", warm_up: 2 h"}, "8: run.warm_up: the warm-up must end before the horizon"),
        ({"run": ", start: monday"}, "run.start: expected a day and a time, such as mon 06:00"),
        ({"run": ", takt: 0 s"}, "run.takt: the takt must be above 0 s"),
        (
            {"more": "baseline: ../x.yaml"},
            "9: baseline: expected the name of a .yaml file beside this",
        ),
        (
            {"more": "energy: {price: cheap}"},
            "energy.price: expected a value such as 0.245 GBP/kWh",
        ),
    ],
)
def test_a_wrong_description_is_told_with_its_place(parts, fault):
    assert fault in faults_of(**parts)
