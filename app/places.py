"""The vocabulary of places: what Doorstep can tell apart, and how sure it is of a location."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Kind(IntEnum):
    """What a mapped place is. The numbers are stored in atlases: add at the end of a block, never renumber."""

    # food and drink
    SUPERMARKET = 1
    GREENGROCER = 2
    GROCERY = 3
    CONVENIENCE = 4
    DELI = 5
    BAKERY = 6
    RESTAURANT = 10
    FAST_FOOD = 11
    PUB = 12
    BAR = 13
    FOOD_COURT = 14
    CAFE = 15
    COFFEE_SHOP = 16
    TEA_SHOP = 17
    # shopping
    CLOTHES = 20
    SHOES = 21
    DEPARTMENT_STORE = 22
    HARDWARE = 23
    DOITYOURSELF = 24
    GIFT = 25
    MALL = 26
    VARIETY_STORE = 27
    BOOKSHOP = 28
    OTHER_SHOP = 29
    # services
    BANK = 30
    ATM = 31
    POST_OFFICE = 32
    PHARMACY = 33
    #: A doctor whose speciality the map does not say.
    DOCTOR = 34
    CLINIC = 35
    HOSPITAL = 36
    DENTIST = 37
    #: A doctor, or a clinic, for one thing alone: eyes, skin, sexual health.
    SPECIALIST = 38
    #: A general practice, a family doctor, a health centre.
    GENERAL_PRACTICE = 39
    # culture, community, sport
    LIBRARY = 40
    CINEMA = 41
    THEATRE = 42
    ARTS_CENTRE = 43
    MUSEUM = 44
    COMMUNITY_CENTRE = 45
    FITNESS_CENTRE = 50
    SPORTS_CENTRE = 51
    SWIMMING_POOL = 52
    PITCH = 53
    # learning
    #: A school whose level the map does not say. One that teaches several levels is of several kinds.
    SCHOOL = 60
    KINDERGARTEN = 61
    CHILDCARE = 62
    UNIVERSITY = 63
    COLLEGE = 64
    PRIMARY_SCHOOL = 65
    SECONDARY_SCHOOL = 66
    #: A school for pupils with special needs.
    SPECIAL_SCHOOL = 67
    # green: areas a person may enter
    PARK = 70
    GARDEN = 71
    NATURE_RESERVE = 72
    PLAYGROUND = 73
    FOREST = 74
    BEACH = 75
    # stops as OpenStreetMap knows them
    BUS_STOP = 80
    TRAM_STOP = 81
    SUBWAY_STATION = 82
    RAIL_STATION = 83
    FERRY_TERMINAL = 84
    CABLE_CAR_STATION = 85
    # far destinations
    CITY_CENTRE = 90
    TOWN_CENTRE = 91
    AIRPORT = 92
    # what a safety check looks at: lines and areas, measured to their edge
    FUEL_STATION = 100
    MOTORWAY = 101
    TRUNK_ROAD = 102
    PRIMARY_ROAD = 103
    SECONDARY_ROAD = 104
    TERTIARY_ROAD = 105
    OTHER_ROAD = 106
    RAILWAY = 107
    POWER_LINE = 108
    LANDFILL = 109
    WASTEWATER_PLANT = 110
    HEAVY_INDUSTRY = 111
    QUARRY = 112
    RUNWAY = 113
    WATERCOURSE = 114


class Precision(StrEnum):
    """How exactly an address was located, best first."""

    HOUSE = "house"
    #: A point that the person gave in degrees.
    POINT = "point"
    CORNER = "corner"
    #: A thing that has a name: a station, a school, a shop.
    NAMED = "named"
    INTERPOLATED = "interpolated"
    STREET = "street"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Location:
    """Where an address was found: degrees, the address in the data's own spelling, and the region's name."""

    lat: float
    lon: float
    label: str
    precision: Precision
    region: str
    #: What was left out or assumed, as a sentence for a person ("number 9 is not mapped; ..."), or "".
    note: str = ""
    #: The name of the street that a house is numbered by, "" for what is no house.
    street: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One place that a text may mean: `what` kind of thing it is ("street"), and `where` ("Newport, NP20"), or ""."""

    location: Location
    what: str
    where: str = ""

    @property
    def detail(self) -> str:
        """Return what tells this choice from others and is not in its label: "Street, Victoria, Newport"."""
        what = "" if f"({self.what})" in self.location.label else self.what
        text = ", ".join(filter(None, (what, self.where)))
        return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked back where a text can mean several places, or none exactly: not a failure.

    `about` is the text as typed, `why` a sentence for the person. There are 1 to MOST_CHOICES choices, the likeliest
    first. The place need not be settled where it `may_be_left_out`: a destination, not the address. It is `doubtful`
    where nothing fits what was typed without doubt, so that it may lie elsewhere.
    """

    about: str
    why: str
    choices: tuple[Choice, ...]
    may_be_left_out: bool = False
    doubtful: bool = False


#: Choices offered with a question.
MOST_CHOICES = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """Which place the person meant by a text, as the choice of a question; None leaves it out."""

    about: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class Place:
    """A mapped place near an address.

    `osm_id` is the element's letter and number ("n123", "w45", "r6"). `walk_s` is None where no walk of up to 45
    minutes was found; `straight_m` is measured to the nearest point of an area. `tags` holds only the few
    OpenStreetMap tags that a stage reads (importer: KEPT_TAGS).
    """

    osm_id: str
    kind: Kind
    name: str
    lat: float
    lon: float
    straight_m: float
    walk_s: float | None
    tags: dict[str, str]
