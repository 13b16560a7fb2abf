"""Reads relations: transit routes, trails, houses of streets, and areas made of several ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import shapely

from app.atlas.importing.elements import RouteRelation
from app.atlas.importing.pbf.block import Block, Member, Tags
from app.atlas.importing.tags.keys import AREA_KEYS
from app.atlas.importing.tags.naming import named_kind


@dataclass(frozen=True, slots=True)
class AreaRelation:
    """An area made of ways: its tags, the ways of its outer edge and of its holes."""

    tags: dict[str, str]
    outer: tuple[int, ...]
    inner: tuple[int, ...]


@dataclass(slots=True)
class Relations:
    """What the relations of an extract say."""

    routes: list[RouteRelation] = field(default_factory=list)
    trail_ways: set[int] = field(default_factory=set)
    #: Element id to the street of the associatedStreet relation that it is a house of.
    house_streets: dict[str, str] = field(default_factory=dict)
    areas: dict[int, AreaRelation] = field(default_factory=dict)
    #: Area relations without tags of their own: in the old style, still common before 2017, the outer ways carry them.
    untagged: dict[int, AreaRelation] = field(default_factory=dict)
    #: The outer ways of those.
    untagged_ways: set[int] = field(default_factory=set)
    #: Every way that is part of an area relation.
    area_ways: set[int] = field(default_factory=set)

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
        if kind == "route":
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
        is_old = tags["type"] == "multipolygon" and tags.keys() <= _SAY_NOTHING
        if not is_old and AREA_KEYS.isdisjoint(tags) and not named_kind(tags):
            return
        inner = _ways([m for m in members if m.role == "inner"])
        outer = _ways([m for m in members if m.role != "inner"])
        into = self.found.untagged if is_old else self.found.areas
        into[relation_id] = AreaRelation(tags, outer, inner)
        self.found.area_ways.update(inner, outer)
        if is_old:
            self.found.untagged_ways.update(outer)


#: Tags of a relation that tell nothing of what the area is.
_SAY_NOTHING = frozenset({"type", "source", "created_by", "note", "fixme", "area", "attribution", "source:date"})

#: Keys of ways that make an area of the relation that they surround.
_CARRIED = frozenset({"leisure", "landuse", "natural", "amenity", "tourism", "shop", "healthcare", "aeroway"})
#: Lines that surround an area without being its edge alone.
_LINES = frozenset({"highway", "railway", "power", "aerialway"})
_LINE_VALUES = frozenset({"coastline", "tree_row", "cliff", "ridge", "arete", "taxiway", "runway"})


def carries_area(tags: Tags) -> bool:
    """Return whether an outer way of a relation without tags holds those of the area."""
    if _CARRIED.isdisjoint(tags) or not _LINES.isdisjoint(tags):
        return False
    return tags.get("natural") not in _LINE_VALUES and tags.get("aeroway") not in _LINE_VALUES


def tags_of_outer(carried: Sequence[Tags]) -> Tags:
    """Return the tags that all outer ways with tags share, {} where they say different things."""
    if not carried:
        return {}
    shared = {key: value for key, value in carried[0].items() if all(tags.get(key) == value for tags in carried)}
    told = [{key: value for key, value in tags.items() if key in _CARRIED} for tags in carried]
    return shared if all(tags == told[0] for tags in told) else {}


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
