"""What a worker would do to a job, step by step, on the real store."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.evaluate import STAGES
from app.pipeline.report import Report, to_json
from app.queue.clocks import Clocks
from app.queue.jobs import Claim, Failure, StageRecord, StageState
from app.queue.store import JobStore
from tests.support.building import aged
from tests.support.questions import question_json
from tests.support.reports import report


@dataclass(frozen=True, slots=True)
class Steps:
    """Drives jobs to the state that a test needs."""

    store: JobStore

    def claim(self, stages_done: int = 0) -> Claim:
        """Claim the next job and finish some of its stages."""
        claim = self.store.claim_next_job("worker-1")
        assert claim is not None
        finished = None
        for stage in STAGES[: stages_done + 1]:
            assert self.store.update_job_stage(claim, stage.name, finished, b"{}" if finished else None)
            finished = StageRecord(stage.name, StageState.DONE, 0.4)
        return claim

    def finish(self, result: Report | None = None) -> str:
        """Run the next job to its end; return its snapshot's id."""
        snapshot_id = self.store.complete_job(self.claim(), to_json(result or report()))
        assert snapshot_id is not None
        return snapshot_id

    def ask(self, question: str = "") -> None:
        """Let the next job ask its owner something (JSON of a question)."""
        assert self.store.ask_job(self.claim(), question or question_json())

    def expire(self) -> None:
        """Let the time of all open questions pass."""
        now, hours = self.store.clocks.unix(), self.store.config.question_hours
        later = aged(JobStore(self.store.db, self.store.config, Clocks(lambda: now + hours * 3_600.0)))
        assert later.expire_questions()

    def fail(self, message: str = "We could not find that address.", code: str = "address-not-found") -> None:
        """Run the next job into a failure for good."""
        failure = Failure(code, message)
        assert self.store.fail_job(self.claim(), failure, retry=False)
