"""Every constant of the methods, in one versioned structure `METHODS`."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.atlas.facts import AMENITIES_PER_KM, SHOPS_PER_KM, STOPS_PER_KM
from app.pipeline.rules.green import Green
from app.pipeline.rules.headline import Headline
from app.pipeline.rules.indexes import BikeIndex, Distances, FifteenMinutes, WalkIndex
from app.pipeline.rules.safety import SAFETY, Safety
from app.pipeline.rules.transit import Transit, Urban

#: Printed with each report. Change it with any number below.
METHODS_VERSION = "2026.2"
#: Data older than this lowers confidence: three years before this version of the methods. No clock is read, so that
#: the same map and listing always give the same report.
OLD_DATA_BEFORE = "2023-11-01"


@dataclass(frozen=True, slots=True)
class Home:
    """What the home itself offers: points beside the score of the place."""

    points: float = 5.0
    bedrooms: int = 3


@dataclass(frozen=True, slots=True)
class ConfidenceLimits:
    """When confidence falls."""

    #: A disc counts as wholly covered from this share on: borders are simplified.
    covered: float = 0.98
    barely_covered: float = 0.6
    #: Places per km of street below which a family of data counts as not mapped here.
    shops_per_km: float = SHOPS_PER_KM
    amenities_per_km: float = AMENITIES_PER_KM
    stops_per_km: float = STOPS_PER_KM
    #: So many reasons for medium make it low.
    reasons_for_low: int = 3
    #: An index is shown only where more than this share of its weight is known.
    least_known: float = 0.5


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
    headline: Headline = field(default_factory=Headline)
    home: Home = Home()
    confidence: ConfidenceLimits = ConfidenceLimits()


METHODS = Methods()
