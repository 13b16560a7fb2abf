"""Every constant of the methods, in one versioned structure `METHODS`, and the five profiles with their weights."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.pipeline.rules.categories import LIFESTYLE, Lifestyle
from app.pipeline.rules.green import Green
from app.pipeline.rules.indexes import BikeIndex, Distances, FifteenMinutes, Points, Transit, Urban, WalkIndex, Words
from app.pipeline.rules.safety import SAFETY, Safety

#: Printed with each report. Change it with any number below.
METHODS_VERSION = "2026.1"
#: Data older than this lowers confidence: three years before this version of the methods. No clock is read, so that
#: the same map and listing always give the same report.
OLD_DATA_BEFORE = "2023-11-01"


@dataclass(frozen=True, slots=True)
class Tier2:
    """Six categories, 0 to 10 each."""

    categories: tuple[Lifestyle, ...] = LIFESTYLE
    curve: Points = ((10.0, 10.0), (15.0, 9.0), (20.0, 7.0), (30.0, 4.0), (45.0, 0.0))
    curve_share: float = 0.8
    choice_points: float = 2.0
    choice_full: float = 3.0
    choice_min: float = 15.0
    affordability_percent: Points = ((85.0, 10.0), (115.0, 0.0))
    #: With fewer measured categories there is no overall score: one or two would say too little.
    least_measured: int = 3


@dataclass(frozen=True, slots=True)
class Tier3:
    """Bonus points, and the words of the verdict."""

    bonus: float = 5.0
    bedrooms: int = 3
    cap: float = 100.0
    words: Words = (
        (85.0, "exceptional"),
        (70.0, "strong"),
        (55.0, "solid with trade-offs"),
        (40.0, "compromised"),
        (0.0, "significant gaps"),
    )
    #: A tier 2 category helps from this value on, and costs below it.
    helps_from: float = 7.0
    #: An index of the surroundings costs below this value.
    weak_index: float = 50.0
    named: int = 3


@dataclass(frozen=True, slots=True)
class ConfidenceLimits:
    """When confidence falls."""

    #: A disc counts as wholly covered from this share on: borders are simplified.
    covered: float = 0.98
    barely_covered: float = 0.6
    #: Places per km of street below which a family of data counts as not mapped here.
    #: (Extracts measured: 0.01 to 0.04 where nobody mapped shops, 0.06 and more in villages with few.)
    shops_per_km: float = 0.05
    amenities_per_km: float = 0.1
    stops_per_km: float = 0.03
    #: So many reasons for medium make it low.
    reasons_for_low: int = 3
    #: An index is shown only where more than this share of its weight is known.
    least_known: float = 0.5


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of weights for tier 2."""

    key: str
    title: str
    summary: str
    green_escape: float = 1.0
    third_place: float = 1.0
    provisioning: float = 1.0
    fitness: float = 1.0
    affordability: float = 1.0
    transit_access: float = 1.0
    #: Whether a car ride counts as a way to get somewhere.
    drives: bool = True

    def weight(self, category: str) -> float:
        """Return the weight of a tier 2 category by its key."""
        return float(getattr(self, category))


PROFILES = (
    Profile("balanced", "Balanced", "Everything counts the same."),
    Profile(
        "car-free",
        "Car-free",
        "Transit and groceries on foot count most, and car rides are left out of the travel words.",
        provisioning=1.5,
        transit_access=2.0,
        drives=False,
    ),
    Profile(
        "family",
        "Family",
        "Green space and cost count more; cafés and transit count less.",
        green_escape=1.5,
        third_place=0.75,
        affordability=1.25,
        transit_access=0.75,
    ),
    Profile(
        "senior",
        "Senior",
        "Groceries, meeting places, transit and green space nearby count more; sport counts less.",
        green_escape=1.25,
        third_place=1.25,
        provisioning=1.5,
        fitness=0.5,
        transit_access=1.25,
    ),
    Profile(
        "remote-worker",
        "Remote worker",
        "A third place, green space and sport count more; transit counts less.",
        green_escape=1.5,
        third_place=1.5,
        fitness=1.25,
        transit_access=0.5,
    ),
)


@dataclass(frozen=True, slots=True)
class Methods:
    """All methods of one version."""

    version: str = METHODS_VERSION
    distances: Distances = field(default_factory=Distances)
    walk: WalkIndex = field(default_factory=WalkIndex)
    needs: FifteenMinutes = field(default_factory=FifteenMinutes)
    bike: BikeIndex = field(default_factory=BikeIndex)
    transit: Transit = field(default_factory=Transit)
    urban: Urban = field(default_factory=Urban)
    green: Green = field(default_factory=Green)
    safety: Safety = SAFETY
    tier2: Tier2 = Tier2()
    tier3: Tier3 = Tier3()
    confidence: ConfidenceLimits = ConfidenceLimits()
    profiles: tuple[Profile, ...] = PROFILES


METHODS = Methods()


def profile_named(key: str) -> Profile:
    """Return a profile by its key; an unknown key gives the balanced one (the form refuses it earlier)."""
    return next((p for p in PROFILES if p.key == key), PROFILES[0])
