"""Stations that map and timetable both have: they are one thing, so whoever walks to one walks to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.station_names import telling_words
from app.atlas.stops import STATION_KINDS, Halt, Station, StationRank
from app.atlas.streets.snapping import SNAP, Snaps
from app.atlas.transit.contract import Ints, Stops, WaysIn

Rows = NDArray[np.integer]


class SharedStations(NamedTuple):
    """Rows of places and of a timetable's stops that are one station, a pair each."""

    places: Rows
    stops: Rows


def shared_stations(places: Sequence[Station], stops: Stops) -> SharedStations:
    """Return which stops of trains are which stations of the map, by name and distance.

    All platforms of a station go together, and so do all kinds of one element.
    """
    stations = [(row, telling_words(place.name)) for row, place in enumerate(places) if place.kind in STATION_KINDS]
    rows_of: dict[str, list[int]] = {}
    for row, _ in stations:
        rows_of.setdefault(places[row].osm_id, []).append(row)
    best: dict[int, StationRank] = {}
    for stop, mode in enumerate(stops.modes):
        words = telling_words(stops.station_names[stop])
        halt = Halt(words, mode, float(stops.lats[stop]), float(stops.lons[stop]))
        ranks = [rank for row, named in stations if (rank := halt.rank(named, places[row])) is not None]
        station = int(stops.stations[stop])
        if ranks:
            best[station] = min(best.get(station, min(ranks)), *ranks)
    platforms = {station: np.flatnonzero(stops.stations == station).tolist() for station in best}
    pairs = sorted(
        (row, stop) for station, found in best.items() for row in rows_of[found[-1]] for stop in platforms[station]
    )
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return SharedStations(columns[:, 0], columns[:, 1])


def ways_of_both(
    shared: SharedStations, access: Sequence[bytes], ways: WaysIn, snaps: Snaps
) -> tuple[list[bytes], Ints, Snaps]:
    """Return the ways into all places, and for the timetable further ways in: the stop of each, and where it snaps.

    `access` holds the packed snaps of each place, `snaps` those of the timetable's ways in.
    """
    joined, further_stops, further = list(access), list[int](), list[Snaps]()
    for place, stop in zip(shared.places.tolist(), shared.stops.tolist(), strict=True):
        own = np.frombuffer(access[place], dtype=SNAP)
        further_stops += [stop] * len(own)
        further.append(own)
        joined[place] += snaps[(ways.stops == stop) & (snaps["edge"] >= 0)].tobytes()
    return joined, np.array(further_stops, dtype=np.int32), np.concatenate([np.empty(0, dtype=SNAP), *further])
