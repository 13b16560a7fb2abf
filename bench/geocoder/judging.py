"""Asks questions of the imported regions and judges each answer: found, asked back, wrong or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from app.errors import DoorstepError
from app.places import Choice, Location, Question

#: What locating may raise: the expected failures, and what would be a defect but should not end a long run.
FAILURES = (DoorstepError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Locator(Protocol):
    """What is asked: the source of the whole site."""

    def locate(self, address: str, near: Location | None = None) -> Location | Question:
        """Return a location, or a question back; raises where nothing fits."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the text typed, what it means for a person who reads the list, and which choices are right."""

    text: str
    meant: str
    right: Callable[[Choice], bool]
    #: Several places far from each other fit the text equally well, so that asking back is the best answer.
    several: bool = False


class Verdict(StrEnum):
    """What became of a question, best first."""

    FOUND = "found"
    #: A place that fits, although others fit as well: a guess.
    GUESSED = "guessed"
    #: Asked back where several fit.
    ASKED = "asked"
    #: Asked back where only one place fits; the right one is among the choices.
    ASKED_NEEDLESSLY = "asked needlessly"
    #: Asked back, and the right place is not among the choices; or there is no right place.
    ASKED_AMISS = "asked amiss"
    LOST = "lost"
    WRONG = "wrong"


@dataclass(slots=True)
class Tally:
    """How often each verdict was given, and the questions that were not answered rightly, with the answers."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Return how many were asked."""
        return self.counts.total()

    def share(self, *verdicts: Verdict) -> float:
        """Return the share of questions with any of the verdicts, 1 where none was asked."""
        return sum(self.counts[verdict] for verdict in verdicts) / self.total if self.total else 1.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.counts + other.counts, self.failures + other.failures)


def ask(locator: Locator, questions: Iterable[Asked]) -> Tally:
    """Ask all and count."""
    tally = Tally()
    for question in questions:
        verdict, answer = judged(locator, question)
        tally.counts[verdict] += 1
        if verdict not in (Verdict.FOUND, Verdict.GUESSED, Verdict.ASKED):
            tally.failures.append(f"{verdict.value}: {question.text!r} ({question.meant}) -> {answer}")
    return tally


def judged(locator: Locator, question: Asked) -> tuple[Verdict, str]:
    """Return the verdict on an answer, and the answer in words."""
    try:
        answer = locator.locate(question.text)
    except FAILURES as error:
        return Verdict.LOST, type(error).__name__
    if isinstance(answer, Question):
        fits = any(map(question.right, answer.choices))
        asked = Verdict.ASKED if question.several else Verdict.ASKED_NEEDLESSLY
        return asked if fits else Verdict.ASKED_AMISS, "which? " + " | ".join(map(_worded, answer.choices))
    if not question.right(Choice(answer, "")):
        return Verdict.WRONG, _worded(Choice(answer, answer.precision))
    return Verdict.GUESSED if question.several else Verdict.FOUND, answer.label


def _worded(choice: Choice) -> str:
    return f"{choice.location.label} ({choice.what}, {choice.where or choice.location.region})"
