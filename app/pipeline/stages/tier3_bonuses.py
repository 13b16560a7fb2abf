"""Stage tier3_bonuses: what the home itself offers, as points beside the score of the place."""

from __future__ import annotations

from app.pipeline.evaluation import Evaluation, state_of
from app.pipeline.listing import Listing
from app.pipeline.report import Confidence, Finding, Level, Part, Score
from app.pipeline.rules.profiles import METHODS
from app.wording import count, listed, number

METHOD = METHODS.home
SILENT = "You did not say."


def run(evaluation: Evaluation) -> Finding:
    """Give the home 5 points each for parking, outdoor space and three or more bedrooms, of what is known."""
    parts = home_parts(evaluation.listing)
    known = [part for part in parts if part.value is not None]
    earned = sum(part.value or 0.0 for part in known)
    score = Score("The home", earned, METHOD.points * len(known)) if known else None
    return Finding(
        state=state_of([part.value for part in parts]),
        summary=_summary(parts, score),
        score=score,
        parts=parts,
        confidence=Confidence(Level.HIGH),
    )


def home_parts(listing: Listing) -> tuple[Part, ...]:
    """Return the three things that a home may offer; what the person did not say is unknown."""
    rooms = None if listing.bedrooms is None else listing.bedrooms >= METHOD.bedrooms
    rooms_text = "" if listing.bedrooms is None else f"{count(listing.bedrooms, 'bedroom')}."
    return (
        _part("parking", "Parking", listing.has_parking),
        _part("outdoor_space", "Outdoor space", listing.has_outdoor_space),
        _part("bedrooms", f"{METHOD.bedrooms} bedrooms or more", rooms, rooms_text),
    )


def _part(key: str, label: str, offered: bool | None, text: str = "") -> Part:
    if offered is None:
        return Part(key, label, None, METHOD.points, 1.0, SILENT)
    said = text or ("The home has it." if offered else "The home has none.")
    return Part(key, label, METHOD.points if offered else 0.0, METHOD.points, 1.0, said)


def _summary(parts: tuple[Part, ...], score: Score | None) -> str:
    if score is None:
        return "You did not say whether the home has parking, outdoor space or three bedrooms."
    given = [part.label.lower() for part in parts if part.value]
    what = f" for {listed(given)}" if given else ""
    return f"The home itself: {number(score.value, 0)} of {score.out_of:g} points{what}."
