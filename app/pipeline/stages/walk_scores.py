"""Stage walk_scores: how many errands can be done on foot, by categories and slots."""

from __future__ import annotations

import numpy as np

from app.atlas.facts import PATTERN_M, Floats, StreetFacts
from app.pipeline.confidence import section
from app.pipeline.evaluation import Evaluation, merge_gaps
from app.pipeline.found import name_and_minutes, walk_metres
from app.pipeline.knowledge import DISC_M
from app.pipeline.report import Fact, Finding, Part, Score, State
from app.pipeline.rules.categories import Category, Data
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import above, below, clamp, enough_known, slot_sum, walk_decay, weighted_mean, word_for
from app.places import Place
from app.sources.extras import About
from app.sources.interface import Surroundings
from app.wording import limit, listed, metres, points, sentence

METHOD = METHODS.walk
PACE = f"{METHODS.distances.metres_per_minute:g} m a minute"
PACE_NOTE = f"Distances here are walking times turned into metres at {PACE}, so that steps count double."


def run(evaluation: Evaluation) -> Finding:
    """Measure errands on foot, 0 to 100: 100 * slots filled / slots there are, minus the street pattern's penalty."""
    return evaluation.beside(About.WALK, _measured(evaluation))


def _measured(evaluation: Evaluation) -> Finding:
    parts = tuple(category_part(evaluation, category) for category in METHOD.categories)
    streets = evaluation.around.streets()
    value = walk_index(parts, penalty_percent(streets))
    gaps = [
        evaluation.knowledge.gap(category.label.lower(), category.data, DISC_M)
        for category, part in zip(METHOD.categories, parts, strict=True)
        if part.value is None
    ]
    score = None if value is None else Score("Errands on foot", value, 100.0, word_for(METHOD.words, value))
    return Finding(
        state=_state(value, bool(gaps)),
        summary=_summary(score, parts),
        score=score,
        parts=parts,
        facts=_street_facts(streets),
        notes=_notes(streets, parts),
        gaps=merge_gaps(gaps),
        confidence=section(evaluation, Data.SHOPS, Data.AMENITIES),
    )


def category_part(evaluation: Evaluation, category: Category) -> Part:
    """Return the slots that a category fills, of those it has; None where the data cannot tell."""
    values = slot_values(evaluation.around, category)
    filled = slot_sum(category.slots, values)
    total = round(sum(category.slots), 3)
    known = evaluation.knowledge.has(category.data)
    nothing = not (values > 0).any()
    if not known or (nothing and evaluation.knowledge.cut_off(DISC_M)):
        return Part(category.key, category.label, None, total, total, "Not known here.")
    return Part(
        category.key,
        category.label,
        round(min(filled, total), 3),
        total,
        total,
        _evidence(evaluation.around, category, int((values > 0).sum())),
    )


def slot_values(around: Surroundings, category: Category) -> Floats:
    """Return quality * g(walk) of every place that answers the category."""
    return np.concatenate(
        [
            answer.quality * walk_decay(METHOD, walk_metres(around.walk_seconds(*answer.kinds)))
            for answer in category.answers
        ]
    )


def penalty_percent(streets: StreetFacts) -> float:
    """Return what sparse junctions and long blocks take off, 0 to 10 percent; what is unknown takes nothing off."""
    junctions, block = streets.junctions_per_km2, streets.mean_block_m
    few = 0.0 if junctions is None else below(METHOD.junction_penalty, junctions)
    long = 0.0 if block is None else above(METHOD.block_penalty, block)
    return few + long


def walk_index(parts: tuple[Part, ...], penalty: float) -> float | None:
    """Return the score from the known categories, None where too few are known."""
    mean = weighted_mean((part.value / part.out_of, part.weight) for part in parts if part.value is not None)
    return None if mean is None or not enough_known(parts) else round(clamp(100 * mean * (1 - penalty / 100)), 1)


def _evidence(around: Surroundings, category: Category, counted: int) -> str:
    best = _best_place(around, category)
    if not counted or best is None:
        return f"There is none on the map within {metres(METHOD.none_m)} on foot."
    more = f" and {counted - 1:,} more within {metres(METHOD.none_m)}" if counted > 1 else ""
    return sentence(f"{name_and_minutes(best)}{more}.")


def _best_place(around: Surroundings, category: Category) -> Place | None:
    """Return the place that fills the first slot: a cash machine next door does not stand for the bank."""
    found = [(answer.quality, place) for answer in category.answers for place in around.nearest(*answer.kinds, limit=1)]
    return max(found, key=lambda f: f[0] * _nearness(f[1]), default=(0.0, None))[1]


def _nearness(place: Place) -> float:
    return 0.0 if place.walk_s is None else float(walk_decay(METHOD, walk_metres(np.array([place.walk_s])))[0])


def _state(value: float | None, gaps: bool) -> State:
    if value is None:
        return State.UNKNOWN
    return State.PARTIAL if gaps else State.MEASURED


def _summary(score: Score | None, parts: tuple[Part, ...]) -> str:
    if score is None:
        return "Too little is mapped near this address to say how much can be done on foot."
    known = sorted((p for p in parts if p.value is not None), key=lambda p: -(p.value or 0.0) / p.out_of)
    text = f"{sentence(score.word)}: {points(score.value)} of 100."
    full = [p.label.lower() for p in known if (p.value or 0.0) >= 0.995 * p.out_of]
    weak = [p.label.lower() for p in known if (p.value or 0.0) < 0.5 * p.out_of]
    if full:
        text += f" All that counts is near for {listed(full)}."
    if weak:
        text += f" Little is near for {listed(weak)}."
    return text


def _street_facts(streets: StreetFacts) -> tuple[Fact, ...]:
    junctions, block = streets.junctions_per_km2, streets.mean_block_m
    return (
        Fact("junctions", f"Street junctions within {limit(PATTERN_M)}", _whole(junctions), "per km²"),
        Fact("block", "Mean length of a block", _whole(block), "m"),
        Fact("penalty", "Taken off for the street pattern", penalty_percent(streets), "%"),
    )


def _whole(value: float | None) -> float | None:
    return None if value is None else float(round(value))


def _notes(streets: StreetFacts, parts: tuple[Part, ...]) -> tuple[str, ...]:
    notes = [PACE_NOTE]
    if any(part.value is None for part in parts):
        notes.append("What is not known was left out, and the rest counts for more.")
    if streets.junctions_per_km2 is None:
        notes.append("No street pattern is mapped here, so nothing was taken off for it.")
    return tuple(notes)
