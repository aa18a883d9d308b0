"""The sums in the state of a run: laid out, given room when they fill up, and read.

Counts of lead times are 32 bits wide.  When one is half full the run pauses before its next step
and what has been counted is carried off to where there is more room, so that none ever wraps.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import REACHED, SUMS_FULL, Model, State
from twin.kernel.model import NONE
from twin.kernel.state_records import SUM
from twin.kernel.states import N_STATES
from twin.kernel.sums import LAPS
from twin.kernel.tally import MANTISSA_BITS, N_BINS

MANY = 1 << 31  # at so many a count is to be carried off; it has room for as many again

# Bin b of lead times stands in place b + PAGE_SHIFT of the pages in a row: one page an octave.
PAGE_BITS = MANTISSA_BITS
PAGE_SIZE = 1 << PAGE_BITS
PAGE_SHIFT = PAGE_SIZE - 1
_PAGES = ((N_BINS - 1 + PAGE_SHIFT) >> PAGE_BITS) + 1  # of a product, if it had all
_FIRST_PAGES, _MORE_PAGES = 6, 2  # in a new state, and when they are all taken


def empty_sums(columns: int, summed: int, products: int, windows: int) -> dict[str, NDArray[Any]]:
    """Return the empty sums of one run.

    Parameters
    ----------
    columns, summed : int
        How many there are, and for how many of these times of parts are summed (see `columns`).
    products, windows : int
    """
    return {
        "sums": np.zeros(columns, SUM),
        "laps": np.zeros(summed, LAPS),
        "finished": np.zeros(products, np.int64),
        "scrapped": np.zeros(products, np.int64),
        "lead_time": np.zeros(products, np.int64),
        "lead_laps": np.zeros(products, LAPS),
        "pages": np.full((products, _PAGES), NONE, np.int32),
        "leads": np.zeros((_FIRST_PAGES, PAGE_SIZE), np.uint32),
        "earlier_leads": np.zeros((0, PAGE_SIZE), np.int64),
        "per_window": np.zeros(windows, np.int64),
    }


def begin_sums(glob: NDArray[np.void]) -> None:
    """Note that the sums are empty."""
    glob["pages"], glob["page_room"] = 0, _FIRST_PAGES
    glob["wip_high"] = glob["wip_low"] = 0


def with_all_pages(state: State) -> State:
    """Return the state with as many free pages as one product may need."""
    return _with_pages(state, _PAGES)


def _with_pages(state: State, count: int) -> State:
    leads = np.concatenate([state.leads, np.zeros((count, PAGE_SIZE), state.leads.dtype)])
    state.glob["page_room"] = len(leads)
    return state._replace(leads=leads)


def with_more_sums(state: State) -> State:
    """Return the state with lead times that are nearly too many carried off, and a free page."""
    glob = state.glob
    if glob["pages"][0] == len(state.leads):
        state = _with_pages(state, _MORE_PAGES)
    if state.leads.max() >= MANY:
        state = state._replace(earlier_leads=_leads(state))
        state.leads[:] = 0
    if glob["halt"] == SUMS_FULL:
        glob["halt"] = REACHED
    return state


def _leads(state: State) -> NDArray[np.int64]:
    """Return how many lead times each bin of each page has."""
    leads = state.leads.astype(np.int64)
    leads[: len(state.earlier_leads)] += state.earlier_leads
    return leads


def state_sums(model: Model, state: State) -> dict[str, NDArray[Any]]:
    """Return the sums by resource and state as a Tally has them, (R, S)."""
    shape = (len(model.res), N_STATES)
    sums: dict[str, NDArray[Any]] = {}
    for name, field in (("state_time", "time"), ("count", "count")):
        sums[name] = np.zeros(shape, np.int64)
        sums[name].flat[model.sum_places] = state.sums[field]
    laps = np.zeros(shape, LAPS)
    laps.flat[model.sum_places[: state.laps.size]] = state.laps
    return sums | {"laps": laps}


def lead_histogram(state: State) -> NDArray[np.int64]:
    """Return the lead times of each product by bin, (P, B)."""
    leads = _leads(state)
    whole = np.zeros((*state.pages.shape, PAGE_SIZE), np.int64)
    whole[state.pages >= 0] = leads[state.pages[state.pages >= 0]]
    flat = whole.reshape(len(whole), -1)
    return np.ascontiguousarray(flat[:, PAGE_SHIFT : PAGE_SHIFT + N_BINS])
