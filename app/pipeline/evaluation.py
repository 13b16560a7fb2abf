"""One evaluation under way: the listing, the findings so far, the surroundings, and what was looked for in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from app.pipeline.knowledge import Knowledge
from app.pipeline.listing import Listing
from app.pipeline.needs_near import NeedsNear
from app.pipeline.report import Finding, Gap, State
from app.pipeline.rules.headline import Profile, profile_named
from app.places import Location, Question
from app.sources.extras import About, Extras
from app.sources.interface import Source, Surroundings


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
    #: Whether the findings are to answer other wishes than the listing's, too.
    is_adjustable: bool = True
    _around: Surroundings | None = None
    _knowledge: Knowledge | None = None
    _needs: NeedsNear | None = None
    _extras: Extras | None = None

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
    def needs(self) -> NeedsNear:
        """What people want near, each looked for once for all stages that ask."""
        if self._needs is None:
            self._needs = NeedsNear(self.around, self.knowledge)
        return self._needs

    @property
    def extras(self) -> Extras:
        """What others say of the address, asked once."""
        if self._extras is None:
            self._extras = self.source.extras(self.location)
        return self._extras

    def beside(self, about: About, finding: Finding) -> Finding:
        """Return a finding with what others say on its subject, or with the gap that they leave; its score stays."""
        if score := self.extras.score(about):
            finding = replace(finding, official=score)
        if about is About.RATINGS and self.extras.ratings:
            finding = replace(finding, ratings=self.extras.ratings)
        missing = [Gap(each.what, each.why) for each in self.extras.missing if each.about is about]
        return replace(finding, gaps=merge_gaps((*finding.gaps, *missing))) if missing else finding

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
