"""Searches journeys from one place to all stops, for every departure of a window in one go.

The search goes by rounds as RAPTOR does (Delling, Pajor, Werneck 2012), one ride more each, but over all runs at
once and with profiles: each call is labelled with the latest minute at which one may leave home and still be there.
Such labels only grow along a run and while waiting at a stop, so that a whole round is a handful of running maxima
over flat arrays, and the 120 departures of a morning cost no more than one. `bench/transit.py` measures it against
a connection scan per departure and a profile connection scan, which find the same times.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.atlas.transit.contract import Floats, StopWalks
from app.atlas.transit.storage import Columns

Longs = NDArray[np.int64]

MINUTE_S = 60


def rows_between(starts: Longs, ends: Longs) -> tuple[Longs, Longs]:
    """Return all rows of the ranges start to end, one range after the other, and the range each row is from."""
    counts = ends - starts
    of = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(of)) - (np.cumsum(counts) - counts)[of] + starts[of], of


class Chain:
    """A running maximum of labels over rows that are grouped: it starts anew with each group."""

    def __init__(self, group: NDArray[np.integer], labels: int) -> None:
        fresh = np.r_[False, group[1:] != group[:-1]][: len(group)]
        # Each group lies above all labels of the one before it, so one accumulate serves all.
        self._base = np.cumsum(fresh, dtype=np.int64) * (labels + 1)

    def highest_so_far(self, labels: Longs) -> Longs:
        return np.maximum.accumulate(labels + self._base) - self._base

    def highest_before(self, labels: Longs) -> Longs:
        """The same without the row itself; 0 for the first row of a group."""
        before = np.zeros_like(labels)
        before[1:] = np.maximum(np.maximum.accumulate(labels + self._base)[:-1] - self._base[1:], 0)
        return before


class Window:
    """The calls that matter for departures of one window, in the three orders that a search needs.

    `first_s` is the first departure, others follow each minute for `minutes`; journeys take `limit_s` at most.
    """

    def __init__(self, columns: Columns, first_s: int, minutes: int, limit_s: int) -> None:
        self.first_s, self.minutes, self.limit_s = first_s, minutes, limit_s
        horizon = first_s + (minutes - 1) * MINUTE_S + limit_s
        rows = np.flatnonzero((columns.departure >= first_s) & (columns.arrival <= horizon))
        run, stop = columns.call_run[rows], columns.call_stop[rows].astype(np.int64)
        arrival, departure = columns.arrival[rows].astype(np.int64), columns.departure[rows].astype(np.int64)
        self._calls = len(rows)
        self._along = Chain(run, minutes)
        self._changes = tuple(
            np.asarray(c, np.int64) for c in (columns.change_start, columns.change_stop, columns.change_s)
        )
        self._span = horizon + 1
        stops = np.arange(len(columns.stop_lat) + 1)

        goes_on = np.r_[run[1:] == run[:-1], False][: len(run)]
        boarding = np.flatnonzero(columns.boards[rows] & goes_on)
        self._board = boarding[np.lexsort((departure[boarding], stop[boarding]))]
        self._board_s = departure[self._board]
        self._board_key = stop[self._board] * self._span + self._board_s
        self._board_start = np.searchsorted(stop[self._board], stops)
        self._waiting = Chain(stop[self._board], minutes)

        alighting = np.flatnonzero(columns.alights[rows])
        self._alight = alighting[np.lexsort((arrival[alighting], stop[alighting]))]
        self._alight_s = arrival[self._alight]
        self._alight_stop = stop[self._alight]
        self._alight_start = np.searchsorted(self._alight_stop, stops)
        self._arrived = Chain(self._alight_stop, minutes)

    def labels(self, access: StopWalks) -> Longs:
        """Return for each arrival at a stop the latest departure that makes it: minutes from 1 on, 0 for none."""
        boarding = self._board_from(access)
        reached = np.zeros(len(self._alight), np.int64)
        while True:
            riding = np.zeros(self._calls, np.int64)
            riding[self._board] = boarding
            labels = self._along.highest_before(riding)[self._alight]
            # Worth going on from: later than this stop offered by that time before, in this round or the last.
            fresh = np.flatnonzero((labels > self._arrived.highest_before(labels)) & (labels > reached))
            if not len(fresh):
                return reached
            reached = self._arrived.highest_so_far(labels)
            boarding = self._change(fresh, labels[fresh], boarding)

    def _board_from(self, access: StopWalks) -> Longs:
        stops = np.asarray(access.stops, np.int64)
        rows, of = rows_between(self._board_start[stops], self._board_start[stops + 1])
        leave = self._board_s[rows] - np.asarray(access.seconds)[of] - self.first_s
        minute = np.clip(np.floor(leave / MINUTE_S) + 1, 0, self.minutes).astype(np.int64)
        boarding = np.zeros(len(self._board), np.int64)
        np.maximum.at(boarding, rows, minute)
        return self._waiting.highest_so_far(boarding)

    def _change(self, fresh: Longs, labels: Longs, boarding: Longs) -> Longs:
        """Carry labels over every change to the first departure that it catches, and on to all later ones there."""
        start, stop, seconds = self._changes
        origin = self._alight_stop[fresh]
        changes, of = rows_between(start[origin], start[origin + 1])
        ready = self._alight_s[fresh][of] + seconds[changes]
        target = stop[changes]
        in_time = ready < self._span
        target, ready, labels = target[in_time], ready[in_time], labels[of[in_time]]
        rows = np.searchsorted(self._board_key, target * self._span + ready)
        caught = rows < self._board_start[target + 1]
        boarding = boarding.copy()
        np.maximum.at(boarding, rows[caught], labels[caught])
        return self._waiting.highest_so_far(boarding)

    def durations(self, labels: Longs, egress: StopWalks) -> Floats:
        """Return the seconds from door to door for each departure; infinity where the limit is passed."""
        stops = np.asarray(egress.stops, np.int64)
        rows, of = rows_between(self._alight_start[stops], self._alight_start[stops + 1])
        made = labels[rows] > 0
        rows, of = rows[made], of[made]
        at = np.full(self.minutes, np.inf)
        np.minimum.at(at, labels[rows] - 1, self._alight_s[rows] + np.asarray(egress.seconds)[of])
        # Who leaves earlier can always take what a later departure takes.
        at = np.minimum.accumulate(at[::-1])[::-1]
        taken = at - self.first_s - MINUTE_S * np.arange(self.minutes)
        return np.where(taken <= self.limit_s, taken, np.inf)
