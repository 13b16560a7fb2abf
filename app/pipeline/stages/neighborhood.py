"""Stage neighborhood: which daily needs lie within 15 minutes on foot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.needs import NEEDS
from app.pipeline.confidence import section
from app.pipeline.evaluation import Evaluation, merge_gaps, state_of
from app.pipeline.found import LISTED_MIN, found_place, group, kind_noun, place_name
from app.pipeline.needs_near import NO_WAY, NeedNear
from app.pipeline.report import Fact, Finding, Gap, Group, Part, Score, State
from app.pipeline.rules.categories import Data
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import enough_known, fifteen_minutes, weighted_mean
from app.sources.extras import About
from app.wording import count, listed, metres, minutes, sentence, whole_minutes, with_article

METHOD = METHODS.needs
NEAR = f"{METHOD.full_min:g} minutes"
#: More unknown needs than this are counted rather than named.
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class NeedShown:
    """What the section shows of one need: its places, and its value where that is known."""

    near: NeedNear
    group: Group
    value: float | None

    @property
    def noun(self) -> str:
        """What a person calls it, with its article."""
        return with_article(self.near.need.noun)


def run(evaluation: Evaluation) -> Finding:
    """Score what is within 15 minutes: the mean over the known needs of 1 up to 15 minutes, falling to 0 at 30."""
    return evaluation.beside(About.RATINGS, _measured(evaluation))


def _measured(evaluation: Evaluation) -> Finding:
    shown = [_shown(evaluation.needs.find(key)) for key in METHOD.needs]
    known = [s for s in shown if s.value is not None]
    mean = weighted_mean((s.value, 1.0) for s in shown if s.value is not None)
    met = sum(s.value == 1.0 for s in known)
    parts = tuple(_part(s) for s in shown)
    score = None
    if mean is not None and enough_known(parts):
        score = Score("Within 15 minutes", round(100 * mean, 1), 100.0, _met_text(met, known))
    return Finding(
        state=state_of([s.value for s in shown]) if score else State.UNKNOWN,
        summary=_summary(met, shown, score),
        score=score,
        parts=parts,
        facts=(Fact("needs_met", f"Needs within {NEAR}", float(met) if known else None, f"of {len(known)}"),),
        groups=tuple(s.group for s in shown if s.group.places or s.value is not None),
        gaps=merge_gaps(
            (*(Gap(s.near.need.noun, s.near.why_unknown) for s in shown if s.value is None), *_beyond_walks(evaluation))
        ),
        confidence=section(evaluation, Data.SHOPS, Data.AMENITIES, Data.STOPS),
    )


def _beyond_walks(evaluation: Evaluation) -> Iterator[Gap]:
    """Yield what lies near in a straight line though no mapped way leads there, each place once."""
    beyond = (evaluation.needs.find(need.key).beyond for need in NEEDS)
    for place in {place.osm_id: place for place in beyond if place}.values():
        named = f"{place.name} ({kind_noun(place.kind)})" if place.name else place_name(place)
        yield Gap(f"{named}, {metres(place.straight_m)} away", NO_WAY)


def _shown(near: NeedNear) -> NeedShown:
    found = group(
        near.need.key, sentence(near.need.noun), [found_place(p) for p in near.places], near.seconds, near.usual_min
    )
    if not near.is_known:
        return NeedShown(near, found, None)
    return NeedShown(near, found, round(fifteen_minutes(_as_told(near.minutes), METHOD.full_min, METHOD.none_min), 3))


def _as_told(walk_min: float | None) -> float | None:
    """Return the minutes, those of "15 min" as 15: what reads so is within a 15-minute walk."""
    is_told_full = walk_min is not None and whole_minutes(round(walk_min, 1)) <= METHOD.full_min
    return METHOD.full_min if is_told_full and (walk_min or 0.0) > METHOD.full_min else walk_min


def _part(s: NeedShown) -> Part:
    nearest = s.group.places[0] if s.group.places else None
    if s.value is None:
        evidence = s.near.why_unknown
    elif nearest and nearest.minutes is not None:
        evidence = f"{sentence(nearest.name)}, {minutes(nearest.minutes)} on foot."
    else:
        evidence = f"There is none on the map within {LISTED_MIN} minutes on foot."
    return Part(s.near.need.key, sentence(s.near.need.noun), s.value, 1.0, 1.0, evidence)


def _met_text(met: int, known: list[NeedShown]) -> str:
    return f"{met} of {count(len(known), 'need')} within {NEAR}"


def _summary(met: int, shown: list[NeedShown], score: Score | None) -> str:
    if score is None:
        return "Too little is mapped near this address to say what can be done on foot."
    known = [s for s in shown if s.value is not None]
    verb = "is" if met == 1 else "are"
    near = f"{count(len(known), 'daily need')} {verb} within a {METHOD.full_min:g}-minute walk"
    text = f"{met} of {near}{_unknown_text(shown)}."
    missing = [s.noun for s in known if s.group.nearest_min is None]
    if missing:
        return f"{text} Within {LISTED_MIN} minutes the map shows no way to {listed(missing, 'or')}."
    far = [s for s in known if s.value != 1.0]
    if not far:
        return text
    worst = max(far, key=lambda s: s.near.minutes or 0.0)
    return f"{text} The farthest is {worst.noun}, {minutes(worst.near.minutes)} on foot."


def _unknown_text(shown: list[NeedShown]) -> str:
    unknown = [s.noun for s in shown if s.value is None]
    if not unknown:
        return ""
    named = listed(unknown) if len(unknown) <= MOST_NAMED else count(len(unknown), "need")
    return f" (not known here: {named})"
