"""The first pass over an extract: relations, which say what later objects belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

import osmium

from app.atlas.importing.elements import RouteRelation

#: Relations with one of these become areas.
AREA_KEYS = [
    "amenity",
    "shop",
    "leisure",
    "tourism",
    "healthcare",
    "natural",
    "landuse",
    "waterway",
    "railway",
    "public_transport",
    "aeroway",
    "man_made",
    "power",
    "place",
    "addr:housenumber",
    "highway",
]
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


@dataclass(frozen=True, slots=True)
class Members:
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
    areas: dict[int, Members] = field(default_factory=dict)
    #: Every way that is part of an area relation.
    area_ways: set[int] = field(default_factory=set)

    def route_member_ids(self) -> set[str]:
        """Return the elements that some transit route calls at or runs on."""
        return {member for route in self.routes for member in route.members}


class _RelationReader:
    """Sorts relations by their type; osmium calls `relation` for each."""

    def __init__(self) -> None:
        self.found = Relations()

    def relation(self, relation: osmium.osm.Relation) -> None:
        kind = relation.tags.get("type")
        if kind == "route":
            self._route(relation)
        elif kind == "associatedStreet":
            self._street(relation)
        elif kind in ("multipolygon", "boundary"):
            self._area(relation)

    def _route(self, relation: osmium.osm.Relation) -> None:
        tags = relation.tags
        route = tags.get("route") or ""
        if route in TRAILS:
            self.found.trail_ways.update(m.ref for m in relation.members if m.type == "w")
        mode = ROUTE_MODES.get(route)
        name = tags.get("ref") or tags.get("name") or ""
        if mode is None or not name:
            return
        members = frozenset(f"{m.type}{m.ref}" for m in relation.members if m.type == "n" or m.role.startswith("plat"))
        self.found.routes.append(RouteRelation(f"r{relation.id}", name, mode, tags.get("to") or "", members))

    def _street(self, relation: osmium.osm.Relation) -> None:
        street = relation.tags.get("addr:street") or relation.tags.get("name")
        if street:
            houses = (m for m in relation.members if m.role in ("house", "address"))
            self.found.house_streets.update((f"{m.type}{m.ref}", street) for m in houses)

    def _area(self, relation: osmium.osm.Relation) -> None:
        if not any(key in relation.tags for key in AREA_KEYS):
            return
        ways = [m for m in relation.members if m.type == "w"]
        inner = tuple(m.ref for m in ways if m.role == "inner")
        outer = tuple(m.ref for m in ways if m.role != "inner")
        self.found.areas[relation.id] = Members(dict(relation.tags), outer, inner)
        self.found.area_ways.update(m.ref for m in ways)


def read_relations(file: osmium.io.File) -> Relations:
    """Read all relations of an extract."""
    reader = _RelationReader()
    with osmium.io.Reader(file, osmium.osm.RELATION) as source:
        osmium.apply(source, reader)
    return reader.found
