"""Two other ways to find the same journeys, for `bench/transit.py` to measure Doorstep's against."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.atlas.transit.contract import StopWalks
from app.atlas.transit.journeys import MINUTE_S, Span
from app.atlas.transit.storage import TimetableColumns


@dataclass(frozen=True)
class Scan:
    """The connections of one window as plain lists: (departure, arrival, from, to, run, boards, alights)."""

    connections: list[tuple[int, int, int, int, int, bool, bool]]
    changes: list[list[tuple[int, int]]]
    span: Span

    @classmethod
    def of(cls, columns: TimetableColumns, span: Span) -> Scan:
        """Cut the window out of a timetable's columns."""
        same = np.asarray(columns.call_run[1:] == columns.call_run[:-1])
        rows = np.flatnonzero(same & (columns.departure[:-1] >= span.first_s) & (columns.arrival[1:] <= span.horizon_s))
        table = zip(
            columns.departure[rows].tolist(),
            columns.arrival[rows + 1].tolist(),
            columns.call_stop[rows].tolist(),
            columns.call_stop[rows + 1].tolist(),
            columns.call_run[rows].tolist(),
            columns.boards[rows].tolist(),
            columns.alights[rows + 1].tolist(),
            strict=True,
        )
        order = np.lexsort((rows, columns.departure[rows]))
        connections = list(table)
        starts, pairs = (
            columns.change_start.tolist(),
            list(zip(columns.change_stop.tolist(), columns.change_s.tolist(), strict=True)),
        )
        changes = [pairs[a:b] for a, b in pairwise(starts)]
        return cls([connections[row] for row in order.tolist()], changes, span)

    def _cut(self, arrivals: Sequence[float]) -> list[float]:
        taken = [at - self.span.first_s - MINUTE_S * minute for minute, at in enumerate(arrivals)]
        return [seconds if seconds <= self.span.limit_s else math.inf for seconds in taken]


def by_departure(scan: Scan, access: StopWalks, egresses: Sequence[StopWalks]) -> list[list[float]]:
    """Scan all connections once per departure (Dibbelt, Pajor, Strasser, Wagner 2013)."""
    found: list[list[float]] = [[] for _ in egresses]
    for minute in range(scan.span.minutes):
        leave = scan.span.first_s + minute * MINUTE_S
        ready = [math.inf] * len(scan.changes)
        alighted = [math.inf] * len(scan.changes)
        for stop, walk in zip(access.stops.tolist(), access.seconds.tolist(), strict=True):
            ready[stop] = min(ready[stop], leave + walk)
        riding: set[int] = set()
        for departure, arrival, origin, target, run, boards, alights in scan.connections:
            if run in riding or (boards and ready[origin] <= departure):
                riding.add(run)
                if alights and arrival < alighted[target]:
                    alighted[target] = arrival
                    for other, seconds in scan.changes[target]:
                        if arrival + seconds < ready[other]:
                            ready[other] = arrival + seconds
        for times, egress in zip(found, egresses, strict=True):
            doors = zip(egress.stops.tolist(), egress.seconds.tolist(), strict=True)
            times.append(min((alighted[stop] + walk for stop, walk in doors), default=math.inf))
    return [scan._cut(times) for times in found]


def by_profile(scan: Scan, access: StopWalks, egresses: Sequence[StopWalks]) -> list[list[float]]:
    """Go through all events once in order of time, carrying the latest departure that is still on board."""
    walk_to = dict(zip(access.stops.tolist(), access.seconds.tolist(), strict=True))
    waiting = [0] * len(scan.changes)
    riding: dict[int, int] = {}
    arrivals: list[list[tuple[int, int]]] = [[] for _ in scan.changes]
    for kind, label, row in _events(scan):
        departure, arrival, origin, target, run, boards, alights = scan.connections[row] if kind == 1 else (0,) * 7
        if kind == 0:  # ready at a stop: `row` is the stop
            waiting[row] = max(waiting[row], label)
            continue
        best = riding.get(run, 0)
        if boards:
            best = max(best, waiting[origin])
            if origin in walk_to:
                minute = (departure - walk_to[origin] - scan.span.first_s) // MINUTE_S + 1
                best = max(best, min(scan.span.minutes, int(minute)))
        if best:
            riding[run] = best
            if alights and (
                not arrivals[target] or best > arrivals[target][-1][1] or arrival < arrivals[target][-1][0]
            ):
                arrivals[target].append((arrival, best))
                for other, seconds in scan.changes[target]:
                    heapq.heappush(_QUEUE, (arrival + seconds, 0, best, other))
    return [scan._cut(_profile(scan, arrivals, egress)) for egress in egresses]


_QUEUE: list[tuple[int, int, int, int]] = []


def _events(scan: Scan) -> Iterator[tuple[int, int, int]]:
    """Yield departures and changes by time, a change before a departure of the same second."""
    _QUEUE.clear()
    for row, connection in enumerate(scan.connections):
        while _QUEUE and _QUEUE[0][0] <= connection[0]:
            _, kind, label, stop = heapq.heappop(_QUEUE)
            yield kind, label, stop
        yield 1, 0, row


def _profile(scan: Scan, arrivals: Sequence[list[tuple[int, int]]], egress: StopWalks) -> list[float]:
    at = [math.inf] * (scan.span.minutes + 1)
    for stop, walk in zip(egress.stops.tolist(), egress.seconds.tolist(), strict=True):
        for arrival, label in arrivals[stop]:
            at[label - 1] = min(at[label - 1], arrival + walk)
    for minute in range(scan.span.minutes - 1, -1, -1):
        at[minute] = min(at[minute], at[minute + 1])
    return at[: scan.span.minutes]
