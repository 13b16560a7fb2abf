"""One service day of one feed: every run of every trip, headways laid out, last night's late trips included."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.transit.archive import Archive
from app.atlas.transit.calls import Calls, read_calls, trip_starts
from app.atlas.transit.contract import Bools, Ints
from app.atlas.transit.feed import Feed, Trip

DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs and their calls; `calls.trip` counts runs, in order of the calls."""

    calls: Calls
    #: The trip of each run, an index into `Feed.trips`.
    trip: Ints
    #: Runs of the day before which are still under way after midnight: they carry, but are not this day's service.
    carried: Bools


def read_runs(archive: Archive, feed: Feed, today: Set[str], yesterday: Set[str]) -> Runs:
    """Lay out all runs of a day, given the services of it and of the day before. Raises BadFeed."""
    wanted = {
        trip.trip_id: index
        for index, trip in enumerate(feed.trips)
        if (trip.service in today or trip.service in yesterday) and feed.routes[trip.route].mode is not None
    }
    calls = read_calls(archive, feed, wanted)
    starts = trip_starts(calls.trip)
    ends = np.r_[starts[1:], len(calls.trip)][: len(starts)]
    rows: list[tuple[int, int, bool]] = []
    for row, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        trip = feed.trips[calls.trip[start]]
        leaves, arrives = int(calls.departure[start]), int(calls.arrival[end - 1])
        for shift in _shifts(feed, trip, leaves):
            if trip.service in today:
                rows.append((row, shift, False))
            if trip.service in yesterday and arrives + shift >= DAY_S:
                rows.append((row, shift - DAY_S, True))
    return _lay_out(calls, starts, ends - starts, rows)


def _shifts(feed: Feed, trip: Trip, leaves: int) -> list[int]:
    """Return by how many seconds each run of a trip is moved; headways replace the trip's own times."""
    headways = feed.headways.get(trip.trip_id)
    if headways is None:
        return [0]
    return sorted({start - leaves for headway in headways for start in headway.starts()})


def _lay_out(
    calls: Calls, starts: NDArray[np.intp], lengths: NDArray[np.intp], rows: list[tuple[int, int, bool]]
) -> Runs:
    row = np.array([row for row, _, _ in rows], np.intp)
    shift = np.array([shift for _, shift, _ in rows], np.int32)
    run = np.repeat(np.arange(len(rows), dtype=np.int32), lengths[row])
    first = np.cumsum(lengths[row]) - lengths[row]
    picked = calls.take(np.arange(len(run)) - first[run] + starts[row][run])
    laid = Calls(
        run,
        picked.stop,
        picked.arrival + shift[run],
        picked.departure + shift[run],
        picked.boards,
        picked.alights,
        picked.line,
    )
    return Runs(laid, calls.trip[starts[row]], np.array([carried for _, _, carried in rows], np.bool_))
