"""One thing mapped twice counts once: grounds and buildings, areas and nodes, outlines and relations, stops."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from app.atlas.geocoder.letters import fold
from app.atlas.importing.tags.stopping import scheme_rank
from app.geo import Geometries
from app.places import Kind

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One kind of one mapped element: where it stands among `geometries`, and what tells it from others."""

    kind: Kind
    osm_id: str
    name: str
    tags: Tags
    area_m2: float
    #: Nodes of the outline, where they are known.
    refs: frozenset[int] = frozenset()


def twins(things: Sequence[Mapped], geometries: Geometries) -> dict[int, int]:
    """Return which things are the same as another one, which says more: position to position. Geometries in metres."""
    by_family: dict[object, list[int]] = defaultdict(list)
    for i, thing in enumerate(things):
        if thing.kind not in NEVER:
            by_family[FAMILY.get(thing.kind, thing.kind)].append(i)
    same: dict[int, int] = {}
    for rows in by_family.values():
        same |= _in_family(rows, things, geometries)
    return same


#: Woods are sorted out by their size and by what they lie in; centres by the node of their town.
NEVER = frozenset({Kind.FOREST, Kind.CITY_CENTRE, Kind.TOWN_CENTRE})

#: Kinds that may be one thing, as one element says more of it than the other; the vague ones stand in VAGUE.
FAMILY = {
    **dict.fromkeys((Kind.SCHOOL, Kind.PRIMARY_SCHOOL, Kind.SECONDARY_SCHOOL, Kind.SPECIAL_SCHOOL), "school"),
    **dict.fromkeys((Kind.DOCTOR, Kind.CLINIC, Kind.GENERAL_PRACTICE, Kind.SPECIALIST, Kind.HOSPITAL), "health"),
    **dict.fromkeys((Kind.KINDERGARTEN, Kind.CHILDCARE), "early"),
    **dict.fromkeys((Kind.PARK, Kind.GARDEN), "park"),
}
VAGUE = {Kind.SCHOOL: 1, Kind.DOCTOR: 2, Kind.CLINIC: 1, Kind.CHILDCARE: 1, Kind.GARDEN: 1}

#: Inside one of its kind, even of another name, it is a part: a ward of a hospital, a basin of a bath.
WHOLE = frozenset({Kind.HOSPITAL, Kind.UNIVERSITY, Kind.COLLEGE, Kind.AIRPORT, Kind.SWIMMING_POOL, Kind.MALL})
#: Grounds with buildings beside them: two of one name up to this distance are one.
GROUNDS = frozenset(
    {Kind.SCHOOL, Kind.PRIMARY_SCHOOL, Kind.SECONDARY_SCHOOL, Kind.SPECIAL_SCHOOL, Kind.KINDERGARTEN, Kind.CHILDCARE}
    | {Kind.HOSPITAL, Kind.UNIVERSITY, Kind.COLLEGE, Kind.SPORTS_CENTRE, Kind.MUSEUM, Kind.THEATRE, Kind.LIBRARY}
)
SAME_GROUND_M = 80.0
#: Anything else, a shop's building and its node beside it: two branches of a chain are farther from each other.
SAME_PLACE_M = 15.0
#: Pieces of one park, pitches side by side: each has its own edge to walk to, so only what overlaps is one thing.
ONLY_NESTED = frozenset(
    {Kind.PARK, Kind.GARDEN, Kind.NATURE_RESERVE, Kind.PLAYGROUND, Kind.BEACH, Kind.PITCH, Kind.SWIMMING_POOL}
)
#: Share of the smaller area inside the other one from which on they overlap.
OVERLAP = 0.6

#: How far two stops or stations of one name may be from each other to be one.
SAME_STATION_M = {
    Kind.RAIL_STATION: 300.0,
    Kind.SUBWAY_STATION: 300.0,
    Kind.CABLE_CAR_STATION: 100.0,
    Kind.FERRY_TERMINAL: 250.0,
    Kind.TRAM_STOP: 100.0,
}
ON_RAILS = frozenset({Kind.RAIL_STATION, Kind.SUBWAY_STATION})
#: A station without a railway tag is the one with it at this distance, whatever they are called; one whose name holds
#: all of another's ("M2 Cologno Sud", "Milano Porta Garibaldi Passante") is a part of it.
SAME_UNNAMED_STATION_M = 150.0
#: Nameless halts of one tram stop lie on tracks side by side; a platform lies beside its halt.
SAME_UNNAMED_TRAM_M = 30.0
#: A platform this near a pole with a sign is the same bus stop; so is the node on the road where the bus halts.
SAME_PLATFORM_M, SAME_HALT_M, SAME_NAMED_HALT_M = 25.0, 30.0, 60.0
FURTHEST_M = max(SAME_STATION_M.values())


def _in_family(rows: Sequence[int], things: Sequence[Mapped], geometries: Geometries) -> dict[int, int]:
    """Keep the best of things that are one: each is compared with those kept before it, which are better."""
    outlines = _outlines(rows, things)
    order = sorted(set(rows) - outlines.keys(), key=lambda i: _merit(things[i]))
    shapes = geometries[np.array(order, dtype=np.intp)]
    reach = max(_reach_m(things[i].kind) for i in order)
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach).T
    near: dict[int, list[int]] = defaultdict(list)
    for later, earlier in pairs[pairs[:, 0] > pairs[:, 1]].tolist():
        near[later].append(earlier)
    same: dict[int, int] = {}
    for later in sorted(near):
        kept = ((things[order[i]], shapes[i], i) for i in sorted(near[later]) if i not in same)
        other, beside = things[order[later]], shapes[later]
        found = next((i for better, shape, i in kept if _is_one(better, other, shape, beside)), None)
        if found is not None:
            same[later] = found
    return outlines | {order[later]: order[i] for later, i in same.items()}


def _outlines(rows: Sequence[int], things: Sequence[Mapped]) -> dict[int, int]:
    """Return the outer ways of relations that carry the same tags once more: the relation knows the holes."""
    relation_at = {ref: i for i in rows if things[i].osm_id[0] == "r" for ref in things[i].refs}
    ways = [i for i in rows if things[i].osm_id[0] == "w" and things[i].refs]
    pairs = [(i, relation_at[ref]) for i in ways if (ref := min(things[i].refs)) in relation_at]
    return {way: relation for way, relation in pairs if _is_outline(things[way], things[relation])}


def _merit(thing: Mapped) -> tuple[int, int, bool, bool, float, int, str]:
    """Return what to sort by, the best first: what says more, what has a name, and the ground before its buildings.

    Of green the area comes first, whose edge one walks to; it takes the name of a node in it. A relation comes before
    its outer way, which knows of no holes; a station before a part of it, whose name is longer.
    """
    is_station = thing.kind in SAME_STATION_M or thing.kind is Kind.BUS_STOP
    rank = scheme_rank(thing.tags) if is_station else 0
    is_nameless = not thing.name and thing.kind not in ONLY_NESTED
    is_outer_way = thing.kind in ONLY_NESTED and not thing.osm_id.startswith("r")
    length = len(thing.name) if thing.kind in ON_RAILS else 0
    return VAGUE.get(thing.kind, 0), rank, is_nameless, is_outer_way, -thing.area_m2, length, thing.osm_id


def _reach_m(kind: Kind) -> float:
    if kind is Kind.BUS_STOP:
        return SAME_NAMED_HALT_M
    if kind in ONLY_NESTED:
        return 0.0
    return SAME_STATION_M.get(kind, SAME_GROUND_M if kind in GROUNDS else SAME_PLACE_M)


def _is_one(better: Mapped, other: Mapped, shape: shapely.Geometry, beside: shapely.Geometry) -> bool:
    """Return whether two things of one family are one."""
    if better.osm_id == other.osm_id or not _may_be(better.kind, other.kind):
        return False
    distance = float(shapely.distance(shape, beside))
    if other.kind is Kind.BUS_STOP:
        return _is_one_bus_stop(better, other, distance)
    if other.kind in SAME_STATION_M:
        return _is_one_station(better, other, distance)
    if distance == 0 and _overlap(shape, beside):
        return _same_inside(better, other)
    reach = _reach_m(other.kind)
    named = better.name == other.name != "" and better.name not in GENERIC
    # Two buildings of one name, wall to wall, are one shop whatever their numbers.
    return distance <= reach and reach > 0 and named and (distance == 0 or _at_one_address(better.tags, other.tags))


def _may_be(better: Kind, other: Kind) -> bool:
    return better == other or VAGUE.get(other, 0) > VAGUE.get(better, 0)


def _is_outline(part: Mapped, whole: Mapped) -> bool:
    """Return whether all of a way's nodes are a relation's, and nothing but a name that one lacks tells them apart."""
    return part.kind == whole.kind and part.refs <= whole.refs and _like_names(part.name, whole.name)


def _overlap(shape: shapely.Geometry, beside: shapely.Geometry) -> bool:
    """Return whether the smaller lies in the other for the most part; a point lies in what it touches."""
    areas = shapely.area(shape), shapely.area(beside)
    if min(areas) == 0:
        return True
    return bool(shapely.area(shapely.intersection(shape, beside)) >= OVERLAP * min(areas))


def _same_inside(better: Mapped, other: Mapped) -> bool:
    """Return whether of two that lie in each other one is the other, or a part of it."""
    if better.tags.get("shop") != other.tags.get("shop") and better.kind is Kind.OTHER_SHOP:
        return False
    return other.kind in WHOLE or _like_names(better.name, other.name)


def _like_names(name: str, other: str) -> bool:
    """Return whether names may be of one thing: equal, one missing, or one within the other."""
    if not name or not other or name == other or {name, other} & GENERIC:
        return True
    short, long = sorted((name, other), key=len)
    return re.search(rf"(?<!\w){re.escape(short)}(?!\w)", long) is not None


#: Names that many bear, so that two of them beside each other are two.
GENERIC = frozenset(
    {"school", "primary school", "kindergarten", "grundschule", "primarschule", "volksschule", "ecole", "nursery"}
    | {"ecole maternelle", "ecole primaire", "ecole elementaire", "creche", "spielgruppe", "kita", "scuola", "escola"}
    | {"escuela", "koulu", "paivakoti", "skola", "forskola", "daghem", "hospital", "clinic", "museum", "library"}
    | {"bibliothek", "bibliotheque", "turnhalle", "sporthalle", "gym", "playground", "spielplatz"}
)


def _at_one_address(tags: Tags, other: Tags) -> bool:
    """Return whether nothing in two addresses sets them apart."""
    pairs = ((tags.get(key, ""), other.get(key, "")) for key in ("addr:street", "addr:housenumber", "addr:unit", "ref"))
    return all(fold(mine) == fold(its) or "" in (mine, its) for mine, its in pairs)


def _is_one_bus_stop(better: Mapped, other: Mapped, distance: float) -> bool:
    """Return whether they are one stop: poles stay two, one on each side of the road."""
    ranks = scheme_rank(better.tags), scheme_rank(other.tags)
    same_name = better.name == other.name != ""
    if ranks[1] == 3:
        return distance <= (SAME_NAMED_HALT_M if same_name else SAME_HALT_M if ranks[0] < 3 else 0.0)
    if ranks == (0, 1):
        return distance <= SAME_PLATFORM_M
    is_node = better.osm_id[0] == "n", other.osm_id[0] == "n"
    return same_name and is_node[0] != is_node[1] and distance <= SAME_PLATFORM_M


def _is_one_station(better: Mapped, other: Mapped, distance: float) -> bool:
    if better.name == other.name != "":
        return distance <= SAME_STATION_M[other.kind]
    is_weak = scheme_rank(better.tags) < scheme_rank(other.tags)
    if other.kind is Kind.TRAM_STOP:
        one_is_nameless = "" in (better.name, other.name)
        return one_is_nameless and distance <= (2 * SAME_UNNAMED_TRAM_M if is_weak else SAME_UNNAMED_TRAM_M)
    is_part = bool(better.name and other.name) and _like_names(better.name, other.name)
    is_beside = other.kind in ON_RAILS and (is_weak or is_part) and distance <= SAME_UNNAMED_STATION_M
    return is_beside or (distance == 0 and _like_names(better.name, other.name))


def folded_names(texts: Iterable[str]) -> list[str]:
    """Return names in the form in which they are compared."""
    return [" ".join(fold(text).split()) for text in texts]
