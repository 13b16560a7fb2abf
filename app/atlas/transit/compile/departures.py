"""What a person waiting at a station sees of each line in each direction: how often, from when until when, weekends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.atlas.transit.compile.day import Day
from app.atlas.transit.compile.lines import Lines
from app.atlas.transit.contract import DAYTIME_S, EVENING_S, UNKNOWN, Bools, Ints
from app.atlas.transit.feed.runs import SATURDAY, SUNDAY, WEEKDAY

HOURS = 24


@dataclass(frozen=True, slots=True)
class Departures:
    """One row per station, line and direction with a departure; `of_stop` pairs each stop with the rows it sees."""

    line: Ints
    #: (stop, row) pairs, by stop and then by line.
    of_stop: Ints
    headsign: Ints
    #: On the weekday: departures, those from 7 to 19, those from 19 on, first and last, seconds between two or 0.
    trips: Ints
    daytime: Ints
    evening: Ints
    first: Ints
    last: Ints
    headway: Ints
    #: The same of the weekend; UNKNOWN where the feed says nothing of it.
    saturday: Ints
    saturday_headway: Ints
    sunday: Ints
    sunday_headway: Ints
    #: On the weekday, by hour of the clock: 24 counts a row. What leaves after midnight counts at 0, 1, 2, ...
    by_hour: Ints


def count_departures(day: Day, station: Ints, lines: Lines) -> Departures:
    """Count each run once per station, however many of its platforms it calls at; carried runs do not count."""
    # The last call of a run is no departure, whatever its pickup_type says.
    goes_on = np.r_[day.call_run[1:] == day.call_run[:-1], False]
    calls = np.flatnonzero(day.boards & goes_on & ~day.run_carried[day.call_run])
    run, stop = day.call_run[calls], day.call_stop[calls]
    pairs, row = np.unique(station[stop].astype(np.int64) * len(lines.route) + lines.of_run[run], return_inverse=True)
    of_stop = np.unique(np.column_stack([stop, row]), axis=0).astype(np.int32)
    order = np.lexsort((day.departure[calls], run, row))
    row, run, calls = row[order], run[order], calls[order]
    once = np.r_[True, (row[1:] != row[:-1]) | (run[1:] != run[:-1])][: len(row)]
    row, run, departure = row[once], run[once], day.departure[calls[once]]
    line = (pairs % len(lines.route)).astype(np.int32)
    starts = np.searchsorted(row, np.arange(len(pairs) + 1)).tolist()
    facts = [
        (int(np.bincount(day.run_headsign[run[a:b]]).argmax()), *_counts(departure[a:b], day.run_day[run[a:b]], known))
        for a, b, known in zip(starts[:-1], starts[1:], day.tells_weekend[lines.route[line]], strict=True)
    ]
    columns = np.array(facts, np.int32).reshape(-1, 11).T
    weekday = day.run_day[run] == WEEKDAY
    return Departures(*(line, of_stop, *columns, _by_hour(len(pairs), row[weekday], departure[weekday])))


def _by_hour(rows: int, row: Ints, departure: Ints) -> Ints:
    """Return how many of the departures of each row fall into each hour of the clock."""
    counts = np.zeros((rows, HOURS), np.int32)
    np.add.at(counts, (row, departure // 3600 % HOURS), 1)
    return counts


def _counts(departure: Ints, day: Ints, tells_weekend: Bools) -> Iterator[int]:
    """Yield the columns of one row from the departures of all days."""
    own = departure[day == WEEKDAY]
    yield len(own)
    yield int(((own >= DAYTIME_S[0]) & (own < DAYTIME_S[1])).sum())
    yield int((own >= EVENING_S).sum())
    yield int(own.min(initial=2**31 - 1)) if len(own) else 0
    yield int(own.max(initial=0))
    yield headway(own)
    for which, known in zip((SATURDAY, SUNDAY), tells_weekend.tolist(), strict=True):
        some = departure[day == which]
        yield len(some) if known else UNKNOWN
        yield headway(some)


#: A line has a headway where it leaves from the morning to the evening, and no wait is much longer than most.
FEWEST, STARTS_BY_S, ENDS_FROM_S = 5, 9 * 3600, 17 * 3600
LONGEST_TO_USUAL, SLACK_S = 1.5, 300


def headway(departures: Ints) -> int:
    """Return the usual seconds between two departures by day, 0 where they come irregularly."""
    by_day = np.unique(departures[(departures >= DAYTIME_S[0]) & (departures < DAYTIME_S[1])])
    if len(by_day) < FEWEST or by_day[0] > STARTS_BY_S or by_day[-1] < ENDS_FROM_S:
        return 0
    waits = np.diff(by_day)
    usual = float(np.median(waits))
    return round(usual) if waits.max() <= LONGEST_TO_USUAL * usual + SLACK_S else 0
