"""One service day of one feed: every run of every trip, headways laid out, last night's late trips included."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.transit.clock import seconds_of
from app.atlas.transit.contract import Bools, Ints
from app.atlas.transit.feed.archive import Archive
from app.atlas.transit.feed.feed import Feed, Trip
from app.geo import METRES_PER_DEGREE

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
    starts = _trip_starts(calls.trip)
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


def read_calls(archive: Archive, feed: Feed, wanted: Mapping[str, int]) -> Calls:
    """Read the calls of the wanted trips (id to index); notes faults, gives missing times, drops one-stop trips."""
    calls, sequence = _read_rows(archive, feed, wanted)
    order = np.lexsort((sequence, calls.trip))
    calls, sequence = calls.take(order), sequence[order]
    again = (calls.trip[1:] == calls.trip[:-1]) & (sequence[1:] == sequence[:-1])
    _note(feed, calls.line[1:][again], "the trip has two calls with the same stop_sequence")
    calls = _with_travel(calls)
    feed.problems.raise_if_any()
    _check_ends(feed, calls)
    feed.problems.raise_if_any()
    calls = _fill_times(feed, calls)
    _check_order(feed, calls)
    feed.problems.raise_if_any()
    return calls


def _read_rows(archive: Archive, feed: Feed, wanted: Mapping[str, int]) -> tuple[Calls, Ints]:
    """Read the rows into flat arrays, one pass: this loop is most of an import's time."""
    known = {trip.trip_id for trip in feed.trips} | feed.faulty_trips
    stops = {stop.stop_id: index for index, stop in enumerate(feed.stops)}
    clock: dict[str, int] = {"": NO_TIME}
    trips, places, arrivals, departures, sequences, lines = (array("i") for _ in range(6))
    boards, alights = array("b"), array("b")
    for line, row in archive.rows(FILE, REQUIRED, OPTIONAL):
        trip_id, stop_id, sequence, arrival, departure, pickup, drop_off, *on_request = row
        trip = wanted.get(trip_id)
        if trip is None:
            if trip_id not in known:
                feed.problems.add(FILE, line, "the trip_id is not in trips.txt", trip_id)
            continue
        if any(on_request):
            feed.note("Calls on request, within an area or a span of time, were left out.")
            continue
        arrive = clock[arrival] if arrival in clock else _remember(clock, arrival)
        depart = clock[departure] if departure in clock else _remember(clock, departure)
        stop = stops.get(stop_id)
        if stop is None:
            feed.problems.add(FILE, line, "the stop_id is not in stops.txt", stop_id)
        elif arrive == BAD_TIME or depart == BAD_TIME:
            feed.problems.add(FILE, line, "a time is not written HH:MM:SS", f"{arrival}, {departure}")
        elif not sequence.isdecimal():
            feed.problems.add(FILE, line, "the stop_sequence is not a whole number", sequence)
        else:
            trips.append(trip)
            places.append(stop)
            arrivals.append(depart if arrive == NO_TIME else arrive)
            departures.append(arrive if depart == NO_TIME else depart)
            sequences.append(int(sequence))
            lines.append(line)
            boards.append(pickup != "1")
            alights.append(drop_off != "1")
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


def _remember(clock: dict[str, int], text: str) -> int:
    seconds = seconds_of(text)
    clock[text] = BAD_TIME if seconds is None else seconds
    return clock[text]


def _with_travel(calls: Calls) -> Calls:
    """Leave out the trips that call once only: nobody can travel with them."""
    starts = _trip_starts(calls.trip)
    lengths = np.diff(np.r_[starts, len(calls.trip)])
    return calls.take(np.repeat(lengths > 1, lengths))


def _check_ends(feed: Feed, calls: Calls) -> None:
    starts = _trip_starts(calls.trip)
    ends = np.r_[starts[1:], len(calls.trip)][: len(starts)] - 1
    untimed = np.union1d(starts[calls.departure[starts] == NO_TIME], ends[calls.arrival[ends] == NO_TIME])
    _note(feed, calls.line[untimed], "the first or last call of a trip has no time")
    lost = np.isnan([feed.stops[stop].lat for stop in calls.stop.tolist()])
    _note(feed, calls.line[lost], "the trip calls where stops.txt gives no position")


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
    return Calls(calls.trip, calls.stop, arrival, departure, calls.boards, calls.alights, calls.line)


def _check_order(feed: Feed, calls: Calls) -> None:
    early = calls.departure < calls.arrival
    early[1:] |= (calls.trip[1:] == calls.trip[:-1]) & (calls.arrival[1:] < calls.departure[:-1])
    _note(feed, calls.line[early], "the trip goes back in time here")


def _trip_starts(trip: Ints) -> NDArray[np.intp]:
    """Return where each trip's calls begin in a column sorted by trip."""
    return np.flatnonzero(np.r_[True, trip[1:] != trip[:-1]][: len(trip)])


def _note(feed: Feed, lines: Ints, why: str) -> None:
    for line in np.sort(lines).tolist():
        feed.problems.add(FILE, line, why)
