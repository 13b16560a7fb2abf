"""The compiled timetables of a region: stops, routes at stops, journeys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.atlas.transit.contract import Ints, RouteNear, Stops, StopWalks
from app.sources.base import RouteAtStop, TransitTime

#: Departures of a morning, in seconds after the service day's midnight, and the longest journey that counts.
MORNING_S = (7 * 3600, 9 * 3600)
JOURNEY_LIMIT_S = 110 * 60


class Timetable:
    """Memory-mapped and immutable once opened: threads may share it."""

    feeds: tuple[str, ...]
    service_date: str
    stops: Stops

    @classmethod
    def open(cls, directory: Path) -> Timetable | None:
        """Open what `compile_timetables` wrote, or return None where there is nothing.

        Raises AtlasDamaged where the files do not belong together.
        """
        raise NotImplementedError

    def stops_near(self, lat: float, lon: float, radius_m: float) -> Ints:
        """Return the indices of the stops within a straight distance, nearest first."""
        raise NotImplementedError

    def routes_calling(self, stop: int) -> tuple[RouteAtStop, ...]:
        """Return the routes that can be boarded at a stop."""
        raise NotImplementedError

    def routes_at(self, walks: StopWalks) -> tuple[RouteNear, ...]:
        """Return each route once, at the stop with the shortest walk; nearest route first."""
        raise NotImplementedError

    def travel_times(
        self,
        access: StopWalks,
        egresses: Sequence[StopWalks],
        walk_only_s: Sequence[float | None],
        *,
        window_s: tuple[int, int] = MORNING_S,
        limit_s: int = JOURNEY_LIMIT_S,
    ) -> tuple[TransitTime | None, ...]:
        """Return the time to each destination over departures each minute of the window."""
        raise NotImplementedError
