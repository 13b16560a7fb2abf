"""A report as somebody else's wishes would have it: what the link asks for, the report scored again, and the form."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.pipeline.report import Report, Verdict
from app.pipeline.rescoring import PARTS, Preferences, part_noun, preferences_of, rescored, why_not_adjustable
from app.pipeline.rules.headline import AMOUNTS, PROFILES
from app.pipeline.rules.must_haves import choices
from app.pipeline.stages.tier2_scoring import verdict_in_figures
from app.web.preferences import Pairs, arguments_of, in_link, made_for, pairs_in, preferences_in, query_of
from app.wording import sentence


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a choice, as the form sends it and in words."""

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of the form: its name in the query, what it is about, and the answers."""

    name: str
    title: str
    options: tuple[Option, ...]

    @property
    def is_open(self) -> bool:
        """Return whether nothing was chosen: the first answer leaves it open."""
        return self.options[0].is_chosen


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a link asks of a report. `report` is the one to show: scored again, or as it was made."""

    stored: Report
    report: Report
    wanted: Preferences
    #: Sentences on what the link asks for and cannot have.
    left_out: tuple[str, ...]
    #: What the link asks for, and the shortest query for the same.
    asked: Pairs
    query: Pairs
    #: Why this report cannot be adjusted, "" where it can.
    why_not: str

    @property
    def is_adjusted(self) -> bool:
        """Return whether the report is shown otherwise than it was made."""
        return bool(self.query)

    @property
    def is_shortest(self) -> bool:
        """Return whether the link is the one to share; one that was answered with a sentence may stay as it is."""
        return bool(self.left_out) or sorted(self.asked) == sorted(self.query)

    @property
    def arguments(self) -> dict[str, list[str]]:
        """Return the query as `url_for` takes it."""
        return arguments_of(self.query)

    @property
    def scored_for(self) -> str:
        """Return what the report is scored for now, in words."""
        return made_for(self.wanted)

    @property
    def made_for(self) -> str:
        """Return what the report was made for, in words."""
        return made_for(preferences_of(self.stored))

    @property
    def beside(self) -> str:
        """Return the score beside the one that the report was made with, as a sentence."""
        now, then = _figures(self.report.verdict), _figures(self.stored.verdict)
        return f"The score is the same: {now}." if now == then else f"The score is {now}; as it was made, {then}."

    @property
    def profiles(self) -> Choice:
        """Return the choice of a profile."""
        options = (Option(p.key, f"{p.title}: {p.summary}", p.key == self.wanted.profile) for p in PROFILES)
        return Choice("profile", "What counts most", tuple(options))

    @property
    def must_haves(self) -> tuple[Choice, ...]:
        """Return the choices of what the place must have."""
        wanted = self.wanted.must_haves
        return tuple(
            Choice(
                "must",
                title,
                (
                    Option("", "Any", not any(text in wanted for text, _ in answers)),
                    *(Option(in_link(text), words, text in wanted) for text, words in answers),
                ),
            )
            for title, answers in choices()
        )

    @property
    def weights(self) -> tuple[Choice, ...]:
        """Return the choices of how much each part of the score counts."""
        return tuple(
            Choice(
                f"weight.{part}",
                sentence(part_noun(part)),
                (
                    Option("", "by profile", part not in self.wanted.weights),
                    *(Option(f"{n:g}", words, self.wanted.weights.get(part) == n) for n, words in AMOUNTS.items()),
                ),
            )
            for part in PARTS
        )


def adjustment_in(query: MultiDict[str, str], stored: Report) -> Adjustment:
    """Return the report as a query asks for it; as it was made where it asks for nothing, or cannot be adjusted."""
    asked, own, why_not = pairs_in(query), preferences_of(stored), why_not_adjustable(stored)
    if why_not or not asked:
        left_out = (why_not,) if asked else ()
        return Adjustment(stored, stored, own, left_out, asked, (), why_not)
    found = preferences_in(asked, own)
    shortest = query_of(found.preferences, own)
    shown = rescored(stored, found.preferences) if shortest else stored
    return Adjustment(stored, shown, found.preferences, found.left_out, asked, shortest, "")


def _figures(verdict: Verdict) -> str:
    """Return "64 of 100", "58 to 72 of 100", or "not known"."""
    figures = verdict_in_figures(verdict)
    return f"{figures} of 100" if figures else "not known"
