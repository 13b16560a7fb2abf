"""Stations that map and timetable both have: they are one thing, so whoever walks to one walks to the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.station_names import telling_words
from app.atlas.stops import STATION_KINDS, Station, StationRank, station_rank
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
    by_words: dict[frozenset[str], list[int]] = {}
    for row, place in enumerate(places):
        if place.kind in STATION_KINDS:
            by_words.setdefault(telling_words(place.name), []).append(row)
    best: dict[int, tuple[StationRank, int]] = {}
    for stop, mode in enumerate(stops.modes):
        station, at = int(stops.stations[stop]), (float(stops.lats[stop]), float(stops.lons[stop]))
        for row in by_words.get(telling_words(stops.station_names[stop]), ()):
            rank = station_rank(places[row], mode, *at)
            if rank is not None and (station not in best or rank < best[station][0]):
                best[station] = rank, row
    return _pairs(best, places, by_words, stops)


def _pairs(
    best: Mapping[int, tuple[StationRank, int]],
    places: Sequence[Station],
    by_words: Mapping[frozenset[str], Sequence[int]],
    stops: Stops,
) -> SharedStations:
    pairs = [
        (row, int(platform))
        for station, (_, found) in best.items()
        for row in by_words[telling_words(places[found].name)]
        if places[row].osm_id == places[found].osm_id
        for platform in np.flatnonzero(stops.stations == station)
    ]
    columns = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
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
