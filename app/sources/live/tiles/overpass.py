"""Asks Overpass for everything around a tile in one query, and reads its answer into what an importer takes."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from pathlib import Path

import msgspec
import numpy as np

from app.atlas.importing.extract import NOT_STREETS
from app.atlas.importing.pbf.block import Member, Points, Relation, Tags
from app.atlas.importing.pbf.writing import Elements, WrittenWay, write_pbf
from app.atlas.importing.relations import ROUTE_MODES, TRAILS
from app.atlas.importing.tags.keys import ADDRESS_KEYS, AREA_KEYS, NODE_KEYS, WAY_KEYS
from app.atlas.importing.tags.naming import HOUSE_NAME, NAMELESS
from app.atlas.importing.tags.naming import KIND_KEYS as NAMED_KEYS
from app.atlas.streets.rules.bike import RIDEABLE, RIDEABLE_IF_SAID
from app.atlas.streets.rules.walk import PERMITTED
from app.atlas.streets.tiling import STEPS_PER_DEGREE
from app.geo import Box
from app.sources.live.asking.queries import BadAnswer, Query, Tired
from app.sources.live.tiles.grid import Tile

#: The most seconds and bytes that a query may ask the server for: its usual limits,
#: https://wiki.openstreetmap.org/wiki/Overpass_API/Overpass_QL#Settings
MOST_SECONDS, MOST_BYTES = 180, 536_870_912
#: Seconds after which we leave that are not given to the server: it shall give up before we do.
ANSWERING_S = 10.0

_NODE_KEYS = NODE_KEYS | ADDRESS_KEYS | {HOUSE_NAME}
_WAY_KEYS = WAY_KEYS | ADDRESS_KEYS | {HOUSE_NAME}
#: service=* that lead to one door or one car, and nowhere else.
DEAD_ENDS = ("driveway", "parking_aisle", "drive-through", "emergency_access")
#: Where people cycle to.
ERRANDS = ("amenity", "healthcare", "leisure", "shop")
#: How the keys of names begin: what has one, and a key that says what it is, may be typed by a person.
NAMED = '[~"^(name|brand|name:.*)$"~"."]'


def question(tile: Tile, seconds: float) -> Query:
    """Return the query for a tile, to be answered within so many seconds.

    It asks for what an import reads: see https://wiki.openstreetmap.org/wiki/Overpass_API/Overpass_QL
    """
    return Query("/api/interpreter", form=(("data", query_text(tile, seconds)),))


def query_text(tile: Tile, seconds: float) -> str:
    """Return the query in Overpass QL.

    Each set holds an element once. Of areas made of several ways those ways come that lie in the box of the streets
    that are cycled, so that no forest, bay or country is fetched as a whole; their ends are joined as those of any
    extract that is cut. Of ways that reach out of a box all nodes come, at most 2,000 each.
    """
    allowed = max(min(MOST_SECONDS, int(seconds - ANSWERING_S)), 1)
    near, drawn, cycled = (_bounds(box) for box in (tile.known_box, tile.map_box, tile.bike_box))
    furniture = "".join(_none_of(key, NAMELESS[key]) for key in ("amenity", "leisure"))
    statements = (
        f"[out:json][timeout:{allowed}][maxsize:{MOST_BYTES}]",
        "("
        + f"node{_any_key(_NODE_KEYS)}({near});"
        + f"node{_any_key(NAMED_KEYS - _NODE_KEYS)}{NAMED}({near});"
        + f"node{_any_key(ERRANDS)}{furniture}({cycled});"
        + ")->.points",
        "("
        + f"way{_any_key(_WAY_KEYS)}({near});"
        + f"way{_any_key(NAMED_KEYS - _WAY_KEYS)}{NAMED}({near});"
        + f"way[building]({drawn});"
        + f"way{_any_key(ERRANDS)}{furniture}({cycled});"
        + f"way{_one_of('highway', RIDEABLE)}{_none_of('service', DEAD_ENDS)}({cycled});"
        + f"way{_one_of('highway', RIDEABLE_IF_SAID)}{_one_of('bicycle', PERMITTED)}({cycled});"
        + ")->.lines",
        "("
        + f"relation[type=multipolygon]({near});"
        + f"relation[type=boundary]{_any_key(AREA_KEYS)}({near});"
        + f"relation[type=boundary]{_any_key(NAMED_KEYS - {'boundary'} - AREA_KEYS)}{NAMED}({near});"
        + f"relation[type=boundary]{_one_of('boundary', ('national_park', 'protected_area'))}({near});"
        + f"relation{_one_of('type', ('associatedStreet', 'street'))}({near});"
        + f"relation[type=route]{_one_of('route', {*ROUTE_MODES, *TRAILS})}({near});"
        + f"relation[public_transport=stop_area]({near});"
        + ")->.groups",
        f"relation.groups{_one_of('type', ('multipolygon', 'boundary'))}->.areas",
        f"(.lines;way(r.areas)({cycled});)->.lines",
        "(.points;node(w.lines);)->.points",
        ".points out body qt",
        ".lines out body qt",
        ".groups out body qt",
    )
    return ";\n".join(statements) + ";\n"


def _bounds(box: Box) -> str:
    return ",".join(f"{side:.7f}" for side in (box.min_lat, box.min_lon, box.max_lat, box.max_lon))


def _any_key(keys: Iterable[str]) -> str:
    return f'[~"^({_either(keys)})$"~"."]'


def _one_of(key: str, values: Iterable[str]) -> str:
    return f'["{key}"~"^({_either(values)})$"]'


def _none_of(key: str, values: Iterable[str]) -> str:
    return f'["{key}"!~"^({_either(values)})$"]'


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(words))


class _Node(msgspec.Struct, tag_field="type", tag="node", gc=False):
    id: int
    lat: float
    lon: float
    tags: Tags | None = None


class _Way(msgspec.Struct, tag_field="type", tag="way", gc=False):
    id: int
    nodes: list[int]
    tags: Tags = {}


class _Member(msgspec.Struct, gc=False):
    type: str
    ref: int
    role: str = ""


class _Relation(msgspec.Struct, tag_field="type", tag="relation", gc=False):
    id: int
    members: list[_Member]
    tags: Tags = {}


class _About(msgspec.Struct):
    """What an answer says of the database; `timestamp_osm_base` is when its data is from."""

    timestamp_osm_base: str = ""


class _Body(msgspec.Struct):
    elements: list[_Node | _Way | _Relation]
    osm3s: _About = msgspec.field(default_factory=_About)
    remark: str = ""


# Made here, before any thread: where the first decodings of a type race, msgspec crashes the process.
_BODIES = msgspec.json.Decoder(_Body)


@dataclass(frozen=True, slots=True)
class OverpassAnswer:
    """A whole answer. `data_time` is when its data is from, in seconds since 1970, 0 where it does not tell."""

    elements: Elements
    data_time: int

    def has_streets(self, box: Box) -> bool:
        """Return whether a street comes into a box: else nobody lives there, or nobody has mapped it."""
        streets = (way.refs for way in self.elements.ways if way.tags.get("highway", "no") not in NOT_STREETS)
        ids, lats, lons = self.elements.nodes
        rows = np.searchsorted(ids, np.array(list(chain.from_iterable(streets)), dtype=np.int64))
        return any(map(box.contains, lats[rows] / STEPS_PER_DEGREE, lons[rows] / STEPS_PER_DEGREE))

    def write(self, path: Path, known_box: Box) -> None:
        """Write it as an extract (.osm.pbf)."""
        write_pbf(path, self.elements, known_box, self.data_time)


def read_answer(body: bytes) -> OverpassAnswer:
    """Read a body. Raises BadAnswer where it is no answer or half of one, Tired where the server is too busy for it."""
    try:
        read = _BODIES.decode(body)
    except msgspec.MsgspecError as error:
        _refuse_text(body)
        raise BadAnswer("sent something that is no answer, or a part of one") from error
    if read.remark:
        _refuse_remark(read.remark)
    nodes = [element for element in read.elements if type(element) is _Node]
    ways = [WrittenWay(each.id, each.tags, each.nodes) for each in read.elements if type(each) is _Way]
    way_ids = {way.way_id for way in ways}
    relations = [_relation(each) for each in read.elements if type(each) is _Relation and not _is_cut(each, way_ids)]
    points, tags = _columns(nodes)
    _refuse_half(points, ways)
    # By their ids, as in any extract: of two things that are alike the first is taken, whichever the server sent first.
    elements = Elements(points, tags, sorted(ways, key=itemgetter(0)), sorted(relations, key=itemgetter(0)))
    return OverpassAnswer(elements, _seconds(read.osm3s.timestamp_osm_base))


def _columns(nodes: list[_Node]) -> tuple[Points, dict[int, Tags]]:
    """Return where the nodes are, by their ids, and the tags of those that have some."""
    ids = np.array([node.id for node in nodes], dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    degrees = [node.lat for node in nodes], [node.lon for node in nodes]
    lats, lons = (np.rint(np.array(each) * STEPS_PER_DEGREE).astype(np.int64)[order] for each in degrees)
    rows = np.argsort(order)
    tags = {row: node.tags for row, node in zip(rows.tolist(), nodes, strict=True) if node.tags}
    return Points(ids[order], lats, lons), tags


def _relation(element: _Relation) -> Relation:
    members = [Member(f"{each.type[0]}{each.ref}", each.role) for each in element.members if each.type in _MEMBERS]
    return Relation(element.id, element.tags, members)


def _is_cut(area: _Relation, ways: Collection[int]) -> bool:
    """Return whether an area is a town or the like, of which so small a part came that its middle is another."""
    edge = [member.ref in ways for member in area.members if member.type == "way"]
    return "place" in area.tags and sum(edge) < WHOLE_SHARE * len(edge)


#: The least share of the ways around it that has to come: of a town at the coast some lie out at sea.
WHOLE_SHARE = 0.8

_MEMBERS = frozenset({"node", "way", "relation"})


def _refuse_half(points: Points, ways: list[WrittenWay]) -> None:
    """Raise BadAnswer where a way goes through a node that did not come: what is left would be scored as if whole."""
    refs = np.array(list(chain.from_iterable(way.refs for way in ways)), dtype=np.int64)
    if len(refs) and (not len(points.ids) or (points.ids[np.searchsorted(points.ids[:-1], refs)] != refs).any()):
        raise BadAnswer("sent streets without saying where they are")


#: What the server says, in a remark or on a page, when it wants to be left alone:
#: https://wiki.openstreetmap.org/wiki/Overpass_API#Errors and the sources of its dispatcher.
TIRED_WORDS = ("timed out", "timeout", "too busy", "rate_limited", "too many requests", "dispatcher")


def _refuse_remark(remark: str) -> None:
    """Raise where a remark tells that the server stopped half-way: the rest of the answer looks like a whole one."""
    said = remark.casefold()
    if "runtime error" not in said and "error:" not in said:
        return
    if any(word in said for word in TIRED_WORDS):
        raise Tired("ran out of time, or is too busy")
    if "out of memory" in said:
        raise BadAnswer("ran out of memory over so much data")
    raise BadAnswer("stopped half-way")


def _refuse_text(body: bytes) -> None:
    """Raise Tired where a body that is no JSON is a page which says that the server is too busy."""
    said = body[:LONGEST_PAGE].decode("utf-8", "replace").casefold()
    if said.lstrip().startswith("<") and any(word in said for word in TIRED_WORDS):
        raise Tired("is too busy")


#: Bytes of a page that are looked at: an error page has one or two thousand.
LONGEST_PAGE = 20_000


def _seconds(timestamp: str) -> int:
    try:
        return int(datetime.datetime.fromisoformat(timestamp).replace(tzinfo=datetime.UTC).timestamp())
    except ValueError:
        return 0
