"""One evaluation under way: the listing, the findings so far, and the surroundings, opened once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.pipeline.knowledge import Knowledge
from app.pipeline.listing import Listing
from app.pipeline.profiles import Profile, profile_named
from app.pipeline.report import Finding, State
from app.pipeline.school_levels import Schools, schools_near
from app.places import Location
from app.sources.base import Source, Surroundings


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
    """Tell how a stage ended from its parts: all known, some, or none."""
    known = sum(value is not None for value in values)
    if not known:
        return State.UNKNOWN
    return State.MEASURED if known == len(values) else State.PARTIAL
