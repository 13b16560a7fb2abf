"""A feed as it was read: stops, routes, trips, calendar; the calls of its trips are read later, for one day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from app.atlas.transit.feed.losses import Losses
from app.atlas.transit.feed.service_day import Calendar


class Stop(NamedTuple):
    """A row of stops.txt, NaN where it gives no position. `parent` is the station's id or ""."""

    stop_id: str
    name: str
    lat: float
    lon: float
    parent: str


class Entrance(NamedTuple):
    """A way into a station from the street."""

    station: str
    lat: float
    lon: float


class Route(NamedTuple):
    """A row of routes.txt. `mode` is None for what is no public transit on the ground (aircraft, taxis)."""

    route_id: str
    name: str
    mode: str | None
    #: The operator's name, "" where the feed tells none.
    agency: str = ""
    #: Whether its route_type says that it is a school bus.
    is_school: bool = False


class Trip(NamedTuple):
    """A row of trips.txt. `direction` is None where the feed does not say."""

    trip_id: str
    route: int
    service: str
    headsign: str
    direction: int | None


class Headway(NamedTuple):
    """A row of frequencies.txt: a trip leaves at `first_s` and every `every_s` after it, before `until_s`."""

    first_s: int
    until_s: int
    every_s: int

    def starts(self) -> range:
        return range(self.first_s, self.until_s, self.every_s)


class Transfer(NamedTuple):
    """A row of transfers.txt between two stops or stations, whatever the trips."""

    origin: str
    target: str
    kind: int
    seconds: int | None


@dataclass(slots=True)
class Feed:
    """Everything but the calls. Rows with faults are left out and counted in `losses`."""

    name: str
    losses: Losses
    stops: list[Stop] = field(default_factory=list)
    #: Names of the stations that stops belong to.
    stations: dict[str, str] = field(default_factory=dict)
    entrances: list[Entrance] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)
    #: Trips left out: their calls are no faults of their own.
    faulty_trips: set[str] = field(default_factory=set)
    calendar: Calendar = field(default_factory=Calendar)
    headways: dict[str, list[Headway]] = field(default_factory=dict)
    transfers: list[Transfer] = field(default_factory=list)
    #: The last day that the publisher answers for (feed_info.txt), None where it does not say.
    end_day: int | None = None
    notes: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        """Note what was assumed or left out, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def trips_by_service(self) -> dict[str, int]:
        """Return how many trips each service has, a trip by headway counted as often as it runs."""
        counts: dict[str, int] = {}
        for trip in self.trips:
            runs = sum(len(headway.starts()) for headway in self.headways.get(trip.trip_id, ())) or 1
            counts[trip.service] = counts.get(trip.service, 0) + runs
        return counts
