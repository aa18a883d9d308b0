"""How near to a point a controller cuts the corner: the vendors' published rules.

A zone is a distance from the programmed point within which the tool leaves the path; 0.0 is a stop.
"""

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from robots.arm import Floats
from robots.errors import RobotError

# ABB, RAPID reference 3HAC16581, data type zonedata: z0 to z200, zone of the tool centre point, mm.
_RAPID_MM = (0.3, 1, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200)
RAPID_ZONES = {"fine": 0.0} | {f"z{int(mm)}": mm / 1e3 for mm in _RAPID_MM}  # m


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones a controller really uses on a way through points."""

    kept: tuple[int, ...]  # points that are gone to, in order
    radii: tuple[float, ...]  # of the kept ones, m; the first and last are stops
    warnings: tuple[str, ...]  # what the controller changed, one sentence each


def _checked(points: Floats, radii: Floats) -> tuple[Floats, list[float]]:
    at = np.asarray(points, dtype=np.float64).reshape(-1, 3)
    asked = np.asarray(radii, dtype=np.float64)
    if asked.shape != (len(at),) or not (asked >= 0).all():
        raise RobotError(f"one radius, not negative, for each of the {len(at)} points")
    # At the first and the last point the arm stands.
    return at, [0.0, *asked[1:-1].tolist(), 0.0][: len(at)]


def ur_blends(points: Floats, radii: Floats, version: Literal[1, 2] = 2) -> Zones:
    """Return the blends of a URScript sequence.

    Where the blends of neighbouring points overlap, version 1 skips the move that overlaps, with
    the warning "Overlapping blends"; version 2 reduces the radii, here in proportion.

    Parameters
    ----------
    points : ndarray, shape (k, 3)
        Of the tool centre point, m.
    radii : ndarray, shape (k,)
        The parameter r of each move, m.

    References
    ----------
    Universal Robots, "The URScript programming language", movej, parameter r.
    """
    at, r = _checked(points, radii)
    kept, warnings = list(range(len(at))), []
    k = 1
    while version == 1 and k < len(kept) - 1:
        before, here, after = kept[k - 1 : k + 2]
        gaps = [float(np.linalg.norm(at[here] - at[other])) for other in (before, after)]
        if r[here] > 0 and (r[here] + r[before] > gaps[0] or r[here] + r[after] > gaps[1]):
            warnings.append(f"overlapping blends: the move to point {here} is skipped")
            kept.remove(here)
        else:
            k += 1
    if version == 2:
        wanted = list(r)
        for a, b in itertools.pairwise(kept):
            gap, sum_ = float(np.linalg.norm(at[b] - at[a])), wanted[a] + wanted[b]
            if sum_ > gap:
                r[a], r[b] = min(r[a], gap * wanted[a] / sum_), min(r[b], gap * wanted[b] / sum_)
        warnings = [
            f"overlapping blends: radius at point {k} reduced to {1e3 * r[k]:.1f} mm"
            for k in kept
            if r[k] < wanted[k] - 1e-6
        ]
    return Zones(tuple(kept), tuple(r[k] for k in kept), tuple(warnings))


def rapid_zones(points: Floats, zones: Floats) -> Zones:
    """Return the corner zones of a RAPID sequence: none is larger than half a neighbouring way.

    Parameters
    ----------
    points : ndarray, shape (k, 3)
        Of the tool centre point, m.
    zones : ndarray, shape (k,)
        Path zone of the tool centre point, m; see `RAPID_ZONES`.

    References
    ----------
    ABB, "RAPID Instructions, Functions and Data types", 3HAC16581, zonedata.
    """
    at, asked = _checked(points, zones)
    half = np.linalg.norm(np.diff(at, axis=0), axis=1) / 2
    radii, warnings = [], []
    for k, zone in enumerate(asked):
        radii.append(min(zone, *half[max(k - 1, 0) : k + 1].tolist()) if len(at) > 1 else 0.0)
        if radii[-1] < zone - 1e-6:
            warnings.append(
                f"zone at point {k} reduced to {1e3 * radii[-1]:.1f} mm: half a neighbouring way"
            )
    return Zones(tuple(range(len(at))), tuple(radii), tuple(warnings))
