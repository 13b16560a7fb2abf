"""Finds how one changes between stops: on foot up to ten minutes, and as transfers.txt says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from app.atlas.transit.contract import Changes, Floats, Rows, WalkBetween
from app.atlas.transit.day import Day
from app.atlas.transit.feed import Transfer
from app.atlas.transit.stations import plane

#: Nobody walks longer than this between two vehicles; at 80 m/min it bounds the straight distance as well.
LONGEST_WALK_S = 600.0
WALK_M_PER_S = 80 / 60
#: How much longer than the straight line a walk is where no street network tells.
DETOUR = 1.3
#: Time lost with every change besides the walk, also at one stop: as in Conveyal R5 (BOARD_SLACK_SECONDS).
SLACK_S = 60
#: transfers.txt: the next vehicle waits; a least time is given; no change is possible.
WAITS, LEAST_TIME, FORBIDDEN = 1, 2, 3


def find_changes(day: Day, transfers: Sequence[Transfer], walk: WalkBetween | None) -> Changes:
    """Return the changes from each stop, itself first. Seconds hold the walk and the slack."""
    origin, target, seconds = _on_foot(day, walk)
    found = dict(zip(zip(origin, target, strict=True), seconds, strict=True))
    for stop in range(len(day.stops)):
        found[stop, stop] = SLACK_S
    _apply(day, transfers, found)
    pairs = sorted(found)
    starts = np.searchsorted([pair[0] for pair in pairs], np.arange(len(day.stops) + 1))
    return Changes(
        starts.astype(np.int32),
        np.array([pair[1] for pair in pairs], np.int32),
        np.array([found[pair] for pair in pairs], np.int32),
    )


def _on_foot(day: Day, walk: WalkBetween | None) -> tuple[list[int], list[int], list[int]]:
    points = plane(day.lats, day.lons)
    pairs = cKDTree(points).query_pairs(LONGEST_WALK_S * WALK_M_PER_S, output_type="ndarray")
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    straight = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    seconds = straight * DETOUR / WALK_M_PER_S
    if walk is not None:
        seconds = _over_streets(day, pairs, seconds, walk)
    near = seconds <= LONGEST_WALK_S
    whole = np.ceil(seconds[near]).astype(np.int64) + SLACK_S
    return pairs[near, 0].tolist(), pairs[near, 1].tolist(), whole.tolist()


def _over_streets(day: Day, pairs: Rows, estimates: Floats, walk: WalkBetween) -> Floats:
    """Return walks over the streets; the estimate stays where an end is off the network."""
    seconds = walk.seconds_between(day.lats, day.lons, pairs[:, 0], pairs[:, 1], LONGEST_WALK_S)
    return np.where(np.isnan(seconds), estimates, seconds)


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
