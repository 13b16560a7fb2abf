"""Reads the streets and places of an extract: what is kept of its nodes and ways."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

import numpy as np
import shapely

from app.atlas.importing.drawn import MapShapes
from app.atlas.importing.elements import (
    Comfort,
    Cover,
    Entrance,
    Extract,
    Gate,
    GroundShape,
    Interpolation,
    PointFeature,
    Shape,
    StreetColumns,
    Track,
)
from app.atlas.importing.pbf.block import Node, Tags
from app.atlas.importing.pbf.file import PbfFile, iso_date
from app.atlas.importing.pbf.located import NodePositions, Way, Ways
from app.atlas.importing.relations import AreaRelation, Relations, WkbShape, assembled, read_relations, tags_of_edge
from app.atlas.importing.stops import STATION_ON
from app.atlas.importing.tags.access import is_closed_ground
from app.atlas.importing.tags.addressing import address_row
from app.atlas.importing.tags.classify import display_name, kinds_of
from app.atlas.importing.tags.ground import ground_sort
from app.atlas.importing.tags.keys import ADDRESS_KEYS, KIND_KEYS, NODE_KEYS, WAY_KEYS
from app.atlas.importing.tags.lifecycle import is_there_on
from app.atlas.importing.tags.naming import locality_row
from app.atlas.importing.tags.stopping import STATION_ENTRANCES
from app.atlas.streets.build.squares import Ring, Square, is_square
from app.atlas.streets.rules.walk import way_class
from app.errors import BadExtract
from app.geo import Floats
from app.places import Kind

Progress = Callable[[float], None]


def read_extract(file: PbfFile, progress: Progress = lambda share: None) -> Extract:
    """Read streets and places. Raises BadExtract where the file is damaged or holds no streets."""
    with file.checked():
        last = file.last_blocks()
        extract, with_relations = _read(file, read_relations(last), progress)
        if with_relations > len(last):  # some stand elsewhere: read again, knowing what all of them say
            extract, _ = _read(file, read_relations(file.blocks_with_relations()), progress)
    if not extract.streets.tags:
        raise BadExtract(file=file.name, why="it holds no streets")
    return extract


def _read(file: PbfFile, relations: Relations, progress: Progress) -> tuple[Extract, int]:
    """Return what a file holds, and how many of its blocks hold relations."""
    extract = Extract(file.box, routes=relations.routes, house_streets=relations.house_streets)
    extract.stop_areas = relations.stop_areas
    extract.trail_ways, extract.drawn = frozenset(relations.trail_ways), MapShapes()
    nodes, ways = NodeReader(extract, relations), WayReader(extract, relations)
    of_areas = np.array(sorted(relations.area_ways), dtype=np.int64)
    positions, lines, newest, with_relations = NodePositions(), Ways(), 0, 0
    for count, block in enumerate(file.blocks()):
        progress(count / len(file))
        with_relations += block.has_relations
        positions.add(block)
        for node in block.nodes(NODE_KEYS):
            nodes.read(node)
        for ways_of_block in block.ways():
            lines.add(ways_of_block, ways_of_block.with_keys(WAY_KEYS, of_areas))
            extract.drawn.buildings.add(ways_of_block)
        newest = newest if file.date else max(newest, block.newest())
    for way in lines.located(positions):
        ways.read(way)
    ways.finish()
    extract.drawn.positions = positions
    extract.data_date = file.date or iso_date(newest)
    extract.points = [point for point in extract.points if is_there_on(point.tags, extract.data_date)]
    extract.shapes = [shape for shape in extract.shapes if is_there_on(shape.tags, extract.data_date)]
    return extract, with_relations


class NodeReader:
    """Sorts nodes into the lists of an extract."""

    def __init__(self, extract: Extract, relations: Relations) -> None:
        self._extract = extract
        self._route_members = relations.route_member_ids()

    def read(self, node: Node) -> None:
        """Keep what a node with one of NODE_KEYS says."""
        node_id, tags, lat, lon = node
        extract, osm_id = self._extract, f"n{node_id}"
        if "barrier" in tags or "entrance" in tags:
            extract.gates[node_id] = Gate(lat, lon, tags)
        if osm_id in self._route_members:
            extract.route_members[osm_id] = (lat, lon)
        if comfort := comfort_of(tags):
            extract.comforts.append(Comfort(comfort, lat, lon))
        if kinds := kinds_of(tags):
            extract.points.append(PointFeature(osm_id, lat, lon, tags, kinds))
        if tags.get("railway") in STATION_ENTRANCES:
            extract.entrances.append(Entrance(node_id, lat, lon, tags))


class WayReader:
    """Sorts ways into the lists of an extract, and puts areas together that are made of several ways."""

    def __init__(self, extract: Extract, relations: Relations) -> None:
        self._extract = extract
        self._relations = relations
        self._route_members = relations.route_member_ids()
        self._area_ways: dict[int, WkbShape] = {}
        #: Outer ways of relations that say nothing themselves: the areas, or else features of their own.
        self._edges: dict[int, Way] = {}

    def read(self, way: Way) -> None:
        """Keep what a way with one of WAY_KEYS says, or one that is part of an area."""
        if "addr:interpolation" in way.tags:
            self._interpolation(way)
        if not _is_line(way):
            return
        if way.way_id in self._relations.area_ways:
            self._area_ways[way.way_id] = WkbShape(_wkb(way), tuple(way.refs.tolist()))
        if "highway" in way.tags or way.tags.get("route") == "ferry":
            self._street(way)
        elif way_class(way.tags):
            self._add_street(self._extract.decks, way)
        if way.way_id in self._relations.old_style_ways:
            self._edges[way.way_id] = way
        elif not KIND_KEYS.isdisjoint(way.tags):
            self._feature(way)

    def finish(self) -> None:
        """Add the areas of relations, now that all their ways are known."""
        of_areas: set[int] = set()
        for relation_id, members in sorted(self._relations.areas.items()):
            tags = self._old_style_tags(members) if members.is_old_style else members.tags
            if tags and (area := assembled(members, self._area_ways)) is not None:
                self._relation(f"r{relation_id}", tags, area)
                if is_square({**tags, "area": "yes"}, is_closed=True):
                    self._squares(relation_id, members, area)
                self._extract.drawn.add_relation(tags, members, area.wkb)
                of_areas.update(members.outer if members.is_old_style else ())
            elif members.is_old_style:
                self._courtyard(members)
        for way in self._edges.values():
            if way.way_id not in of_areas and not KIND_KEYS.isdisjoint(way.tags):
                self._feature(way)
        for building in self._relations.buildings:
            self._courtyard(building)
        self._extract.drawn.area_ways = self._area_ways

    def _courtyard(self, members: AreaRelation) -> None:
        edge = [self._edges[way].tags for way in members.outer if way in self._edges]
        self._extract.drawn.add_courtyard(members, edge)

    def _old_style_tags(self, members: AreaRelation) -> Tags:
        if len(members.outer) == 1 and not members.inner:
            return {}  # the way says it all
        return tags_of_edge([self._edges[way].tags for way in members.outer if way in self._edges])

    def _squares(self, relation_id: int, members: AreaRelation, area: WkbShape) -> None:
        """Add the parts of an area that people walk across: their corners are those of its ways."""
        known = [self._area_ways[way] for way in (*members.outer, *members.inner) if way in self._area_ways]
        refs = {
            tuple(corner): ref
            for shape in known
            for corner, ref in zip(
                shapely.get_coordinates(shapely.from_wkb(shape.wkb)).tolist(), shape.refs, strict=False
            )
        }
        for part in shapely.get_parts(shapely.from_wkb(area.wkb)):
            corners = [shapely.get_coordinates(ring) for ring in shapely.get_rings(part)]
            if all(tuple(corner) in refs for ring in corners for corner in ring.tolist()):
                rings = (Ring(np.array([refs[tuple(corner)] for corner in ring.tolist()]), ring) for ring in corners)
                self._extract.squares.append(Square(-relation_id, members.tags, tuple(rings)))

    def _relation(self, osm_id: str, tags: Tags, area: WkbShape) -> None:
        kinds = kinds_of(tags)
        if not CENTRES.isdisjoint(kinds):
            kinds = self._without_centre(kinds, osm_id, tags, area.wkb)
        if kinds:
            refs = area.refs if kinds[0] < Kind.FUEL_STATION else ()
            self._extract.shapes.append(Shape(osm_id, area.wkb, True, tags, kinds, refs))
        if is_closed_ground(tags):
            self._extract.closed_grounds.append(area.wkb)
        if (is_nature := cover_of(tags)) is not None:
            self._extract.covers.append(Cover(area.wkb, is_nature))
        self._ground({**tags, "area": "yes"}, area.wkb, is_closed=True)
        lat, lon = _middle(area.wkb)
        if comfort := comfort_of(tags):
            self._extract.comforts.append(Comfort(comfort, lat, lon))
        if not ADDRESS_KEYS.isdisjoint(tags):
            street = self._relations.house_streets.get(osm_id, "")
            self._extract.addresses.append(address_row(tags, lat, lon, street))
        if (locality := locality_row(tags, lat, lon)) is not None:
            self._extract.localities.append(locality)

    def _feature(self, way: Way) -> None:
        tags, osm_id = way.tags, f"w{way.way_id}"
        self._extract.drawn.add_way(way)
        kinds = kinds_of(tags)
        if not CENTRES.isdisjoint(kinds):
            kinds = self._without_centre(kinds, osm_id, tags, _wkb(way))
        area = is_area(tags, kinds, way.is_closed)
        if kinds:
            refs = tuple(way.refs.tolist()) if area and kinds[0] < Kind.FUEL_STATION else ()
            self._extract.shapes.append(Shape(osm_id, _wkb(way), area, tags, kinds, refs))
        if area and is_closed_ground(tags):
            self._extract.closed_grounds.append(_wkb(way))
        if area and (is_nature := cover_of(tags)) is not None:
            self._extract.covers.append(Cover(_wkb(way), is_nature))
        self._ground(tags, way, is_closed=way.is_closed)
        if tags.get("railway") in STATION_ON and "service" not in tags:
            self._extract.tracks.append(Track(tags["railway"], _wkb(way)))
        if comfort := comfort_of(tags):
            self._extract.comforts.append(Comfort(comfort, *_middle(_wkb(way))))
        if osm_id in self._route_members:
            self._extract.route_members[osm_id] = _middle(_wkb(way))

    def _ground(self, tags: Tags, shape: Way | bytes, *, is_closed: bool) -> None:
        if (sort := ground_sort(tags, is_closed)) is not None:
            wkb = shape if isinstance(shape, bytes) else _wkb(shape)
            self._extract.grounds.append(GroundShape(sort.kind, display_name(tags), sort.half_m, wkb, sort.is_area))

    def _without_centre(self, kinds: tuple[Kind, ...], osm_id: str, tags: Tags, wkb: bytes) -> tuple[Kind, ...]:
        """Return the kinds but for a town's centre, which is added as a point in the middle of its area.

        The node of the town replaces that point where there is one.
        """
        centre = tuple(kind for kind in kinds if kind in CENTRES)
        self._extract.points.append(PointFeature(osm_id, *_middle(wkb), tags, centre))
        return tuple(kind for kind in kinds if kind not in CENTRES)

    def _street(self, way: Way) -> None:
        if way.tags.get("highway") == "platform":
            self._add_street(self._extract.decks, way)
        elif way.tags.get("highway") not in NOT_STREETS:
            self._add_street(self._extract.streets, way)

    @staticmethod
    def _add_street(columns: StreetColumns, way: Way) -> None:
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

#: Places that are a point to go to, whatever outline they have.
CENTRES = frozenset({Kind.CITY_CENTRE, Kind.TOWN_CENTRE})

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


def is_area(tags: Tags, kinds: tuple[Kind, ...], closed: bool) -> bool:
    """Return whether a way stands for the area it encloses."""
    if not closed or tags.get("area") == "no" or tags.get("natural") == "coastline":
        return False
    if tags.get("waterway") in ("river", "stream", "canal") or not LINE_KINDS.isdisjoint(kinds):
        return False
    return not (tags.get("aeroway") == "runway" and tags.get("area") != "yes")


#: Wood, water, meadow and the like: what counts towards the nature share of a green space.
NATURE = frozenset(
    {
        *(
            ("natural", value)
            for value in ["wood", "water", "scrub", "grassland", "heath", "wetland", "fell", "tundra", "moor"]
        ),
        *(("landuse", value) for value in ["forest", "meadow"]),
        ("waterway", "riverbank"),
    }
)
#: Mapped, but kept by people or bare.
OTHER_COVER = frozenset(
    {
        *(("natural", value) for value in ["grass", "sand", "bare_rock", "shingle", "scree", "beach"]),
        *(("landuse", value) for value in ["grass", "flowerbed", "orchard", "allotments", "farmland"]),
        *(("leisure", value) for value in ["pitch", "swimming_pool", "track"]),
    }
)
_COVER_KEYS = ("natural", "landuse", "waterway", "leisure")


def cover_of(tags: Mapping[str, str]) -> bool | None:
    """Return whether an area is covered by nature; None where its tags say nothing of that."""
    pairs = {(key, tags[key]) for key in _COVER_KEYS if key in tags}
    if not pairs.isdisjoint(NATURE):
        return True
    return None if pairs.isdisjoint(OTHER_COVER) else False


#: What makes a green space pleasant: key to value to one of `greens.COMFORTS`.
COMFORTS = {
    "amenity": {"bench": "bench", "toilets": "toilets", "drinking_water": "drinking_water"},
    "leisure": {"picnic_table": "bench", "playground": "playground"},
    "drinking_water": {"yes": "drinking_water"},
    "highway": {"street_lamp": "lighting"},
    "tourism": {"viewpoint": "viewpoint"},
}


def comfort_of(tags: Tags) -> str:
    """Return which of `greens.COMFORTS` an element is, or ""."""
    for key, kinds in COMFORTS.items():
        if tags.get(key) in kinds:
            return kinds[tags[key]]
    return ""


def _is_line(way: Way) -> bool:
    """Return whether the extract holds two different corners of a way."""
    known = _known(way)
    return len(known) > 1 and (way.is_whole or bool((known != known[:1]).any()))


#: WKB of a line before its corners: little-endian, type, count.
_WKB_HEAD = struct.Struct("<BII")

_WKB_LINE = 2


def _wkb(way: Way) -> bytes:
    """Return a line as WKB; where the extract cuts it, through the corners that are there."""
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
