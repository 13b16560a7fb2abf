"""From OpenStreetMap tags to what Doorstep tells apart: one element may be several kinds, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from app.atlas.importing.tags.hazards import HAZARD_KEYS, ROADS, hazard_kinds
from app.atlas.importing.tags.kinds import (
    AMENITIES,
    CLOSED_ACCESS,
    HEALTHCARE,
    KEPT_PREFIXES,
    KEPT_TAGS,
    LANDUSE,
    LEISURE,
    LIFECYCLE,
    NATURAL,
    NOT_SHOPS,
    OPEN_ACCESS,
    PRIVATE_GARDENS,
    PUBLIC_GARDENS,
    PUBLIC_ONLY,
    SHOPS,
)
from app.places import Kind

Tags = Mapping[str, str]


def kinds_of(tags: Tags) -> tuple[Kind, ...]:
    """Return what an element is, in the order of the kinds' numbers; empty for what is no place any more."""
    keys = _SORTERS_OF.keys() & tags.keys()
    # Footways, crossings and the like are every other element.
    if keys == _STREET and tags["highway"] not in _STREET_KINDS:
        return ()
    if is_gone(tags):
        return ()
    kinds: set[Kind] = set()
    for sort in {sort for key in keys for sort in _SORTERS_OF[key]}:
        kinds |= sort(tags)
    if tags.get("access") in CLOSED_ACCESS:
        kinds -= PUBLIC_ONLY
    return tuple(sorted(kinds))


def is_gone(tags: Tags) -> bool:
    """Return whether lifecycle tags say that the thing is not there, or not there yet."""
    return not LIFECYCLE.isdisjoint(tags) and any(tags.get(state) not in (None, "no") for state in LIFECYCLE)


def kept_tags(tags: Tags) -> dict[str, str]:
    """Return only the tags that a stage reads, in alphabetical order."""
    return {key: tags[key] for key in sorted(tags) if key in KEPT_TAGS or key.startswith(KEPT_PREFIXES)}


def tags_json(tags: Tags) -> str:
    """Return the tags that a stage reads as JSON; equal tags give equal text."""
    return msgspec.json.encode(kept_tags(tags)).decode()


def display_name(tags: Tags) -> str:
    """Return the name on the sign, else the brand or operator, or a road's number, else nothing."""
    is_road = tags.get("highway") in ROADS
    for key in ("name", "name:en", "ref") if is_road else ("name", "name:en", "brand", "operator"):
        if value := tags.get(key):
            return value
    return ""


def _shop_kinds(tags: Tags) -> set[Kind]:
    value = tags.get("shop")
    if value is None or value in NOT_SHOPS:
        return set()
    kinds = {SHOPS.get(part.strip(), Kind.OTHER_SHOP) for part in value.split(";")}
    return kinds - {Kind.OTHER_SHOP} or kinds


def _service_kinds(tags: Tags) -> set[Kind]:
    kinds = {AMENITIES[part] for part in tags.get("amenity", "").split(";") if part in AMENITIES}
    if (kind := HEALTHCARE.get(tags.get("healthcare", ""))) is not None:
        kinds.add(kind)
    if tags.get("tourism") == "museum":
        kinds.add(Kind.MUSEUM)
    if Kind.HOSPITAL in kinds and tags.get("emergency") == "no":
        # Nobody is taken there in need: a specialist's house or, in Monaco, a pharmacy mapped as a hospital.
        kinds = kinds - {Kind.HOSPITAL} | {Kind.CLINIC}
    return kinds


def _leisure_kinds(tags: Tags) -> set[Kind]:
    leisure = tags.get("leisure", "")
    found = (LEISURE.get(leisure), LANDUSE.get(tags.get("landuse", "")), NATURAL.get(tags.get("natural", "")))
    kinds = {kind for kind in found if kind is not None}
    if leisure == "garden" and _is_public_garden(tags):
        kinds.add(Kind.GARDEN)
    if "swimming_pool" in (leisure, tags.get("amenity")) and (tags.get("access") in OPEN_ACCESS or "name" in tags):
        kinds.add(Kind.SWIMMING_POOL)
    return kinds


def _is_public_garden(tags: Tags) -> bool:
    """A garden without name or access tag is nearly always somebody's own (OSM wiki, leisure=garden)."""
    if tags.get("garden:type") in PRIVATE_GARDENS:
        return False
    if tags.get("garden:type") in PUBLIC_GARDENS:
        return True
    return tags.get("access") in OPEN_ACCESS or "name" in tags


def _stop_kinds(tags: Tags) -> set[Kind]:
    railway, platform = tags.get("railway"), tags.get("public_transport") == "platform"
    kinds: set[Kind] = set()
    if tags.get("highway") == "bus_stop" or (platform and "yes" in (tags.get("bus"), tags.get("trolleybus"))):
        kinds.add(Kind.BUS_STOP)
    if railway == "tram_stop" and tags.get("public_transport") != "platform":
        kinds.add(Kind.TRAM_STOP)
    if railway in {"station", "halt"}:
        kinds |= _station_kinds(tags)
    if tags.get("aerialway") == "station" and "public_transport" in tags:
        kinds.add(Kind.CABLE_CAR_STATION)
    return kinds


def _station_kinds(tags: Tags) -> set[Kind]:
    station = tags.get("station", "")
    if station == "miniature" or tags.get("usage") == "tourism" or tags.get("railway:preserved") == "yes":
        return set()
    if station == "subway" or (tags.get("subway") == "yes" and tags.get("train") != "yes"):
        return {Kind.SUBWAY_STATION}
    if station in {"light_rail", "monorail", "tram"} or (tags.get("light_rail") == "yes" and "train" not in tags):
        return {Kind.TRAM_STOP}
    if station == "funicular":
        return {Kind.CABLE_CAR_STATION}
    return {Kind.RAIL_STATION, Kind.SUBWAY_STATION} if tags.get("subway") == "yes" else {Kind.RAIL_STATION}


def _far_kinds(tags: Tags) -> set[Kind]:
    place = tags.get("place")
    if place in {"city", "town"}:
        return {Kind.CITY_CENTRE if place == "city" else Kind.TOWN_CENTRE}
    if tags.get("aeroway") == "aerodrome" and _is_airport(tags):
        return {Kind.AIRPORT}
    return set()


def _is_airport(tags: Tags) -> bool:
    """Flights one can buy: an IATA code or the word international, not an airfield, a military base or a heliport."""
    kind = tags.get("aerodrome:type", tags.get("aerodrome", ""))
    return "military" not in kind and ("iata" in tags or kind == "international")


#: Which keys call for which question, so that most elements are asked one or two.
_SORTERS: tuple[tuple[frozenset[str], Callable[[Tags], set[Kind]]], ...] = (
    (frozenset({"shop"}), _shop_kinds),
    (frozenset({"amenity", "healthcare", "tourism"}), _service_kinds),
    (frozenset({"leisure", "landuse", "natural", "amenity"}), _leisure_kinds),
    (frozenset({"highway", "railway", "public_transport", "aerialway"}), _stop_kinds),
    (frozenset({"place", "aeroway"}), _far_kinds),
    (HAZARD_KEYS, hazard_kinds),
)
_KEYS = frozenset[str]().union(*(keys for keys, _ in _SORTERS))
_SORTERS_OF = {key: [sort for keys, sort in _SORTERS if key in keys] for key in _KEYS}
#: The one key of most elements, and its values that make them something: a road to keep away from, or a stop.
_STREET, _STREET_KINDS = {"highway"}, frozenset({*ROADS, "bus_stop"})
