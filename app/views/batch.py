"""A batch as people and programs see it: how many are done, each line with its state, and the ranking at the end."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import msgspec
from flask import url_for

from app.errors import SnapshotNotFound
from app.pipeline.listing import listing_from_json
from app.queue.jobs import Job, Status
from app.queue.store.batches import Batch, BatchLine
from app.views.comparison import FEWEST, MOST
from app.views.exports import csv_text
from app.views.figures import HEAD, Figures, FiguresDocument, cells_of, fields_of, figures_of, ranked, report_url
from app.views.job import ADDRESS_FAULTS
from app.web import visitor
from app.web.forms import values_from
from app.web.services import store
from app.wording import count, iso

#: The state of a line that never became a job.
REFUSED = "refused"
#: What others than the owner are told of such a line: the reason may speak of money.
NOT_FOR_OTHERS = "Something in this line could not be read."
#: What the page calls each state.
STATE_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        Status.QUEUED: "waiting",
        Status.RUNNING: "under way",
        Status.ASKING: "asks a question",
        Status.DONE: "done",
        Status.FAILED: "stopped",
        Status.CANCELLED: "cancelled",
        REFUSED: "not understood",
    }
)


@dataclass(frozen=True, slots=True)
class LineView:
    """One line with where it leads; `correct_url` leads its owner to the form that sends it once more."""

    number: int
    address: str
    state: str
    why: str
    url: str
    correct_url: str
    job: Job | None

    @property
    def state_text(self) -> str:
        """Return the state in words."""
        return STATE_TEXTS[self.state]


@dataclass(frozen=True)
class BatchView:
    """Everything that the page, the panel, the JSON and the table of a batch show."""

    batch: Batch
    lines: tuple[LineView, ...]
    mine: bool

    @cached_property
    def counts(self) -> Counter[str]:
        """Return how many lines are in each state."""
        return Counter(line.state for line in self.lines)

    @property
    def total(self) -> int:
        """Return the number of lines."""
        return len(self.lines)

    @property
    def done(self) -> int:
        """Return how many lines have their report."""
        return self.counts[Status.DONE]

    @property
    def ended(self) -> int:
        """Return how many lines need no more work."""
        return self.total - self.counts[Status.QUEUED] - self.counts[Status.RUNNING] - self.counts[Status.ASKING]

    @property
    def live(self) -> bool:
        """Return whether the panel still polls: a question waits for its owner, not for a worker."""
        return bool(self.counts[Status.QUEUED] + self.counts[Status.RUNNING])

    @property
    def can_cancel(self) -> bool:
        """Return whether there is anything that this visitor may call off."""
        open_jobs = [line.job for line in self.lines if line.job and not line.job.status.ended]
        return self.mine and any(not job.cancel_requested for job in open_jobs)

    @property
    def sentence(self) -> str:
        """Return how the batch stands: "12 of 40 done, 1 stopped, 2 ask a question."."""
        states = self.counts
        asking = states[Status.ASKING]
        told = (
            (states[Status.FAILED], f"{states[Status.FAILED]} stopped without a report"),
            (states[REFUSED], f"{states[REFUSED]} not understood"),
            (states[Status.CANCELLED], f"{states[Status.CANCELLED]} cancelled"),
            (asking, "1 asks a question" if asking == 1 else f"{asking} ask a question"),
        )
        return ", ".join((f"{self.done} of {self.total} done", *(words for amount, words in told if amount))) + "."

    @property
    def mark(self) -> str:
        """Return a text that changes whenever the panel would: the `seen` of a poll is compared with it."""
        seen = [(line.number, line.state, line.job is not None and line.job.cancel_requested) for line in self.lines]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]

    @cached_property
    def ranking(self) -> tuple[Figures, ...]:
        """Return the reports by their score once nothing is at work any more; a home that two lines mean comes once."""
        return () if self.live else ranked(self.reports.values())

    @cached_property
    def reports(self) -> Mapping[str, Figures]:
        """Return the figures of all reports by their id, in the order of the lines."""
        ids = [line.job.result_snapshot_id for line in self.lines if line.job and line.job.result_snapshot_id]
        return {snapshot_id: found for snapshot_id in ids if (found := _figures(snapshot_id))}

    @property
    def first_to_compare(self) -> tuple[str, ...]:
        """Return the reports at the top that can be compared, none where there are too few."""
        first = tuple(each.snapshot_id for each in self.ranking[:MOST])
        return first if len(first) >= FEWEST else ()

    @property
    def for_several_people(self) -> bool:
        """Return whether scores of different profiles stand beside each other."""
        return len({each.profile for each in self.ranking}) > 1


def batch_view(batch_id: str) -> BatchView:
    """Return a batch for this visitor. Raises BatchNotFound."""
    batch = store().get_batch(batch_id)
    mine = visitor.known_owner() == batch.owner
    return BatchView(batch, tuple(_line_view(line, mine=mine) for line in batch.lines), mine)


def _figures(snapshot_id: str) -> Figures | None:
    """Return a report's figures, None where it was deleted since the lines were read."""
    try:
        return figures_of(store().get_snapshot(snapshot_id))
    except SnapshotNotFound:
        return None


def _line_view(line: BatchLine, *, mine: bool) -> LineView:
    job = line.job
    if job is None:
        query = msgspec.json.decode(line.given)
        correct_url = url_for("home.form", _anchor="address", **query) if mine and query else ""
        told = line.why if mine else NOT_FOR_OTHERS
        return LineView(line.number, line.address, REFUSED, told, "", correct_url, None)
    page = url_for("jobs.page", job_id=job.job_id)
    report = job.result_snapshot_id and url_for("snapshots.page", snapshot_id=job.result_snapshot_id)
    correct_url = ""
    if mine and job.error_code in ADDRESS_FAULTS:
        correct_url = url_for("home.form", _anchor="address", **values_from(listing_from_json(job.listing)).query)  # type: ignore[arg-type]
    why = job.error if job.status in (Status.FAILED, Status.CANCELLED) else ""
    return LineView(line.number, line.address, job.status.value, why or "", report or page, correct_url, job)


# --- for programs ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BatchCreatedDocument:
    """The answer to a batch that was taken."""

    batch_id: str
    status_url: str


@dataclass(frozen=True, slots=True)
class LineDocument:
    """One line. Null: there is none, or not yet."""

    line: int
    address: str
    status: str
    why: str | None
    job_id: str | None
    status_url: str | None
    snapshot_id: str | None
    snapshot_url: str | None


@dataclass(frozen=True, slots=True)
class BatchDocument:
    """A batch; `ranking` is empty while anything waits or runs."""

    batch_id: str
    status: str
    created_at: str
    counts: dict[str, int]
    notes: tuple[str, ...]
    lines: tuple[LineDocument, ...]
    ranking: tuple[FiguresDocument, ...]
    status_url: str


def batch_json(view: BatchView) -> bytes:
    """Return the JSON of a batch."""
    document = BatchDocument(
        batch_id=view.batch.batch_id,
        status="running" if view.live else "asking" if view.counts[Status.ASKING] else "done",
        created_at=iso(view.batch.created_at),
        counts={"lines": view.total} | {str(state): view.counts[state] for state in STATE_TEXTS},
        notes=view.batch.notes,
        lines=tuple(_line_document(line) for line in view.lines),
        ranking=tuple(FiguresDocument(**fields_of(each)) for each in view.ranking),
        status_url=url_for("batch.page", batch_id=view.batch.batch_id, _external=True),
    )
    return msgspec.json.encode(document)


def _line_document(line: LineView) -> LineDocument:
    job = line.job
    snapshot_id = job.result_snapshot_id if job else None
    return LineDocument(
        line=line.number,
        address=line.address,
        status=line.state,
        why=line.why or None,
        job_id=job.job_id if job else None,
        status_url=url_for("jobs.page", job_id=job.job_id, _external=True) if job else None,
        snapshot_id=snapshot_id,
        snapshot_url=report_url(snapshot_id) if snapshot_id else None,
    )


def batch_csv(view: BatchView) -> str:
    """Return all lines as CSV, the ranked ones first, then the others as they were sent."""
    ranks = {each.snapshot_id: number for number, each in enumerate(ranked(view.reports.values()), 1)}
    rows = []
    for line in view.lines:
        snapshot_id = (line.job and line.job.result_snapshot_id) or ""
        rank = ranks.get(snapshot_id)
        link = report_url(snapshot_id) if rank else ""
        rows.append(
            (rank, line.number, line.address, line.state, *cells_of(view.reports.get(snapshot_id)), link, line.why)
        )
    rows.sort(key=lambda row: (row[0] is None, row[0], row[1]))
    return csv_text(("rank", "line", "address", "state", *HEAD, "report", "why"), rows)


def title_of(view: BatchView) -> str:
    """Return the title of the browser's tab: "12/40 - Doorstep", then "40 addresses - Doorstep"."""
    return f"{view.ended}/{view.total} done - Doorstep" if view.live else f"{count(view.total, 'address')} - Doorstep"
