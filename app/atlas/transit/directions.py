"""Tells the two directions of a route apart where the feed does not: along its longest run, or against it."""

from __future__ import annotations

import numpy as np

from app.atlas.transit.contract import Ints
from app.atlas.transit.day import UNKNOWN_DIRECTION, Day
from app.atlas.transit.stations import plane


def directions(day: Day, station: Ints) -> Ints:
    """Return 0 or 1 for each run: the feed's own where given, else found from the order of its stations."""
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
