"""The days shown of one feed: every run of every trip, headways laid out, last night's late trips included."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.transit.clock import DAY_S, seconds_of, whole_number
from app.atlas.transit.contract import Bools, Ints
from app.atlas.transit.feed.archive import Archive
from app.atlas.transit.feed.feed import Feed, Trip
from app.geo import METRES_PER_DEGREE

#: Which of the days shown a run belongs to.
WEEKDAY, SATURDAY, SUNDAY = 0, 1, 2


class ServicesOf(NamedTuple):
    """The services that run on each of the days shown, and on the day before the weekday."""

    weekday: frozenset[str]
    day_before: frozenset[str]
    #: None where the feed does not tell.
    saturday: frozenset[str] | None
    sunday: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs and their calls; `calls.trip` counts runs, in order of the calls."""

    calls: Calls
    #: The trip of each run, an index into `Feed.trips`.
    trip: Ints
    #: WEEKDAY, SATURDAY or SUNDAY.
    day: Ints
    #: Runs of the day before which are still under way after midnight: they carry, but are not this day's service.
    carried: Bools
    #: Whether the feed tells what runs on Saturdays and on Sundays.
    tells_weekend: tuple[bool, bool]


def read_runs(archive: Archive, feed: Feed, services: ServicesOf) -> Runs:
    """Lay out all runs of a weekday and a weekend. Faulty calls and trips are left out and counted."""
    running = frozenset[str]().union(*(some for some in services if some))
    wanted = {
        trip.trip_id: index
        for index, trip in enumerate(feed.trips)
        if trip.service in running and feed.routes[trip.route].mode is not None
    }
    calls = read_calls(archive, feed, wanted)
    starts = _trip_starts(calls.trip)
    ends = np.r_[starts[1:], len(calls.trip)][: len(starts)]
    rows: list[_Row] = []
    laid_out = 0
    for call, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        trip = feed.trips[calls.trip[start]]
        leaves, arrives = int(calls.departure[start]), int(calls.arrival[end - 1])
        laid_out += _runs_by_headway(feed, trip) * (end - start)
        if laid_out > MOST_BY_HEADWAY + CALLS_A_BYTE * archive.size:
            raise feed.losses.refuse("its headways make millions of departures, more than any timetable of its size")
        for shift in _shifts(feed, trip, leaves):
            rows += _rows_on(services, trip.service, _Row(call, shift, WEEKDAY, carried=False), arrives + shift)
    tells_weekend = (services.saturday is not None, services.sunday is not None)
    return _lay_out(calls, starts, ends - starts, rows, tells_weekend=tells_weekend)


class _Row(NamedTuple):
    """A run: the trip's place among all, by how many seconds it is moved, and its day."""

    trip: int
    shift: int
    day: int
    carried: bool


def _rows_on(services: ServicesOf, service: str, row: _Row, arrives: int) -> Iterator[_Row]:
    if service in services.weekday:
        yield row
    if service in services.day_before and arrives >= DAY_S:
        yield row._replace(shift=row.shift - DAY_S, carried=True)
    for day, running in ((SATURDAY, services.saturday), (SUNDAY, services.sunday)):
        if running and service in running:
            yield row._replace(day=day)


#: Calls that headways may be laid out to, and as many more for each byte of the zip file: a bound on memory. The feed
#: of a city with 20 million people makes 2 a byte.
MOST_BY_HEADWAY, CALLS_A_BYTE = 2_000_000, 3


def _runs_by_headway(feed: Feed, trip: Trip) -> int:
    return sum(len(headway.starts()) for headway in feed.headways.get(trip.trip_id, ()))


def _shifts(feed: Feed, trip: Trip, leaves: int) -> list[int]:
    """Return by how many seconds each run of a trip is moved; headways replace the trip's own times."""
    headways = feed.headways.get(trip.trip_id)
    if headways is None:
        return [0]
    return sorted({start - leaves for headway in headways for start in headway.starts()})


def _lay_out(
    calls: Calls,
    starts: NDArray[np.intp],
    lengths: NDArray[np.intp],
    rows: list[_Row],
    *,
    tells_weekend: tuple[bool, bool],
) -> Runs:
    row, shift, day, carried = np.array(rows, np.int32).reshape(-1, 4).T
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
    return Runs(laid, calls.trip[starts[row]], day, carried.astype(np.bool_), tells_weekend)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls as columns, by trip and then along it; seconds after the service day's midnight."""

    trip: Ints
    stop: Ints
    arrival: Ints
    departure: Ints
    boards: Bools
    alights: Bools
    #: Line in stop_times.txt, to name a fault.
    line: Ints

    def take(self, rows: NDArray[np.intp] | Bools) -> Calls:
        return Calls(
            self.trip[rows],
            self.stop[rows],
            self.arrival[rows],
            self.departure[rows],
            self.boards[rows],
            self.alights[rows],
            self.line[rows],
        )


FILE = "stop_times.txt"
REQUIRED = ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time")
OPTIONAL = ("pickup_type", "drop_off_type", "start_pickup_drop_off_window", "location_id", "location_group_id")

NO_TIME, BAD_TIME = -1, -2
#: What faults are counted among: calls of all trips, and those of the trips that run on the days shown.
CALLS, CALLS_SHOWN, TRIPS_SHOWN = "calls", "calls on the days shown", "trips on the days shown"


def read_calls(archive: Archive, feed: Feed, wanted: Mapping[str, int]) -> Calls:
    """Read the calls of the wanted trips (id to index), give missing times, and leave out what leads nowhere."""
    calls, sequence = _read_rows(archive, feed, wanted)
    order = np.lexsort((sequence, calls.trip))  # calls of one number stay in the order of the file
    calls, sequence = calls.take(order), sequence[order]
    again = np.r_[False, (calls.trip[1:] == calls.trip[:-1]) & (sequence[1:] == sequence[:-1])][: len(sequence)]
    again[1:] &= calls.stop[1:] == calls.stop[:-1]
    calls = _without(feed, calls, again, "the trip has the same call twice")
    lost = np.isnan([feed.stops[stop].lat for stop in calls.stop.tolist()])
    calls = _without(feed, calls, lost, "stops.txt gives no position for the stop")
    calls = _without(feed, calls, _beyond_times(calls), "the first or last call of a trip has no time")
    calls = _fill_times(feed, _past_midnight(calls))
    return _with_travel(_without_backward(feed, calls))


def _read_rows(archive: Archive, feed: Feed, wanted: Mapping[str, int]) -> tuple[Calls, Ints]:
    """Read the rows into flat arrays, one pass: this loop is most of an import's time."""
    known = {trip.trip_id for trip in feed.trips} | feed.faulty_trips
    stops = {stop.stop_id: index for index, stop in enumerate(feed.stops)}
    clock: dict[str, int] = {"": NO_TIME}
    order: dict[str, int | None] = {}
    trips, places, arrivals, departures, sequences, lines = (array("i") for _ in range(6))
    boards, alights = array("b"), array("b")
    count, shown = 0, 0
    for count, (line, row) in enumerate(archive.rows(FILE, REQUIRED, OPTIONAL), 1):  # noqa: B007
        trip_id, stop_id, sequence, arrival, departure, pickup, drop_off, *on_request = row
        trip = wanted.get(trip_id)
        if trip is None:
            if trip_id not in known:
                _leave_out(feed, CALLS, line, "the trip_id is not in trips.txt", trip_id)
            continue
        if any(on_request):
            feed.note("Calls on request, within an area or a span of time, were left out.")
            continue
        shown += 1
        arrive = clock[arrival] if arrival in clock else _remember(clock, arrival)
        depart = clock[departure] if departure in clock else _remember(clock, departure)
        place = order[sequence] if sequence in order else order.setdefault(sequence, whole_number(sequence))
        stop = stops.get(stop_id)
        if stop is None:
            _leave_out(feed, CALLS_SHOWN, line, "the stop_id is not in stops.txt", stop_id)
        elif arrive == BAD_TIME or depart == BAD_TIME:
            _leave_out(feed, CALLS_SHOWN, line, "a time is not written HH:MM:SS", f"{arrival}, {departure}")
        elif place is None:
            _leave_out(feed, CALLS_SHOWN, line, "the stop_sequence is not a whole number", sequence)
        else:
            trips.append(trip)
            places.append(stop)
            arrivals.append(depart if arrive == NO_TIME else arrive)
            departures.append(arrive if depart == NO_TIME else depart)
            sequences.append(place)
            lines.append(line)
            boards.append(pickup not in NOT_HERE)
            alights.append(drop_off not in NOT_HERE)
    feed.losses.read(CALLS, count)
    feed.losses.read(CALLS_SHOWN, shown)
    calls = Calls(
        trip=np.array(trips, np.int32),
        stop=np.array(places, np.int32),
        arrival=np.array(arrivals, np.int32),
        departure=np.array(departures, np.int32),
        boards=np.array(boards, np.bool_),
        alights=np.array(alights, np.bool_),
        line=np.array(lines, np.int32),
    )
    return calls, np.array(sequences, np.int32)


#: pickup_type and drop_off_type of a stop where that is not possible.
NOT_HERE = frozenset({"1", "1.0"})


def _leave_out(feed: Feed, what: str, line: int, why: str, value: str | None = None) -> None:
    feed.losses.leave_out(what, f"{FILE}, line {line}", why, value)


def _without(feed: Feed, calls: Calls, faulty: Bools, why: str) -> Calls:
    """Leave out some calls and count them."""
    for line in np.sort(calls.line[faulty]).tolist():
        _leave_out(feed, CALLS_SHOWN, line, why)
    return calls.take(~faulty) if faulty.any() else calls


def _remember(clock: dict[str, int], text: str) -> int:
    seconds = seconds_of(text)
    clock[text] = BAD_TIME if seconds is None else seconds
    return clock[text]


def _beyond_times(calls: Calls) -> Bools:
    """Return which calls come before the first time of their trip or after its last."""
    timed = (calls.arrival != NO_TIME).astype(np.int64)
    so_far = np.cumsum(timed)
    starts = _trip_starts(calls.trip)
    lengths = np.diff(np.r_[starts, len(timed)])
    before = np.repeat(so_far[starts] - timed[starts], lengths)
    until = np.repeat(so_far[starts + lengths - 1], lengths)
    return np.asarray((so_far == before) | (so_far - timed == until), np.bool_)


#: Nobody rides backwards for half a day: such a trip has passed midnight and begun again at 0:00.
HALF_A_DAY_S = DAY_S // 2


def _past_midnight(calls: Calls) -> Calls:
    """Let trips go on past 24:00 that begin again at 0:00."""
    timed = np.flatnonzero(calls.arrival != NO_TIME)
    trip, times = calls.trip[timed], np.column_stack((calls.arrival[timed], calls.departure[timed])).ravel()
    trips = np.repeat(trip, 2)
    back = np.r_[False, (trips[1:] == trips[:-1]) & (times[1:] < times[:-1] - HALF_A_DAY_S)][: len(times)]
    if not back.any():
        return calls
    nights = np.cumsum(back)
    nights -= np.repeat(nights[_trip_starts(trips)], np.diff(np.r_[_trip_starts(trips), len(trips)]))
    arrival, departure = calls.arrival.copy(), calls.departure.copy()
    arrival[timed], departure[timed] = (times + nights * DAY_S).astype(np.int32).reshape(-1, 2).T
    return replace(calls, arrival=arrival, departure=departure)


def _with_travel(calls: Calls) -> Calls:
    """Leave out the trips that call once only: nobody can travel with them."""
    starts = _trip_starts(calls.trip)
    lengths = np.diff(np.r_[starts, len(calls.trip)])
    return calls.take(np.repeat(lengths > 1, lengths))


def _fill_times(feed: Feed, calls: Calls) -> Calls:
    """Spread the missing times between the timed calls around them, in proportion to the straight distance."""
    timed = calls.arrival != NO_TIME
    if timed.all():
        return calls
    lats = np.array([feed.stops[stop].lat for stop in calls.stop.tolist()])
    lons = np.array([feed.stops[stop].lon for stop in calls.stop.tolist()])
    # Not `distances_m`: the scale of a step is that of its end, and stored times were rounded from it.
    steps = np.hypot(np.diff(lats), np.diff(lons) * np.cos(np.radians(lats[1:]))) * METRES_PER_DEGREE
    along = np.cumsum(np.r_[0.0, steps + 1.0])  # a metre more each, so that no two calls share a place
    # Between two timed calls the way leads from a departure to an arrival.
    before = np.maximum.accumulate(np.where(timed, np.arange(len(timed)), 0))
    after = np.minimum.accumulate(np.where(timed, np.arange(len(timed)), len(timed))[::-1])[::-1]
    share = (along - along[before]) / np.maximum(along[after] - along[before], 1.0)
    between = calls.departure[before] + share * (calls.arrival[after] - calls.departure[before])
    arrival = np.where(timed, calls.arrival, between).round().astype(np.int32)
    departure = np.where(timed, calls.departure, between).round().astype(np.int32)
    return replace(calls, arrival=arrival, departure=departure)


def _without_backward(feed: Feed, calls: Calls) -> Calls:
    """Leave out the trips that go back in time somewhere, and count them among the trips."""
    early = calls.departure < calls.arrival
    early[1:] |= (calls.trip[1:] == calls.trip[:-1]) & (calls.arrival[1:] < calls.departure[:-1])
    trips, first = np.unique(calls.trip[early], return_index=True)
    for line in calls.line[early][first].tolist():
        _leave_out(feed, TRIPS_SHOWN, line, "the trip goes back in time")
    feed.losses.read(TRIPS_SHOWN, len(np.unique(calls.trip)))
    return calls.take(~np.isin(calls.trip, trips)) if len(trips) else calls


def _trip_starts(trip: Ints) -> NDArray[np.intp]:
    """Return where each trip's calls begin in a column sorted by trip."""
    return np.flatnonzero(np.r_[True, trip[1:] != trip[:-1]][: len(trip)])
