"""Stage tier2_scoring: the score of the place, by what people want near and by transit, weighted by the profile."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.pipeline.confidence import section
from app.pipeline.evaluation import Evaluation, merge_gaps, state_of
from app.pipeline.found import FARTHEST_WALK, is_within, kind_noun, name_with_noun, says_what
from app.pipeline.knowledge import DISC_M
from app.pipeline.needs_near import NeedNear
from app.pipeline.report import Adjustable, Confidence, Finding, Gap, Part, Score, Verdict
from app.pipeline.rules.categories import Data
from app.pipeline.rules.headline import TRANSIT, HeadlineNeed, Profile
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import enough_known, weighted_mean, word_for
from app.places import Precision
from app.wording import count, listed, minutes, points, sentence, with_article

METHOD = METHODS.headline
FULL = 10.0


def run(evaluation: Evaluation) -> Finding:
    """Score the place, 0 to 100, over what is known, with the range that what is unknown leaves open."""
    parts = (*(_need_part(evaluation, need) for need in METHOD.needs), _transit_part(evaluation))
    return scored(
        parts,
        notes=(profile_note(evaluation.profile),),
        may_have_word=_may_have_word(evaluation),
        confidence=section(evaluation, Data.SHOPS, Data.AMENITIES),
    )


def scored(parts: Sequence[Part], notes: tuple[str, ...], *, may_have_word: bool, confidence: Confidence) -> Finding:
    """Return the finding over the parts that have weight; the others are kept for other wishes."""
    counted, uncounted = tuple(p for p in parts if p.weight > 0), tuple(p for p in parts if p.weight <= 0)
    score = place_score(counted, may_have_word=may_have_word)
    return Finding(
        state=state_of([p.value for p in counted]),
        summary=_summary(score, counted),
        score=score,
        parts=counted,
        notes=notes,
        gaps=merge_gaps(Gap(p.label.lower(), p.evidence) for p in counted if p.value is None),
        confidence=confidence,
        adjustable=Adjustable(uncounted=uncounted, may_have_word=may_have_word),
    )


def profile_note(profile: Profile) -> str:
    """Return what a profile counts, as a sentence."""
    return f"{profile.title}: {profile.summary}"


def _may_have_word(evaluation: Evaluation) -> bool:
    """Return whether enough is known of where: not where only a town was found, or most around is off the map."""
    covered = evaluation.knowledge.share(DISC_M) >= METHOD.least_covered_for_word
    return covered and evaluation.location.precision is not Precision.PLACE


def place_score(parts: Sequence[Part], *, may_have_word: bool) -> Score | None:
    """Return the score over the known parts, None where too little is known.

    There is no word where more than a third of the weight is unknown.
    """
    total = sum(part.weight for part in parts)
    mean = weighted_mean((p.value / p.out_of, p.weight) for p in parts if p.value is not None)
    if mean is None or not enough_known(parts):
        return None
    unknown = sum(part.weight for part in parts if part.value is None) / total
    value = round(100 * mean, 1)
    named = may_have_word and unknown <= METHOD.most_unknown_for_word + 1e-9
    word = word_for(METHOD.words, value) if named else ""
    low = 100 * mean * (1 - unknown)
    wide = (round(low, 1), round(low + 100 * unknown, 1)) if unknown else (None, None)
    return Score("Daily life", value, 100.0, word, *wide)


def need_value(nearest_min: float | None, within_choice: int, full_choice: int) -> float:
    """Return 0 to 1: mostly for the nearest, halved every ten minutes, and for a choice; 0 where there is none."""
    if nearest_min is None:
        return 0.0
    near = min(1.0, math.pow(2.0, -(nearest_min - 1.0) / METHOD.half_min))
    choice = min(1.0, math.log1p(within_choice) / math.log1p(full_choice))
    return METHOD.nearest_share * near + (1.0 - METHOD.nearest_share) * choice


def _need_part(evaluation: Evaluation, asked: HeadlineNeed) -> Part:
    found = evaluation.needs.find(asked.key)
    weight = evaluation.profile.weight(asked.key)
    if not found.is_known:
        return Part(asked.key, sentence(found.need.noun), None, FULL, weight, found.why_unknown)
    within = found.within(METHOD.choice_min)
    value = round(FULL * need_value(found.minutes, within, asked.full_choice), 2)
    shown = int(is_within(found.seconds, int(METHOD.choice_min)).sum())
    told = _evidence(found, shown), _in_few_words(found, shown), found.usual_walk
    return Part(asked.key, sentence(found.need.noun), value, FULL, weight, *told)


NONE_THERE = f"There is no {{noun}} on the map within {FARTHEST_WALK}."


def _evidence(found: NeedNear, within: int) -> str:
    """Return "The nearest supermarket is Lidl, 4 min on foot; half of Newport's addresses need more than 13 min."

    Where the town's median says nothing, the choice is told: "..., with 3 more within 15 minutes."
    """
    noun = found.need.noun
    if found.minutes is None:
        return NONE_THERE.format(noun=noun)
    beside = f"; {found.beside_town}" if found.beside_town and not found.is_usual else ""
    more = f", with {within - 1:,} more within {METHOD.choice_min:g} minutes" if within > 1 and not beside else ""
    name = found.places[0].name.strip()
    which = f"{noun} is {name}," if name else f"{noun}, which has no name on the map, is"
    return f"The nearest {which} {minutes(found.minutes)} on foot{more}{beside}."


def _in_few_words(found: NeedNear, within: int) -> str:
    """Return "Lidl, a supermarket, is 4 min away", with the choice where the town's median says nothing.

    A place is what it is, not what it was looked for as: a museum, not "a library, cinema, theatre or museum".
    """
    if found.minutes is None:
        return f"No {found.need.noun} is within {FARTHEST_WALK}"
    place = found.places[0]
    noun, name = kind_noun(place.kind), place.name.strip()
    closed = "," if name and not says_what(name, noun) else ""
    which = f"{name_with_noun(name, noun)}{closed}" if name else sentence(with_article(noun))
    more = f", {within - 1:,} more within {METHOD.choice_min:g} min" if within > 1 and not found.usual_walk else ""
    return f"{which} is {minutes(found.minutes)} away{more}"


def _transit_part(evaluation: Evaluation) -> Part:
    """Return what the timetable offers; where there is none, or that of one operator alone, transit is not known."""
    finding, weight = evaluation.findings.get(TRANSIT_STAGE), evaluation.profile.weight(TRANSIT)
    if finding is None or finding.score is None or not finding.score.word:
        told = (*(gap.why for gap in finding.gaps), *finding.notes) if finding else ()
        why = next(iter(told), "This could not be measured.")
        return Part(TRANSIT, "Transit", None, FULL, weight, why)
    return Part(
        TRANSIT,
        "Transit",
        round(finding.score.value / 10, 2),
        FULL,
        weight,
        _transit_evidence(finding.score, finding.parts),
    )


def _transit_evidence(score: Score, lines: Sequence[Part]) -> str:
    """Return "There is good transit, 67 of 100: bus X24 adds most." The lines are ranked by what they add."""
    best = f": {lines[0].label[:1].lower()}{lines[0].label[1:]} adds most" if lines else ""
    return f"There is {score.word}, {points(score.value)} of 100{best}."


TRANSIT_STAGE = "transit_score"


def _summary(score: Score | None, parts: Sequence[Part]) -> str:
    unknown = [p.label.lower() for p in parts if p.value is None]
    if score is None:
        return f"Too little is known for a score: the map does not tell {len(unknown)} of {count(len(parts), 'part')}."
    text = f"{sentence(score.word)}: " if score.word else ""
    text += f"{in_figures(score)} of 100 for daily life on foot and by transit."
    return f"{text} Not known: {listed(unknown)}." if unknown else text


def verdict_in_figures(verdict: Verdict) -> str:
    """Return the score of a report as a person reads it, "" without one."""
    if verdict.score is None:
        return ""
    return in_figures(Score("", verdict.score, 100.0, "", verdict.low, verdict.high))


def in_figures(score: Score) -> str:
    """Return "64", or the range where something is unknown: "58 to 72"."""
    if score.low is None or score.high is None:
        return points(score.value)
    low, high = math.floor(score.low), math.ceil(score.high)
    return points(score.value) if low == high else f"{low} to {high}"
