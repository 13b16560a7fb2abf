"""One evaluation under way: the listing, the findings so far, the surroundings, and what the data can tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from app.atlas.facts import MappedFacts
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, Gap, State
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS, Profile, profile_named
from app.pipeline.rules.school_levels import Schools, schools_near
from app.places import Location, Question
from app.sources.interface import Source, Surroundings
from app.wording import metres, number, percent

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

    def has(self, data: Data) -> bool:
        """Return whether a family of data is mapped near here, compared with the streets."""
        if data not in self._has:
            self._has[data] = self._is_mapped(data)
        return self._has[data]

    def _is_mapped(self, data: Data) -> bool:
        mapped, limits = self.mapped, METHODS.confidence
        if data is Data.STREETS:
            return mapped.street_km > 0
        amount, per_km = {
            Data.SHOPS: (mapped.shops, limits.shops_per_km),
            Data.AMENITIES: (mapped.amenities, limits.amenities_per_km),
            Data.STOPS: (mapped.stops, limits.stops_per_km),
        }[data]
        return amount >= max(1.0, per_km * mapped.street_km)

    def why_not(self, data: Data) -> str:
        """Return why a family counts as not mapped, as a sentence."""
        mapped = self.mapped
        amount = {Data.SHOPS: mapped.shops, Data.AMENITIES: mapped.amenities, Data.STOPS: mapped.stops}.get(data, 0)
        if data is Data.STOPS and self.has_timetable:
            return f"{amount or 'No'} transit stops are mapped here, and the timetable may be of one operator alone."
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


def merge_gaps(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Join gaps that have the same reason, in their order, so that each reason is read once."""
    whats: dict[str, list[str]] = {}
    for gap in gaps:
        whats.setdefault(gap.why, []).append(gap.what)
    return tuple(Gap("; ".join(names), why) for why, names in whats.items())


class Asked(Exception):
    """The evaluation cannot go on before the person has said which place was meant."""

    def __init__(self, question: Question) -> None:
        super().__init__("a question is open")
        self.question = question


@dataclass(slots=True)
class Evaluation:
    """What the stages work with. Only the stage loop writes `findings`."""

    listing: Listing
    source: Source
    findings: dict[str, Finding] = field(default_factory=dict)
    _around: Surroundings | None = None
    _knowledge: Knowledge | None = None
    _schools: Schools | None = None

    @property
    def profile(self) -> Profile:
        """The weights that the person chose."""
        return profile_named(self.listing.profile)

    @property
    def location(self) -> Location:
        """Where the address is; the stage `geocode` found it."""
        location = self.findings["geocode"].location
        if location is None:
            raise LookupError("the finding of geocode carries no location")
        return location

    @property
    def around(self) -> Surroundings:
        """The surroundings of the address, opened at the first use."""
        if self._around is None:
            self._around = self.source.surroundings(self.location)
        return self._around

    def locate(self, text: str, near: Location | None = None) -> Location | None:
        """Return the place that a text means; None where the person chose to leave it out.

        Raises Asked where they must be asked first, else as `Source.locate`.
        """
        for answer in self.listing.answers:
            if answer.about == text:
                return answer.location
        found = self.source.locate(text, near)
        if isinstance(found, Question):
            raise Asked(replace(found, may_be_left_out=near is not None))
        return found

    def open(self) -> None:
        """Open the surroundings now, so that a region that cannot be read fails the evaluation and not one stage."""
        _ = self.around

    @property
    def knowledge(self) -> Knowledge:
        """What the data here can tell and what it cannot."""
        if self._knowledge is None:
            self._knowledge = Knowledge(self.around)
        return self._knowledge

    @property
    def schools(self) -> Schools:
        """The schools within a walk and what they teach, read once for all stages that ask."""
        if self._schools is None:
            self._schools = schools_near(self.around)
        return self._schools

    def usable(self, stage: str) -> Finding | None:
        """Return the finding of an earlier stage, None where it failed or found nothing."""
        finding = self.findings.get(stage)
        return finding if finding and finding.state in (State.MEASURED, State.PARTIAL) else None


def state_of(values: Sequence[float | None]) -> State:
    """Return how a stage ended from its parts: all known, some, or none."""
    known = sum(value is not None for value in values)
    if not known:
        return State.UNKNOWN
    return State.MEASURED if known == len(values) else State.PARTIAL
