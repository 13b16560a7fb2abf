"""Works out the tables of an atlas and its coverage from what an extract holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.coverage import Coverage, coverage_of
from app.atlas.facts import GREEN_KINDS, STOP_KINDS
from app.atlas.importing.access import snap_areas, snap_points
from app.atlas.importing.elements import Extract
from app.atlas.importing.features import PlaceRow, PlaceShapes, is_place, place_rows
from app.atlas.importing.greens import (
    GreenFacts,
    GreenShape,
    PathLines,
    is_green_space,
    land_of,
    lets_people_in,
    measure_greens,
    parts_of_others,
)
from app.atlas.importing.grounds import GroundRow, ground_rows
from app.atlas.importing.hazards import HazardRow, hazard_rows, is_hazard
from app.atlas.importing.outlines import outlines_of, street_lines
from app.atlas.importing.stops import name_stops, station_entrances, stop_routes
from app.atlas.importing.tables import AtlasTables
from app.atlas.streets.build.ways import StreetWays
from app.atlas.streets.network import Network
from app.atlas.streets.rules.walk import FOOTPATH_CLASSES, may_walk
from app.geo import Floats, Projection
from app.places import Kind

#: lit=* that means light at night.
LIT = frozenset({"yes", "24/7", "dusk-dawn", "sunset-sunrise", "automatic", "interval"})


class FoundPlaces(NamedTuple):
    """Places with their shapes, measures of green areas by row, rows to leave out, hazards, and grounds."""

    shapes: PlaceShapes
    rows: list[PlaceRow]
    greens: dict[int, GreenFacts]
    dropped: set[int]
    hazards: list[HazardRow]
    grounds: list[GroundRow]


class Compiler:
    """Works on one extract; holds what several steps need: the projection, the streets and the outlines."""

    def __init__(self, extract: Extract, ways: StreetWays) -> None:
        self._extract = extract
        self._ways = ways
        self.projection = Projection(float((np.nanmin(ways.lons) + np.nanmax(ways.lons)) / 2))
        self._walkable = [i for i, tags in enumerate(ways.tags) if may_walk(tags)]
        self._outlines = outlines_of(extract.shapes, self.projection)

    def places(self) -> FoundPlaces:
        """Find the places, measure the green ones and the hazards: all that needs no street network."""
        shapes = self._place_shapes()
        rows = name_stops(place_rows(self._extract, shapes), self._ways, self.projection)
        greens, dropped = self._greens(rows, shapes)
        return FoundPlaces(shapes, rows, greens, dropped, self._hazards(), ground_rows(self._extract.grounds))

    def tables(self, found: FoundPlaces, network: Network) -> AtlasTables:
        """Work out every row of the atlas's tables."""
        access = self._access(found.rows, found.shapes, network)
        keep = [i for i in range(len(found.rows)) if i not in found.dropped]
        kept = [found.rows[i] for i in keep]
        return AtlasTables(
            places=kept,
            access=[access[i] for i in keep],
            place_shapes=found.shapes.outlines.degrees,
            greens={position: found.greens[i] for position, i in enumerate(keep) if i in found.greens},
            hazards=found.hazards,
            grounds=found.grounds,
            stop_routes=stop_routes(kept, self._extract.routes, self._extract.route_members),
        )

    def coverage(self, addresses: Floats) -> Coverage:
        """Work out where the region holds data."""
        extract, ways = self._extract, self._ways
        points = np.array([(point.lon, point.lat) for point in extract.points]).reshape(-1, 2)
        streets = np.column_stack((ways.lons, ways.lats))
        land = shapely.get_coordinates(self._outlines.degrees[self._near_shapes()])
        mapped = np.concatenate((streets[np.isfinite(streets[:, 0])], land))
        box, is_sure = extract.known_box or extract.header_box, extract.known_box is not None
        return coverage_of(mapped, points, addresses, self._coast(), box, is_sure=is_sure)

    def _near_shapes(self) -> list[int]:
        """Return the shapes of places: hazards such as rivers and railways run far out of many extracts."""
        return [i for i, shape in enumerate(self._extract.shapes) if is_place(shape.kinds[0])]

    def _coast(self) -> Floats:
        lines = [i for i, shape in enumerate(self._extract.shapes) if shape.tags.get("natural") == "coastline"]
        points, owner = shapely.get_coordinates(self._outlines.degrees[lines], return_index=True)
        same = owner[1:] == owner[:-1]
        return np.column_stack((points[:-1], points[1:]))[same] if len(points) else np.empty((0, 4))

    def _place_shapes(self) -> PlaceShapes:
        rows = [i for i, shape in enumerate(self._extract.shapes) if any(map(is_place, shape.kinds))]
        shapes = [self._extract.shapes[i] for i in rows]
        return PlaceShapes(shapes, self._outlines.of(np.array(rows, dtype=np.intp)), self.projection)

    def _hazards(self) -> list[HazardRow]:
        rows = [i for i, shape in enumerate(self._extract.shapes) if any(map(is_hazard, shape.kinds))]
        shapes = [self._extract.shapes[i] for i in rows]
        points = [point for point in self._extract.points if any(map(is_hazard, point.kinds))]
        return hazard_rows(shapes, self._outlines.of(np.array(rows, dtype=np.intp)), points)

    def _greens(self, rows: Sequence[PlaceRow], places: PlaceShapes) -> tuple[dict[int, GreenFacts], set[int]]:
        """Return the measures of the green areas, by row, and the rows of those that are no place to go to."""
        green = [i for i, row in enumerate(rows) if row.kind in GREEN_KINDS and row.area_m2 is not None]
        areas = places.outlines.metres[[rows[i].element for i in green]]
        kinds, tags = [rows[i].kind for i in green], [places.shapes[rows[i].element].tags for i in green]
        land = land_of(self._paths(), self._extract.covers, self._extract.comforts, self.projection)
        facts = measure_greens(areas, kinds, land)
        shut = [i for i, of_green in zip(green, tags, strict=True) if not lets_people_in(of_green)]
        found, dropped = {}, {i for i, row in enumerate(rows) if row.kind == Kind.FOREST and row.area_m2 is None}
        dropped.update(shut)
        part = self._parts(rows, [i for i in green if i not in dropped], places)
        for position, i in enumerate(green):
            if i in part or not is_green_space(kinds[position], rows[i].area_m2 or 0.0, facts[position]):
                dropped.add(i)
            elif i not in dropped:
                found[i] = facts[position]
        return found, dropped

    def _parts(self, rows: Sequence[PlaceRow], green: Sequence[int], places: PlaceShapes) -> set[int]:
        """Return the rows among some green areas that are parts of others."""
        elements = [rows[i].element for i in green]
        names = [places.shapes[element].tags.get("name", "") for element in elements]
        shapes = [GreenShape(rows[i].kind, name, rows[i].osm_id) for i, name in zip(green, names, strict=True)]
        is_part = parts_of_others(places.outlines.metres[elements], shapes)
        return {i for i, part in zip(green, is_part.tolist(), strict=True) if part}

    def _paths(self) -> PathLines:
        tags = self._ways.tags
        rows = np.array([i for i in self._walkable if _is_path(tags[i])], dtype=np.intp)
        trails = self._extract.trail_ways
        is_trail = [("name" in tags[i]) or int(self._ways.way_ids[i]) in trails for i in rows.tolist()]
        is_lit = [tags[i].get("lit") in LIT for i in rows.tolist()]
        lines = street_lines(self._ways, rows, self.projection)
        return PathLines(lines, np.array(is_trail, dtype=bool), np.array(is_lit, dtype=bool))

    def _access(self, rows: Sequence[PlaceRow], places: PlaceShapes, network: Network) -> list[bytes]:
        points = np.array([(row.lon, row.lat) for row in rows]).reshape(-1, 2)
        in_the_open = [i for i in self._walkable if self._ways.tags[i].get("tunnel", "no") == "no"]
        lines = street_lines(self._ways, np.array(in_the_open, dtype=np.intp), self.projection)
        streets = shapely.STRtree(lines)
        of_areas = snap_areas(places.shapes, places.outlines, streets, self._extract.gates, network, self.projection)
        of_points = snap_points(points, network, over_rails=[row.kind in STOP_KINDS for row in rows])
        access = [
            of_areas[row.element] or of_points[i] if row.element >= 0 else of_points[i] for i, row in enumerate(rows)
        ]
        for i, entrances in station_entrances(rows, self._extract).items():
            own = access[i] if rows[i].kind == Kind.RAIL_STATION else b""  # tracks at ground level have other ways in
            access[i] = b"".join([own, *snap_points(entrances, network, over_rails=True)]) or access[i]
        return access


def _is_path(tags: dict[str, str]) -> bool:
    """Return whether a way is made for walking and is not the pavement or the crossing of a street."""
    if tags.get("highway") not in FOOTPATH_CLASSES or tags.get("area") == "yes":
        return False
    return tags.get("footway") not in ("sidewalk", "crossing")
