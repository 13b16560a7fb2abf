"""The worker: a thread that evaluates one job after another, and survives whatever an evaluation does."""

from __future__ import annotations

import itertools
import logging
import os
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.config import Config
from app.errors import DatabaseDamaged, QueueUnavailable
from app.logs import about_job
from app.queue.jobs import Claim
from app.queue.runner import (
    Attempt,
    EvaluatorDied,
    EvaluatorUnavailable,
    Interrupted,
    NeedsAnswer,
    OthersFirst,
    Runner,
    refusal,
)
from app.queue.store import JobStore
from app.queue.wake import WakeUp
from app.queue.watch import Watch

if TYPE_CHECKING:
    from app.queue.hosting import Hosting

logger = logging.getLogger(__name__)

#: The safety net under the wake-up: an idle worker looks for work this often.
POLL_SECONDS = 1.0
#: Pause after an error in the loop: the first, doubled up to the second while errors go on.
ERROR_PAUSE_SECONDS = (0.1, 5.0)
#: The same while the evaluator cannot be started: each try loads its libraries anew.
START_PAUSE_SECONDS = (0.1, 20.0)
#: After so many failed starts of the evaluator in a row, the worker no longer counts as one that looks for work.
FAILED_STARTS = 3

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a worker; `alive` means that both its threads run and it takes jobs."""

    alive: bool
    name: str
    job_id: str | None
    #: How often the watch had to start the thread again.
    restarts: int
    #: Whether the evaluator's process failed to start again and again; it is still tried.
    cannot_start: bool = False


class Worker:
    """Claims jobs and evaluates them until it is stopped. Start it after any fork."""

    def __init__(self, store: JobStore, runner: Runner, wake_up: WakeUp, config: Config | None = None) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{next(_numbers)}"
        self.attempt: Attempt | None = None
        self.stopping = False
        self.restarts = 0
        #: What looks after the regions of this host beside it.
        self.hosting: Hosting | None = None
        self._failed_starts = 0
        self._store = store
        self._runner = runner
        self._wake_up = wake_up
        self._config = config or Config()
        self._held = threading.Lock()
        self._woken = threading.Event()
        self._loop: threading.Thread | None = None
        self._watch = Watch(self, store, wake_up, self._config)

    def start(self) -> None:
        """Start the thread and its watch."""
        self._woken = self._wake_up.subscribe()
        self._start_loop()
        self._watch.start()
        if self.hosting is not None:
            self.hosting.start()

    def ask_to_stop(self) -> None:
        """Begin to stop: nothing new is claimed, and the job under way goes back after its running stage.

        Only sets a flag, so it may be called in a signal handler; the watch sees it within half a second.
        """
        self.stopping = True

    def stop(self, timeout_seconds: float) -> None:
        """Stop within these seconds: at the end of the running stage if that is in time, else in the middle of it."""
        self.stopping = True
        if self.hosting is not None:
            self.hosting.stop()
        self.wake()
        if self.attempt is None:
            self._runner.interrupt()  # it may still be loading
        self._join(timeout_seconds * 0.8)
        attempt = self.attempt
        if attempt is not None:
            self.interrupt(attempt)
            self._join(timeout_seconds * 0.2)
            self._hand_back(attempt)
        self._watch.stop()
        self._runner.close()
        self._wake_up.unsubscribe(self._woken)

    def health(self) -> Health:
        """Return the state of this worker."""
        attempt = self.attempt
        return Health(
            alive=not self.stopping and self.is_alive() and self._watch.is_alive(),
            name=self.name,
            job_id=attempt.claim.job_id if attempt else None,
            restarts=self.restarts,
            cannot_start=self._failed_starts >= FAILED_STARTS,
        )

    # --- for the watch ---

    def is_alive(self) -> bool:
        """Return whether the thread runs."""
        return self._loop is not None and self._loop.is_alive()

    def looks_for_work(self) -> bool:
        """Return whether it takes jobs, or is busy with one."""
        return not self.stopping and self.is_alive() and self._failed_starts < FAILED_STARTS

    def wake(self) -> None:
        """Make an idle thread look for work, or notice that it should stop."""
        self._woken.set()

    def interrupt(self, attempt: Attempt) -> None:
        """Stop an attempt in the middle of its stage, unless the thread is already past it."""
        with self._held:
            if self.attempt is attempt:
                self._runner.interrupt()

    def restart(self) -> None:
        """Start the thread again after it died; the job it held counts as tried."""
        self.restarts += 1
        logger.error("the worker's thread died; starting it again (%d)", self.restarts)
        attempt = self._hold(None)
        self._start_loop()
        if attempt is not None:
            self._store.give_up(attempt.claim, "its worker's thread died")

    # --- the thread ---

    def _start_loop(self) -> None:
        loop = threading.Thread(target=self._run, name="doorstep-worker", daemon=True)
        loop.start()
        self._loop = loop  # only now: the watch takes a thread that is not alive for a dead one

    def _run(self) -> None:
        errors = 0
        while not self.stopping:
            try:
                self._work_until_idle()
                errors, pause = 0, POLL_SECONDS
            except Exception as error:  # noqa: BLE001 - a border: `_note` logs it
                self._hold(None)
                errors, pause = errors + 1, self._note(error, errors)
            self._woken.wait(pause)
            self._woken.clear()

    def _note(self, error: Exception, errors_before: int) -> float:
        """Log an error that the loop survives, once for each change; return the pause before the next round."""
        first, longest = ERROR_PAUSE_SECONDS
        if isinstance(error, EvaluatorUnavailable):
            first, longest = START_PAUSE_SECONDS
            self._failed_starts += 1
            if self._failed_starts == FAILED_STARTS:
                logger.error("the evaluator cannot be started, so this worker takes no jobs; it goes on trying")
        elif isinstance(error, Interrupted) and self.stopping:
            return 0.0
        elif not isinstance(error, (QueueUnavailable, DatabaseDamaged)):  # the database has logged these
            logger.exception("the worker goes on after an error", exc_info=error)
        return min(first * 2.0**errors_before, longest)

    def _work_until_idle(self) -> None:
        self._watch.ensure_alive()
        self._runner.start()
        if self._failed_starts >= FAILED_STARTS:
            logger.warning("the evaluator could be started again")
        self._failed_starts = 0
        claim = self._store.claim_next_job(self.name)
        while claim is not None:
            with about_job(claim.job_id):
                claim = self._evaluate(claim)
            if claim is None and not self.stopping:
                claim = self._store.claim_next_job(self.name)

    def _evaluate(self, claim: Claim) -> Claim | None:
        """Evaluate a job and record how it ended; return the next one if it was claimed in the same transaction."""
        attempt = Attempt(self._store, claim, stopping=lambda: self.stopping)
        self._hold(attempt)
        following = None
        try:
            kept = attempt.persist(lambda: self._store.checkpoints(claim.job_id)) if claim.current_stage else ()
            following = attempt.complete(self._runner.run(claim.listing, kept, attempt), self.name)
        except NeedsAnswer as asked:
            question = asked.question
            attempt.persist(lambda: self._store.ask_job(claim, question))
        except OthersFirst:
            attempt.give_way()
        except Interrupted:
            attempt.break_off()
        except EvaluatorUnavailable:
            attempt.break_off()
            raise
        except EvaluatorDied:
            self._bury(attempt)
        except (QueueUnavailable, DatabaseDamaged):
            raise
        except Exception as error:  # noqa: BLE001 - a border: `refusal` logs what is unexpected
            refused = refusal(error)
            attempt.persist(lambda: self._store.fail_job(claim, refused.failure, retry=refused.passing))
        self._hold(None)
        return following

    def _bury(self, attempt: Attempt) -> None:
        """End an attempt whose process died. While the worker stops that was no fault of the job's."""
        if self.stopping:
            attempt.break_off()
            return
        logger.error("the evaluation's process died")
        attempt.persist(lambda: self._store.give_up(attempt.claim, "the evaluation's process died"))

    def _hold(self, attempt: Attempt | None) -> Attempt | None:
        """Replace the attempt under way; return the one before."""
        with self._held:
            before, self.attempt = self.attempt, attempt
        return before

    def _join(self, seconds: float) -> None:
        if self._loop is not None:
            self._loop.join(seconds)

    def _hand_back(self, attempt: Attempt) -> None:
        """Release the job of a thread that could not be stopped: the fence keeps out whatever it still writes."""
        if self.attempt is not attempt:
            return
        try:
            attempt.break_off()
        except (QueueUnavailable, DatabaseDamaged):
            logger.warning("a job could not be handed back; others take it when its lease has run out")
