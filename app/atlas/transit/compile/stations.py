"""Groups the poles and platforms of a feed into places to wait, and names them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from app.atlas.transit.compile.changes import BAYS_APART_M, SAME_NAME_M, plane
from app.atlas.transit.contract import Ints
from app.atlas.transit.feed.feed import Stop

#: What tells a bay from its neighbours, at the end of a name: "Market Square 16", "Queensway Q4", "Station (Stop B)".
WORD = r"(?i:stop|stand|stance|bay|platform|gate|(?:bus)?steig|gleis|quai|kai|voie|binario|and[eé]n|perron)"
BAY = re.compile(rf"[\s,]+\(?(?:{WORD}\s+)?(?:[A-Z]{{0,2}}\d{{1,2}}[A-Z]?|[A-Z])\)?$")
ONLY_A_BAY = re.compile(WORD)


def station_of(stops: tuple[Stop, ...]) -> Ints:
    """Return a station number for each stop; numbers count from 0 in the order of the stops.

    A parent station binds whatever the distance; poles without one go by name and nearness. Two sides of a street that
    bear two names stay two stops: who waits at the one sees no bus of the other.
    """
    points = plane(np.array([stop.lat for stop in stops]), np.array([stop.lon for stop in stops]))
    first_of: dict[str, int] = {}
    links = [(first_of.setdefault(stop.parent, i), i) for i, stop in enumerate(stops) if stop.parent]
    pairs = cKDTree(points).query_pairs(SAME_NAME_M, output_type="ndarray")
    gaps = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    for (a, b), gap in zip(pairs.tolist(), gaps.tolist(), strict=True):
        if _is_one_place(stops[a], stops[b], gap):
            links.append((a, b))
    ends = np.array(links, np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(len(stops), len(stops)))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)


def _is_one_place(one: Stop, other: Stop, gap_m: float) -> bool:
    if one.parent or other.parent:
        return False
    if one.name and one.name.casefold() == other.name.casefold():
        return True
    return gap_m <= BAYS_APART_M and _without_bay(one.name).casefold() == _without_bay(other.name).casefold()


def _without_bay(name: str) -> str:
    rest = BAY.sub("", name)
    return rest if rest and not ONLY_A_BAY.fullmatch(rest) else name


def station_names(stops: tuple[Stop, ...], station: Ints, parents: Mapping[str, str]) -> tuple[str, ...]:
    """Return for each stop the name of its station: the parent's, else its own, without the bay where others differ."""
    names: dict[int, set[str]] = {}
    for stop, number in zip(stops, station.tolist(), strict=True):
        names.setdefault(number, set()).add(stop.name.casefold())
    return tuple(
        parents.get(stop.parent, "") or (_without_bay(stop.name) if len(names[number]) > 1 else stop.name)
        for stop, number in zip(stops, station.tolist(), strict=True)
    )
