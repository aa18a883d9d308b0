"""Run a line in the compiled engine: once with its log, or many times for its tally."""

from collections.abc import Callable

from dataclasses import dataclass

import numpy as np

from twin.kernel import engine
from twin.kernel.arrays import (
    BAD_SAMPLE,
    DEADLOCK,
    LIVELOCK,
    LOG_FULL,
    PAUSED,
    POOL_FULL,
    REACHED,
    Model,
    State,
)
from twin.kernel.layout import model_of, state_of, with_more_log, with_more_parts
from twin.kernel.log import Log, canonical
from twin.kernel.model import Line
from twin.kernel.stops import RunError, Stop
from twin.kernel.tally import Tally
