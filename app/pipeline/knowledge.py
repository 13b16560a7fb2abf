"""What the data around an address can tell: which kinds of thing are mapped there, and where the map ends."""

from __future__ import annotations

from functools import cached_property

from app.atlas.facts import LEAST_STREET_M, MappedFacts
from app.needs import Need
from app.pipeline.report import Gap
from app.pipeline.rules.categories import Data
from app.pipeline.rules.mapped import is_mapped, why_not_mapped
from app.pipeline.rules.profiles import METHODS
from app.places import Kind
from app.sources.interface import Surroundings
from app.wording import count, metres, number, percent

DISC_M = METHODS.distances.disc_m

#: What each family is called in "Hardly any ... are mapped near here".
DATA_NOUNS = {
    Data.STREETS: "streets",
    Data.SHOPS: "shops",
    Data.AMENITIES: "places such as schools, doctors and cafés",
    Data.STOPS: "transit stops",
}


class Knowledge:
    """Answers "is that mapped here?" and "is the map cut off within this distance?" for one address."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._shares: dict[float, float] = {}
        self._has: dict[Data, bool] = {}

    @cached_property
    def mapped(self) -> MappedFacts:
        """How much is mapped within 2.4 km."""
        return self._around.mapped()

    @cached_property
    def has_timetable(self) -> bool:
        """Whether a timetable covers the surroundings."""
        return self._around.has_timetable()

    def share(self, radius_m: float) -> float:
        """Return the share of the disc for which the region holds data, 0 to 1."""
        if radius_m not in self._shares:
            self._shares[radius_m] = self._around.coverage(radius_m)
        return self._shares[radius_m]

    def cut_off(self, radius_m: float) -> bool:
        """Return whether the disc leaves the region, so that what was not found may lie beyond its edge."""
        return self.share(radius_m) < METHODS.confidence.covered

    def ends_within(self, minutes: float) -> bool:
        """Return whether the map ends within a walk: what is farther away on it need not be the nearest there is."""
        return minutes > 0.0 and self.cut_off(minutes * METHODS.distances.metres_per_minute)

    @cached_property
    def why_no_way(self) -> str:
        """Why no walk from the address can be told, as a sentence; "" where one can."""
        if self._around.snap_m is None or self._around.street_m >= LEAST_STREET_M:
            return ""
        return "No way on foot is mapped from this address to the streets around it."

    def has(self, data: Data) -> bool:
        """Return whether a family of data is mapped near here, compared with the streets."""
        if data not in self._has:
            self._has[data] = self._is_mapped(data)
        return self._has[data]

    def _is_mapped(self, data: Data) -> bool:
        mapped = self.mapped
        if data is Data.STREETS:
            return mapped.street_km > 0
        amounts = {Data.SHOPS: mapped.shops, Data.AMENITIES: mapped.amenities, Data.STOPS: mapped.stops}
        return self.is_plenty(data, amounts[data])

    def is_plenty(self, data: Data, amount: int) -> bool:
        """Return whether so many of a family are as many as so many streets have where the family is mapped."""
        limits = METHODS.confidence
        per_km = {
            Data.SHOPS: limits.shops_per_km,
            Data.AMENITIES: limits.amenities_per_km,
            Data.STOPS: limits.stops_per_km,
        }[data]
        return amount >= max(1.0, per_km * self.mapped.street_km)

    def why_not_mapped(self, need: Need) -> str:
        """Return why a need's places count as not mapped, in the region or near here, or ""."""
        if self.why_no_way:
            return self.why_no_way
        if need.key == "stop" and self.has_timetable:
            return ""
        counts, family = self._around.region_counts(), family_of(need)
        if not self.has(family):
            return self.why_not(family)
        if is_mapped(need.key, counts):
            return ""
        return why_not_mapped(need.key, counts, self._around.region.title)

    def why_not(self, data: Data) -> str:
        """Return why a family counts as not mapped, as a sentence."""
        mapped = self.mapped
        amount = {Data.SHOPS: mapped.shops, Data.AMENITIES: mapped.amenities, Data.STOPS: mapped.stops}.get(data, 0)
        if data is Data.STOPS and self.has_timetable:
            stops = count(amount, "transit stop") if amount else "No transit stops"
            verb = "is" if amount == 1 else "are"
            return f"{stops} {verb} mapped here, and the timetable may be of one operator alone."
        if not amount:
            return f"No {DATA_NOUNS[data]} are mapped within {metres(DISC_M)}, which need not mean that there are none."
        return (
            f"Hardly any {DATA_NOUNS[data]} are mapped here: {amount:,} within {metres(DISC_M)}, "
            f"beside {number(mapped.street_km, 0)} km of streets."
        )

    def why_cut(self, radius_m: float) -> str:
        """Return that the map ends within a distance, as a sentence."""
        share = percent(self.share(radius_m))
        return f"The map data is cut off: it covers {share} of the area within {metres(radius_m)} of the address."

    def gap(self, what: str, data: Data, radius_m: float) -> Gap:
        """Return the gap for something not found: not mapped, or perhaps beyond the edge."""
        return Gap(what, self.why_not(data) if not self.has(data) else self.why_cut(radius_m))


_SHOPS = frozenset(kind for kind in Kind if kind <= Kind.BAKERY)


def family_of(need: Need) -> Data:
    """Return the family of data that a need's places belong to."""
    if need.key == "stop":
        return Data.STOPS
    return Data.SHOPS if need.kinds[0] in _SHOPS else Data.AMENITIES
