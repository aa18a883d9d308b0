"""Claims about the slots of pending ends."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from twin.kernel import slots
from twin.kernel.arrays import NEVER
from twin.kernel.layout import _tournament

SLOTS = 37
CHANGES = st.lists(st.tuples(st.integers(0, SLOTS - 1), st.integers(0, 5) | st.just(int(NEVER))))

replay = njit(lambda due, winners, slot, when: slots._replay(due, winners, due.size, slot, when))


@settings(deadline=None)
@given(CHANGES)
def test_the_root_is_the_earliest_slot_and_of_equals_the_lowest(changes):
    due, winners = _tournament(SLOTS)
    for slot, when in changes:
        replay(due, winners, slot, when)

        assert winners[1] == np.argmin(due)
