"""A shortlist as its owner, its friends and programs see it: reports in an order, with marks and notes by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import msgspec
from flask import url_for

from app.queue.store.lists import Entry, Mark, Opinion, Person, Sharing, Shortlist
from app.views.comparison import FEWEST
from app.views.exports import csv_text
from app.views.figures import HEAD, Figures, FiguresDocument, cells_of, fields_of, figures_of, report_url
from app.wording import iso

#: What the page calls each mark.
MARK_TEXTS: Mapping[str, str] = MappingProxyType({Mark.YES: "Yes", Mark.MAYBE: "Maybe", Mark.NO: "No"})
OWNER_WITHOUT_NAME = "The owner"
NOTHING = Shortlist(None, None, None, (), ())


@dataclass(frozen=True, slots=True)
class OpinionView:
    """What one person says of one report."""

    name: str
    mark: str
    note: str
    changed_at: float
    is_mine: bool

    @property
    def mark_text(self) -> str:
        """Return the mark in words, "" for none."""
        return MARK_TEXTS.get(self.mark, "")


@dataclass(frozen=True, slots=True)
class EntryView:
    """A report on the list. `mine` is what this visitor says of it; `others` what everybody else does."""

    figures: Figures
    added_at: float
    mine: OpinionView | None
    others: tuple[OpinionView, ...]

    @property
    def opinions(self) -> tuple[OpinionView, ...]:
        """Return what everybody says, this visitor first."""
        return (*((self.mine,) if self.mine else ()), *self.others)


@dataclass(frozen=True)
class ListView:
    """A list behind its link, or the visitor's own (`link` None)."""

    shortlist: Shortlist
    link: str | None = None
    sharing: Sharing | None = None

    @property
    def is_own(self) -> bool:
        """Return whether this is the page where the list is put in order and shared."""
        return self.link is None

    @property
    def is_mine(self) -> bool:
        """Return whether the list belongs to this browser, through whichever link it looks at it."""
        return self.is_own or (self.shortlist.me is not None and self.shortlist.me.is_owner)

    @property
    def may_speak(self) -> bool:
        """Return whether marks and notes are allowed here."""
        return self.is_own or self.sharing is Sharing.TOGETHER

    @property
    def can_speak(self) -> bool:
        """Return whether this visitor may mark and note right now, having given a name where one is needed."""
        return self.may_speak and self.shortlist.me is not None

    @cached_property
    def entries(self) -> tuple[EntryView, ...]:
        """Return the entries in their order."""
        return tuple(self._entry(entry) for entry in self.shortlist.entries)

    @property
    def can_compare(self) -> bool:
        """Return whether there are enough reports to compare."""
        return len(self.shortlist.entries) >= FEWEST

    @property
    def friends(self) -> tuple[Person, ...]:
        """Return everybody but the owner who has a say."""
        return tuple(person for person in self.shortlist.people if not person.is_owner)

    @property
    def table_url(self) -> str:
        """Return the path of the list as CSV."""
        return url_for("shortlist.table") if self.link is None else url_for("shortlist.shared_table", link=self.link)

    def action(self, step: str, snapshot_id: str) -> str:
        """Return the path to which a step ("mark", "note") on an entry is sent."""
        if self.link is None:
            return url_for(f"shortlist.{step}", snapshot_id=snapshot_id)
        return url_for(f"shortlist.shared_{step}", link=self.link, snapshot_id=snapshot_id)

    def name_of(self, person: Person) -> str:
        """Return what a person is called on this page."""
        is_me = self.shortlist.me is not None and person.person_id == self.shortlist.me.person_id
        if is_me and self.may_speak:
            return f"{person.name} (you)" if person.name else "You"
        return person.name or OWNER_WITHOUT_NAME

    def _entry(self, entry: Entry) -> EntryView:
        me = self.shortlist.me.person_id if self.shortlist.me and self.may_speak else None
        mine = next((o for o in entry.opinions if o.person.person_id == me), None)
        others = (o for o in entry.opinions if o is not mine)
        return EntryView(
            figures_of(entry.snapshot),
            entry.added_at,
            self._opinion(mine, is_mine=True) if mine else None,
            tuple(self._opinion(each, is_mine=False) for each in others),
        )

    def _opinion(self, said: Opinion, *, is_mine: bool) -> OpinionView:
        return OpinionView(self.name_of(said.person), said.mark, said.note, said.changed_at, is_mine)


# --- for programs ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpinionDocument:
    """What one person says; `mark` is null for none."""

    name: str
    is_owner: bool
    mark: str | None
    note: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class EntryDocument(FiguresDocument):
    """A report on the list."""

    added_at: str
    opinions: tuple[OpinionDocument, ...]


@dataclass(frozen=True, slots=True)
class ListDocument:
    """A list; the links are told to its owner alone."""

    entries: tuple[EntryDocument, ...]
    reading_url: str | None = None
    together_url: str | None = None


def list_json(view: ListView) -> bytes:
    """Return the JSON of a list."""
    entries = tuple(map(_entry_document, view.shortlist.entries, view.entries))
    if not view.is_own:
        return msgspec.json.encode(ListDocument(entries))
    links = (view.shortlist.reading_link, view.shortlist.together_link)
    return msgspec.json.encode(ListDocument(entries, *(link and shared_url(link) for link in links)))


def shared_url(link: str) -> str:
    """Return the whole link of a shared list."""
    return url_for("shortlist.shared", link=link, _external=True)


def _entry_document(entry: Entry, shown: EntryView) -> EntryDocument:
    return EntryDocument(
        **fields_of(shown.figures),
        added_at=iso(shown.added_at),
        opinions=tuple(
            OpinionDocument(said.person.name, said.person.is_owner, said.mark or None, said.note, iso(said.changed_at))
            for said in entry.opinions
        ),
    )


def list_csv(view: ListView) -> str:
    """Return the entries as CSV in their order, with everybody's marks and notes."""
    rows = (
        (
            place,
            *cells_of(entry.figures),
            "; ".join(f"{said.name}: {said.mark}" for said in entry.opinions if said.mark),
            "; ".join(f"{said.name}: {said.note}" for said in entry.opinions if said.note),
            report_url(entry.figures.snapshot_id),
        )
        for place, entry in enumerate(view.entries, 1)
    )
    return csv_text(("place", *HEAD, "marks", "notes", "report"), rows)
