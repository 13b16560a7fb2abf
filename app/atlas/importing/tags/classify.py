"""From OpenStreetMap tags to what Doorstep tells apart: one element may be several kinds, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set

import msgspec

from app.atlas.geocoder.letters import fold
from app.atlas.importing.tags.access import open_kinds
from app.atlas.importing.tags.hazards import HAZARD_KEYS, ROADS, hazard_kinds, road_number
from app.atlas.importing.tags.leisure import leisure_kinds
from app.atlas.importing.tags.lifecycle import former_tags, is_closed, is_gone
from app.atlas.importing.tags.services import service_kinds, shop_kinds
from app.atlas.importing.tags.stopping import far_kinds, stop_kinds
from app.places import Kind

Tags = Mapping[str, str]


def kinds_of(tags: Tags) -> tuple[Kind, ...]:
    """Return what an element is, in the order of the kinds' numbers; empty for what is no place any more.

    Only what its own tags say: what lies around it (`inside`), its size and the date of the map are looked at later.
    """
    keys = _SORTERS_OF.keys() & tags.keys()
    # Footways, crossings and the like are every other element.
    if keys == _STREET and tags["highway"] not in _STREET_KINDS:
        return ()
    if is_gone(tags):
        return ()
    if keys == _STREET and tags["highway"] != "bus_stop":
        return tuple(hazard_kinds(tags))
    kinds = _sorted_out(tags, keys)
    if kinds and min(kinds) < Kind.FUEL_STATION:
        kinds = _in_use(kinds, tags)
    return tuple(sorted(kinds))


def _sorted_out(tags: Tags, keys: Set[str]) -> set[Kind]:
    kinds: set[Kind] = set()
    for sort in {sort for key in keys for sort in _SORTERS_OF[key]}:
        kinds |= sort(tags)
    return kinds


def _in_use(kinds: set[Kind], tags: Tags) -> set[Kind]:
    """Leave out the places that are closed, that only some may use, or that have become something else."""
    if is_closed(tags):
        return {kind for kind in kinds if kind > Kind.FUEL_STATION}
    kinds = open_kinds(kinds, tags, fold(tags.get("name", "")))
    if former := former_tags(tags):
        gone = _sorted_out(former, _SORTERS_OF.keys() & former.keys())
        kinds = {kind for kind in kinds if not any(_is_like(kind, other) for other in gone)}
    return kinds


#: A practice mapped by two keys, of which one is "disused:", is one practice, whatever each key calls it.
_ALIKE = (
    frozenset({Kind.DOCTOR, Kind.CLINIC, Kind.SPECIALIST, Kind.GENERAL_PRACTICE, Kind.HOSPITAL}),
    frozenset({Kind.SCHOOL, Kind.PRIMARY_SCHOOL, Kind.SECONDARY_SCHOOL, Kind.SPECIAL_SCHOOL, Kind.COLLEGE}),
    frozenset({Kind.KINDERGARTEN, Kind.CHILDCARE}),
)


def _is_like(kind: Kind, other: Kind) -> bool:
    return kind == other or any(kind in alike and other in alike for alike in _ALIKE)


#: Tags a stage reads; everything else is dropped at import. Keys that end in ":" keep all their sub-keys.
KEPT_TAGS = frozenset({
    "access", "aerialway", "aeroway", "amenity", "brand", "capacity", "fee", "garden:type", "grades", "healthcare",
    "highway", "iata", "industrial", "isced:level", "landuse", "lanes", "leisure", "level", "man_made", "max_age",
    "maxspeed", "min_age", "natural", "nursery", "operator", "operator:type", "place", "plant:source", "population",
    "power", "preschool", "public_transport", "railway", "ref", "route_ref", "school", "school_type", "service",
    "shop", "sport", "station", "tourism", "usage", "voltage", "water", "waterway", "wheelchair",
})  # fmt: skip
KEPT_PREFIXES = ("isced:level:", "school:", "kindergarten:", "grades:")


def kept_tags(tags: Tags) -> dict[str, str]:
    """Return only the tags that a stage reads, in alphabetical order."""
    return {key: tags[key] for key in sorted(tags) if key in KEPT_TAGS or key.startswith(KEPT_PREFIXES)}


def tags_json(tags: Tags) -> str:
    """Return the tags that a stage reads as JSON; equal tags give equal text."""
    return msgspec.json.encode(kept_tags(tags)).decode()


def display_name(tags: Tags) -> str:
    """Return the name on the sign, else the brand, or whose shop or bank it is, or a road's number, else nothing.

    Whoever runs a stop, a school or a playground gives it no name: there are many of each.
    """
    if tags.get("highway") in ROADS:
        return tags.get("name") or tags.get("name:en") or road_number(tags)
    keys = _SIGNS[:3] if _is_one_of_many(tags) else _SIGNS
    return next((tags[key] for key in keys if tags.get(key)), "")


_SIGNS = ("name", "name:en", "brand", "operator")
_RUN = frozenset({"school", "kindergarten", "childcare", "college", "university", "bus_station", "ferry_terminal"})
_STOPS = frozenset({"station", "halt", "tram_stop", "platform"})


def _is_one_of_many(tags: Tags) -> bool:
    """Return whether an element is one of those that a town or a company runs by the dozen."""
    if "public_transport" in tags or "leisure" in tags or tags.get("highway") == "bus_stop":
        return True
    return tags.get("amenity") in _RUN or tags.get("railway") in _STOPS


#: Which keys call for which question, so that most elements are asked one or two.
_SORTERS: tuple[tuple[frozenset[str], Callable[[Tags], set[Kind]]], ...] = (
    (frozenset({"shop"}), shop_kinds),
    (frozenset({"amenity", "healthcare", "tourism"}), service_kinds),
    (frozenset({"leisure", "landuse", "natural", "amenity"}), leisure_kinds),
    (frozenset({"highway", "railway", "public_transport", "aerialway", "amenity"}), stop_kinds),
    (frozenset({"place", "aeroway"}), far_kinds),
    (HAZARD_KEYS, hazard_kinds),
)

_KEYS = frozenset[str]().union(*(keys for keys, _ in _SORTERS))

_SORTERS_OF = {key: [sort for keys, sort in _SORTERS if key in keys] for key in _KEYS}

#: The one key of most elements, and its values that make them something: a road to keep away from, or a stop.
_STREET, _STREET_KINDS = {"highway"}, frozenset({*ROADS, "bus_stop"})
