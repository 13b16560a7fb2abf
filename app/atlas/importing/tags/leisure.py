"""From tags to green, play and sport that people who live near may use."""

from __future__ import annotations

from collections.abc import Mapping

from app.atlas.geocoder.letters import fold
from app.atlas.importing.tags.access import OPEN_ACCESS
from app.atlas.importing.tags.words import any_of, split
from app.places import Kind

Tags = Mapping[str, str]

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

#: Names of what is called a park and has no grass to sit on, or is let to guests.
_NO_PARK = any_of(
    [
        *("car park", "parking", "parkplatz*", "parkhaus*", "business park", "industrial park", "retail park"),
        *("caravan park", "science park", "office park", "trailer park", "mobile home park", "rv park"),
        *("holiday park", "industriepark*", "gewerbepark*", "technologiepark*", "campingpark*", "dog park"),
        *("hundepark*", "*hundewiese*", "*hundauslauf*", "*freilauffläche*", "hunde*", "parc canin", "espace canin"),
        *("area cani", "parque canino", "koirapuisto*", "*koira-aitaus*", "*koirapuisto*", "hundrastgård*"),
        *("*hundrastplats*",),
    ]
)
#: sport=* that no one plays who looks for a gym or a sports ground: games at a table, shooting, motors, horses, golf.
_OTHER_SPORT = frozenset(
    {"table_tennis", "chess", "draughts", "backgammon", "checkers", "boules", "petanque", "bocce", "shuffleboard"}
    | {"darts", "billiards", "snooker", "pool", "cornhole", "10pin", "9pin", "bowling", "esport", "model_aerodrome"}
    | {"shooting", "archery", "paintball", "laser_tag", "karting", "motor", "motocross", "rc_car", "dog_racing"}
    | {"dog_agility", "dog", "dog_training", "horse_racing", "equestrian", "golf", "miniature_golf", "disc_golf"}
    | {"gliding", "parachuting", "scuba_diving", "sailing", "bullfighting", "cockfighting", "escape_game", "poker"}
)
_NO_SPORT = any_of(
    [
        *("*yoga*", "*jooga*", "pilates*", "dance*", "danse", "danza", "*tanzstudio*", "ballet*", "*skigebiet*"),
        *(
            "*skischule*",
            "*schneesportschule*",
            "*reitschule*",
            "*reitstall*",
            "riding*",
            "golf*",
            "bowling*",
            "gymnase scolaire",
            "school gym*",
            "schulturnhalle*",
        ),
    ]
)
_STUDIO = frozenset({"yoga", "pilates", "dance", "dancing", "ballet", "meditation", "massage", "tai_chi"})
_SPORT_KINDS = frozenset({Kind.SPORTS_CENTRE, Kind.FITNESS_CENTRE, Kind.PITCH})


def leisure_kinds(tags: Tags) -> set[Kind]:
    """Return green, play and sport. A pool counts where it may be public; `is_some_pool` asks for more of some."""
    leisure = split(tags.get("leisure", ""))
    found = {LEISURE.get(part) for part in leisure}
    found |= {LANDUSE.get(tags.get("landuse", "")), NATURAL.get(tags.get("natural", ""))}
    if "gym" in split(tags.get("amenity", "")):
        found.add(Kind.FITNESS_CENTRE)
    kinds = {kind for kind in found if kind is not None}
    if Kind.PARK in kinds and not _is_park(tags):
        kinds.discard(Kind.PARK)
    if "garden" in leisure and _is_public_garden(tags):
        kinds.add(Kind.GARDEN)
    if _is_pool(tags):
        kinds.add(Kind.SWIMMING_POOL)
    return kinds - _not_for_sport(kinds, tags)


def _is_park(tags: Tags) -> bool:
    """Return whether it is green to walk in: no car park or dog run, no camp site, no ground of dead things."""
    if tags.get("tourism") in ("camp_site", "caravan_site") or tags.get("amenity") == "parking":
        return False
    sports = set(split(tags.get("sport", "")))
    is_for_dogs = bool(sports) and all(sport.startswith("dog") for sport in sports)
    return not is_for_dogs and _NO_PARK.search(fold(tags.get("name", ""))) is None


#: garden:type=* that settles whose garden it is.
PUBLIC_GARDENS = frozenset({"botanical", "community", "public", "sensory", "rose", "scented", "arboretum"})
PRIVATE_GARDENS = frozenset({"private", "residential"})
_PRIVATE_GARDEN = any_of(["beer garden", "biergarten", "gastgarten", "private garden", "schulgarten*", "school garden"])


def _is_public_garden(tags: Tags) -> bool:
    """A garden without name or access tag is nearly always somebody's own (OSM wiki, leisure=garden)."""
    if tags.get("garden:type") in PRIVATE_GARDENS:
        return False
    if tags.get("garden:type") in PUBLIC_GARDENS:
        return True
    if _PRIVATE_GARDEN.search(fold(tags.get("name", ""))):
        return False
    return tags.get("access") in OPEN_ACCESS or "name" in tags


#: swimming_pool=* that nobody swims in.
_NO_SWIMMING = frozenset({"kids", "wading", "hot_tub", "spa", "plunge", "spray", "fountain", "private"})
#: Names that only say what it is, or whose: they tell nothing of who may swim.
_POOL_WORDS = any_of(
    [
        *("pool", "pools", "swimming pool", "swimmingpool", "the pool", "private pool", "hotel pool", "indoor pool"),
        *("outdoor pool", "lap pool", "kiddie pool", "kids pool", "children's pool", "childrens pool"),
        *("paddling pool", "wading pool", "hot tub", "jacuzzi", "spa", "whirlpool", "piscine", "piscine privee"),
        *("pataugeoire", "piscina", "piscina privata", "piscina privada", "schwimmbecken", "planschbecken"),
        *("kinderbecken", "uima-allas", "zwembad", "basen", "bazen", "bazén", "simbassäng", "pool privato"),
    ]
)


def _is_pool(tags: Tags) -> bool:
    """Return whether people may swim there, as far as its own tags tell."""
    if "swimming_pool" in (tags.get("leisure"), tags.get("amenity")):
        return tags.get("swimming_pool") not in _NO_SWIMMING and _pool_name(tags) not in _WADING_WORDS
    is_bath = tags.get("leisure") in ("sports_centre", "sports_hall") or tags.get("amenity") == "public_bath"
    return is_bath and "swimming" in split(tags.get("sport", ""))


#: Names of what nobody swims in.
_WADING_WORDS = frozenset(
    {"planschbecken", "kinderbecken", "pataugeoire", "paddling pool", "wading pool", "hot tub", "spa"}
)


def _pool_name(tags: Tags) -> str:
    return fold(tags.get("name", "")).strip()


#: A pool of which nothing else tells that it is public counts from this size on: 25 m by 20. Clubs of a few streets and
#: hotels have pools of 250 to 500 m² (23 of 26 in Reisterstown, Maryland).
PUBLIC_POOL_M2 = 500.0


def is_some_pool(tags: Tags) -> bool:
    """Return whether nothing but the pool itself says that it is public: it may be in a garden or a hotel."""
    if tags.get("leisure") != "swimming_pool" and tags.get("amenity") != "swimming_pool":
        return False
    if tags.get("access") in OPEN_ACCESS or tags.get("fee", "no") != "no" or "operator" in tags:
        return False
    return "name" not in tags or _POOL_WORDS.fullmatch(_pool_name(tags)) is not None


def _not_for_sport(kinds: set[Kind], tags: Tags) -> set[Kind]:
    """Return the kinds that fall away as all its sports are games, horses or motors, or no more than a yoga mat."""
    sports = set(split(tags.get("sport", "")))
    told = kinds & _SPORT_KINDS
    if not told:
        return set()
    if sports <= (_OTHER_SPORT if Kind.PITCH in told else _OTHER_SPORT | _STUDIO) and sports:
        return told
    return told if _NO_SPORT.search(fold(tags.get("name", ""))) else set()
