"""The queue as a small model in memory, to compare the store with."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.queue.clocks import Settled
from app.queue.jobs import Status
from app.queue.store.base import LONGEST_WAIT_SECONDS


@dataclass
class ModelJob:
    """What a job must be."""

    owner: str
    key: str
    turn: tuple[float, int]
    status: Status = Status.QUEUED
    attempts: int = 0
    token: str = ""
    lease_until: float = 0.0
    due_at: float = 0.0
    cancel: bool = False
    #: The most findings that earlier tries kept, and tries that kept more than that.
    kept_before: int = 0
    fruitful: int = 0
    asked_at: float = 0.0
    answered: bool = False
    #: The service that it asks while it runs.
    waits_for: str | None = None
    checkpoints: list[bytes] = field(default_factory=list)
    snapshots: int = 0

    @property
    def live(self) -> bool:
        return self.status.live

    @property
    def tries_in_vain(self) -> int:
        """Return how many tries of a running job kept nothing new, this one too."""
        return self.attempts - self.fruitful - (len(self.checkpoints) > self.kept_before)

    @property
    def waiting_for(self) -> str | None:
        """Return what it must be said to wait for."""
        return self.waits_for if self.status is Status.RUNNING else None

    def is_due(self, now: float) -> bool:
        """Return whether it need not wait, or waits so long that the clock must have been put back."""
        return not now < self.due_at <= now + LONGEST_WAIT_SECONDS


@dataclass
class Model:
    """All jobs by their id, and the rules."""

    lease_seconds: float
    max_attempts: int
    per_owner: int
    in_all: int
    jobs: dict[str, ModelJob] = field(default_factory=dict)

    def live(self, owner: str | None = None) -> list[ModelJob]:
        return [job for job in self.jobs.values() if job.live and owner in (None, job.owner)]

    def twin(self, owner: str, key: str) -> str | None:
        return next(
            (
                i
                for i, job in self.jobs.items()
                if (job.owner, job.key) == (owner, key) and not job.status.ended and not job.cancel
            ),
            None,
        )

    def next_id(self, now: float) -> str | None:
        """Return the job whose turn it is."""
        waiting = [(job.turn, i) for i, job in self.jobs.items() if job.status is Status.QUEUED and job.is_due(now)]
        return min(waiting)[1] if waiting else None

    def expire(self, now: Settled | None, seconds: float) -> int:
        """Close the questions that are old enough; those from the future begin anew. Return how many were closed."""
        if now is None:
            return 0
        asking = [job for job in self.jobs.values() if job.status is Status.ASKING]
        old = [job for job in asking if job.asked_at <= now.earliest - seconds]
        for job in asking:
            job.asked_at = min(job.asked_at, now.latest)
        for job in old:
            job.status = Status.CANCELLED
        return len(old)

    def let_go(self, job: ModelJob, *, counts: bool, due_at: float = 0.0) -> None:
        """End an attempt without a result."""
        job.token = ""
        if job.cancel:
            job.status = Status.CANCELLED
        elif counts and job.tries_in_vain >= self.max_attempts:
            job.status = Status.FAILED
        else:
            job.status, job.due_at = Status.QUEUED, due_at
            job.fruitful += counts and len(job.checkpoints) > job.kept_before
            job.kept_before = max(job.kept_before, len(job.checkpoints))
            job.attempts -= 0 if counts else 1
