"""Claims about single flow entries."""

import pytest

from tests.cell_texts import ARM, faults_of


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"flow": "[{from: src, to: [mill, mill]}]"}, "flow[0].to: a target is named twice"),
        ({"flow": "[{from: src, to: [lathe, lathe_1]}]"}, "flow[0].to: a target is named twice"),
        ({"flow": "[{from: src, to: []}]"}, "flow[0].to: no target is named"),
        (
            {"flow": "[{from: src, to: {mill: 50 %, out: 40 %}}]"},
            "the shares add up to 90 %, not 100 %",
        ),
        (
            {"flow": "[{from: src, to: {mill: 50 %, out: 50 %}, choose: cyclic}]"},
            "leave out `choose",
        ),
        (
            {"flow": "[{from: src, to: mill}, {from: src, to: lathe}]"},
            "7: flow[1].from: parts leaving 'src' have an entry already, flow[0]; write one",
        ),
        (
            {
                "flow": "[{from: lathe, to: out, product: part},"
                " {from: lathe_2, to: out, product: part}]"
            },
            "parts of product 'part' leaving 'lathe_2' have an entry already, flow[0]",
        ),
        (
            {"flow": "[{from: mill, to: [mill, out]}]"},
            "'mill' would wait for its own place; give a",
        ),
        (
            {"flow": "[{from: src, to: mill, by: arm}]", "more": ARM},
            "flow[0].from: robot 'arm' has no place to pick at 'src'; give it `pick_at`",
        ),
        (
            {"flow": "[{from: src, to: mill, by: arm}]", "more": ARM},
            "flow[0].to: robot 'arm' has no place to put parts at 'mill'; give it `at`",
        ),
        (
            {"flow": "[{from: src, to: lathe, by: arm}]", "more": ARM},
            "no place to put parts at 'lathe_2'; give it `places`",
        ),
        (
            {
                "flow": "[{from: src, to: mill, by: arm}]",
                "stations": "{mill: {process: 2 s, queue: 2}}",
                "more": ARM,
            },
            "no place to put parts at 'mill_queue'; give it `at`",
        ),
    ],
)
def test_a_wrong_flow_entry_is_told_with_its_place(parts, fault):
    assert fault in faults_of(**parts)
