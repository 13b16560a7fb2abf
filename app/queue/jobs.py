"""Jobs as the store keeps them: their states, claims, history and snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """The life of a job."""

    #: Waits for a worker, perhaps until `run_after`.
    QUEUED = "queued"
    #: A worker holds its claim.
    RUNNING = "running"
    #: Its owner was asked which place was meant; it goes on with the answer, or ends when none comes in time.
    ASKING = "asking"
    #: Its snapshot is stored.
    DONE = "done"
    #: It ended without a report; `error` says why, in words for people.
    FAILED = "failed"
    #: Its owner called it off, or did not answer a question in time.
    CANCELLED = "cancelled"

    @property
    def live(self) -> bool:
        """Return whether the job moves by itself: it stands in line or runs. One that asks does neither."""
        return self in (Status.QUEUED, Status.RUNNING)

    @property
    def ended(self) -> bool:
        """Return whether the job is over; it may still be asked for again."""
        return self in (Status.DONE, Status.FAILED, Status.CANCELLED)


class StageState(StrEnum):
    """How a stage of a job stands."""

    WORKING = "working"
    DONE = "done"
    #: Ended without a measurement: unknown or failed; the job goes on.
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One stage that has begun: how it stands, and the seconds it took once it has ended."""

    stage: str
    state: StageState
    seconds: float | None
    #: Why nothing was found (state MISSING), else "".
    reason: str = ""

    def state_in(self, status: Status) -> str:
        """Return how it stands in a job of some status: "broken off" where its attempt ended before it did."""
        is_working = self.state is StageState.WORKING
        return "broken off" if is_working and status is not Status.RUNNING else self.state.value


class Job(NamedTuple):
    """One queued evaluation. Times are Unix seconds of the database's host.

    A tuple, since a frozen dataclass of two dozen fields would take as long to make as to read from the database.
    """

    job_id: str
    address: str
    #: The whole listing, as JSON.
    listing: str
    #: Random id from the signed cookie of the owner's browser or API client.
    owner: str
    status: Status
    #: Higher goes first.
    priority: int
    current_stage: str | None
    result_snapshot_id: str | None
    error: str | None
    error_code: str | None
    #: Number of claims, not counting those that were handed back gracefully.
    attempts: int
    #: How often an attempt went on from checkpoints of an earlier one.
    resumed: int
    cancel_requested: bool
    #: Not to be claimed before this time; 0 if it need not wait.
    run_after: float
    created_at: float
    started_at: float | None
    completed_at: float | None
    #: Grows with every change a person could see.
    version: int
    #: Host, process and thread of the worker that holds it ("box:4711:1"), for operators; None while none does.
    worker: str | None = None
    #: When it last joined the line.
    queued_at: float = 0.0
    #: What its owner is asked (JSON), and since when; None unless it asks.
    question: str | None = None
    asked_at: float | None = None
    #: The report that this evaluates again (its snapshot's id), None for a first evaluation.
    again_of: str | None = None
    #: The name of the live service that it asks, and since when; None unless it runs and asks one.
    waits_for: str | None = None
    waits_since: float | None = None
    #: Whether it has not asked yet, as it is another job's turn.
    waits_turn: bool = False
    #: The build ("name@build") whose data it must run on; "" where any host may take it that holds every region.
    needs: str = ""


class Claim(NamedTuple):
    """A job held by a worker under a lease, as it was when it was claimed; the token fences every later write.

    `lease_until` is on the store's steady clock, which no one can set: not Unix time.
    """

    #: The job's number in the store.
    seq: int
    job_id: str
    token: str
    lease_until: float
    worker: str
    address: str
    #: The whole listing, as JSON.
    listing: str
    owner: str
    current_stage: str | None
    attempts: int
    resumed: int
    #: The id of the snapshot, and the token of the claim that is made with its completion. They are drawn beforehand:
    #: whoever completes a job a second time, as no answer came to the first, finds by them what that did.
    snapshot_id: str
    next_token: str
    #: The build ("name@build") whose data it must run on; "" for the regions as they are.
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One transition in a job's history."""

    job_id: str
    at: float
    from_status: Status | None
    to_status: Status
    stage: str | None
    worker: str
    why: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A stored report with a permanent link. `report` is its JSON."""

    snapshot_id: str
    job_id: str
    owner: str
    address: str
    created_at: float
    report: bytes
    #: The report that was evaluated again, None for a first evaluation; it may have been deleted since.
    again_of: str | None = None


@dataclass(frozen=True, slots=True)
class SnapshotSummary:
    """A stored report in a list. `seq` is its number in the store; the verdict's figures are None where it has none."""

    seq: int
    snapshot_id: str
    address: str
    created_at: float
    score: float | None
    low: float | None
    high: float | None
    word: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a report, named as in its link ("map.svg"): an SVG compressed by gzip, or a PNG."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Once:
    """A request that counts once however often it is sent: digests of its owner with its key, and of all it holds."""

    key: str
    request: str


@dataclass(frozen=True, slots=True)
class NewJob:
    """What `create_job` needs. `listing_key` is equal for listings that ask for the same thing."""

    address: str
    listing: str
    listing_key: str
    owner: str
    priority: int = 0
    #: The report to evaluate again (its snapshot's id).
    again_of: str | None = None
    #: The key under which it was sent, None without one.
    once: Once | None = None
    #: The build ("name@build") whose data it must run on.
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed, in words for people, never raw exception text; and when to try again, if that helps."""

    code: str
    message: str
    #: The sentence for a job that is given up after tries that all failed so, "" where one does for both.
    at_last: str = ""
    #: Seconds until the next try, None for the usual back-off.
    retry_after_seconds: float | None = None
    #: Whether the try is one of those after which a job is given up.
    counts: bool = True


@dataclass(frozen=True, slots=True)
class QueueStats:
    """The queue at one moment."""

    queued: int
    running: int
    asking: int
    done: int
    failed: int
    cancelled: int
    oldest_queued_seconds: float | None
    #: Jobs created and finished in the last five minutes, per minute.
    created_per_minute: float
    finished_per_minute: float
    #: Jobs that failed because somebody mistyped an address; `failed` are all others.
    refused: int = 0
