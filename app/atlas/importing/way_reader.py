"""What is kept of the ways of an extract."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import osmium
import shapely

from app.atlas.importing.addressing import address_row
from app.atlas.importing.areas import Part, assembled
from app.atlas.importing.classify import kinds_of
from app.atlas.importing.cover import cover_of
from app.atlas.importing.elements import Comfort, Cover, Extract, Interpolation, Shape, Spot, Track
from app.atlas.importing.node_reader import comfort_of
from app.atlas.importing.relations import Relations
from app.atlas.importing.stations import STATION_ON
from app.places import Kind

_KIND_KEYS = frozenset(
    [
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
        "aerialway",
        "man_made",
        "power",
        "highway",
    ]
)
WAY_KEYS = (*sorted(_KIND_KEYS), "route", "addr:interpolation")
#: highway=* that is no street: not built, not there any more, or a place beside the road.
NOT_STREETS = frozenset(
    [
        "proposed",
        "construction",
        "planned",
        "abandoned",
        "razed",
        "disused",
        "rest_area",
        "services",
        "platform",
        "no",
        "raceway",
        "bus_stop",
    ]
)
#: Kinds that are lines even where they close.
LINE_KINDS = frozenset(
    {
        Kind.MOTORWAY,
        Kind.TRUNK_ROAD,
        Kind.PRIMARY_ROAD,
        Kind.SECONDARY_ROAD,
        Kind.TERTIARY_ROAD,
        Kind.OTHER_ROAD,
        Kind.RAILWAY,
        Kind.POWER_LINE,
    }
)
#: Places that are a point to go to, whatever outline they have.
CENTRES = frozenset({Kind.CITY_CENTRE, Kind.TOWN_CENTRE})
#: Digits of a line's WKB before its coordinates (byte order, type, count), and of one corner.
_WKB_HEAD_HEX, _WKB_CORNER_HEX = 18, 32


def is_area(tags: dict[str, str], kinds: tuple[Kind, ...], closed: bool) -> bool:
    """Tell whether a way stands for the area it encloses."""
    if not closed or tags.get("area") == "no" or tags.get("natural") == "coastline":
        return False
    if tags.get("waterway") in ("river", "stream", "canal") or not LINE_KINDS.isdisjoint(kinds):
        return False
    return not (tags.get("aeroway") == "runway" and tags.get("area") != "yes")


class WayReader:
    """Sorts ways into the extract's parts, and puts areas together that are made of several ways."""

    def __init__(self, extract: Extract, relations: Relations) -> None:
        self._extract = extract
        self._relations = relations
        self._route_members = relations.route_member_ids()
        self._factory = osmium.geom.WKBFactory()
        self._parts: dict[int, Part] = {}

    def read(self, way: osmium.osm.Way) -> None:
        """Keep what a way with one of WAY_KEYS says."""
        tags, wkb = dict(way.tags), self._wkb(way)
        if "addr:interpolation" in tags:
            self._interpolation(way, tags["addr:interpolation"])
        if wkb and ("highway" in tags or tags.get("route") == "ferry"):
            self._street(way, tags, wkb)
        if wkb and not _KIND_KEYS.isdisjoint(tags):
            self._thing(way, tags, wkb)

    def read_part(self, way: osmium.osm.Way) -> None:
        """Keep a way that is part of an area."""
        if wkb := self._wkb(way):
            self._parts[way.id] = Part(wkb, tuple(node.ref for node in way.nodes))

    def finish(self) -> None:
        """Add the areas of relations, now that all their ways are known."""
        for relation_id, members in sorted(self._relations.areas.items()):
            if (area := assembled(members, self._parts)) is not None:
                self._relation(f"r{relation_id}", members.tags, area)

    def _relation(self, osm_id: str, tags: dict[str, str], area: Part) -> None:
        kinds = self._without_centre(kinds_of(tags), osm_id, tags, area.wkb)
        if kinds:
            refs = area.refs if kinds[0] < Kind.FUEL_STATION else ()
            self._extract.shapes.append(Shape(osm_id, area.wkb, True, tags, kinds, refs))
        if (is_nature := cover_of(tags)) is not None:
            self._extract.covers.append(Cover(area.wkb, is_nature))
        lat, lon = _middle(area.wkb)
        if word := comfort_of(tags):
            self._extract.comforts.append(Comfort(word, lat, lon))
        if number := tags.get("addr:housenumber"):
            street = self._relations.house_streets.get(osm_id, "")
            self._extract.addresses.append(address_row(number, tags, lat, lon, street))

    def _thing(self, way: osmium.osm.Way, tags: dict[str, str], wkb: str) -> None:
        kinds = self._without_centre(kinds_of(tags), f"w{way.id}", tags, wkb)
        area = is_area(tags, kinds, way.is_closed())
        if kinds:
            refs = tuple(node.ref for node in way.nodes) if area and kinds[0] < Kind.FUEL_STATION else ()
            self._extract.shapes.append(Shape(f"w{way.id}", wkb, area, tags, kinds, refs))
        if area and (is_nature := cover_of(tags)) is not None:
            self._extract.covers.append(Cover(wkb, is_nature))
        if tags.get("railway") in STATION_ON and "service" not in tags:
            self._extract.tracks.append(Track(tags["railway"], wkb))
        if word := comfort_of(tags):
            self._extract.comforts.append(Comfort(word, *_middle(wkb)))
        if (osm_id := f"w{way.id}") in self._route_members:
            self._extract.route_members[osm_id] = _middle(wkb)

    def _without_centre(self, kinds: tuple[Kind, ...], osm_id: str, tags: dict[str, str], wkb: str) -> tuple[Kind, ...]:
        """Take a town mapped as an area for a point in its middle, which its own node replaces where there is one."""
        centre = tuple(kind for kind in kinds if kind in CENTRES)
        if not centre:
            return kinds
        self._extract.spots.append(Spot(osm_id, *_middle(wkb), tags, centre))
        return tuple(kind for kind in kinds if kind not in CENTRES)

    def _street(self, way: osmium.osm.Way, tags: dict[str, str], wkb: str) -> None:
        if tags.get("highway") in NOT_STREETS:
            return
        columns = self._extract.streets
        all_refs = [node.ref for node in way.nodes]
        is_whole = len(wkb) == _WKB_HEAD_HEX + _WKB_CORNER_HEX * len(all_refs)
        runs = [(all_refs, bytes.fromhex(wkb[_WKB_HEAD_HEX:]))] if is_whole else _runs_of_known_nodes(way)
        for refs, positions in runs:
            columns.way_ids.append(way.id)
            columns.tags.append(tags)
            columns.lengths.append(len(refs))
            columns.refs.extend(refs)
            columns.positions += positions

    def _wkb(self, way: osmium.osm.Way) -> str:
        """Return a way's line; where the extract cuts it, the nodes that are there, or "" for fewer than two."""
        try:
            return self._factory.create_linestring(way, osmium.geom.ALL)
        except (RuntimeError, osmium.InvalidLocationError):
            points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
        return shapely.LineString(points).wkb_hex if len(set(points)) > 1 else ""

    def _interpolation(self, way: osmium.osm.Way, kind: str) -> None:
        nodes = [node for node in way.nodes if node.location.valid()]
        refs, points = tuple(node.ref for node in nodes), tuple((node.lat, node.lon) for node in nodes)
        self._extract.interpolations.append(Interpolation(kind, refs, points))


def _runs_of_known_nodes(way: osmium.osm.Way) -> Iterator[tuple[list[int], bytes]]:
    """Yield the parts of a way whose nodes are in the extract: references and positions."""
    refs: list[int] = []
    positions = bytearray()
    for node in way.nodes:
        if node.location.valid():
            refs.append(node.ref)
            positions += struct.pack("<2d", node.lon, node.lat)
            continue
        if len(refs) > 1:
            yield refs, bytes(positions)
        refs, positions = [], bytearray()
    if len(refs) > 1:
        yield refs, bytes(positions)


def _middle(wkb: str) -> tuple[float, float]:
    """Return (lat, lon) in the middle of a line or area."""
    point = shapely.from_wkb(wkb).centroid
    return point.y, point.x
