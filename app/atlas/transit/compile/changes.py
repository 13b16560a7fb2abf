"""Groups stops into stations, and finds how one changes between stops: on foot, and as transfers.txt says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist

from app.atlas.streets.rules.walk import METRES_PER_MINUTE
from app.atlas.transit.compile.day import Day
from app.atlas.transit.contract import Changes, Floats, Ints, Rows, WalkBetween
from app.atlas.transit.feed.feed import Stop, Transfer
from app.geo import METRES_PER_DEGREE

#: Poles that carry one name belong together where none of them is further than this from another.
SAME_NAME_M = 150.0
#: Poles of two names up to this distance face each other across a street: two stops, but one place on a line's way.
ACROSS_STREET_M = 40.0

#: What tells the bays of one bus station apart at the end of their names: "Market Square 16", "Queensway Q4".
_BAY_WORD = r"(?:bay|stand|stop|stance|gate|platform|quai|gleis|steig)"
_BAY = re.compile(
    rf"[\s,(-]+(?:{_BAY_WORD}\s+(?=[A-Z\d])[A-Z]?\d{{0,2}}[A-Z]?"
    r"|[A-Z]?\d{1,2}[A-Z]?)\)?$",
    re.IGNORECASE,
)


def without_bay(name: str) -> str:
    """Return a stop's name without the number or letter of a bay at its end, unless nothing else names it."""
    rest = _BAY.sub("", name)
    return rest if rest and not re.fullmatch(_BAY_WORD, rest, re.IGNORECASE) else name


#: Pairs of stops that are near each other: so many for each stop, and these besides. More is no town, and would take
#: all memory there is.
MOST_NEAR, FEW_PAIRS = 300, 500_000
#: Poles of one name and row that are looked at together.
MOST_OF_ONE_NAME = 2_000


def is_too_dense(stops: Sequence[Stop], transfers: Sequence[Transfer]) -> bool:
    """Return whether stops lie on top of each other, or are joined by transfers, by the million."""
    points = plane(np.array([stop.lat for stop in stops]), np.array([stop.lon for stop in stops]))
    tree = cKDTree(points)
    members = Counter(name for stop in stops for name in (stop.stop_id, stop.parent) if name)
    pairs = int(tree.count_neighbors(tree, LONGEST_WALK_S * WALK_M_PER_S)) if len(points) else 0
    pairs += sum(members[transfer.origin] * members[transfer.target] for transfer in transfers)
    return pairs > FEW_PAIRS + MOST_NEAR * len(points)


def station_of(stops: tuple[Stop, ...]) -> Ints:
    """Return a station number for each stop; numbers count from 0 in the order of the stops.

    A parent station binds whatever the distance; poles without one go by name, but for their bays, and nearness. Poles
    of two names are two stops, however near: who waits at the one misses what leaves from the other.
    """
    return _joined(stops, across_street=False)


def places_of(stops: tuple[Stop, ...]) -> Ints:
    """Return a number for each stop that is the same for the poles of a station and for those that face each other."""
    return _joined(stops, across_street=True)


def _joined(stops: tuple[Stop, ...], *, across_street: bool) -> Ints:
    points = plane(np.array([stop.lat for stop in stops]), np.array([stop.lon for stop in stops]))
    first_of: dict[str, int] = {}
    links = [(first_of.setdefault(stop.parent, i), i) for i, stop in enumerate(stops) if stop.parent]
    links += _of_one_name(stops, points)
    if across_street:
        links += _pairs_of_poles(stops, points, ACROSS_STREET_M)
    return _numbered(links, len(stops))


def _of_one_name(stops: tuple[Stop, ...], points: Floats) -> Iterator[tuple[int, int]]:
    """Yield pairs of poles that are one stop: of one name, and none further than SAME_NAME_M from another.

    Along a street where each pole is near the next, what would be longer is cut into several stops.
    """
    names = [without_bay(stop.name).casefold() for stop in stops]
    near = _pairs_of_poles(stops, points, SAME_NAME_M)
    chains = _numbered([(a, b) for a, b in near if names[a] and names[a] == names[b]], len(stops))
    members: dict[int, list[int]] = {}
    for pole, chain in enumerate(chains.tolist()):
        members.setdefault(chain, []).append(pole)
    for poles in members.values():
        in_order = sorted(poles, key=lambda pole: stops[pole].stop_id)
        for start in range(0, len(in_order), MOST_OF_ONE_NAME):
            for group in _cut(in_order[start : start + MOST_OF_ONE_NAME], points):
                yield from ((group[0], pole) for pole in group[1:])


def _cut(poles: Sequence[int], points: Floats) -> Iterator[list[int]]:
    """Yield the poles in groups that are no longer than SAME_NAME_M, the nearest to each other together."""
    apart = pdist(points[poles])
    if not len(apart) or apart.max() <= SAME_NAME_M:
        yield list(poles)
        return
    groups = fcluster(linkage(apart, "complete"), SAME_NAME_M, "distance")
    for group in np.unique(groups).tolist():
        yield [pole for pole, own in zip(poles, groups.tolist(), strict=True) if own == group]


def _pairs_of_poles(stops: tuple[Stop, ...], points: Floats, within_m: float) -> list[tuple[int, int]]:
    """Return the pairs of stops without a parent that are near each other."""
    pairs = cKDTree(points).query_pairs(within_m, output_type="ndarray")
    return [(a, b) for a, b in pairs.tolist() if not (stops[a].parent or stops[b].parent)]


def _numbered(links: Sequence[tuple[int, int]], count: int) -> Ints:
    """Return for each of so many stops a number that is the same for all that links join."""
    ends = np.array(links, np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)


#: Nobody walks longer than this between two vehicles; at a walking pace it bounds the straight distance as well.
LONGEST_WALK_S = 600.0
WALK_M_PER_S = METRES_PER_MINUTE / 60

#: How much longer than the straight line a walk is where no street network tells.
DETOUR = 1.3

#: Time lost with every change besides the walk, also at one stop: as in Conveyal R5 (BOARD_SLACK_SECONDS).
SLACK_S = 60

#: The longest change between two platforms of one station: stairs and passages are seldom mapped as ways.
WITHIN_STATION_S = 180

#: transfers.txt: the next vehicle waits; a least time is given; no change is possible.
WAITS, LEAST_TIME, FORBIDDEN = 1, 2, 3


def find_changes(day: Day, transfers: Sequence[Transfer], walk: WalkBetween | None) -> tuple[Changes, int]:
    """Return the changes from each stop, with the number of stops whose walks had to be estimated.

    The seconds of a change hold the walk and the slack.
    """
    pairs, seconds, estimated = _on_foot(day, walk)
    found = {(a, b): s for (a, b), s in zip(pairs.tolist(), seconds.tolist(), strict=True)}
    for a, b in _within_stations(day):
        found[a, b] = min(found.get((a, b), WITHIN_STATION_S), WITHIN_STATION_S)
    for stop in range(len(day.stops)):
        found[stop, stop] = SLACK_S
    _apply(day, transfers, found)
    ends = np.array(sorted(found), np.int32)
    starts = np.searchsorted(ends[:, 0], np.arange(len(day.stops) + 1)).astype(np.int32)
    whole = np.array([found[a, b] for a, b in ends.tolist()], np.int32)
    return Changes(starts, np.ascontiguousarray(ends[:, 1]), whole), estimated


def _on_foot(day: Day, walk: WalkBetween | None) -> tuple[Rows, Rows, int]:
    """Return the pairs of stops within a walk of each other, the seconds, and how many stops are off the streets."""
    points = plane(day.lats, day.lons)
    pairs = cKDTree(points).query_pairs(LONGEST_WALK_S * WALK_M_PER_S, output_type="ndarray")
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    straight = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    estimates = straight * DETOUR / WALK_M_PER_S
    seconds = np.full(len(pairs), np.nan)
    if walk is not None and len(pairs):
        seconds = walk.seconds_between(day.lats, day.lons, pairs[:, 0], pairs[:, 1], LONGEST_WALK_S)
    guessed = np.isnan(seconds)
    seconds = np.where(guessed, estimates, seconds)
    near = seconds <= LONGEST_WALK_S
    whole = np.ceil(seconds[near]).astype(np.int64) + SLACK_S
    return pairs[near], whole, len(np.unique(pairs[near & guessed, 0]))


def _within_stations(day: Day) -> Iterator[tuple[int, int]]:
    """Yield the pairs of different stops of one station, parent or name, that are near to each other."""
    pairs = cKDTree(plane(day.lats, day.lons)).query_pairs(SAME_NAME_M, output_type="ndarray")
    for a, b in pairs.tolist():
        one, other = day.stops[a], day.stops[b]
        alike = bool(one.name) and one.name.casefold() == other.name.casefold()
        if (one.parent and one.parent == other.parent) or (alike and not (one.parent and other.parent)):
            yield from ((a, b), (b, a))


def _apply(day: Day, transfers: Sequence[Transfer], found: dict[tuple[int, int], int]) -> None:
    """Let transfers.txt have the last word; a row about a station counts for each of its platforms."""
    members: dict[str, list[int]] = {}
    for index, stop in enumerate(day.stops):
        members.setdefault(stop.stop_id, []).append(index)
        if stop.parent:
            members.setdefault(stop.parent, []).append(index)
    for transfer in transfers:
        for a in members.get(transfer.origin, ()):
            for b in members.get(transfer.target, ()):
                if transfer.kind == FORBIDDEN:
                    found.pop((a, b), None)
                elif transfer.kind == LEAST_TIME and transfer.seconds is not None:
                    found[a, b] = transfer.seconds
                elif transfer.kind == WAITS and (a, b) in found:
                    found[a, b] -= SLACK_S
                elif (a, b) not in found:
                    found[a, b] = _estimate(day, a, b)


def _estimate(day: Day, a: int, b: int) -> int:
    points = plane(day.lats[[a, b]], day.lons[[a, b]])
    return int(np.ceil(np.hypot(*(points[0] - points[1])) * DETOUR / WALK_M_PER_S)) + SLACK_S


def plane(lats: Floats, lons: Floats) -> Floats:
    """Return the points in metres on a plane true at their middle latitude, shape (n, 2)."""
    middle = float(np.median(lats)) if len(lats) else 0.0
    return np.column_stack([lons * np.cos(np.radians(middle)), lats]) * METRES_PER_DEGREE
