"""The compiled timetables of a region: stops, lines at stops, journeys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.atlas.facts import RouteAtStop, TransitTime
from app.atlas.transit.arrivals import Arrivals, ArrivalSearch
from app.atlas.transit.clock import hours_and_minutes
from app.atlas.transit.contract import DAYTIME_S, UNKNOWN, Floats, Ints, Stops, StopWalks, TimetableFacts, WaysIn
from app.atlas.transit.journeys import EVENING, MINUTE_S, MORNING, JourneySearch, Span, Window, build_window
from app.atlas.transit.storage import TimetableColumns, TimetableTexts, load_arrays, load_texts
from app.errors import AtlasDamaged
from app.geo import distances_m
from app.wording import calm

#: Windows of arrivals whose search a process keeps.
KEPT_WINDOWS = 4


class Timetable:
    """Immutable once opened: threads may share it."""

    def __init__(self, columns: TimetableColumns, names: TimetableTexts, morning: Window) -> None:
        self._columns, self._names = columns, names
        self._routes: dict[int, RouteAtStop] = {}
        #: What calls at some stops together, for all addresses that reach the same ones.
        self._calling: dict[frozenset[int], tuple[RouteAtStop, ...]] = {}
        self._arrivals: dict[Arrivals, ArrivalSearch] = {}
        self._searches: dict[Span, JourneySearch] = {MORNING: JourneySearch(morning, MORNING)}
        self.stops = Stops(
            names.stop_ids,
            names.stop_names,
            columns.stop_lat,
            columns.stop_lon,
            names.stop_modes,
            columns.stop_station,
            names.station_names,
        )
        self.ways_in = WaysIn(columns.way_lat, columns.way_lon, columns.way_stop)

    @classmethod
    def open(cls, directory: Path) -> Timetable | None:
        """Open what `compile_timetables` wrote, or return None where there is nothing.

        Raises AtlasDamaged where the files do not belong together.
        """
        try:
            names = load_texts(directory)
            if names is None:
                return None
            return cls(load_arrays(directory, names, TimetableColumns), names, load_arrays(directory, names, Window))
        except (OSError, ValueError, msgspec.DecodeError):
            raise AtlasDamaged(name=directory.parent.name) from None

    @property
    def facts(self) -> TimetableFacts:
        """What was compiled, as `compile_timetables` returned it."""
        return self._names.facts

    def stops_near(self, lat: float, lon: float, radius_m: float) -> Ints:
        """Return the indices of the stops within a straight distance, nearest first."""
        distance = distances_m(lat, lon, self.stops.lats, self.stops.lons)
        near = np.flatnonzero(distance <= radius_m)
        return near[np.argsort(distance[near], kind="stable")].astype(np.int32)

    def ways_near(self, lat: float, lon: float, radius_m: float) -> Ints:
        """Return the indices of the ways in within a straight distance."""
        distance = distances_m(lat, lon, self.ways_in.lats, self.ways_in.lons)
        return np.flatnonzero(distance <= radius_m).astype(np.int32)

    def walks(self, ways: Ints, seconds: Floats) -> StopWalks:
        """Return the walks to stops from those to some ways in: to the nearest of each; unreachable ones left out."""
        reached = np.isfinite(seconds)
        stops, of = np.unique(self.ways_in.stops[ways[reached]], return_inverse=True)
        least = np.full(len(stops), np.inf)
        np.minimum.at(least, of, seconds[reached])
        return StopWalks(stops, least)

    def routes_calling(self, *stops: int) -> tuple[RouteAtStop, ...]:
        """Return each line and direction that can be boarded at some stops, as it runs at their station."""
        together = frozenset(stops)
        if together not in self._calling:
            starts, of_stop = self._columns.departures_start, self._columns.departures_row
            rows = {row for stop in together for row in of_stop[starts[stop] : starts[stop + 1]].tolist()}
            routes = (self._route(row) for row in rows)
            self._calling[together] = tuple(sorted(routes, key=lambda route: (route.route_id, route.direction)))
        return self._calling[together]

    def rides_from(self, stops: Ints) -> NDArray[np.float64]:
        """Return where rides go that can be boarded at some stops, from each call to the next, each pair once.

        Rows are (lon, lat, lon, lat) in degrees.
        """
        columns = self._columns
        run, stop = np.asarray(columns.call_run), np.asarray(columns.call_stop)
        boarded = np.flatnonzero(np.isin(stop, stops) & np.asarray(columns.boards))
        first = np.full(int(run[-1]) + 1 if len(run) else 0, len(run))
        np.minimum.at(first, run[boarded], boarded)
        rows = np.arange(max(len(run) - 1, 0))
        on = rows[(run[:-1] == run[1:]) & (rows >= first[run[:-1]])]
        pairs = np.unique(np.column_stack((stop[on], stop[on + 1])), axis=0)
        lon, lat = self.stops.lons, self.stops.lats
        return np.column_stack((lon[pairs[:, 0]], lat[pairs[:, 0]], lon[pairs[:, 1]], lat[pairs[:, 1]]))

    def _route(self, row: int) -> RouteAtStop:
        """Return a row's facts, made when first asked for: neighbours ask for the same ones."""
        if row not in self._routes:
            self._routes[row] = self._make_route(row)
        return self._routes[row]

    def _make_route(self, row: int) -> RouteAtStop:
        columns, names = self._columns, self._names
        line = int(columns.row_line[row])
        route, trips = int(columns.line_route[line]), int(columns.row_trips[row])
        return RouteAtStop(
            route_id=names.route_ids[route],
            name=calm(names.route_names[route]),
            mode=names.route_modes[route],
            headsign=calm(names.headsigns[columns.row_headsign[row]]),
            weekday_trips=trips,
            departures_per_hour=int(columns.row_daytime[row]) * 3600 / (DAYTIME_S[1] - DAYTIME_S[0]),
            first_departure=hours_and_minutes(int(columns.row_first[row])) if trips else "",
            last_departure=hours_and_minutes(int(columns.row_last[row])) if trips else "",
            agency=names.route_agencies[route],
            direction=int(columns.line_direction[line]),
            headway_min=_minutes(columns.row_headway[row]),
            evening_trips=int(columns.row_evening[row]),
            saturday_trips=_known(columns.row_saturday[row]),
            saturday_headway_min=_minutes(columns.row_saturday_headway[row]),
            sunday_trips=_known(columns.row_sunday[row]),
            sunday_headway_min=_minutes(columns.row_sunday_headway[row]),
            is_school_run=bool(columns.line_school[line]),
            by_hour=tuple(columns.row_by_hour[row].tolist()),
        )

    def travel_times(
        self,
        access: StopWalks,
        egresses: Sequence[StopWalks],
        walk_only_s: Sequence[float | None],
        *,
        span: Span = MORNING,
    ) -> tuple[TransitTime | None, ...]:
        """Return the time to each destination over the departures of a span, one each minute.

        `access` are the walks from home to stops, `egresses` those from stops to each destination, `walk_only_s` the
        whole way on foot: who would be there sooner on foot walks. None where no departure arrives within the limit.
        """
        search = self.search(span)
        labels = search.labels(access)
        return tuple(
            _summary(search.durations(labels, egress), walk_s, span.limit_s)
            for egress, walk_s in zip(egresses, walk_only_s, strict=True)
        )

    def last_departure(self, access: StopWalks, egress: StopWalks) -> int | None:
        """Return the last minute of the evening (seconds) at which one may leave and still arrive; None for never."""
        search = self.search(EVENING)
        durations = search.durations(search.labels(access), egress)
        made = np.flatnonzero(np.isfinite(durations))
        return EVENING.first_s + MINUTE_S * int(made[-1]) if len(made) else None

    def stops_every(self, minutes: int) -> NDArray[np.bool_]:
        """Return for each stop whether a line leaves its station in one direction so often by day on weekdays.

        Runs for schools do not count, and neither does a line that comes irregularly.
        """
        columns = self._columns
        headway = np.array([_minutes(seconds) or minutes + 1 for seconds in columns.row_headway], dtype=np.int64)
        is_often = (headway <= minutes) & ~columns.line_school[columns.row_line]
        stop = np.repeat(np.arange(len(self.stops.lats)), np.diff(columns.departures_start))
        stations = columns.stop_station[stop[is_often[columns.departures_row]]]
        often: NDArray[np.bool_] = np.isin(columns.stop_station, stations)
        return often

    def arrivals(self, window: Arrivals) -> ArrivalSearch:
        """Return the search for journeys that arrive in a window, built at the first question and kept."""
        if window not in self._arrivals:
            while len(self._arrivals) >= KEPT_WINDOWS:
                self._arrivals.pop(next(iter(self._arrivals), window), None)
            self._arrivals[window] = ArrivalSearch(self._columns, window)
        return self._arrivals[window]

    def search(self, span: Span) -> JourneySearch:
        """Return the search for a span; that of the morning was laid out by the import, others are built once."""
        if span not in self._searches:
            self._searches[span] = JourneySearch(build_window(self._columns, span), span)
        return self._searches[span]


def _summary(rides: Floats, walk_s: float | None, limit_s: int) -> TransitTime | None:
    walked = walk_s if walk_s is not None and walk_s <= limit_s else np.inf
    durations = np.minimum(rides, walked)
    reached = durations[np.isfinite(durations)]
    if not len(reached):
        return None
    return TransitTime(
        mean_s=float(reached.mean()),
        min_s=float(reached.min()),
        max_s=float(reached.max()),
        reached_share=len(reached) / len(durations),
        rides_share=float((rides < walked).sum()) / len(reached),
    )


def _known(count: np.int32) -> int | None:
    return None if count == UNKNOWN else int(count)


def _minutes(seconds: np.int32) -> int | None:
    """Return whole minutes, None for 0: no headway."""
    return max(1, round(int(seconds) / 60)) if seconds else None
