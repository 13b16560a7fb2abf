"""What is kept of the ways of an extract."""

from __future__ import annotations

import struct

import numpy as np
import shapely

from app.atlas.importing.addressing import address_row
from app.atlas.importing.areas import Part, assembled
from app.atlas.importing.classify import kinds_of
from app.atlas.importing.cover import cover_of
from app.atlas.importing.elements import Comfort, Cover, Extract, Interpolation, Shape, Spot, Track
from app.atlas.importing.keys import ADDRESS_KEY, KIND_KEYS
from app.atlas.importing.node_reader import comfort_of
from app.atlas.importing.pbf.located_ways import Way
from app.atlas.importing.pbf.texts import Tags
from app.atlas.importing.relations import Relations
from app.atlas.importing.stations import STATION_ON
from app.atlas.projection import Floats
from app.places import Kind

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
#: WKB of a line before its corners: little-endian, type, count.
_WKB_HEAD = struct.Struct("<BII")
_WKB_LINE = 2


def is_area(tags: Tags, kinds: tuple[Kind, ...], closed: bool) -> bool:
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
        self._parts: dict[int, Part] = {}

    def read(self, way: Way) -> None:
        """Keep what a way with one of WAY_KEYS says, or one that is part of an area."""
        if "addr:interpolation" in way.tags:
            self._interpolation(way)
        if not _is_line(way):
            return
        if way.way_id in self._relations.area_ways:
            self._parts[way.way_id] = Part(_wkb(way), tuple(way.refs.tolist()))
        if "highway" in way.tags or way.tags.get("route") == "ferry":
            self._street(way)
        if not KIND_KEYS.isdisjoint(way.tags):
            self._thing(way)

    def finish(self) -> None:
        """Add the areas of relations, now that all their ways are known."""
        for relation_id, members in sorted(self._relations.areas.items()):
            if (area := assembled(members, self._parts)) is not None:
                self._relation(f"r{relation_id}", members.tags, area)

    def _relation(self, osm_id: str, tags: Tags, area: Part) -> None:
        kinds = kinds_of(tags)
        if not CENTRES.isdisjoint(kinds):
            kinds = self._without_centre(kinds, osm_id, tags, area.wkb)
        if kinds:
            refs = area.refs if kinds[0] < Kind.FUEL_STATION else ()
            self._extract.shapes.append(Shape(osm_id, area.wkb, True, tags, kinds, refs))
        if (is_nature := cover_of(tags)) is not None:
            self._extract.covers.append(Cover(area.wkb, is_nature))
        lat, lon = _middle(area.wkb)
        if word := comfort_of(tags):
            self._extract.comforts.append(Comfort(word, lat, lon))
        if tags.get(ADDRESS_KEY):
            street = self._relations.house_streets.get(osm_id, "")
            self._extract.addresses.append(address_row(tags, lat, lon, street))

    def _thing(self, way: Way) -> None:
        tags, osm_id = way.tags, f"w{way.way_id}"
        kinds = kinds_of(tags)
        if not CENTRES.isdisjoint(kinds):
            kinds = self._without_centre(kinds, osm_id, tags, _wkb(way))
        area = is_area(tags, kinds, way.is_closed)
        if kinds:
            refs = tuple(way.refs.tolist()) if area and kinds[0] < Kind.FUEL_STATION else ()
            self._extract.shapes.append(Shape(osm_id, _wkb(way), area, tags, kinds, refs))
        if area and (is_nature := cover_of(tags)) is not None:
            self._extract.covers.append(Cover(_wkb(way), is_nature))
        if tags.get("railway") in STATION_ON and "service" not in tags:
            self._extract.tracks.append(Track(tags["railway"], _wkb(way)))
        if word := comfort_of(tags):
            self._extract.comforts.append(Comfort(word, *_middle(_wkb(way))))
        if osm_id in self._route_members:
            self._extract.route_members[osm_id] = _middle(_wkb(way))

    def _without_centre(self, kinds: tuple[Kind, ...], osm_id: str, tags: Tags, wkb: bytes) -> tuple[Kind, ...]:
        """Take a town mapped as an area for a point in its middle, which its own node replaces where there is one."""
        centre = tuple(kind for kind in kinds if kind in CENTRES)
        self._extract.spots.append(Spot(osm_id, *_middle(wkb), tags, centre))
        return tuple(kind for kind in kinds if kind not in CENTRES)

    def _street(self, way: Way) -> None:
        if way.tags.get("highway") in NOT_STREETS:
            return
        columns = self._extract.streets
        for part in _known_runs(way):
            refs = way.refs[part]
            columns.way_ids.append(way.way_id)
            columns.tags.append(way.tags)
            columns.lengths.append(len(refs))
            columns.refs.frombytes(refs.tobytes())
            columns.positions += way.corners[part].tobytes()

    def _interpolation(self, way: Way) -> None:
        known = np.isfinite(way.corners[:, 0])
        points = tuple((lat, lon) for lon, lat in way.corners[known].tolist())
        kind = way.tags["addr:interpolation"]
        self._extract.interpolations.append(Interpolation(kind, tuple(way.refs[known].tolist()), points))


def _is_line(way: Way) -> bool:
    """Tell whether the extract holds two different corners of a way."""
    known = _known(way)
    return len(known) > 1 and (way.is_whole or bool((known != known[:1]).any()))


def _wkb(way: Way) -> bytes:
    """Return a line; where the extract cuts it, through the corners that are there."""
    known = _known(way)
    return _WKB_HEAD.pack(1, _WKB_LINE, len(known)) + known.tobytes()


def _known(way: Way) -> Floats:
    return way.corners if way.is_whole else way.corners[np.isfinite(way.corners[:, 0])]


def _known_runs(way: Way) -> list[slice]:
    """Return the parts of a way, of two corners and more, that the extract does not cut."""
    if way.is_whole:
        return [slice(0, len(way.refs))]
    gaps = np.flatnonzero(np.isnan(way.corners[:, 0])).tolist()
    ends = zip([-1, *gaps], [*gaps, len(way.refs)], strict=True)
    return [slice(before + 1, after) for before, after in ends if after - before > 2]


def _middle(wkb: bytes) -> tuple[float, float]:
    """Return (lat, lon) in the middle of a line or area."""
    point = shapely.from_wkb(wkb).centroid
    return point.y, point.x
