"""The part of a service day that departures of one window can use, laid out for the search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.transit.contract import Changes, Ints, Rows
from app.atlas.transit.storage import Columns

Longs = NDArray[np.int64]

MINUTE_S = 60
#: How many changes are weighed at once while building: bounds the memory of an import.
CHUNK = 2_000_000


class Span(NamedTuple):
    """Departures each minute from `first_s` on, for journeys of at most `limit_s`."""

    first_s: int
    minutes: int
    limit_s: int

    @property
    def horizon_s(self) -> int:
        """The latest arrival that counts."""
        return self.first_s + (self.minutes - 1) * MINUTE_S + self.limit_s


#: A working morning, 7 to 9, with journeys of up to 110 minutes.
MORNING = Span(7 * 3600, 120, 110 * 60)


@dataclass(frozen=True, slots=True)
class Window:
    """Calls by run and along it, and the same calls as departures and as arrivals, by stop and then by time."""

    run: Ints
    board_call: Ints
    board_s: Ints
    #: The departures from stop `s` are rows start[s] to start[s + 1].
    board_start: Ints
    alight_call: Ints
    alight_s: Ints
    alight_start: Ints
    #: The departures (rows) that one catches by changing after call `c`: from start[c] to start[c + 1].
    catch_start: Ints
    catch_row: Ints


def rows_between(starts: Rows, ends: Rows) -> tuple[Longs, Longs]:
    """Return all rows of the ranges start to end, one range after the other, and the range each row is from."""
    counts = (ends - starts).astype(np.int64)
    of = np.repeat(np.arange(len(counts)), counts)
    begins = starts.astype(np.int64) - (np.cumsum(counts) - counts)
    return np.arange(len(of)) + begins[of], of


def build_window(columns: Columns, span: Span) -> Window:
    """Cut a window out of a day and lay it out."""
    rows = np.flatnonzero((columns.departure >= span.first_s) & (columns.arrival <= span.horizon_s))
    run, stop = columns.call_run[rows], columns.call_stop[rows]
    arrival, departure = columns.arrival[rows], columns.departure[rows]
    stops = np.arange(len(columns.stop_lat) + 1)
    goes_on = np.r_[run[1:] == run[:-1], False][: len(run)]
    board = np.flatnonzero(columns.boards[rows] & goes_on)
    board = board[np.lexsort((departure[board], stop[board]))]
    alight = np.flatnonzero(columns.alights[rows])
    alight = alight[np.lexsort((arrival[alight], stop[alight]))]
    departures = _Departures(stop[board], departure[board], span.horizon_s + 1)
    changes = Changes(columns.change_start, columns.change_stop, columns.change_s)
    calls = np.sort(alight)
    catches = list(_catches(calls, run, stop[calls], arrival[calls], changes, departures))
    catch_call = np.concatenate([call for call, _ in catches] or [np.zeros(0, np.int64)])
    catch_row = np.concatenate([row for _, row in catches] or [np.zeros(0, np.int64)])
    return Window(
        run=np.ascontiguousarray(run),
        board_call=board.astype(np.int32),
        board_s=departure[board],
        board_start=np.searchsorted(stop[board], stops).astype(np.int32),
        alight_call=alight.astype(np.int32),
        alight_s=arrival[alight],
        alight_start=np.searchsorted(stop[alight], stops).astype(np.int32),
        catch_start=np.searchsorted(catch_call, np.arange(len(rows) + 1)).astype(np.int32),
        catch_row=catch_row.astype(np.int32),
    )


class _Departures:
    """Finds the first departure from a stop at or after a time, -1 where there is none."""

    def __init__(self, stop: Ints, seconds: Ints, beyond_s: int) -> None:
        self._beyond_s = beyond_s
        self._stop = np.r_[stop, np.int32(-1)]
        self._keys = stop.astype(np.int64) * beyond_s + seconds

    def first(self, stop: Rows, ready_s: Rows) -> Longs:
        row = np.searchsorted(self._keys, stop.astype(np.int64) * self._beyond_s + ready_s)
        return np.where((self._stop[row] == stop) & (ready_s < self._beyond_s), row, -1)


def _catches(
    calls: Longs, run: Ints, stop: Ints, arrival: Ints, changes: Changes, departures: _Departures
) -> Iterator[tuple[Longs, Longs]]:
    """Yield (call, departure) pairs by call: what is caught by changing, some millions of changes at a time."""
    begin = 0
    many = np.r_[0, np.cumsum(changes.start[stop + 1] - changes.start[stop], dtype=np.int64)]
    runs = run[calls]
    while begin < len(calls):
        end = max(begin + 1, int(np.searchsorted(many, many[begin] + CHUNK)) - 1)
        end = int(np.searchsorted(runs, runs[end - 1], "right"))  # whole runs only
        part = slice(begin, end)
        rows, of = rows_between(changes.start[stop[part]], changes.start[stop[part] + 1])
        target, ready = changes.stop[rows], (arrival[part][of] + changes.seconds[rows]).astype(np.int64)
        needed = _needed(runs[part][of], target, ready)
        row = departures.first(target[needed], ready[needed])
        caught = row >= 0
        yield calls[part][of[needed[caught]]], row[caught]
        begin = end


def _needed(run: Ints, target: Ints, ready: Longs) -> Longs:
    """Return the changes (sorted by run and along it) that nobody does better than by staying on board.

    One is left out where the same run, further on, has one at the same stop sooner: whoever could make the former can
    make the latter. It must be sooner, not as soon: where a run calls twice at a stop within one second, the search
    goes on from the first call only, and a tie here would leave just the second.
    """
    if not len(run):
        return np.zeros(0, np.int64)
    order = np.lexsort((-np.arange(len(run)), target, run))
    fresh = (np.diff(run[order]) != 0) | (np.diff(target[order]) != 0)
    group = np.cumsum(np.r_[False, fresh], dtype=np.int64)
    sooner = ready[order] - group * (int(ready.max()) + 1)
    soonest = np.minimum.accumulate(sooner)
    return np.sort(order[np.r_[True, sooner[1:] <= soonest[:-1]]])
