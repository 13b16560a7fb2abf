"""One attempt at one job: what it has found goes into the store stage by stage, until it ends one way or another."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from app.errors import QueueUnavailable
from app.queue.interface import JobStore
from app.queue.jobs import Claim
from app.queue.runner import Interrupted, StageEnded

logger = logging.getLogger(__name__)

#: Between two tries of a write that the database could not take.
RETRY_SECONDS = 0.2

T = TypeVar("T")


class Attempt:
    """A claim under way. It is the evaluation's Progress; the watch sets `lost` and `called_off`."""

    def __init__(self, store: JobStore, claim: Claim, *, stopping: Callable[[], bool], patience_seconds: float) -> None:
        self.claim = claim
        self.lost = False
        self.called_off = False
        self._store = store
        self._stopping = stopping
        self._patience_seconds = patience_seconds
        self._ended: StageEnded | None = None

    def began(self, stage: str) -> None:
        """Keep the finding of the stage before and name this one; then see whether to go on."""
        ended = self._ended
        finished, finding = (ended.record, ended.finding) if ended else (None, None)
        self.lost = not self._persist(lambda: self._store.update_job_stage(self.claim, stage, finished, finding))
        self._ended = None
        self.called_off = not self.lost and self._store.cancel_wanted(self.claim)
        if self.lost or self.called_off or self._stopping():
            raise Interrupted

    def ended(self, stage: StageEnded) -> None:
        """Remember the finding: it is written together with the beginning of the next stage."""
        self._ended = stage

    def complete(self, report: bytes, worker: str) -> Claim | None:
        """Store the report, and claim the next job with it unless the worker stops."""
        finished = self._ended.record if self._ended else None
        if self._stopping():
            self._persist(lambda: self._store.complete_job(self.claim, report, finished))
            return None
        return self._persist(lambda: self._store.complete_and_claim(self.claim, report, worker, finished))[1]

    def break_off(self) -> None:
        """End an interrupted attempt: cancelled where its owner wanted that, else handed back as it is."""
        if self.called_off:
            self._store.finish_cancel(self.claim)
        elif not self.lost:
            self._store.release_job(self.claim)

    def _persist(self, write: Callable[[], T]) -> T:
        """Write, again and again while the database cannot be reached, for as long as the claim may still stand."""
        deadline = time.monotonic() + self._patience_seconds
        while True:
            try:
                return write()
            except QueueUnavailable:
                if self._stopping() or self.lost or time.monotonic() > deadline:
                    raise
                logger.warning("progress of a job could not be written; trying again")
            time.sleep(RETRY_SECONDS)
