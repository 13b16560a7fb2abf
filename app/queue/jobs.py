"""A job as the store keeps it, the states it can be in, and what every store can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Status(StrEnum):
    """The life of a job."""

    #: Waits for a worker, perhaps until `run_after`.
    QUEUED = "queued"
    #: A worker holds its claim.
    RUNNING = "running"
    #: Its snapshot is stored.
    DONE = "done"
    #: It ended without a report; `error` says why in a person's words.
    FAILED = "failed"
    #: Its owner called it off.
    CANCELLED = "cancelled"

    @property
    def live(self) -> bool:
        """Return whether the job is still going to change by itself."""
        return self in (Status.QUEUED, Status.RUNNING)


class StageState(StrEnum):
    """How a stage of a job stands."""

    WAITING = "waiting"
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


@dataclass(frozen=True, slots=True)
class Job:
    """One queued evaluation. Times are Unix seconds of the database's host."""

    job_id: str
    address: str
    #: The whole listing, as JSON.
    listing: str
    #: Random id from the owner's signed cookie, or of the API client.
    owner: str
    status: Status
    #: Higher goes first.
    priority: int
    current_stage: str | None
    result_snapshot_id: str | None
    error: str | None
    error_code: str | None
    suggestions: tuple[str, ...]
    #: Counts claims, those that were handed back gracefully left out.
    attempts: int
    #: How often an attempt went on from checkpoints of an earlier one.
    resumed: int
    cancel_requested: bool
    #: Not to be tried again before; 0 where it need not wait.
    run_after: float
    created_at: float
    started_at: float | None
    completed_at: float | None
    #: Grows with every change a person could see.
    version: int
    #: Host, process and thread of the worker that holds it ("box:4711:1"), for operators; None while none does.
    worker: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A job held by a worker under a lease; the token fences every later write.

    `lease_until` is on the store's steady clock, which no one can set: not Unix time.
    """

    job: Job
    token: str
    lease_until: float
    #: The job's number in the store.
    seq: int


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


@dataclass(frozen=True, slots=True)
class NewJob:
    """What `create_job` needs. `listing_key` is equal for listings that ask the same."""

    address: str
    listing: str
    listing_key: str
    owner: str
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed, in a person's words; never raw exception text."""

    code: str
    message: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueStats:
    """The queue at one moment."""

    queued: int
    running: int
    done: int
    failed: int
    cancelled: int
    oldest_queued_seconds: float | None
    #: Jobs created and finished in the last five minutes, per minute.
    created_per_minute: float
    finished_per_minute: float


class JobStore(Protocol):
    """Jobs and snapshots. All raise QueueUnavailable where the database cannot be reached."""

    # -- people --
    def create_job(self, new: NewJob) -> tuple[Job, bool]:
        """Store a job, or return the owner's live job for the same listing; True when new.

        Raises TooManyJobs or QueueFull.
        """

    def get_job(self, job_id: str) -> Job:
        """Raise JobNotFound where there is none."""

    def cancel_job(self, job_id: str, owner: str | None) -> Job:
        """Cancel at once when queued, ask the worker when running. `owner` None: an operator.

        Raises JobNotFound, NotYours, TransitionRefused (already ended).
        """

    def retry_job(self, job_id: str, owner: str | None) -> Job:
        """Queue a failed or cancelled job again; its checkpoints are kept. Raises as `cancel_job`."""

    def position(self, job: Job) -> int:
        """Return how many queued jobs go before this queued one."""

    def stages(self, job_id: str) -> tuple[StageRecord, ...]:
        """Return the stages that have begun, in order."""

    def recent_jobs(self, owner: str, limit: int = 10) -> tuple[Job, ...]: ...

    def stage_seconds(self) -> dict[str, tuple[float, float]]:
        """Return the 25th and 90th percentile of recent durations of each stage, for estimates."""

    def events(self, job_id: str) -> tuple[Event, ...]: ...

    # -- workers --
    def claim_next_job(self, worker: str) -> Claim | None: ...

    def heartbeat(self, claim: Claim) -> bool:
        """Renew the lease; False where the claim is lost. Tells of a cancel request through `cancel_wanted`."""

    def cancel_wanted(self, claim: Claim) -> bool: ...

    def update_job_stage(
        self, claim: Claim, stage: str, finished: StageRecord | None, checkpoint: bytes | None
    ) -> bool:
        """Advance to a stage and keep what the one before found, in one transaction; False: claim lost."""

    def checkpoints(self, job_id: str) -> tuple[bytes, ...]:
        """Return the findings of finished stages, in order."""

    def complete_job(self, claim: Claim, report: bytes, finished: StageRecord | None = None) -> str | None:
        """Store the snapshot and finish the job in one transaction; None: claim lost. Returns the snapshot's id.

        `finished` is the last stage.
        """

    def complete_and_claim(
        self, claim: Claim, report: bytes, worker: str, finished: StageRecord | None = None
    ) -> tuple[str | None, Claim | None]:
        """Do `complete_job` and, where it was done, `claim_next_job` in the same transaction."""

    def fail_job(self, claim: Claim, failure: Failure, *, retry: bool) -> bool:
        """End the job, or queue it again with back-off where `retry` and attempts are left."""

    def release_job(self, claim: Claim) -> bool:
        """Hand a job back unfinished; the attempt does not count."""

    def finish_cancel(self, claim: Claim) -> bool: ...

    def give_up(self, claim: Claim, why: str) -> bool:
        """Let go of a job whose attempt came to nothing: queued again, or failed after too many tries."""

    def recover_stale(self) -> int:
        """Queue again (or fail, after too many tries) the jobs whose lease ran out; return how many."""

    # -- snapshots --
    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        """Raise SnapshotNotFound where there is none."""

    def delete_snapshot(self, snapshot_id: str, owner: str | None) -> None: ...

    def recent_snapshots(self, owner: str, limit: int = 10) -> tuple[Snapshot, ...]: ...

    # -- operators --
    def list_jobs(self, status: Status | None, limit: int = 50) -> Sequence[Job]: ...

    def stats(self) -> QueueStats: ...

    def prune(self, older_than_days: float) -> int: ...

    def check(self) -> None:
        """Raise QueueUnavailable or DatabaseDamaged unless reads and writes work."""
