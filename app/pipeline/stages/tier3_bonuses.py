"""Stage tier3_bonuses: points for what the listing offers, and the final score."""

from __future__ import annotations

from app.pipeline.evaluation import Evaluation
from app.pipeline.listing import Listing
from app.pipeline.report import Confidence, Finding, Level, Part, Score, State
from app.pipeline.rules.profiles import METHODS
from app.pipeline.scoring import word_for
from app.wording import count, listed, number

METHOD = METHODS.tier3
SILENT = "The listing does not say."


def run(evaluation: Evaluation) -> Finding:
    """Add 5 points each for parking, outdoor space and three or more bedrooms; the final score is capped at 100."""
    parts = bonus_parts(evaluation.listing)
    earned = sum(part.value or 0.0 for part in parts)
    lifestyle = evaluation.usable("tier2_scoring")
    base = lifestyle.score if lifestyle else None
    value = None if base is None else round(min(METHOD.cap, base.value + earned), 1)
    return Finding(
        state=_state(parts, value),
        summary=_summary(parts, earned),
        score=None if value is None else Score("Final score", value, METHOD.cap, word_for(METHOD.words, value)),
        parts=parts,
        notes=("Only what the listing says counts; nothing is taken off for what it does not say.",),
        confidence=Confidence(Level.HIGH),
    )


def _state(parts: tuple[Part, ...], value: float | None) -> State:
    if value is None:
        return State.UNKNOWN
    return State.PARTIAL if any(p.value is None for p in parts) else State.MEASURED


def bonus_parts(listing: Listing) -> tuple[Part, ...]:
    """Return the three bonuses; what the listing does not say is unknown."""
    rooms = None if listing.bedrooms is None else listing.bedrooms >= METHOD.bedrooms
    rooms_text = "" if listing.bedrooms is None else f"{count(listing.bedrooms, 'bedroom')}."
    return (
        _part("parking", "Parking", listing.has_parking),
        _part("outdoor_space", "Outdoor space", listing.has_outdoor_space),
        _part("bedrooms", "Three or more bedrooms", rooms, rooms_text),
    )


def _part(key: str, label: str, offered: bool | None, text: str = "") -> Part:
    if offered is None:
        return Part(key, label, None, METHOD.bonus, 1.0, SILENT)
    return Part(
        key,
        label,
        METHOD.bonus if offered else 0.0,
        METHOD.bonus,
        1.0,
        text or ("The listing offers it." if offered else "The listing says there is none."),
    )


def _summary(parts: tuple[Part, ...], earned: float) -> str:
    if all(part.value is None for part in parts):
        return "The listing says nothing about parking, outdoor space or bedrooms, so no points were added."
    given = [part.label.lower() for part in parts if part.value]
    if not given:
        return "No bonus points: the listing offers none of what earns them."
    return f"{number(earned, 0)} bonus points for {listed(given)}."
