"""Who may use a place: everybody, whoever becomes a member, or only some."""

from __future__ import annotations

from collections.abc import Mapping

from app.atlas.importing.tags.lifecycle import is_closed, is_gone
from app.atlas.importing.tags.words import any_of, split
from app.places import Kind

Tags = Mapping[str, str]

#: Values of access=* that let anybody in.
OPEN_ACCESS = frozenset({"yes", "public", "permissive", "designated", "destination", "free"})
#: Values that let in whoever pays, and whoever joins.
PAYING, JOINING = "customers", frozenset({"members", "membership"})
#: Whoever mapped it could not see that anybody may come in: shops and clubs want people to, a lawn does not tell.
UNKNOWN = "unknown"
#: Values that keep strangers out.
CLOSED_ACCESS = frozenset(
    {"private", "no", "residents", "resident", "tenants", "employees", "employee", "staff", "students", "student"}
    | {"pupils", "school", "university", "military", "permit", "official", "emergency", "agricultural", "forestry"}
    | {"delivery", "guests", "hotel", "patients", "authorized", "authorised", "restricted", "key", "owner"}
)

#: A club that one may join is a place to go to for sport.
JOINED = frozenset({Kind.FITNESS_CENTRE, Kind.SPORTS_CENTRE, Kind.SWIMMING_POOL, Kind.PITCH})
#: Green and play that somebody keeps for their own customers (a pub's garden, a camp site's playground) are not public.
FREE_FOR_ALL = frozenset(
    {Kind.PARK, Kind.GARDEN, Kind.NATURE_RESERVE, Kind.PLAYGROUND, Kind.FOREST, Kind.BEACH, Kind.BUS_STOP}
)
#: Kinds that are walked over: foot=no closes them.
ON_FOOT = FREE_FOR_ALL | {Kind.PITCH}
#: Kinds that a fence around the ground says nothing of: who is taught there comes in. Far destinations likewise.
ALWAYS_OPEN = frozenset(
    {Kind.SCHOOL, Kind.PRIMARY_SCHOOL, Kind.SECONDARY_SCHOOL, Kind.SPECIAL_SCHOOL, Kind.KINDERGARTEN, Kind.CHILDCARE}
    | {Kind.UNIVERSITY, Kind.COLLEGE, Kind.CITY_CENTRE, Kind.TOWN_CENTRE}
)

EATING = frozenset({Kind.RESTAURANT, Kind.FAST_FOOD, Kind.CAFE, Kind.FOOD_COURT})
#: Names of canteens that feed those who work there.
STAFF_CANTEEN = any_of(
    [
        *("staff canteen", "staff restaurant", "staff cafe", "staff cafeteria", "employee cafeteria"),
        *("company canteen", "betriebskantine*", "betriebsrestaurant*", "werkskantine*", "werksrestaurant*"),
        *("personalrestaurant*", "personalkantine*", "mitarbeiterrestaurant*", "mitarbeiterkantine*"),
        *("cantine d'entreprise", "restaurant d'entreprise", "restaurant du personnel", "cantine du personnel"),
        *("mensa aziendale", "comedor de empleados", "comedor de personal", "refeitorio", "henkilostoravintola*"),
        *("personalmatsal*", "bedrijfskantine*", "bedrijfsrestaurant*", "personalerestaurant*"),
        *("stolowka pracownicza",),
    ]
)


#: Names that say whose green or court it is: somebody's own. (A private school or practice takes whoever pays.)
PRIVATE_NAME = any_of(["privat*", "private", "prive", "privee", "privado", "privada"])


def open_kinds(kinds: set[Kind], tags: Tags, folded_name: str) -> set[Kind]:
    """Return those kinds of a place that a person who lives near may use."""
    if tags.get("foot") in ("no", "private") and tags.get("access") not in OPEN_ACCESS:
        kinds = kinds - ON_FOOT
    if PRIVATE_NAME.search(folded_name) and tags.get("access") not in OPEN_ACCESS:
        kinds = kinds - ON_FOOT
    if kinds & EATING and STAFF_CANTEEN.search(folded_name):
        kinds = kinds - EATING
    return {kind for kind in kinds if kind in ALWAYS_OPEN or kind >= Kind.FUEL_STATION or _may_use(kind, tags)}


def is_open_to_all(tags: Tags) -> bool:
    """Return whether the map says that anybody may come in."""
    return tags.get("access") in OPEN_ACCESS


def is_closed_ground(tags: Tags) -> bool:
    """Return whether nobody, or only some, may enter a ground: its kiosks and playgrounds are not for all either."""
    if tags.get("amenity") == "prison" or tags.get("landuse") == "military" or tags.get("tourism") == "zoo":
        return True
    is_house = tags.get("shop") == "mall" or tags.get("amenity") in _HOUSES or tags.get("railway") == "station"
    return is_house and (is_gone(tags) or is_closed(tags) or tags.get("access") in ("no", "private"))


_HOUSES = frozenset({"hospital", "marketplace", "cinema", "theatre", "food_court", "events_venue", "conference_centre"})


def _may_use(kind: Kind, tags: Tags) -> bool:
    values = split(tags.get("access", "")) or (["private"] if tags.get("private") == "yes" else [])
    return not values or any(_lets_in(value, kind) for value in values)


def _lets_in(value: str, kind: Kind) -> bool:
    if value in JOINING:
        return kind in JOINED
    if value in (PAYING, UNKNOWN):
        return kind not in FREE_FOR_ALL
    return value not in CLOSED_ACCESS
