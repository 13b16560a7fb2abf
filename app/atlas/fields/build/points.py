"""At which points a region is measured: its addresses, or points along its streets where few addresses are mapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.coverage import Coverage
from app.atlas.streets.arrays import MeasuredPoints
from app.atlas.streets.build.ways import STREET_CLASSES, StreetWays
from app.atlas.streets.rules.walk import may_walk
from app.atlas.streets.tiling import to_degrees, to_steps
from app.geo import Floats, distances_m

ADDRESSES, STREETS = "addresses", "streets"

#: Addresses stand for a region where at least this share of its streets, by length, runs through cells of the coverage
#: (250 m) that hold FEWEST_HOUSES addresses or more: 0.61 to 0.97 where houses are mapped one by one (Newport,
#: Reisterstown, Monaco, Queens, Munich, Helsinki), 0.34 in Liechtenstein, 0.10 in Vancouver, 0 to 0.03 elsewhere.
ADDRESSED_SHARE, FEWEST_HOUSES = 0.5, 3
#: Points along streets lie this far apart, further in a region that would have more than MOST_POINTS.
SPACING_M, MOST_POINTS = 100.0, 40_000
#: Streets without a name are mostly driveways and roads between fields; they count only where most have none.
NAMED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Houses:
    """The house numbers of a region: (lon, lat) rows, and the street of each ("": none)."""

    points: Floats
    streets: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """The points that a region is measured at, degrees; `of` says what they are: ADDRESSES or STREETS."""

    of: str
    lats: Floats
    lons: Floats
    #: The street that each point is numbered by; none at all where these are not addresses.
    streets: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StreetLengths:
    """Kilometres of street that the region's data covers, and the share of them where houses are mapped."""

    km: float
    addressed_share: float

    @classmethod
    def of(cls, pieces: MeasuredPoints, coverage: Coverage) -> StreetLengths:
        """Add up the pieces of street that lie in the coverage."""
        lats, lons = to_degrees(pieces.lat), to_degrees(pieces.lon)
        metres = np.where(coverage.covers(lats, lons), pieces.measures[:, 0].astype(np.float64), 0.0)
        total = float(metres.sum())
        addressed = float(metres[coverage.addresses_at(lats, lons) >= FEWEST_HOUSES].sum())
        return cls(total / 1000, addressed / total if total else 0.0)


def sample_points(houses: Houses, ways: StreetWays, coverage: Coverage, lengths: StreetLengths) -> Sample:
    """Choose the points of a region."""
    if lengths.addressed_share >= ADDRESSED_SHARE:
        return Sample(ADDRESSES, houses.points[:, 1].copy(), houses.points[:, 0].copy(), houses.streets)
    lats, lons = (to_degrees(to_steps(degrees)) for degrees in points_along_streets(ways.in_order()))
    inside = coverage.covers(lats, lons)
    return Sample(STREETS, lats[inside], lons[inside])


def points_along_streets(ways: StreetWays) -> tuple[Floats, Floats]:
    """Return the latitudes and longitudes of evenly spaced points along all streets that one may walk.

    Service roads and paths are none. The spacing carries over from way to way, so that short ones count by length.
    """
    steps = _steps_m(ways)
    is_street = np.array([_is_street(tags) for tags in ways.tags], dtype=bool)
    is_named = is_street & np.array([bool(tags.get("name")) for tags in ways.tags], dtype=bool)
    owner = np.repeat(np.arange(len(ways.tags)), np.diff(ways.offsets))
    named_m, all_m = (float(steps[chosen[owner]].sum()) for chosen in (is_named, is_street))
    chosen = is_named if named_m >= NAMED_SHARE * all_m else is_street
    nodes = np.flatnonzero(chosen[owner]) if len(owner) else np.empty(0, dtype=np.int64)
    return _evenly(ways.lats[nodes], ways.lons[nodes], np.cumsum(steps[nodes]))


def _is_street(tags: dict[str, str]) -> bool:
    return tags.get("highway") in STREET_CLASSES and tags.get("area") != "yes" and may_walk(tags)


def _steps_m(ways: StreetWays) -> Floats:
    """Return the metres from the node before to each node of a way; 0 at its first node, and where one is missing."""
    steps = np.zeros(len(ways.lats))
    steps[1:] = np.nan_to_num(distances_m(ways.lats[:-1], ways.lons[:-1], ways.lats[1:], ways.lons[1:]))
    first = ways.offsets[:-1]
    steps[first[first < len(steps)]] = 0.0
    return steps


def _evenly(lats: Floats, lons: Floats, along_m: Floats) -> tuple[Floats, Floats]:
    """Return points on a ruler of nodes; those beside a missing node are left out."""
    if not len(along_m):
        return np.empty(0), np.empty(0)
    spacing = max(SPACING_M, along_m[-1] / MOST_POINTS)
    marks = np.arange(spacing / 2, along_m[-1], spacing)
    points = np.interp(marks, along_m, lats), np.interp(marks, along_m, lons)
    known: NDArray[np.bool_] = np.isfinite(points[0]) & np.isfinite(points[1])
    return points[0][known], points[1][known]
