"""Searches journeys from all stops to one place, for every arrival of a window: the search of `journeys` run backwards.

A timetable turned back, with each arrival as a departure and each change the other way round, holds the same journeys.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.transit.contract import Changes, StopWalks
from app.atlas.transit.journeys import MINUTE_S, JourneySearch, Span, build_window
from app.atlas.transit.storage import TimetableColumns

#: Seconds of a journey that is not there: more than any, and room to add a walk.
NO_RIDE = 20_000


class Arrivals(NamedTuple):
    """Arrivals by each minute up to `last_s`, the latest first, for journeys of at most `limit_s`."""

    last_s: int
    minutes: int = 31
    limit_s: int = 110 * 60


class ArrivalSearch:
    """Journeys that arrive in one window. Immutable: threads may share it."""

    def __init__(self, columns: TimetableColumns, arrivals: Arrivals) -> None:
        """Cut the window out of a day and turn it back; `arrivals.last_s` is its second 0."""
        self._span = Span(0, arrivals.minutes, arrivals.limit_s)
        self._search = JourneySearch(build_window(turned_back(columns, arrivals.last_s), self._span), self._span)

    def seconds_before(self, egress: StopWalks) -> NDArray[np.int16]:
        """Return the least seconds before each arrival at which one must leave each stop, shape (stops, minutes).

        NO_RIDE where no journey arrives within the limit. `egress` are the walks from stops to the place.
        """
        search = self._search
        before = search.first_arrivals(search.labels(egress)) - MINUTE_S * np.arange(self._span.minutes)
        return np.where(before <= self._span.limit_s, before, NO_RIDE).astype(np.int16)


def turned_back(columns: TimetableColumns, last_s: int) -> TimetableColumns:
    """Return the timetable with time running backwards from a second of the day."""
    run = columns.call_run[::-1]
    changes = _turned_round(Changes(columns.change_start, columns.change_stop, columns.change_s))
    return replace(
        columns,
        call_run=run[:1].max(initial=0) - run,
        call_stop=columns.call_stop[::-1],
        arrival=last_s - columns.departure[::-1],
        departure=last_s - columns.arrival[::-1],
        boards=columns.alights[::-1],
        alights=columns.boards[::-1],
        change_start=changes.start,
        change_stop=changes.stop,
        change_s=changes.seconds,
    )


def _turned_round(changes: Changes) -> Changes:
    """Return the changes from each stop as those to it."""
    origin = np.repeat(np.arange(len(changes.start) - 1), np.diff(changes.start))
    order = np.argsort(changes.stop, kind="stable")
    starts = np.searchsorted(changes.stop[order], np.arange(len(changes.start)))
    return Changes(starts.astype(np.int32), origin[order].astype(np.int32), changes.seconds[order])
