"""What the pipeline may ask about the world: locate an address, and ask about its surroundings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.atlas.facts import (
    BikeInfrastructure,
    Floats,
    GreenSpace,
    Hazard,
    MappedFacts,
    RegionCounts,
    RegionFacts,
    StreetFacts,
    TownNeed,
    TransitStop,
    TravelTimes,
)
from app.atlas.map_facts import MapFacts
from app.places import Kind, Location, Place, Question
from app.sources.extras import Extras


class Surroundings(Protocol):
    """All that lies within reach of one located address. Answers are deterministic and in stable order."""

    @property
    def location(self) -> Location: ...

    @property
    def region(self) -> RegionFacts: ...

    @property
    def snap_m(self) -> float | None:
        """Metres from the address to its street; None where there is none within 500 m."""

    @property
    def street_m(self) -> float:
        """Metres of street within 45 minutes on foot: next to nothing where no way out is mapped."""

    def coverage(self, radius_m: float) -> float:
        """Share, 0 to 1, of the disc around the address for which the region holds data."""

    def mapped(self) -> MappedFacts: ...

    def region_counts(self) -> RegionCounts:
        """House numbers, street and places of each need in the whole region."""

    def town(self, need: str) -> TownNeed | None:
        """How far a need (`app.needs`) is over the whole region; None where too little is known to compare with it."""

    def town_percentile(self, need: str, minutes: float) -> float | None:
        """Share of the region, 0 to 1, that needs longer; None where such a rank would be noise."""

    def streets(self) -> StreetFacts: ...

    def walk_seconds(self, *kinds: Kind) -> Floats:
        """Walking seconds to every place of these kinds within 45 minutes, ascending."""

    def step_free_seconds(self, *kinds: Kind) -> Floats:
        """Walking seconds on ways without steps to every place of these kinds within 45 minutes, ascending."""

    def nearest(self, *kinds: Kind, limit: int = 5) -> tuple[Place, ...]:
        """The places of these kinds with the shortest walks, by (walk_s, straight_m, osm_id)."""

    def beyond_walks(self, *kinds: Kind, within_m: float) -> tuple[Place, ...]:
        """Places of these kinds within a straight distance that no walk of 45 minutes reaches, nearest first."""

    def hazards(self, *kinds: Kind, within_m: float) -> tuple[Hazard, ...]:
        """Lines and areas of these kinds within a straight distance, nearest first; tunnels left out."""

    def hazards_mapped(self, *kinds: Kind) -> int:
        """How many lines and areas of these kinds the whole region has."""

    def green_spaces(self) -> tuple[GreenSpace, ...]:
        """Green spaces open to the public within 45 minutes on foot, nearest first; points have no measures."""

    def largest_green_within_m(self, radius_m: float) -> float:
        """Square metres of the largest public green area whose edge is within a straight distance; 0.0 for none."""

    def bike_infrastructure(self) -> BikeInfrastructure: ...

    def bike_metres(self, *kinds: Kind, max_stress: int = 4) -> Floats:
        """Cycling metres to each place of these kinds within 4.8 km, on streets of at most this stress.

        The order is the same for every `max_stress`; infinity where no such way exists.
        """

    def transit_stops(self) -> tuple[TransitStop, ...]:
        """Stops of the timetables where there are some near here, else OpenStreetMap's; nearest first."""

    def has_timetable(self) -> bool:
        """Return whether a timetable covers the surroundings of this address."""

    def last_way_home(self, start: Location | Place) -> int | None:
        """Seconds after midnight of the last departure by transit from a place to the address; None without any."""

    def landmark(self, *kinds: Kind) -> Place | None:
        """The nearest place of these kinds in the whole region, by straight distance; `walk_s` may be None."""

    def map_facts(self) -> MapFacts | None:
        """What a map of the surroundings is drawn from; None where there is nothing to draw one from."""

    def travel_times(self, destinations: Sequence[Location | Place]) -> tuple[TravelTimes, ...]:
        """Times to each destination, in the order given. Car times are free-flow."""


class Source(Protocol):
    """Where facts come from: imported regions, or a live service."""

    def locate(self, text: str, near: Location | None = None) -> Location | Question:
        """Find an address, a place or a point; return a question where the text may mean several, or none exactly.

        `near` is the address of the evaluation where a destination is looked for: its region comes first.
        Raises AddressNotFound, AddressOutsideRegions or NoRegions, or another error of what was typed.
        """

    def surroundings(self, location: Location) -> Surroundings:
        """Open the surroundings of a location that `locate` gave."""

    def extras(self, location: Location) -> Extras:
        """Return what others say of an address, as far as they are asked; what did not come is among the missing.

        Never raises DoorstepError for the trouble of a service.
        """
