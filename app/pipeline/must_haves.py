"""Answers to what a person asked of the place: yes, no or not known, with the thing that decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from app.atlas.facts import Hazard
from app.needs import NEED, STEP_FREE_MIN, STEP_FREE_NEEDS
from app.pipeline.evaluation import Evaluation
from app.pipeline.found import place_name
from app.pipeline.hazards_near import nearest_of, told, why_unknown
from app.pipeline.needs_near import NeedNear
from app.pipeline.report import Check, MustHaveAnswer, Outcome
from app.pipeline.rules.must_haves import AWAY, OFFERED, MustHave
from app.pipeline.rules.profiles import METHODS
from app.wording import listed, minutes, sentence, whole_minutes

RULES = {rule.key: rule for rule in METHODS.safety.rules}


#: Of a report that was made before something could be asked for.
NOT_ASKED = "Not known. This could not be asked for when the report was made; evaluate the address again."


def must_have_answers(evaluation: Evaluation) -> tuple[MustHaveAnswer, ...]:
    """Return the answers to all that may be asked of a place; amounts of one key with the same answer are together."""
    nearest = {
        key: nearest_of(evaluation.around, RULES[key], float(max(amounts))) for key, (_, amounts) in AWAY.items()
    }
    told = [(must, _answer(evaluation, must, nearest.get(must.key))) for must in OFFERED.values()]
    together = groupby(told, key=lambda asked: (asked[0].key, *asked[1]))
    amounts = ((key, answer, tuple(must.amount for must, _ in same)) for (key, *answer), same in together)
    return tuple(MustHaveAnswer(key, those, outcome, finding) for key, (outcome, finding), those in amounts)


def must_have_checks(asked: Sequence[str], answers: Sequence[MustHaveAnswer]) -> Iterator[Check]:
    """Yield one check for each thing that is asked of the place; what another version offered is left out."""
    for must in filter(None, map(OFFERED.get, asked)):
        answer = next((a for a in answers if a.key == must.key and must.amount in a.amounts), None)
        outcome, finding = (answer.outcome, answer.finding) if answer else (Outcome.UNKNOWN, NOT_ASKED)
        yield Check(f"must_{must.text}", must.title, outcome, finding, rule="Your own wish.", evidence="", strength="")


def _answer(evaluation: Evaluation, must: MustHave, nearest: Hazard | None) -> tuple[Outcome, str]:
    if must.key in NEED:
        return _near(evaluation, must)
    return _away(evaluation, must, nearest) if must.key in AWAY else _step_free(evaluation)


def _near(evaluation: Evaluation, must: MustHave) -> tuple[Outcome, str]:
    found = evaluation.needs.find(must.key)
    if found.minutes is not None and whole_minutes(found.minutes) <= must.amount:
        return Outcome.PASS, f"Yes: {_named(found)}."
    if not found.is_known:
        return Outcome.UNKNOWN, f"Not known. {found.why_unknown}"
    if found.minutes is None:
        return Outcome.FAIL, "No: there is none on the map within 45 minutes on foot."
    return Outcome.FAIL, f"No: the nearest is {_named(found)}."


def _named(found: NeedNear) -> str:
    return f"{place_name(found.places[0])}, {minutes(found.minutes or 0.0)} on foot"


def _away(evaluation: Evaluation, must: MustHave, nearest: Hazard | None) -> tuple[Outcome, str]:
    rule, within_m = RULES[must.key], float(must.amount)
    if nearest is not None and nearest.distance_m <= within_m:
        return Outcome.FAIL, f"No: {told(nearest)}"
    if why := why_unknown(evaluation.knowledge, evaluation.around, rule, within_m):
        return Outcome.UNKNOWN, f"Not known. {why}"
    return Outcome.PASS, "Yes: there is none on the map within that distance."


def _step_free(evaluation: Evaluation) -> tuple[Outcome, str]:
    """Judge the ways to what a pram is pushed to most: each that is near must be near without steps too."""
    around, limit_s = evaluation.around, STEP_FREE_MIN * 60.0
    fine, blocked = [], []
    for key in STEP_FREE_NEEDS:
        need = NEED[key]
        # Both of the map's own places: a timetable may know stops that the map does not.
        with_steps, without = around.walk_seconds(*need.kinds), around.step_free_seconds(*need.kinds)
        if not len(with_steps) or with_steps[0] > limit_s:
            continue
        if len(without) and without[0] <= limit_s:
            fine.append(f"{need.noun} {minutes(float(without[0]) / 60.0)}")
        else:
            blocked.append(need.noun)
    if blocked:
        return Outcome.FAIL, f"No: every way of up to {STEP_FREE_MIN} minutes to the {listed(blocked)} has steps."
    if not fine:
        return Outcome.UNKNOWN, f"Not known: there is nothing within {STEP_FREE_MIN} minutes to go to."
    return Outcome.PASS, sentence(f"yes, as far as steps are mapped: {listed(fine)} on foot.")
