"""From what was found to the places that a report names, what each kind is called, and what was typed for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.atlas.facts import STOP_KINDS, WALK_LIMIT_S, Floats, GreenSpace
from app.atlas.geocoder.letters import fold
from app.pipeline.listing import Listing
from app.pipeline.report import FoundPlace, Group
from app.pipeline.rules.profiles import METHODS
from app.places import Kind, Place
from app.wording import minutes, number, whole_minutes, with_article

KIND_NOUNS: dict[Kind, str] = {
    Kind.SUPERMARKET: "supermarket",
    Kind.GREENGROCER: "greengrocer",
    Kind.GROCERY: "grocery shop",
    Kind.CONVENIENCE: "convenience shop",
    Kind.DELI: "delicatessen",
    Kind.BAKERY: "bakery",
    Kind.RESTAURANT: "restaurant",
    Kind.FAST_FOOD: "fast food restaurant",
    Kind.PUB: "pub",
    Kind.BAR: "bar",
    Kind.FOOD_COURT: "food court",
    Kind.CAFE: "café",
    Kind.COFFEE_SHOP: "coffee shop",
    Kind.TEA_SHOP: "tea shop",
    Kind.CLOTHES: "clothes shop",
    Kind.SHOES: "shoe shop",
    Kind.DEPARTMENT_STORE: "department store",
    Kind.HARDWARE: "hardware shop",
    Kind.DOITYOURSELF: "home improvement store",
    Kind.GIFT: "gift shop",
    Kind.MALL: "shopping centre",
    Kind.VARIETY_STORE: "variety store",
    Kind.BOOKSHOP: "bookshop",
    Kind.OTHER_SHOP: "shop",
    Kind.BANK: "bank",
    Kind.ATM: "cash machine",
    Kind.POST_OFFICE: "post office",
    Kind.PHARMACY: "pharmacy",
    Kind.DOCTOR: "doctor's practice",
    Kind.CLINIC: "clinic",
    Kind.HOSPITAL: "hospital",
    Kind.DENTIST: "dentist",
    Kind.SPECIALIST: "specialist doctor",
    Kind.GENERAL_PRACTICE: "general practice",
    Kind.LIBRARY: "library",
    Kind.CINEMA: "cinema",
    Kind.THEATRE: "theatre",
    Kind.ARTS_CENTRE: "arts centre",
    Kind.MUSEUM: "museum",
    Kind.COMMUNITY_CENTRE: "community centre",
    Kind.FITNESS_CENTRE: "gym",
    Kind.SPORTS_CENTRE: "sports centre",
    Kind.SWIMMING_POOL: "swimming pool",
    Kind.PITCH: "sports pitch",
    Kind.SCHOOL: "school",
    Kind.KINDERGARTEN: "kindergarten",
    Kind.CHILDCARE: "childcare centre",
    Kind.UNIVERSITY: "university",
    Kind.COLLEGE: "college",
    Kind.PRIMARY_SCHOOL: "primary school",
    Kind.SECONDARY_SCHOOL: "secondary school",
    Kind.SPECIAL_SCHOOL: "special school",
    Kind.PARK: "park",
    Kind.GARDEN: "garden",
    Kind.NATURE_RESERVE: "nature reserve",
    Kind.PLAYGROUND: "playground",
    Kind.FOREST: "forest",
    Kind.BEACH: "beach",
    Kind.BUS_STOP: "bus stop",
    Kind.TRAM_STOP: "tram stop",
    Kind.SUBWAY_STATION: "underground station",
    Kind.RAIL_STATION: "railway station",
    Kind.FERRY_TERMINAL: "ferry terminal",
    Kind.CABLE_CAR_STATION: "cable car station",
    Kind.CITY_CENTRE: "city centre",
    Kind.TOWN_CENTRE: "town centre",
    Kind.AIRPORT: "airport",
    Kind.FUEL_STATION: "petrol station",
    Kind.MOTORWAY: "motorway",
    Kind.TRUNK_ROAD: "trunk road",
    Kind.PRIMARY_ROAD: "main road",
    Kind.SECONDARY_ROAD: "secondary road",
    Kind.TERTIARY_ROAD: "local through road",
    Kind.OTHER_ROAD: "side street",
    Kind.RAILWAY: "railway line",
    Kind.POWER_LINE: "high-voltage line",
    Kind.LANDFILL: "landfill",
    Kind.WASTEWATER_PLANT: "sewage works",
    Kind.HEAVY_INDUSTRY: "site of heavy industry",
    Kind.QUARRY: "quarry",
    Kind.RUNWAY: "airport runway",
    Kind.WATERCOURSE: "stretch of open water",
}

#: What open water is, by the map's own word for it.
WATER_NOUNS: dict[str, str] = {
    "river": "river",
    "riverbank": "river",
    "stream": "stream",
    "canal": "canal",
    "coastline": "sea shore",
    "lake": "lake",
    "reservoir": "reservoir",
    "lagoon": "lagoon",
    "harbour": "harbour",
    "dock": "dock",
    "tidal_channel": "tidal channel",
}

#: A route's mode as a noun.
MODE_NOUNS: dict[str, str] = {
    "subway": "underground",
    "rail": "train",
    "tram": "tram",
    "light_rail": "light rail",
    "ferry": "ferry",
    "cable_car": "cable car",
    "bus": "bus",
}

#: What a stop of a mode is called.
STOP_NOUNS: dict[str, str] = {
    "subway": "underground station",
    "rail": "railway station",
    "tram": "tram stop",
    "light_rail": "light rail stop",
    "ferry": "ferry terminal",
    "cable_car": "cable car station",
    "bus": "bus stop",
}

#: What adds comfort to a green space, as the atlas names it, in plain words.
COMFORT_NOUNS: dict[str, str] = {
    "bench": "benches",
    "toilets": "toilets",
    "drinking_water": "drinking water",
    "playground": "a playground",
    "lighting": "lighting",
    "viewpoint": "a viewpoint",
}


def kind_noun(kind: Kind) -> str:
    """Return the plain singular noun of a kind."""
    return KIND_NOUNS[kind]


def place_name(place: Place) -> str:
    """Return the name, or "a park (no name on the map)", of a stop "a bus stop in Mill Lane"."""
    if not place.name.strip() and place.kind in STOP_KINDS and (street := place.tags.get("street")):
        return f"{with_article(kind_noun(place.kind))} in {street}"
    return name_or_noun(place.name, kind_noun(place.kind))


def name_or_noun(name: str, noun: str) -> str:
    """Return the name, or what it is with the reason why there is no name."""
    return name.strip() or f"{with_article(noun)} (no name on the map)"


def says_what(name: str, noun: str) -> bool:
    """Return whether a name says what it is the name of: "Cafe Ekberg" of a café."""
    return fold(noun) in fold(name)


def name_with_noun(name: str, noun: str, more: str = "") -> str:
    """Return "Shell, a petrol station", the name alone where it says what it is, or "a petrol station".

    `more` follows the last of them: " with 4 lanes".
    """
    name = name.strip()
    if not name:
        return f"{with_article(noun)}{more}"
    return f"{name}{more}" if says_what(name, noun) else f"{name}, {with_article(noun)}{more}"


def name_and_noun(name: str, noun: str) -> str:
    """Return "Shell (petrol station)", the name alone where it says what it is, or "a petrol station"."""
    name = name.strip()
    if not name:
        return with_article(noun)
    return name if says_what(name, noun) else f"{name} ({noun})"


def hazard_noun(kind: Kind, tags: Mapping[str, str]) -> str:
    """Return what a check found, in plain words: water by the map's own word, a line with its voltage."""
    if kind is Kind.WATERCOURSE:
        told = (tags.get(key, "") for key in ("waterway", "water", "natural", "landuse"))
        return next((WATER_NOUNS[word] for word in told if word in WATER_NOUNS), kind_noun(kind))
    if kind is Kind.POWER_LINE and tags.get("voltage", "").isdigit():
        return f"{kind_noun(kind)} of {number(int(tags['voltage']) / 1_000)} kV"
    return f"slip road of a {kind_noun(kind)}" if is_slip_road(tags) else kind_noun(kind)


def is_slip_road(tags: Mapping[str, str]) -> bool:
    """Return whether a road only leads to a motorway or trunk road."""
    return tags.get("highway") in ("motorway_link", "trunk_link")


Seconds = TypeVar("Seconds", float, Floats)


def walk_metres(seconds: Seconds) -> Seconds:
    """Return the metres that a walk of these seconds covers on level ground (80 m in a minute, steps count double)."""
    return seconds / 60.0 * METHODS.distances.metres_per_minute


def walk_minutes(place: Place) -> float | None:
    """Return a place's walk in minutes, None where none was found."""
    return None if place.walk_s is None else place.walk_s / 60.0


def rounded(value: float | None, decimals: int = 1) -> float | None:
    """Round what is known."""
    return None if value is None else round(float(value), decimals)


def straight_metres(straight_m: float, walk_s: float | None) -> float:
    """Return whole metres to a place, no more than its walk: the way into a station may be far from its middle."""
    return float(round(straight_m if walk_s is None else min(straight_m, walk_metres(walk_s))))


def found_place(place: Place, detail: str = "") -> FoundPlace:
    """Return a place as the report names it; a walk that is suspiciously long says so."""
    words = [detail, _detour(place)]
    return FoundPlace(
        name=place_name(place),
        kind=kind_noun(place.kind),
        minutes=rounded(walk_minutes(place)),
        metres=straight_metres(place.straight_m, place.walk_s),
        lat=place.lat,
        lon=place.lon,
        osm_id=place.osm_id,
        detail=", ".join(word for word in words if word),
    )


def _detour(place: Place) -> str:
    """Return what is said of a walk too long for its straight line (a path may be missing on the map), else ""."""
    if place.walk_s is None:
        return ""
    walked = walk_metres(place.walk_s)
    if walked <= METHODS.distances.detour_ratio * place.straight_m + METHODS.distances.detour_slack_m:
        return ""
    if place.straight_m < 50:
        return "the walk is long for the distance"
    return f"the walk is {number(walked / place.straight_m)} times the straight line"


def size_text(green: GreenSpace) -> str:
    """Return how large a green space is, as `area_text` has it."""
    return area_text(green.area_m2)


def area_text(area_m2: float | None) -> str:
    """Return "12 ha", or square metres below a tenth of a hectare; "size not known" of a mere point."""
    if area_m2 is None or area_m2 < 10:
        return "size not known"
    hectares = area_m2 / 10_000
    if hectares >= 0.1:
        return f"{number(hectares, 1 if hectares < 10 else 0)} ha"
    return f"{number(round(area_m2, -1), 0)} m²"


#: A group counts what is near and lists what is farther, up to these minutes on foot: `within_15` and `within_30`.
NEAR_MIN, LISTED_MIN = 15, 30
#: How far on foot anything is looked for, for sentences.
FARTHEST_WALK = f"{WALK_LIMIT_S / 60:g} minutes on foot"


def is_within(seconds: Floats, minutes: int) -> NDArray[np.bool_]:
    """Return which walks are told as so many minutes or fewer: who reads "15 min" is not told "none within 15"."""
    # As `whole_minutes` of the tenths that are shown, for all walks at once: there may be thousands.
    told: NDArray[np.bool_] = np.floor(np.round(seconds / 60.0, 1) + 0.5) <= minutes
    return told


def group(key: str, title: str, places: Sequence[FoundPlace], seconds: Floats, usual_min: float | None = None) -> Group:
    """Return the places that answer one need, with how many lie within 15 and 30 minutes."""
    within = seconds[is_within(seconds, LISTED_MIN)]
    return Group(
        key=key,
        title=title,
        nearest_min=rounded(float(within[0]) / 60.0) if len(within) else None,
        within_15=int(is_within(within, NEAR_MIN).sum()),
        within_30=len(within),
        places=tuple(p for p in places if p.minutes is not None and whole_minutes(p.minutes) <= LISTED_MIN),
        usual_min=usual_min,
    )


def name_and_minutes(place: Place) -> str:
    """Return "Café Ekberg, 2 min on foot"."""
    walk = walk_minutes(place)
    return place_name(place) if walk is None else f"{place_name(place)}, {minutes(walk)} on foot"


# --- what was typed, and what was matched ----------------------------------------------------------

_WORD = re.compile(r"[^\W_]+")
#: "98000", "np19 7bu", "1011 ab", "v6z 2m4": words with digits, and at most one without.
_POSTCODE = re.compile(r"\d{4,6}( [a-z]{2})?|[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}|[a-z]\d[a-z] \d[a-z]\d")


def same_words(typed: str, label: str) -> bool:
    """Return whether a label says what was typed, but for case, accents, punctuation and the order of words.

    It may add a postcode to an address with a number.
    """
    own, known = Counter(_WORD.findall(fold(typed))), Counter(_WORD.findall(fold(label)))
    added = list((known - own).elements())
    is_numbered = any(word[0].isdigit() for word in own)
    return not own - known and (not added or (is_numbered and _POSTCODE.fullmatch(" ".join(added)) is not None))


def how_matched(listing: Listing, typed: str, label: str, about: str = "") -> str:
    """Return what was typed where the label says it otherwise, and that the person chose it; "" where neither is so.

    `about` ends the sentence on what was typed ("; this report is about ...").
    """
    said = "" if same_words(typed, label) else f"You typed “{typed}”{about}."
    chosen = "You chose this one when asked." if listing.chose(typed) else ""
    return f"{said} {chosen}".strip()


def address_matched(listing: Listing, label: str) -> str:
    """Return how the address was matched, "" where it was typed as it is called."""
    return how_matched(listing, listing.address, label, f"; this report is about {label}")
