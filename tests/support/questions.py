"""Questions as a source asks them: which of some places was meant."""

from __future__ import annotations

from app.pipeline.report import to_json
from app.places import Choice, Location, Precision, Question
from tests.support.asking import ADDRESS

WHY = "Several places have this name."
#: Label, kind of thing, and where.
NEWPORTS = (
    ("Newport Avenue, Vancouver", "street", ""),
    ("Newport", "town", "Wales"),
    ("Newport Station", "station", "Newport, NP20"),
)


def question(
    *places: tuple[str, str, str], about: str = ADDRESS, may_be_left_out: bool = False, why: str = WHY
) -> Question:
    """Return a question about a text; by default the address that the tests submit, with three choices."""
    return Question(about, why, tuple(map(_choice, places or NEWPORTS)), may_be_left_out)


def _choice(place: tuple[str, str, str]) -> Choice:
    label, what, where = place
    return Choice(Location(60.1637, 24.9366, label, Precision.STREET, "helsinki"), what, where)


def question_json(*places: tuple[str, str, str], about: str = ADDRESS, may_be_left_out: bool = False) -> str:
    """Return a question as the store keeps it."""
    return to_json(question(*places, about=about, may_be_left_out=may_be_left_out)).decode()
