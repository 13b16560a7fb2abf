"""What a person waiting at a station sees of each route: trips, departures per hour, first and last, and where to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.atlas.transit.compile.changes import plane
from app.atlas.transit.compile.day import UNKNOWN_DIRECTION, Day
from app.atlas.transit.contract import DAYTIME_S, Ints


@dataclass(frozen=True, slots=True)
class Departures:
    """One row per station and route with a departure; `of_stop` pairs each stop with the rows it takes part in."""

    route: Ints
    trips: Ints
    #: Departures from 7 to 19 in the direction that has more of them.
    daytime: Ints
    first: Ints
    last: Ints
    headsign: Ints
    #: (stop, row) pairs, by stop and then by route.
    of_stop: Ints


def count_departures(day: Day, station: Ints, direction: Ints) -> Departures:
    """Count each run once per station, however many of its platforms it calls at; carried runs do not count."""
    # The last call of a run is no departure, whatever its pickup_type says.
    goes_on = np.r_[day.call_run[1:] == day.call_run[:-1], False]
    calls = np.flatnonzero(day.boards & goes_on & ~day.run_carried[day.call_run])
    run, stop = day.call_run[calls], day.call_stop[calls]
    pair = station[stop].astype(np.int64) * len(day.routes) + day.run_route[run]
    pairs, row = np.unique(pair, return_inverse=True)
    of_stop = np.unique(np.column_stack([stop, row]), axis=0).astype(np.int32)
    order = np.lexsort((day.departure[calls], run, row))
    row, run, calls = row[order], run[order], calls[order]
    once = np.r_[True, (row[1:] != row[:-1]) | (run[1:] != run[:-1])][: len(row)]
    row, run, departure = row[once], run[once], day.departure[calls[once]]
    starts = np.searchsorted(row, np.arange(len(pairs) + 1))
    facts = [
        _summary(departure[a:b], direction[run[a:b]], day.run_headsign[run[a:b]])
        for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    ]
    trips, daytime, first, last, headsign = np.array(facts, np.int32).reshape(-1, 5).T
    route = (pairs % len(day.routes)).astype(np.int32)
    return Departures(route, trips, daytime, first, last, headsign, of_stop)


def _summary(departure: Ints, direction: Ints, headsign: Ints) -> tuple[int, int, int, int, int]:
    """Return trips, daytime departures of the better direction, first, last, and that direction's usual headsign."""
    by_day = (departure >= DAYTIME_S[0]) & (departure < DAYTIME_S[1])
    ways = sorted(
        (-int(by_day[direction == way].sum()), -int((direction == way).sum()), way) for way in set(direction.tolist())
    )
    busiest, _, way = ways[0]
    signs = np.bincount(headsign[direction == way])
    return len(departure), -busiest, int(departure.min()), int(departure.max()), int(signs.argmax())


def directions(day: Day, station: Ints) -> Ints:
    """Return 0 or 1 for each run: the direction its feed gives, else with its route's longest run or against it."""
    found = day.run_direction.copy()
    starts = np.searchsorted(day.call_run, np.arange(len(found) + 1))
    points = plane(day.lats, day.lons)
    for route in np.unique(day.run_route[found == UNKNOWN_DIRECTION]).tolist():
        runs = np.flatnonzero((day.run_route == route) & (found == UNKNOWN_DIRECTION))
        lengths = starts[runs + 1] - starts[runs]
        longest = runs[int(np.argmax(lengths))]
        model = day.call_stop[starts[longest] : starts[longest + 1]]
        rank = {int(station[stop]): place for place, stop in reversed(list(enumerate(model.tolist())))}
        heading = points[model[-1]] - points[model[0]]
        known: dict[bytes, int] = {}
        for run in runs.tolist():
            way = day.call_stop[starts[run] : starts[run + 1]]
            key = way.tobytes()
            if key not in known:
                ranks = [rank[place] for place in station[way].tolist() if place in rank]
                forth = sum(np.sign(np.diff(ranks))) if len(ranks) > 1 else (points[way[-1]] - points[way[0]]) @ heading
                known[key] = int(forth < 0)
            found[run] = known[key]
    return found
