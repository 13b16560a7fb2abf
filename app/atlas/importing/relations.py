"""Reads relations: transit routes, trails, houses of streets, and areas made of several ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.importing.elements import RouteRelation, StopArea
from app.atlas.importing.pbf.block import Block, Member, Tags
from app.atlas.importing.tags.keys import ADDRESS_KEYS, AREA_KEYS, KIND_KEYS
from app.atlas.importing.tags.naming import named_kind


@dataclass(frozen=True, slots=True)
class AreaRelation:
    """An area made of ways: its tags, the ways of its outer edge and of its holes."""

    tags: dict[str, str]
    outer: tuple[int, ...]
    inner: tuple[int, ...]

    @property
    def is_old_style(self) -> bool:
        """Return whether the relation says nothing itself: then the tags of its outer edge are those of the area."""
        return self.tags.keys() <= SILENT_KEYS


#: Keys that do not tell what an area is.
SILENT_KEYS = frozenset({"type", "source", "created_by", "note", "fixme", "attribution", "source:date"})


@dataclass(slots=True)
class Relations:
    """What the relations of an extract say."""

    routes: list[RouteRelation] = field(default_factory=list)
    trail_ways: set[int] = field(default_factory=set)
    #: Element id to the street of the associatedStreet relation that it is a house of.
    house_streets: dict[str, str] = field(default_factory=dict)
    stop_areas: list[StopArea] = field(default_factory=list)
    areas: dict[int, AreaRelation] = field(default_factory=dict)
    #: Areas that are nothing but a building on the map.
    buildings: list[AreaRelation] = field(default_factory=list)
    #: Every way that is part of an area relation.
    area_ways: set[int] = field(default_factory=set)
    #: The outer ways among them whose relation says nothing itself.
    old_style_ways: set[int] = field(default_factory=set)

    def route_member_ids(self) -> set[str]:
        """Return the elements that some transit route calls at or runs on."""
        return {member for route in self.routes for member in route.members}


def read_relations(blocks: Iterable[Block]) -> Relations:
    """Read the relations of these blocks."""
    reader = _RelationReader()
    for block in blocks:
        for relation in block.relations():
            reader.read(*relation)
    return reader.found


#: route=* of OpenStreetMap to the word in RouteAtStop.mode.
ROUTE_MODES = {
    "bus": "bus",
    "trolleybus": "bus",
    "share_taxi": "bus",
    "minibus": "bus",
    "tram": "tram",
    "light_rail": "light_rail",
    "monorail": "light_rail",
    "subway": "subway",
    "train": "rail",
    "railway": "rail",
    "ferry": "ferry",
    "funicular": "cable_car",
    "aerialway": "cable_car",
}

TRAILS = frozenset({"hiking", "foot", "walking"})


class _RelationReader:
    """Sorts relations by their type."""

    def __init__(self) -> None:
        self.found = Relations()

    def read(self, relation_id: int, tags: Tags, members: Sequence[Member]) -> None:
        kind = tags.get("type")
        if tags.get("public_transport") == "stop_area":  # some carry the type of a route
            self.found.stop_areas.append(StopArea(tags.get("name", ""), frozenset(m.osm_id for m in members)))
        elif kind == "route":
            self._route(relation_id, tags, members)
        elif kind in ("associatedStreet", "street"):
            self._street(tags, members)
        elif kind in ("multipolygon", "boundary"):
            self._area(relation_id, tags, members)

    def _route(self, relation_id: int, tags: Tags, members: Sequence[Member]) -> None:
        route = tags.get("route", "")
        if route in TRAILS:
            self.found.trail_ways.update(_ways(members))
        mode = ROUTE_MODES.get(route)
        name = tags.get("ref") or tags.get("name") or ""
        if mode is None or not name:
            return
        stops = frozenset(m.osm_id for m in members if m.osm_id[0] == "n" or m.role.startswith("plat"))
        self.found.routes.append(RouteRelation(f"r{relation_id}", name, mode, tags.get("to", ""), stops))

    def _street(self, tags: Tags, members: Sequence[Member]) -> None:
        if street := tags.get("addr:street") or tags.get("name"):
            self.found.house_streets.update((m.osm_id, street) for m in members if m.role != "street")

    def _area(self, relation_id: int, tags: Tags, members: Sequence[Member]) -> None:
        inner = _ways([m for m in members if m.role == "inner"])
        outer = _ways([m for m in members if m.role != "inner"])
        area = AreaRelation(tags, outer, inner)
        if not area.is_old_style and AREA_KEYS.isdisjoint(tags) and not named_kind(tags):
            if "building" in tags:
                self.found.buildings.append(area)
                self.found.area_ways.update(inner, outer)
            return
        self.found.areas[relation_id] = area
        self.found.area_ways.update(inner, outer)
        if area.is_old_style:
            self.found.old_style_ways.update(outer)


def _ways(members: Sequence[Member]) -> tuple[int, ...]:
    return tuple(int(m.osm_id[1:]) for m in members if m.osm_id[0] == "w")


class WkbShape(NamedTuple):
    """A line or area: WKB in degrees, and the nodes on its edge."""

    wkb: bytes
    refs: tuple[int, ...]


def assembled(members: AreaRelation, shapes: Mapping[int, WkbShape]) -> WkbShape | None:
    """Return the area of a relation, or None where nothing of its outer edge is in the extract.

    Where the extract cuts the relation, each open end of the edge is joined straight to the other.
    """
    outer = _enclosed(members.outer, shapes)
    if shapely.is_empty(outer):
        return None
    area = shapely.difference(outer, _enclosed(members.inner, shapes))
    parts = shapely.get_parts(shapely.get_parts(area))
    polygons = [part for part in parts if isinstance(part, shapely.Polygon) and not part.is_empty]
    if not polygons:
        return None
    refs = dict.fromkeys(ref for way in members.outer if way in shapes for ref in shapes[way].refs)
    return WkbShape(shapely.MultiPolygon(polygons).wkb, tuple(refs))


def _enclosed(ways: Iterable[int], shapes: Mapping[int, WkbShape]) -> shapely.Geometry:
    lines = shapely.from_wkb(np.array([shapes[way].wkb for way in ways if way in shapes], dtype=object))
    if not len(lines):
        return shapely.Polygon()
    chains = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    closed = [shapely.LineString([*chain.coords, chain.coords[0]]) for chain in chains if len(chain.coords) >= 3]
    return shapely.make_valid(shapely.build_area(shapely.union_all(closed)))


def tags_of_edge(edge: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the tags of an area from those of its outer ways; none where they are lines, or differ in what they are.

    Until about 2013 a multipolygon was tagged on its outer ways and not on the relation.
    """
    told = [tags for tags in edge if not KIND_KEYS.isdisjoint(tags)]
    if not told or any(not LINE_KEYS.isdisjoint(tags) or tags.get("natural") == "coastline" for tags in told):
        return {}
    if len({tuple(tags.get(key) for key in sorted(KIND_KEYS)) for tags in told}) > 1:
        return {}
    best = max(told, key=len)
    return {key: value for key, value in best.items() if key not in OF_THE_WAY}


#: Ways with one of these are lines of their own, whatever area they run around.
LINE_KEYS = frozenset({"highway", "railway", "barrier", "power", "aerialway", "route", "boundary"})
#: What is read from the way itself.
OF_THE_WAY = ADDRESS_KEYS | {"place"}
