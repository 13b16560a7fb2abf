"""The days shown of all feeds together, with only the stops and routes that are served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.atlas.transit.contract import Bools, Floats, Ints
from app.atlas.transit.feed.feed import Entrance, Feed, Route, Stop
from app.atlas.transit.feed.runs import Runs

#: Direction of a run whose feed does not tell.
UNKNOWN_DIRECTION = -1


@dataclass(frozen=True, slots=True)
class Day:
    """Stops, routes and runs with ids that are unique over the feeds; calls as columns by run, then along it."""

    stops: tuple[Stop, ...]
    #: Names of the stations that stops belong to.
    stations: dict[str, str]
    entrances: tuple[Entrance, ...]
    routes: tuple[Route, ...]
    #: What makes each route a line that people know: feed, operator, mode and name.
    lines: tuple[str, ...]
    #: Whether the feed tells what runs on Saturdays and on Sundays, shape (routes, 2).
    tells_weekend: Bools
    headsigns: tuple[str, ...]
    run_route: Ints
    run_direction: Ints
    run_headsign: Ints
    #: WEEKDAY, SATURDAY or SUNDAY.
    run_day: Ints
    run_carried: Bools
    call_run: Ints
    call_stop: Ints
    arrival: Ints
    departure: Ints
    boards: Bools
    alights: Bools

    @property
    def lats(self) -> Floats:
        return np.array([stop.lat for stop in self.stops])

    @property
    def lons(self) -> Floats:
        return np.array([stop.lon for stop in self.stops])


def gather_day(parts: Sequence[tuple[Feed, Runs]]) -> Day:
    """Put the runs of several feeds side by side; ids get the feed's name in front where there are several."""
    builder = _Builder()
    for feed, runs in parts:
        builder.add(feed, runs, f"{feed.name}:" if len(parts) > 1 else "")
    return builder.day()


class _Builder:
    def __init__(self) -> None:
        self._stops: list[Stop] = []
        self._stations: dict[str, str] = {}
        self._entrances: list[Entrance] = []
        self._routes: list[Route] = []
        self._lines: list[str] = []
        self._tells_weekend: list[tuple[bool, bool]] = []
        self._headsigns: dict[str, int] = {}
        self._runs = 0
        self._columns: list[tuple[NDArray[np.int32] | NDArray[np.bool_], ...]] = []

    def add(self, feed: Feed, runs: Runs, prefix: str) -> None:
        calls = runs.calls
        trips = [feed.trips[trip] for trip in runs.trip.tolist()]
        last_calls = np.r_[np.flatnonzero(np.diff(calls.trip)), len(calls.trip) - 1]
        terminals = [feed.stops[stop].name for stop in calls.stop[last_calls].tolist()]
        signs = [trip.headsign or terminal for trip, terminal in zip(trips, terminals, strict=True)]
        directions = [UNKNOWN_DIRECTION if trip.direction is None else trip.direction for trip in trips]
        self._columns.append(
            (
                self._add_routes(feed, np.array([trip.route for trip in trips], np.int32), runs.tells_weekend, prefix),
                np.array(directions, np.int32),
                np.array([self._headsigns.setdefault(sign, len(self._headsigns)) for sign in signs], np.int32),
                runs.day,
                runs.carried,
                calls.trip + np.int32(self._runs),
                self._add_stops(feed, calls.stop, prefix),
                calls.arrival,
                calls.departure,
                calls.boards,
                calls.alights,
            )
        )
        self._runs += len(trips)
        self._stations |= {prefix + station: name for station, name in feed.stations.items()}
        self._entrances += [way._replace(station=prefix + way.station) for way in feed.entrances if way.station]

    def _add_stops(self, feed: Feed, used: Ints, prefix: str) -> Ints:
        kept, numbers = np.unique(used, return_inverse=True)
        names = {stop.stop_id: stop.name for stop in feed.stops}
        base = len(self._stops)
        for index in kept.tolist():
            stop = feed.stops[index]
            parent = prefix + stop.parent if stop.parent else ""
            name = stop.name or names.get(stop.parent, "")
            self._stops.append(stop._replace(stop_id=prefix + stop.stop_id, name=name, parent=parent))
        return (numbers + base).astype(np.int32)

    def _add_routes(self, feed: Feed, used: Ints, tells_weekend: tuple[bool, bool], prefix: str) -> Ints:
        kept, numbers = np.unique(used, return_inverse=True)
        base = len(self._routes)
        for index in kept.tolist():
            route = feed.routes[index]
            self._routes.append(route._replace(route_id=prefix + route.route_id))
            self._lines.append("\n".join((prefix, route.agency, route.mode or "", route.name.casefold())))
            self._tells_weekend.append(tells_weekend)
        return (numbers + base).astype(np.int32)

    def day(self) -> Day:
        columns = [np.concatenate(parts) for parts in zip(*self._columns, strict=True)]
        return Day(
            tuple(self._stops),
            self._stations,
            tuple(self._entrances),
            tuple(self._routes),
            tuple(self._lines),
            np.array(self._tells_weekend, np.bool_).reshape(-1, 2),
            tuple(self._headsigns),
            *columns,
        )
