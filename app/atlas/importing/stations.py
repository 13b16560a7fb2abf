"""What runs at a station that its own tags do not say: the tracks beside it do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from app.atlas.importing.elements import Extract, Shape, Spot, Track
from app.atlas.importing.outlines import decode_areas
from app.atlas.projection import Projection, point_array
from app.places import Kind

#: Tracks this near belong to a station: half the width of a large one.
BESIDE_M = 80.0
#: railway=* of the nearest tracks to what a station on them is.
STATION_ON: dict[str, Kind] = {
    "rail": Kind.RAIL_STATION,
    "narrow_gauge": Kind.RAIL_STATION,
    "subway": Kind.SUBWAY_STATION,
    "light_rail": Kind.TRAM_STOP,
    "monorail": Kind.TRAM_STOP,
    "tram": Kind.TRAM_STOP,
    "funicular": Kind.CABLE_CAR_STATION,
}
#: Tags that settle it.
_SAYING = frozenset({"station", "train", "subway", "light_rail", "tram", "funicular"})


def settle_stations(extract: Extract) -> None:
    """Change the kind of stations that carry no word of what runs there, where no train does."""
    spots = [i for i, spot in enumerate(extract.spots) if _is_open(spot)]
    shapes = [i for i, shape in enumerate(extract.shapes) if _is_open(shape)]
    if not extract.tracks or not (spots or shapes):
        return
    positions = np.array([(extract.spots[i].lon, extract.spots[i].lat) for i in spots])
    wkbs = np.array([extract.shapes[i].wkb for i in shapes], dtype=object)
    outlines = decode_areas(wkbs, np.array([extract.shapes[i].is_area for i in shapes], dtype=bool))
    kinds = _kinds_beside(np.concatenate((point_array(positions), outlines)), extract.tracks)
    for i, kind in zip(spots, kinds[: len(spots)], strict=True):
        extract.spots[i] = extract.spots[i]._replace(kinds=_with(extract.spots[i].kinds, kind))
    for i, kind in zip(shapes, kinds[len(spots) :], strict=True):
        extract.shapes[i] = extract.shapes[i]._replace(kinds=_with(extract.shapes[i].kinds, kind))


def _is_open(element: Spot | Shape) -> bool:
    return Kind.RAIL_STATION in element.kinds and _SAYING.isdisjoint(element.tags)


def _kinds_beside(stations: np.ndarray[tuple[int], np.dtype[np.object_]], tracks: Sequence[Track]) -> list[Kind]:
    """Return the kind of each station (degrees); a station without any track near stays one for trains."""
    lines = shapely.from_wkb(np.array([track.wkb for track in tracks], dtype=object))
    projection = Projection(float(shapely.get_coordinates(lines[:1])[0, 0]))
    tree = shapely.STRtree(projection.to_metres(lines))
    station, line = tree.query_nearest(projection.to_metres(stations), max_distance=BESIDE_M, all_matches=False)
    kinds = [Kind.RAIL_STATION] * len(stations)
    for i, track in zip(station.tolist(), line.tolist(), strict=True):
        kinds[i] = STATION_ON[tracks[track].railway]
    return kinds


def _with(kinds: tuple[Kind, ...], kind: Kind) -> tuple[Kind, ...]:
    return tuple(sorted({*kinds, kind} - ({Kind.RAIL_STATION} - {kind})))
