"""From tags to stops and stations, in the old scheme and the new one, and to what one travels far for."""

from __future__ import annotations

from collections.abc import Mapping

from app.atlas.geocoder.letters import fold
from app.atlas.importing.tags.words import any_of
from app.places import Kind

Tags = Mapping[str, str]

#: bus=* of what no everyday passenger boards.
_NOT_FOR_ALL = frozenset({"no", "school", "private", "tourist", "charter", "permit"})
#: What stops at a station or platform that says so by a tag of its own: key to kind.
_MODES = (
    ("train", Kind.RAIL_STATION),
    ("subway", Kind.SUBWAY_STATION),
    ("light_rail", Kind.TRAM_STOP),
    ("monorail", Kind.TRAM_STOP),
    ("tram", Kind.TRAM_STOP),
    ("funicular", Kind.CABLE_CAR_STATION),
    ("aerialway", Kind.CABLE_CAR_STATION),
    ("ferry", Kind.FERRY_TERMINAL),
)
#: Modes that stop at platforms in the street: their platforms, or where they halt, are the stop itself.
_IN_THE_STREET = frozenset({"tram", "ferry"})

#: railway=* of the way in to a station, to the kinds of station that it is tagged for.
STATION_ENTRANCES = {
    "subway_entrance": frozenset({Kind.SUBWAY_STATION}),
    "train_station_entrance": frozenset({Kind.RAIL_STATION, Kind.TRAM_STOP}),
}
#: Keys that say which trains an entrance leads to.
_MARKED = {
    **dict.fromkeys(("subway", "entrance_marker:subway"), frozenset({Kind.SUBWAY_STATION})),
    **dict.fromkeys(
        ("train", "light_rail", "entrance_marker:train", "entrance_marker:s-train"),
        frozenset({Kind.RAIL_STATION, Kind.TRAM_STOP}),
    ),
}

#: An element with none of these is a stop only by its amenity=*.
_STOPPING = frozenset({"highway", "railway", "public_transport", "aerialway"})
_TERMINALS = frozenset({"bus_station", "ferry_terminal"})


def stop_kinds(tags: Tags) -> set[Kind]:
    """Return which stop or station it is: poles and halts of the old scheme, platforms and stations of the new."""
    if _STOPPING.isdisjoint(tags) and tags.get("amenity") not in _TERMINALS:
        return set()
    if _is_private(tags):
        return set()
    railway, kinds = tags.get("railway"), set[Kind]()
    if _is_bus_stop(tags):
        kinds.add(Kind.BUS_STOP)
    if tags.get("amenity") == "ferry_terminal":
        kinds.add(Kind.FERRY_TERMINAL)
    if railway == "tram_stop":
        kinds.add(Kind.TRAM_STOP)
    if railway in {"station", "halt"}:
        kinds |= _station_kinds(tags)
    elif tags.get("public_transport") == "station":
        kinds |= _told_kinds(tags)
    elif tags.get("public_transport") in ("platform", "stop_position"):
        kinds |= {kind for mode, kind in _MODES if mode in _IN_THE_STREET and tags.get(mode) == "yes"}
    if tags.get("aerialway") == "station" and "public_transport" in tags:
        kinds.add(Kind.CABLE_CAR_STATION)
    return kinds


def _is_private(tags: Tags) -> bool:
    """Return whether only pupils, guests or staff board there: school buses, shuttles, depots."""
    if tags.get("school_bus") in ("only", "designated") or tags.get("bus_stop") == "school":
        return True
    return _DEPOT.search(fold(tags.get("name", ""))) is not None if tags.get("highway") == "bus_stop" else False


_DEPOT = any_of(
    [
        *("staff only", "depot only", "not for public use", "no public access", "nur personal"),
        *("betriebshaltestelle", "dienstfahrt", "service non commercial", "school bus stop", "school bus"),
        *("school buses only",),
    ]
)


def _is_bus_stop(tags: Tags) -> bool:
    by_bus = tags.get("bus", "")
    others = "yes" in (tags.get("trolleybus"), tags.get("share_taxi"), tags.get("minibus"))
    if by_bus in _NOT_FOR_ALL and not others:
        return False
    if tags.get("highway") == "bus_stop" or tags.get("amenity") == "bus_station":
        return True
    scheme = tags.get("public_transport")
    return scheme in ("platform", "stop_position", "station") and (by_bus == "yes" or others)


#: train=* and the like of a station where nothing runs yet.
_TO_COME = frozenset({"construction", "proposed", "planned"})


def _station_kinds(tags: Tags) -> set[Kind]:
    station = tags.get("station", "")
    if station == "miniature" or tags.get("usage") == "tourism" or tags.get("railway:preserved") == "yes":
        return set()
    if _is_to_come(tags):
        return set()
    if station == "subway" or (tags.get("subway") == "yes" and tags.get("train") != "yes"):
        return {Kind.SUBWAY_STATION}
    if station in {"light_rail", "monorail", "tram"} or (tags.get("light_rail") == "yes" and "train" not in tags):
        return {Kind.TRAM_STOP}
    if station == "funicular" or (tags.get("funicular") == "yes" and "train" not in tags):
        return {Kind.CABLE_CAR_STATION}
    return {Kind.RAIL_STATION, Kind.SUBWAY_STATION} if tags.get("subway") == "yes" else {Kind.RAIL_STATION}


def _is_to_come(tags: Tags) -> bool:
    """Return whether what shall stop at a station is being built, and nothing else stops there."""
    told = [tags[mode] for mode, _ in _MODES if mode in tags]
    return "yes" not in told and not _TO_COME.isdisjoint(told)


def _told_kinds(tags: Tags) -> set[Kind]:
    """Return what runs at public_transport=station without railway=*, which only its tags for each mode tell."""
    if tags.get("usage") == "tourism" or tags.get("station") == "miniature":
        return set()
    return {kind for mode, kind in _MODES if tags.get(mode) == "yes"}


def is_station(tags: Tags) -> bool:
    """Return whether a stop is a station, with entrances of its own, rather than a platform in the street."""
    return tags.get("railway") in {"station", "halt"} or tags.get("public_transport") == "station"


def marked_kinds(tags: Tags) -> frozenset[Kind]:
    """Return which kinds of station an entrance says that it leads to; none where it does not say."""
    return frozenset().union(*(kinds for key, kinds in _MARKED.items() if tags.get(key) == "yes"))


def scheme_rank(tags: Tags) -> int:
    """Return how good an element stands for its stop: a sign or station first, then platforms, last where it halts."""
    if tags.get("public_transport") == "stop_position" and "railway" not in tags and "highway" not in tags:
        return 3
    if tags.get("highway") == "bus_stop" or tags.get("railway") in ("station", "halt", "tram_stop"):
        return 0
    return 1 if tags.get("public_transport") == "platform" else 2


def far_kinds(tags: Tags) -> set[Kind]:
    """Return centres of cities and towns, and airports."""
    place = tags.get("place")
    if place in {"city", "town"}:
        return {Kind.CITY_CENTRE if place == "city" else Kind.TOWN_CENTRE}
    if tags.get("aeroway") == "aerodrome" and _is_airport(tags):
        return {Kind.AIRPORT}
    return set()


_NO_AIRPORT = any_of(
    [
        *("heliport*", "helipad*", "*heliport*", "héliport*", "helipuerto*", "eliporto*", "*hubschrauber*"),
        *("helikopter*", "seaplane*", "water aerodrome*", "water airport", "hydro*", "airfield", "gliding*"),
        *("segelflug*",),
    ]
)


def _is_airport(tags: Tags) -> bool:
    """Flights one can buy: an IATA code or the word international, not an airfield, a military base or a heliport."""
    kind = f"{tags.get('aerodrome:type', '')};{tags.get('aerodrome', '')}"
    if any(word in kind for word in ("military", "heliport", "airfield", "gliding", "private")):
        return False
    if tags.get("military") not in (None, "no") or _NO_AIRPORT.search(fold(tags.get("name", ""))):
        return False
    return len(tags.get("iata", "")) == 3 or "international" in kind
