"""Turns GTFS feeds into the columns of one typical weekday."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from app.atlas.transit.clock import iso_date
from app.atlas.transit.compile.changes import DETOUR, find_changes, station_of
from app.atlas.transit.compile.day import Day, gather_day
from app.atlas.transit.compile.departures import Departures, count_departures, directions
from app.atlas.transit.contract import Changes, Ints, TimetableFacts, WalkBetween
from app.atlas.transit.feed.archive import Archive, Problems
from app.atlas.transit.feed.feed import Feed, Transfer
from app.atlas.transit.feed.reading import RANKED_MODES, read_feed
from app.atlas.transit.feed.runs import read_runs
from app.atlas.transit.feed.service_day import MONDAY_TO_FRIDAY, common_day, typical_day
from app.atlas.transit.journeys import MORNING, build_window
from app.atlas.transit.storage import VERSION, TimetableColumns, TimetableTexts, save


def compile_timetables(feeds: Sequence[Path], directory: Path, walk: WalkBetween | None) -> TimetableFacts:
    """Check the feeds and write their timetables into a directory (made where absent).

    Raises BadFeed with a list of what is wrong; nothing is written then. `walk` gives the changes on foot;
    without it, and for stops off its network, they are estimated from the straight line.
    """
    if not feeds:
        raise ValueError("no feed to compile")
    with ExitStack() as opened:
        parts: list[tuple[Archive, Feed]] = []
        for path in feeds:
            feed = Feed(_feed_name(path, [feed.name for _, feed in parts]), Problems(path.name))
            archive = opened.enter_context(Archive(path, feed.problems))
            read_feed(archive, feed)
            parts.append((archive, feed))
        days = _choose_days([feed for _, feed in parts])
        runs = [
            read_runs(archive, feed, feed.calendar.active(day), feed.calendar.active(day - 1))
            for (archive, feed), day in zip(parts, days, strict=True)
        ]
    read = [feed for _, feed in parts]
    for feed, found in zip(read, runs, strict=True):
        if not len(found.trip):
            raise feed.problems.refuse("none of the trips of its typical day calls anywhere")
    day = gather_day(list(zip(read, runs, strict=True)))
    changes, estimated = find_changes(day, _transfers(read), walk)
    facts = _facts(read, days, day, estimated)
    columns, texts = _compile(day, changes, facts)
    save(directory, texts, columns, build_window(columns, MORNING))
    return facts


def _feed_name(path: Path, taken: Sequence[str]) -> str:
    """Return the file's name without endings; a second feed of one name gets a number."""
    name = path.name.removesuffix(".zip").removesuffix(".gtfs")
    texts = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 2))]
    return next(free for free in texts if free not in taken)


def _choose_days(feeds: Sequence[Feed]) -> list[int]:
    """Return one service day for all feeds where their calendars share an ordinary one, else each feed's own."""
    counts: list[Mapping[int, int]] = []
    for feed in feeds:
        by_day = feed.calendar.trips_by_day(feed.trips_by_service())
        if not by_day:
            feed.problems.add("calendar.txt", None, "the calendar has no day on which any trip runs")
            feed.problems.raise_if_any()
        counts.append(by_day)
    shared = common_day(counts) if len(counts) > 1 else None
    return [typical_day(by_day) if shared is None else shared for by_day in counts]


def _transfers(feeds: Sequence[Feed]) -> list[Transfer]:
    prefixes = [f"{feed.name}:" if len(feeds) > 1 else "" for feed in feeds]
    return [
        transfer._replace(origin=prefix + transfer.origin, target=prefix + transfer.target)
        for feed, prefix in zip(feeds, prefixes, strict=True)
        for transfer in feed.transfers
    ]


def _facts(feeds: Sequence[Feed], days: Sequence[int], day: Day, estimated: int) -> TimetableFacts:
    notes = [f"{feed.name}: {note}" for feed in feeds for note in feed.notes]
    for feed, service_day in zip(feeds, days, strict=True):
        if (service_day - 1) % 7 not in MONDAY_TO_FRIDAY:
            notes.append(f"{feed.name}: no trip runs from Monday to Friday, so a weekend day was taken.")
        if service_day != max(days):
            notes.append(f"{feed.name}: its timetable is of {iso_date(service_day)}.")
        if feed.headways:
            notes.append(f"{feed.name}: some trips run by headway; their departures were laid out evenly.")
    if estimated:
        off = f"{estimated} of {len(day.stops)} stops are off the mapped streets"
        notes.append(f"{off}: walks between them were estimated as {DETOUR:g} times the straight line.")
    texts = tuple(feed.name for feed in feeds)
    trips = int((~day.run_carried).sum())
    return TimetableFacts(texts, iso_date(max(days)), len(day.stops), trips, tuple(notes))


def _compile(day: Day, changes: Changes, facts: TimetableFacts) -> tuple[TimetableColumns, TimetableTexts]:
    station = station_of(day.stops)
    departures = count_departures(day, station, directions(day, station))
    columns = TimetableColumns(
        stop_lat=day.lats,
        stop_lon=day.lons,
        departures_start=np.searchsorted(departures.of_stop[:, 0], np.arange(len(day.stops) + 1)).astype(np.int32),
        departures_row=np.ascontiguousarray(departures.of_stop[:, 1]),
        row_route=departures.route,
        row_trips=departures.trips,
        row_daytime=departures.daytime,
        row_first=departures.first,
        row_last=departures.last,
        row_headsign=departures.headsign,
        call_run=day.call_run,
        call_stop=day.call_stop,
        arrival=day.arrival,
        departure=day.departure,
        boards=day.boards,
        alights=day.alights,
        change_start=changes.start,
        change_stop=changes.stop,
        change_s=changes.seconds,
    )
    return columns, _texts(day, departures, facts)


def _texts(day: Day, departures: Departures, facts: TimetableFacts) -> TimetableTexts:
    return TimetableTexts(
        version=VERSION,
        facts=facts,
        stop_ids=tuple(stop.stop_id for stop in day.stops),
        stop_names=tuple(stop.name for stop in day.stops),
        stop_modes=_stop_modes(day),
        route_ids=tuple(route.route_id for route in day.routes),
        route_names=tuple(route.name for route in day.routes),
        route_modes=tuple(route.mode or "" for route in day.routes),
        headsigns=day.headsigns,
    )


def _stop_modes(day: Day) -> tuple[str, ...]:
    """Return the mode of each stop that counts most, also where one can only alight."""
    ranks = np.array([RANKED_MODES.index(route.mode or "bus") for route in day.routes])
    best: Ints = np.full(len(day.stops), len(RANKED_MODES), np.int32)
    np.minimum.at(best, day.call_stop, ranks[day.run_route[day.call_run]].astype(np.int32))
    return tuple(RANKED_MODES[rank] for rank in best.tolist())
