"""Travel times from an address to a few destinations, on foot, by bike, by car and by public transport."""

from __future__ import annotations

import numpy as np

from app.atlas.atlas import Atlas
from app.atlas.transit import StopWalks, Timetable
from app.places import Location
from app.sources.base import Floats, TransitTime, TravelTimes
from app.sources.stops import StopsNear

#: The longest walk to the first stop and from the last.
STOP_WALK_S = 20 * 60.0
STOP_WALK_M = 1_600.0


def travel_times(
    atlas: Atlas, origin: Location, stops: StopsNear, lats: Floats, lons: Floats
) -> tuple[TravelTimes, ...]:
    """Return the times to each destination, in the order given."""
    if not len(lats):
        return ()
    by_mode = {
        mode: _known(atlas.network.travel_seconds(mode, origin.lat, origin.lon, lats, lons))
        for mode in ("walk", "bike", "car")
    }
    transit: tuple[TransitTime | None, ...] = (None,) * len(lats)
    if atlas.timetable is not None and stops.has_timetable:
        egresses = [_walks_from(atlas, atlas.timetable, *place) for place in zip(lats, lons, strict=True)]
        transit = atlas.timetable.travel_times(_shorter(stops.walks), egresses, by_mode["walk"])
    return tuple(
        TravelTimes(walk, bike, car, ride)
        for walk, bike, car, ride in zip(by_mode["walk"], by_mode["bike"], by_mode["car"], transit, strict=True)
    )


def _known(seconds: Floats) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in seconds.tolist()]


def _shorter(walks: StopWalks) -> StopWalks:
    near = walks.seconds <= STOP_WALK_S
    return StopWalks(walks.stops[near], walks.seconds[near])


def _walks_from(atlas: Atlas, timetable: Timetable, lat: float, lon: float) -> StopWalks:
    """Return the walks from the stops around a destination to it: as long as the other way round."""
    near = timetable.stops_near(lat, lon, STOP_WALK_M)
    origin = atlas.network.snap([lat], [lon])[0]
    seconds = atlas.network.walk(origin, STOP_WALK_S).seconds_to(atlas.stop_snaps[near])
    reached = np.isfinite(seconds)
    return StopWalks(near[reached], seconds[reached])
