"""Turns GTFS feeds into the columns of one typical weekday, with what its weekend offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from app.atlas.transit.clock import iso_date
from app.atlas.transit.compile.changes import DETOUR, find_changes, is_too_dense, places_of, station_of, without_bay
from app.atlas.transit.compile.day import Day, gather_day
from app.atlas.transit.compile.departures import count_departures
from app.atlas.transit.compile.lines import lines_of
from app.atlas.transit.contract import RANKED_MODES, Bools, Changes, Floats, Ints, TimetableFacts, WalkBetween, WaysIn
from app.atlas.transit.feed.archive import Archive
from app.atlas.transit.feed.feed import Feed, Transfer
from app.atlas.transit.feed.losses import Losses
from app.atlas.transit.feed.reading import read_feed
from app.atlas.transit.feed.runs import WEEKDAY, ServicesOf, read_runs
from app.atlas.transit.feed.service_day import (
    MONDAY_TO_FRIDAY,
    Season,
    common_day,
    last_season,
    weekday,
    weekend_day,
)
from app.atlas.transit.journeys import MORNING, build_window
from app.atlas.transit.storage import VERSION, TimetableColumns, TimetableTexts, save

#: Returns for each latitude and longitude whether it lies in the region.
Inside = Callable[[Floats, Floats], Bools]
#: A feed with a smaller share of its stops in the region is that of another town; from the second on it is told.
LEAST_INSIDE, MANY_INSIDE = 0.05, 0.5


def compile_timetables(
    feeds: Sequence[Path],
    directory: Path,
    walk: WalkBetween | None,
    inside: Inside | None = None,
    *,
    anyway: bool = False,
) -> TimetableFacts:
    """Check the feeds and write their timetables into a directory (made where absent).

    Raises BadFeed with a list of what is wrong; nothing is written then. `walk` gives the changes on foot;
    without it, and for stops off its network, they are estimated from the straight line. A feed with hardly a stop
    `inside` is refused unless it is wanted `anyway`.
    """
    if not feeds:
        raise ValueError("no feed to compile")
    with ExitStack() as opened:
        parts: list[tuple[Archive, Feed]] = []
        for path in feeds:
            feed = Feed(_feed_name(path, [feed.name for _, feed in parts]), Losses(path.name))
            archive = opened.enter_context(Archive(path, feed.losses))
            read_feed(archive, feed)
            _judge_place(feed, inside, anyway=anyway)
            parts.append((archive, feed))
        read = [feed for _, feed in parts]
        seasons = [_season(feed) for feed in read]
        days = _choose_days(seasons)
        runs = [
            read_runs(archive, feed, _services(feed, day)) for (archive, feed), day in zip(parts, days, strict=True)
        ]
    for feed, found in zip(read, runs, strict=True):
        feed.notes += feed.losses.judge()
        if not ((found.day == WEEKDAY) & ~found.carried).any():
            raise feed.losses.refuse("none of the trips of its typical day calls anywhere")
    day = gather_day(list(zip(read, runs, strict=True)))
    transfers = _transfers(read)
    if is_too_dense(day.stops, transfers):
        raise read[0].losses.refuse("its stops lie on top of each other by the thousand")
    changes, estimated = find_changes(day, transfers, walk)
    facts = _facts(read, days, day, estimated, seasons)
    columns, texts = _compile(day, changes, facts)
    save(directory, texts, columns, build_window(columns, MORNING))
    return facts


def _judge_place(feed: Feed, inside: Inside | None, *, anyway: bool) -> None:
    """Note how many of a feed's stops lie in the region. Raises BadFeed where hardly one does."""
    lats, lons = np.array([(stop.lat, stop.lon) for stop in feed.stops], np.float64).reshape(-1, 2).T
    known = np.isfinite(lats)
    if inside is None or not known.any():
        return
    within, of = int(inside(lats[known], lons[known]).sum()), int(known.sum())
    if within >= MANY_INSIDE * of:
        return
    lie = f"of its {of:,} stops {'none lies' if not within else f'only {within:,} lie'} in the region"
    if within < LEAST_INSIDE * of and not anyway:
        raise feed.losses.refuse(f"{lie}, so it is that of another place; --anyway imports it all the same")
    feed.note(f"Only {within:,} of its {of:,} stops lie in the region.")


def feed_names(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return what the timetables of these files are called."""
    names: list[str] = []
    for path in paths:
        names.append(_feed_name(path, names))
    return tuple(names)


def _feed_name(path: Path, taken: Sequence[str]) -> str:
    """Return the file's name without endings; a second feed of one name gets a number."""
    name = path.name.removesuffix(".zip").removesuffix(".gtfs")
    texts = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 2))]
    return next(free for free in texts if free not in taken)


def _season(feed: Feed) -> Season:
    season = last_season(feed.calendar, feed.trips_by_service())
    if season is None:
        raise feed.losses.refuse("the calendar has no day on which any trip runs")
    return season


def _choose_days(seasons: Sequence[Season]) -> list[int]:
    """Return one service day for all feeds where their last seasons share one, else each feed's own."""
    shared = common_day(seasons)
    return [season.middle if shared is None else shared for season in seasons]


def _services(feed: Feed, day: int) -> ServicesOf:
    calendar, trips = feed.calendar, feed.trips_by_service()
    weekend = [weekend_day(calendar, trips, day, which) for which in (5, 6)]
    saturday, sunday = (None if found is None else calendar.active(found) for found in weekend)
    return ServicesOf(calendar.active(day), calendar.active(day - 1), saturday, sunday)


def _transfers(feeds: Sequence[Feed]) -> list[Transfer]:
    prefixes = [f"{feed.name}:" if len(feeds) > 1 else "" for feed in feeds]
    return [
        transfer._replace(origin=prefix + transfer.origin, target=prefix + transfer.target)
        for feed, prefix in zip(feeds, prefixes, strict=True)
        for transfer in feed.transfers
    ]


def _facts(
    feeds: Sequence[Feed], days: Sequence[int], day: Day, estimated: int, seasons: Sequence[Season]
) -> TimetableFacts:
    notes = [f"{feed.name}: {note}" for feed in feeds for note in feed.notes]
    for feed, service_day in zip(feeds, days, strict=True):
        if weekday(service_day) not in MONDAY_TO_FRIDAY:
            notes.append(f"{feed.name}: no trip runs from Monday to Friday, so a weekend day was taken.")
        if service_day != max(days):
            notes.append(f"{feed.name}: its timetable is of {iso_date(service_day)}.")
        if feed.headways:
            notes.append(f"{feed.name}: some trips run by headway; their departures were laid out evenly.")
    if estimated:
        off = f"{estimated} of {len(day.stops)} stops are off the mapped streets"
        notes.append(f"{off}: walks between them were estimated as {DETOUR:g} times the straight line.")
    return TimetableFacts(
        feeds=tuple(feed.name for feed in feeds),
        service_date=iso_date(max(days)),
        valid_until=iso_date(min(map(_valid_until, feeds, days, seasons))),
        stops=len(day.stops),
        trips=int(((day.run_day == WEEKDAY) & ~day.run_carried).sum()),
        notes=tuple(notes),
    )


def _valid_until(feed: Feed, day: int, season: Season) -> int:
    """Return the last day of a feed's timetable: as it runs, or earlier where the publisher says so."""
    ends = feed.end_day if feed.end_day is not None and feed.end_day >= day else season.last
    return min(ends, season.last)


def _compile(day: Day, changes: Changes, facts: TimetableFacts) -> tuple[TimetableColumns, TimetableTexts]:
    station = station_of(day.stops)
    lines = lines_of(day, places_of(day.stops))
    departures = count_departures(day, station, lines)
    # Journeys are those of the weekday, with what the night before still carries.
    calls = day.run_day[day.call_run] == WEEKDAY
    ways = _ways_in(day)
    columns = TimetableColumns(
        stop_lat=day.lats,
        stop_lon=day.lons,
        stop_station=station,
        way_lat=ways.lats,
        way_lon=ways.lons,
        way_stop=ways.stops,
        departures_start=np.searchsorted(departures.of_stop[:, 0], np.arange(len(day.stops) + 1)).astype(np.int32),
        departures_row=np.ascontiguousarray(departures.of_stop[:, 1]),
        line_route=lines.route,
        line_direction=lines.direction,
        line_school=lines.is_school_run,
        row_line=departures.line,
        row_headsign=departures.headsign,
        row_trips=departures.trips,
        row_daytime=departures.daytime,
        row_evening=departures.evening,
        row_first=departures.first,
        row_last=departures.last,
        row_headway=departures.headway,
        row_saturday=departures.saturday,
        row_saturday_headway=departures.saturday_headway,
        row_sunday=departures.sunday,
        row_sunday_headway=departures.sunday_headway,
        row_by_hour=departures.by_hour,
        call_run=day.call_run[calls],
        call_stop=day.call_stop[calls],
        arrival=day.arrival[calls],
        departure=day.departure[calls],
        boards=day.boards[calls],
        alights=day.alights[calls],
        change_start=changes.start,
        change_stop=changes.stop,
        change_s=changes.seconds,
    )
    return columns, _texts(day, facts, station)


#: Modes whose platforms are reached through a station's entrances; buses and trams stop in the street.
BEHIND_ENTRANCES = frozenset({"subway", "rail", "light_rail"})


def _ways_in(day: Day) -> WaysIn:
    """Return the entrances of the stations of trains and undergrounds, and all other stops themselves."""
    of_station: dict[str, list[tuple[float, float]]] = {}
    for entrance in day.entrances:
        of_station.setdefault(entrance.station, []).append((entrance.lat, entrance.lon))
    rows = []
    for index, (stop, mode) in enumerate(zip(day.stops, _stop_modes(day), strict=True)):
        doors = of_station.get(stop.parent, []) if mode in BEHIND_ENTRANCES else []
        rows += [(lat, lon, index) for lat, lon in doors or [(stop.lat, stop.lon)]]
    lats, lons, stops = np.array(rows, np.float64).reshape(-1, 3).T
    return WaysIn(np.ascontiguousarray(lats), np.ascontiguousarray(lons), stops.astype(np.int32))


def _texts(day: Day, facts: TimetableFacts, station: Ints) -> TimetableTexts:
    return TimetableTexts(
        version=VERSION,
        facts=facts,
        stop_ids=tuple(stop.stop_id for stop in day.stops),
        stop_names=tuple(stop.name for stop in day.stops),
        stop_modes=_stop_modes(day),
        station_names=_station_names(day, station),
        route_ids=tuple(route.route_id for route in day.routes),
        route_names=tuple(route.name for route in day.routes),
        route_modes=tuple(route.mode or "" for route in day.routes),
        route_agencies=tuple(route.agency for route in day.routes),
        headsigns=day.headsigns,
    )


def _station_names(day: Day, station: Ints) -> tuple[str, ...]:
    """Return what each stop's station is called: its parent's name, else its own, without the bay if it has more."""
    names: dict[int, set[str]] = {}
    for stop, number in zip(day.stops, station.tolist(), strict=True):
        names.setdefault(number, set()).add(stop.name)
    return tuple(
        day.stations.get(stop.parent, "") or (without_bay(stop.name) if len(names[number]) > 1 else stop.name)
        for stop, number in zip(day.stops, station.tolist(), strict=True)
    )


def _stop_modes(day: Day) -> tuple[str, ...]:
    """Return the mode of each stop that counts most, also where one can only alight."""
    ranks = np.array([RANKED_MODES.index(route.mode or "bus") for route in day.routes])
    best: Ints = np.full(len(day.stops), len(RANKED_MODES), np.int32)
    np.minimum.at(best, day.call_stop, ranks[day.run_route[day.call_run]].astype(np.int32))
    return tuple(RANKED_MODES[rank] for rank in best.tolist())
