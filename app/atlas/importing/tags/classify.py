"""From OpenStreetMap tags to what Doorstep tells apart: one element may be several kinds, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from app.atlas.importing.tags.hazards import HAZARD_KEYS, ROADS, hazard_kinds
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


LIFECYCLE = frozenset({"disused", "abandoned", "demolished", "razed", "ruins", "proposed", "planned"})


def is_gone(tags: Tags) -> bool:
    """Return whether lifecycle tags say that the thing is not there, or not there yet."""
    return not LIFECYCLE.isdisjoint(tags) and any(tags.get(state) not in (None, "no") for state in LIFECYCLE)


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
    """Return the name on the sign, else the brand or operator, or a road's number, else nothing."""
    is_road = tags.get("highway") in ROADS
    for key in ("name", "name:en", "ref") if is_road else ("name", "name:en", "brand", "operator"):
        if value := tags.get(key):
            return value
    return ""


SHOPS = {
    "supermarket": Kind.SUPERMARKET,
    "greengrocer": Kind.GREENGROCER,
    "grocery": Kind.GROCERY,
    "food": Kind.GROCERY,
    "convenience": Kind.CONVENIENCE,
    "deli": Kind.DELI,
    "delicatessen": Kind.DELI,
    "bakery": Kind.BAKERY,
    "coffee": Kind.COFFEE_SHOP,
    "tea": Kind.TEA_SHOP,
    "clothes": Kind.CLOTHES,
    "shoes": Kind.SHOES,
    "department_store": Kind.DEPARTMENT_STORE,
    "hardware": Kind.HARDWARE,
    "doityourself": Kind.DOITYOURSELF,
    "gift": Kind.GIFT,
    "mall": Kind.MALL,
    "variety_store": Kind.VARIETY_STORE,
    "books": Kind.BOOKSHOP,
}
NOT_SHOPS = frozenset({"no", "vacant", "disused", "abandoned", "closed", "construction", "proposed"})


def _shop_kinds(tags: Tags) -> set[Kind]:
    value = tags.get("shop")
    if value is None or value in NOT_SHOPS:
        return set()
    kinds = {SHOPS.get(part.strip(), Kind.OTHER_SHOP) for part in value.split(";")}
    return kinds - {Kind.OTHER_SHOP} or kinds


AMENITIES = {
    "restaurant": Kind.RESTAURANT,
    "fast_food": Kind.FAST_FOOD,
    "pub": Kind.PUB,
    "biergarten": Kind.PUB,
    "bar": Kind.BAR,
    "food_court": Kind.FOOD_COURT,
    "cafe": Kind.CAFE,
    "bank": Kind.BANK,
    "atm": Kind.ATM,
    "post_office": Kind.POST_OFFICE,
    "pharmacy": Kind.PHARMACY,
    "doctors": Kind.DOCTOR,
    "clinic": Kind.CLINIC,
    "hospital": Kind.HOSPITAL,
    "library": Kind.LIBRARY,
    "cinema": Kind.CINEMA,
    "theatre": Kind.THEATRE,
    "arts_centre": Kind.ARTS_CENTRE,
    "community_centre": Kind.COMMUNITY_CENTRE,
    "gym": Kind.FITNESS_CENTRE,
    "school": Kind.SCHOOL,
    "kindergarten": Kind.KINDERGARTEN,
    "childcare": Kind.CHILDCARE,
    "nursery": Kind.CHILDCARE,
    "university": Kind.UNIVERSITY,
    "college": Kind.COLLEGE,
    "ferry_terminal": Kind.FERRY_TERMINAL,
    "bus_station": Kind.BUS_STOP,
}
HEALTHCARE = {
    "pharmacy": Kind.PHARMACY,
    "doctor": Kind.DOCTOR,
    "clinic": Kind.CLINIC,
    "hospital": Kind.HOSPITAL,
}


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


LEISURE = {
    "park": Kind.PARK,
    "recreation_ground": Kind.PARK,
    "common": Kind.PARK,
    "nature_reserve": Kind.NATURE_RESERVE,
    "playground": Kind.PLAYGROUND,
    "fitness_centre": Kind.FITNESS_CENTRE,
    "gym": Kind.FITNESS_CENTRE,
    "sports_centre": Kind.SPORTS_CENTRE,
    "sports_hall": Kind.SPORTS_CENTRE,
    "pitch": Kind.PITCH,
    "water_park": Kind.SWIMMING_POOL,
}
LANDUSE = {
    "recreation_ground": Kind.PARK,
    "village_green": Kind.PARK,
    "forest": Kind.FOREST,
}
NATURAL = {"wood": Kind.FOREST, "beach": Kind.BEACH}

#: Values of access=* that keep the public out.
CLOSED_ACCESS = frozenset({"private", "no", "residents", "employees", "members", "military"})
OPEN_ACCESS = frozenset({"yes", "public", "permissive", "customers"})

#: Kinds that do not count where the public is kept out.
PUBLIC_ONLY = frozenset(
    {
        Kind.PARK,
        Kind.GARDEN,
        Kind.NATURE_RESERVE,
        Kind.PLAYGROUND,
        Kind.FOREST,
        Kind.BEACH,
        Kind.PITCH,
        Kind.SWIMMING_POOL,
        Kind.SPORTS_CENTRE,
        Kind.FITNESS_CENTRE,
    }
)


def _leisure_kinds(tags: Tags) -> set[Kind]:
    leisure = tags.get("leisure", "")
    found = (LEISURE.get(leisure), LANDUSE.get(tags.get("landuse", "")), NATURAL.get(tags.get("natural", "")))
    kinds = {kind for kind in found if kind is not None}
    if leisure == "garden" and _is_public_garden(tags):
        kinds.add(Kind.GARDEN)
    if "swimming_pool" in (leisure, tags.get("amenity")) and (tags.get("access") in OPEN_ACCESS or "name" in tags):
        kinds.add(Kind.SWIMMING_POOL)
    return kinds


#: garden:type=* that settles whose garden it is.
PUBLIC_GARDENS = frozenset({"botanical", "community", "public", "sensory", "rose", "scented", "arboretum"})
PRIVATE_GARDENS = frozenset({"private", "residential"})


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
