"""A visitor's own reports as their page and their JSON list them."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from flask import url_for

from app.errors import InvalidListing
from app.pipeline.report import Score
from app.pipeline.stages.tier2_scoring import in_figures
from app.queue.jobs import SnapshotSummary
from app.queue.store import JobStore
from app.wording import iso

BAD_CURSOR = "This cursor leads nowhere: take the one that the page before gave as “next”, or none for the first page."
LETTERS = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class OwnReport:
    """One report. `score` is null where too little is known; `low` and `high` where nothing of it is unknown."""

    snapshot_id: str
    url: str
    address: str
    created_at: str
    score: float | None
    low: float | None
    high: float | None
    word: str

    @property
    def figures(self) -> str:
        """Return the score as a person reads it: "64", "58 to 72", "" without one."""
        return "" if self.score is None else in_figures(Score("", self.score, 100.0, "", self.low, self.high))


@dataclass(frozen=True, slots=True)
class OwnReports:
    """A page of reports, newest first; `next` is the cursor of the page after it, null on the last."""

    reports: tuple[OwnReport, ...]
    next: str | None


def own_reports(store: JobStore, owner: str, *, before: int | None, limit: int) -> OwnReports:
    """Return a page of an owner's reports: those before a number in the store, or the newest."""
    # One more than asked for tells whether there is a next page.
    found = store.snapshots_of(owner, limit + 1, before)
    shown = found[:limit]
    return OwnReports(tuple(map(_own_report, shown)), _cursor(shown[-1].seq) if len(found) > limit else None)


def _own_report(found: SnapshotSummary) -> OwnReport:
    return OwnReport(
        found.snapshot_id,
        url_for("snapshots.page", snapshot_id=found.snapshot_id, _external=True),
        found.address,
        iso(found.created_at),
        found.score,
        found.low,
        found.high,
        found.word,
    )


def _cursor(seq: int) -> str:
    return urlsafe_b64encode(str(seq).encode()).decode().rstrip("=")


def cursor_in(text: str) -> int | None:
    """Return the number that a cursor stands for, None for "". Raises InvalidListing for what is no cursor."""
    if not text:
        return None
    padded = text + "=" * (-len(text) % 4)
    if LETTERS.fullmatch(text) and len(text) % 4 != 1:
        number = urlsafe_b64decode(padded)
        if number.isdigit() and len(number) < 19 and _cursor(int(number)) == text:
            return int(number)
    raise InvalidListing(field="cursor", why=BAD_CURSOR)
