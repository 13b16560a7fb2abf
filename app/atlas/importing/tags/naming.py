"""What people call the things that they name: one plain word for the kind, every name, and the row for the geocoder."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.atlas.geocoder.build.columns import LocalityRow
from app.atlas.importing.tags.addressing import NAME_IN, address_texts, alternative_names
from app.atlas.importing.tags.lifecycle import is_gone
from app.atlas.importing.tags.services import NOT_SHOPS

Tags = Mapping[str, str]

#: place=* that a person may name, which is the kind too; countries and plots are not places to find.
FINDABLE_PLACES = frozenset({
    "city", "town", "village", "hamlet", "isolated_dwelling", "suburb", "quarter", "neighbourhood", "borough",
    "city_block", "square", "locality", "island", "islet", "farm", "allotments", "district",
})  # fmt: skip

#: amenity=* that an institution is known by, whatever else it is.
INSTITUTIONS = {
    "hospital": "hospital",
    "clinic": "clinic",
    "university": "university",
    "college": "college",
    "school": "school",
    "kindergarten": "kindergarten",
    "childcare": "kindergarten",
    "library": "library",
    "theatre": "theatre",
    "cinema": "cinema",
    "townhall": "town hall",
    "place_of_worship": "place of worship",
    "grave_yard": "cemetery",
    "post_office": "post office",
    "police": "police station",
    "fire_station": "fire station",
    "bus_station": "bus station",
    "ferry_terminal": "ferry terminal",
}
AMENITIES = {
    "restaurant": "restaurant",
    "fast_food": "restaurant",
    "food_court": "restaurant",
    "cafe": "cafe",
    "ice_cream": "cafe",
    "pub": "pub",
    "bar": "pub",
    "biergarten": "pub",
    "bank": "bank",
    "pharmacy": "pharmacy",
    "doctors": "doctor",
    "dentist": "doctor",
    "fountain": "landmark",
}
LODGING = ("hotel", "hostel", "motel", "guest_house", "apartment", "chalet")
SHOPS = {"mall": "shopping centre", "supermarket": "supermarket"}
LEISURE = {
    "park": "park",
    "garden": "park",
    "recreation_ground": "park",
    "common": "park",
    "dog_park": "park",
    "playground": "playground",
    "nature_reserve": "nature reserve",
    "stadium": "stadium",
    "sports_centre": "sports centre",
    "sports_hall": "sports centre",
    "fitness_centre": "sports centre",
    "water_park": "sports centre",
    "ice_rink": "sports centre",
}
HEALTHCARE = {
    "hospital": "hospital",
    "clinic": "clinic",
    "pharmacy": "pharmacy",
    "doctor": "doctor",
    "dentist": "doctor",
}
TOURISM = dict.fromkeys(("attraction", "viewpoint", "zoo", "aquarium", "theme_park", "gallery"), "landmark")
MAN_MADE = dict.fromkeys(("tower", "lighthouse", "windmill", "obelisk", "bridge", "observatory"), "landmark")
NATURAL = {
    "water": "water",
    "bay": "water",
    "strait": "water",
    "peak": "peak",
    "volcano": "peak",
    "hill": "peak",
    "beach": "beach",
    "wood": "forest",
    "cape": "place",
    "peninsula": "place",
    "cave_entrance": "place",
}
LANDUSE = {
    "cemetery": "cemetery",
    "forest": "forest",
    "recreation_ground": "park",
    "village_green": "park",
    "retail": "place",
    "commercial": "place",
    "industrial": "place",
    "residential": "place",
}
BUILDINGS = {
    **dict.fromkeys(("church", "cathedral", "chapel", "mosque", "synagogue", "temple"), "place of worship"),
    "train_station": "railway station",
}

#: Values that nobody names: furniture of streets, boards, and what is not there.
NAMELESS = {
    "shop": NOT_SHOPS,
    "amenity": frozenset(
        {"atm", "bench", "bicycle_parking", "bicycle_rental", "charging_station", "clock", "drinking_water"}
        | {"parking_entrance", "parking_space", "post_box", "recycling", "shelter", "taxi", "telephone", "toilets"}
        | {"vending_machine", "waste_basket", "waste_disposal", "hunting_stand", "motorcycle_parking", "grit_bin"}
    ),
    "leisure": frozenset({"picnic_table", "swimming_pool", "outdoor_seating", "firepit", "bleachers", "slipway"}),
    "tourism": frozenset({"information"}),
    "building": frozenset({"construction", "proposed", "demolished", "ruins", "collapsed"}),
}
_NOBODYS = frozenset({"no", "none"})

#: Key, what its values are called, and what any other value is called ("" for nothing). The first row that has a word
#: decides: a settlement is that before all, then what an institution is, a bed, a table, a shop, and last what says
#: least about a thing, its building. Stops come right after settlements: see `named_kind`.
_ROWS: tuple[tuple[str, Mapping[str, str], str], ...] = (
    ("amenity", INSTITUTIONS, ""),
    ("tourism", {"museum": "museum", **dict.fromkeys(LODGING, "hotel")}, ""),
    ("amenity", AMENITIES, ""),
    ("shop", SHOPS, "shop"),
    ("leisure", LEISURE, ""),
    ("boundary", dict.fromkeys(("national_park", "protected_area"), "nature reserve"), ""),
    ("tourism", TOURISM, ""),
    ("healthcare", HEALTHCARE, "place"),
    ("amenity", {}, "place"),
    ("leisure", {}, "place"),
    ("tourism", {}, "place"),
    ("historic", {}, "landmark"),
    ("man_made", MAN_MADE, ""),
    ("natural", NATURAL, ""),
    ("office", {}, "office"),
    ("craft", {}, "shop"),
    ("club", {}, "place"),
    ("landuse", LANDUSE, ""),
    ("building", BUILDINGS, "building"),
)
#: Elements with one of these keys may have a kind.
KIND_KEYS = frozenset(
    {"place", "highway", "railway", "public_transport", "aerialway", "aeroway", *(key for key, _, _ in _ROWS)}
)


def named_kind(tags: Tags) -> str:
    """Return what people call a thing of this kind ("railway station"), "" for what nobody names or is not there."""
    if is_gone(tags):
        return ""
    if (place := tags.get("place", "")) in FINDABLE_PLACES:
        return place
    if kind := _stop_kind(tags) or _air_kind(tags):
        return kind
    found = (_value_kind(key, tags[key], kinds, other) for key, kinds, other in _ROWS if key in tags)
    kind = next(filter(None, found), "")
    return "" if (kind == "water" and tags.get("water") in FLOWING) or tags.get("memorial") in PLAQUES else kind


#: natural=water of these is a part of a river, and of these memorials a town has thousands, each with a person's name.
FLOWING = frozenset({"river", "stream", "canal", "ditch", "drain"})
PLAQUES = frozenset({"stolperstein", "plaque", "blue_plaque"})


def _value_kind(key: str, value: str, kinds: Mapping[str, str], other: str) -> str:
    """Return the kind that a tag stands for; of several values with ";" between the first that has one."""
    values = [value] if value in kinds else [part.strip() for part in value.split(";")]
    named = [part for part in values if part not in _NOBODYS and part not in NAMELESS.get(key, ())]
    return next((kinds[part] for part in named if part in kinds), other if named else "")


def _stop_kind(tags: Tags) -> str:
    railway, transport = tags.get("railway"), tags.get("public_transport")
    if railway in ("station", "halt") or (transport == "station" and not RAILS.isdisjoint(tags)):
        return _station_kind(tags)
    if railway == "tram_stop":
        return "tram stop"
    if tags.get("highway") == "bus_stop":
        return "bus stop"
    if tags.get("amenity") == "bus_station" or (transport == "station" and tags.get("bus") == "yes"):
        return "bus station"
    if tags.get("aerialway") == "station":
        return "cable car station"
    if transport in ("platform", "stop_position", "stop_area"):
        return next((kind for mode, kind in STOPS.items() if tags.get(mode) == "yes"), "")
    return ""


#: Keys that say which trains call at a station.
RAILS = frozenset({"train", "subway", "light_rail", "monorail", "station"})
#: Mode of public transport to what its stop is called.
STOPS = {
    "train": "railway station",
    "subway": "metro station",
    "light_rail": "metro station",
    "tram": "tram stop",
    "bus": "bus stop",
    "trolleybus": "bus stop",
    "ferry": "ferry terminal",
}


def _station_kind(tags: Tags) -> str:
    of_mode = {"subway": "metro station", "light_rail": "metro station", "monorail": "metro station"}
    kinds = {**of_mode, "tram": "tram stop", "funicular": "cable car station"}
    if kind := kinds.get(tags.get("station", "")):
        return kind
    only = next((mode for mode in of_mode if tags.get(mode) == "yes" and tags.get("train") != "yes"), "")
    return of_mode.get(only, "railway station")


def _air_kind(tags: Tags) -> str:
    if tags.get("aeroway") == "aerodrome":
        is_military = "military" in tags or "military" in tags.get("aerodrome:type", tags.get("aerodrome", ""))
        return "place" if is_military else "airport"
    return "place" if tags.get("aeroway") in ("terminal", "heliport") else ""


#: Kinds whose code is a name too, and the keys that hold it; that of a platform is its own.
CODES = {
    **dict.fromkeys(("railway station", "metro station", "bus station", "ferry terminal"), ("ref",)),
    "airport": ("iata", "icao"),
}
HOUSE_NAME = "addr:housename"


def locality_row(tags: Tags, lat: float, lon: float) -> LocalityRow | None:
    """Return the row of a thing with a name, or None for any other. What is nothing else may be a house with a name."""
    name = _name(tags) or tags.get("brand", "")
    kind = named_kind(tags) if _has_letters(name) else ""
    if not kind:
        name, kind = house_name(tags), "house"
        if not name or is_gone(tags):
            return None
    shown = _DIRECTION.sub("", name) if kind in STOPS.values() else name
    number, street, place, city, postcode, _ = address_texts(tags)
    return LocalityRow(shown, _other_names(tags, kind, shown), kind, lat, lon, street or place, number, city, postcode)


#: What British timetables put after the name of a stop, to tell the two sides of a road apart.
_DIRECTION = re.compile(r"[\s,(]+(?:[NSEW]{1,2}-bound|opp|adj|o/s)\)?$")


def house_name(tags: Tags) -> str:
    """Return the name of a house, "" where it has none: "Unit 3", "Flat B" and "12" are no names."""
    name = tags.get(HOUSE_NAME, "")
    return name if _has_letters(name) and not _UNIT.match(name) else ""


def _has_letters(name: str) -> bool:
    """Return whether a name can be told from a house number: platform "12" and stop "61424" cannot."""
    return any(map(str.isalpha, name))


_UNIT = re.compile(r"(?:units?|flats?|apartments?|apt|suites?)\b", re.IGNORECASE)


def _name(tags: Tags) -> str:
    """Return the name of a thing, else the first of its names in a language."""
    if name := tags.get("name"):
        return name
    keys = (key for key in tags if key.startswith("name:") and NAME_IN.fullmatch(key))
    return tags.get(min(keys, default=""), "")


def _other_names(tags: Tags, kind: str, name: str) -> tuple[str, ...]:
    """Return every other name of a thing, the codes of stations and airports too."""
    is_stop = tags.get("public_transport") in ("platform", "stop_position")
    codes = () if is_stop else (tags.get(key, "") for key in CODES.get(kind, ()))
    names = (tags.get("name", ""), *alternative_names(tags), *codes, house_name(tags))
    return tuple(dict.fromkeys(other for other in names if _has_letters(other) and other != name))
