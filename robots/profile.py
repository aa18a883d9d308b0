"""The place on a path over time: as fast as allowed, then its jerk bounded by a moving average.

A moving average of the place over a time T makes acceleration build up within T and adds T to the
duration.  L. Biagiotti, C. Melchiorri, "Trajectory planning for automatic machines and robots",
2008, 3.6 (profiles by convolution).
"""

from dataclasses import dataclass

import numpy as np

from robots.arm import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """Place, speed and acceleration along a path of N points over time."""

    s: Floats  # (N,), m
    t: Floats  # (N,), s, when each is passed, before averaging and stretching
    speed: Floats  # (N,), m/s, likewise
    build_up: float  # s of averaging
    stretch: float = 1.0  # of time, at least 1

    @property
    def duration(self) -> float:
        """Time from rest to rest, s."""
        return float(self.stretch * (self.t[-1] + self.build_up))

    def at(self, t: Floats) -> tuple[Floats, Floats, Floats]:
        """Return place, speed and acceleration at instants, s; outside the motion it stands."""
        now = np.asarray(t, dtype=np.float64) / self.stretch
        if self.build_up == 0.0:
            _, s, v, a = self._moments(now)
        else:
            ahead, behind = self._moments(now), self._moments(now - self.build_up)
            s, v, a = ((x - y) / self.build_up for x, y in zip(ahead[:3], behind[:3], strict=True))
        return s, v / self.stretch, a / self.stretch**2

    def _moments(self, t: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the place's integral over time, the place, its speed and acceleration."""
        step = np.diff(self.t)
        rate = np.diff(self.speed) / step
        v, s0 = self.speed[:-1], self.s[:-1] - self.s[0]
        pieces = step * (s0 + step * (v / 2 + step * rate / 6))
        sums = np.concatenate([[0.0], np.cumsum(pieces)])
        k = np.clip(np.searchsorted(self.t, t, side="right") - 1, 0, len(step) - 1)
        inside = np.clip(t, 0.0, self.t[-1])
        d = inside - self.t[k]
        moving = (t >= 0.0) & (t < self.t[-1])
        place = s0[k] + d * (v[k] + d * rate[k] / 2)
        integral = sums[k] + d * (s0[k] + d * (v[k] / 2 + d * rate[k] / 6))
        # Past the end the place stays.
        integral += np.maximum(t - self.t[-1], 0.0) * place
        return (
            integral,
            place,
            np.where(moving, v[k] + d * rate[k], 0.0),
            np.where(moving, rate[k], 0.0),
        )
