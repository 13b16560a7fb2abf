"""Which tags surely answer a need, and which may; what lies between is nobody's falsehood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.truth.oracles.schools import is_surely_primary, is_surely_secondary, may_be_primary, may_be_secondary
from tests.truth.oracles.world import Tags, Thing

Judge = Callable[[Thing], bool]


def folded(text: str) -> str:
    """Return lower-case letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


#: Names that say that a thing is over, or for few.
DOUBTFUL_NAME = re.compile(
    r"\b(closed|historic\w*|former\w*|ehemalig\w*|ancien\w*|vacant|disused|private|privat|staff|students?|members|ex)\b"
)
DOUBTFUL_KEYS = ("end_date", "opening_date", "start_date", "operational_status", "status", "fixme", "note", "historic")
LIFECYCLE = ("disused", "abandoned", "was", "demolished", "razed", "removed", "proposed", "construction", "planned")
#: What `access` may say of a place for everybody.
FOR_ALL = frozenset({"yes", "public", "permissive", "customers"})


def is_plain(tags: Tags) -> bool:
    """Return whether nothing at all raises a doubt that a thing is there, for everybody."""
    if any(key in DOUBTFUL_KEYS or key.split(":")[0] in LIFECYCLE for key in tags):
        return False
    if tags.get("access", "yes") not in FOR_ALL or tags.get("foot", "yes") == "no" or "indoor" in tags:
        return False
    closed = tags.get("opening_hours", "").lower() in ("closed", "off") or tags.get("building") == "construction"
    return not closed and not DOUBTFUL_NAME.search(folded(tags.get("name", "")))


def is_surely_gone(tags: Tags) -> bool:
    """Return whether the tags say outright that a thing is not there, or not for the public."""
    if any(tags.get(state, "no") not in ("no", "") for state in LIFECYCLE):
        return True
    if tags.get("opening_hours", "").lower() in ("closed", "off") or tags.get("building") == "construction":
        return True
    if re.fullmatch(r"(19\d\d|200\d)(-\d\d)*", tags.get("end_date", "")):
        return True
    return bool(re.search(r"\((closed|historic\w*)\)", folded(tags.get("name", ""))))


def is_kept_out(tags: Tags) -> bool:
    """Return whether the public may not go in."""
    return tags.get("access") in ("no", "private") or tags.get("foot") in ("no", "private")


@dataclass(frozen=True, slots=True)
class Want:
    """How a need's places are told: `sure` by tags that are that and nothing else, `may` by all that could be."""

    sure: Judge
    may: Judge


def one_of(key: str, *values: str) -> Judge:
    """Return a judge of things with one of some values, several values in one tag included."""
    wanted = frozenset(values)
    return lambda thing: not wanted.isdisjoint(part.strip() for part in thing.tags.get(key, "").split(";"))


def any_of(*judges: Judge) -> Judge:
    """Return a judge of things that one of several takes."""
    return lambda thing: any(judge(thing) for judge in judges)


def exactly(key: str, *values: str) -> Judge:
    """Return a judge of things of one value, and of one thing only."""
    return lambda thing: thing.tags.get(key) in values and not ("shop" in thing.tags and key == "amenity")


def _want(sure: Judge, may: Judge) -> Want:
    return Want(
        lambda thing: is_plain(thing.tags) and sure(thing),
        lambda thing: not is_surely_gone(thing.tags) and not is_kept_out(thing.tags) and may(thing),
    )


SPECIALITY = "healthcare:speciality"
GENERAL = re.compile(r"general|family|gp\b|allgemein|community")


def _is_surely_practice(thing: Thing) -> bool:
    general = GENERAL.search(thing.tags.get(SPECIALITY, "general"))
    only_doctors = thing.tags.get("healthcare", "doctor") in ("doctor", "yes")
    return thing.tags.get("amenity") == "doctors" and bool(general) and only_doctors and not _names_a_part(thing)


def _names_a_part(thing: Thing) -> bool:
    """Return whether a doctor's name says what for: "Augenarzt", "Sexual Health Centre"."""
    words = (
        r"augen|haut|zahn|kiefer|frauen|women|kinder|ortho|radio|laser|sexual|derma|kardio|gyn|psych|eye|skin|dent|"
        r"hno|uro"
    )
    return bool(re.search(words, folded(thing.tags.get("name", ""))))


def _may_be_practice(thing: Thing) -> bool:
    tags = thing.tags
    medical = tags.get("amenity") in ("doctors", "clinic") or tags.get("healthcare") in ("doctor", "clinic", "centre")
    special = SPECIALITY in tags and not GENERAL.search(tags[SPECIALITY])
    return medical and tags.get("amenity") not in ("hospital", "dentist", "pharmacy") and not special


def _is_surely_park(thing: Thing) -> bool:
    return thing.tags.get("leisure") == "park" and "name" in thing.tags and thing.shape.area > 2_000


def _may_be_park(thing: Thing) -> bool:
    green = one_of("leisure", "park", "garden", "nature_reserve", "common", "recreation_ground", "playground")
    return green(thing) or one_of("landuse", "recreation_ground", "village_green", "grass", "forest")(thing)


def _may_be_green(thing: Thing) -> bool:
    land = one_of("natural", "wood", "heath", "scrub", "grassland", "beach", "wetland")
    return _may_be_park(thing) or land(thing) or one_of("landuse", "forest", "meadow", "cemetery")(thing)


def _is_surely_station(thing: Thing) -> bool:
    tags = thing.tags
    kept = not ({"station", "usage", "railway:preserved", "subway", "light_rail", "tourism"} & tags.keys())
    return tags.get("railway") == "station" and kept and tags.get("train", "yes") == "yes"


def _is_surely_stop(thing: Thing) -> bool:
    tags = thing.tags
    on_road = tags.get("highway") == "bus_stop" and tags.get("bus", "yes") == "yes"
    return on_road or (tags.get("railway") == "tram_stop" and "name" in tags)


def _may_be_stop(thing: Thing) -> bool:
    keys = {"public_transport", "bus", "tram", "ferry"} & thing.tags.keys()
    return bool(keys) or any_of(
        one_of("highway", "bus_stop"),
        one_of("railway", "tram_stop", "station", "halt", "subway_entrance", "stop", "platform"),
        one_of("amenity", "bus_station", "ferry_terminal"),
        one_of("aerialway", "station"),
    )(thing)


def _is_surely_sport(thing: Thing) -> bool:
    gym = thing.tags.get("leisure") in ("fitness_centre", "sports_centre") and "name" in thing.tags
    return gym and not re.search("yoga|pilates|danc|tanz|karate|judo", " ".join(thing.tags.values()).casefold())


def _may_be_sport(thing: Thing) -> bool:
    pool = "swimming_pool" in (thing.tags.get("leisure"), thing.tags.get("amenity"))
    if pool:
        signs = {"name", "operator", "fee", "access", "sport", "opening_hours"} & thing.tags.keys()
        return bool(signs) or thing.shape.area > 300
    leisure = ("fitness_centre", "sports_centre", "sports_hall", "pitch", "water_park", "gym", "stadium", "track")
    return one_of("leisure", *leisure)(thing) or one_of("amenity", "gym", "public_bath")(thing)


MAYBE_FOOD = ("food", "health_food", "organic", "general", "farm")
FOOD = ("supermarket", "convenience", "greengrocer", "grocery")
#: By the key of the need in a report.
WANTED: Mapping[str, Want] = MappingProxyType({
    "supermarket": _want(exactly("shop", "supermarket"), one_of("shop", "supermarket")),
    "food_shop": _want(exactly("shop", *FOOD), one_of("shop", *FOOD, *MAYBE_FOOD)),
    "bakery": _want(exactly("shop", "bakery"), one_of("shop", "bakery", "pastry")),
    "cafe": _want(
        exactly("amenity", "cafe"), any_of(one_of("amenity", "cafe"), one_of("shop", "coffee", "tea", "bakery"))
    ),
    "restaurant": _want(
        exactly("amenity", "restaurant", "fast_food"), one_of("amenity", "restaurant", "fast_food", "food_court")
    ),
    "pub": _want(exactly("amenity", "pub", "bar"), one_of("amenity", "pub", "bar", "biergarten", "nightclub")),
    "pharmacy": _want(
        lambda thing: thing.tags.get("amenity") == "pharmacy" and thing.tags.get("dispensing") != "no",
        any_of(one_of("amenity", "pharmacy"), one_of("healthcare", "pharmacy"))
    ),
    "doctor": _want(_is_surely_practice, _may_be_practice),
    "dentist": _want(
        exactly("amenity", "dentist"),
        any_of(one_of("amenity", "dentist"), one_of("healthcare", "dentist"), _names_a_part),
    ),
    "hospital": _want(
        lambda thing: thing.tags.get("amenity") == "hospital" and thing.tags.get("emergency") != "no",
        any_of(one_of("amenity", "hospital"), one_of("healthcare", "hospital")),
    ),
    "primary_school": _want(is_surely_primary, may_be_primary),
    "secondary_school": _want(is_surely_secondary, may_be_secondary),
    "childcare": _want(
        exactly("amenity", "kindergarten", "childcare"),
        any_of(one_of("amenity", "kindergarten", "childcare", "nursery", "preschool", "school")),
    ),
    "park": _want(_is_surely_park, _may_be_park),
    "green": _want(_is_surely_park, _may_be_green),
    "playground": _want(exactly("leisure", "playground"), one_of("leisure", "playground")),
    "stop": _want(_is_surely_stop, _may_be_stop),
    "station": _want(_is_surely_station, any_of(one_of("railway", "station", "halt"), _may_be_stop)),
    "bank": _want(exactly("amenity", "bank", "post_office"), one_of("amenity", "bank", "post_office", "post_partner")),
    "culture": _want(
        any_of(exactly("amenity", "library", "cinema", "theatre"), exactly("tourism", "museum")),
        any_of(one_of("amenity", "library", "cinema", "theatre", "arts_centre"), one_of("tourism", "museum")),
    ),
    "sports": _want(_is_surely_sport, _may_be_sport),
})  # fmt: skip
