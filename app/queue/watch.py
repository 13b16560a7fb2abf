"""The watch: keeps the claim alive, sees cancellations, finds lost jobs, restarts a dead worker thread, tidies up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from app.config import Config
from app.errors import DatabaseDamaged, QueueUnavailable
from app.queue.runner import Attempt
from app.queue.store import JobStore
from app.queue.store.recovery import SWEEPS_PER_SECOND
from app.queue.store.workers import SAY_SECONDS
from app.queue.wake import WakeUp

logger = logging.getLogger(__name__)

#: How often lost jobs are looked for: a job is claimable at the latest this long after its lease.
SWEEP_SECONDS = 1 / SWEEPS_PER_SECOND
#: Notifications come with every new job; the watch reacts to them at most this often.
SHORTEST_ROUND_SECONDS = 0.02
#: How often questions that nobody answered are looked for.
QUESTION_SECONDS = 10.0
TIDY_SECONDS = 3_600.0


class Watched(Protocol):
    """What the watch needs of a worker."""

    attempt: Attempt | None
    stopping: bool

    name: str

    def is_alive(self) -> bool: ...

    def looks_for_work(self) -> bool: ...

    def wake(self) -> None: ...

    def interrupt(self, attempt: Attempt) -> None: ...

    def restart(self) -> None: ...


class Watch:
    """The watch's thread, beside the worker's own."""

    def __init__(self, worker: Watched, store: JobStore, wake_up: WakeUp, config: Config) -> None:
        self._worker = worker
        self._store = store
        self._wake_up = wake_up
        self._beat_seconds = config.lease_seconds / 3
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._notified = threading.Event()
        self._beaten: tuple[Attempt | None, float] = (None, 0.0)
        self._said_at_work: float | None = None
        self._errors: dict[str, str] = {}
        self._checking: threading.Thread | None = None
        self._due = {
            self._sweep: 0.0,
            self._close_questions: 0.0,
            self._check_file: 0.0,
            self._tidy: time.monotonic() + TIDY_SECONDS,
        }

    def start(self) -> None:
        """Start the thread."""
        self._notified = self._wake_up.subscribe()
        thread = threading.Thread(target=self._run, name="doorstep-watch", daemon=True)
        thread.start()
        self._thread = thread  # only now: the worker takes a thread that is not alive for a dead one

    def stop(self) -> None:
        """Stop at once."""
        self._stopped = True
        self._notified.set()
        if self._thread is not None:
            self._thread.join(1.0)
        self._wake_up.unsubscribe(self._notified)

    def is_alive(self) -> bool:
        """Return whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def ensure_alive(self) -> None:
        """Start the thread again if it died; the worker asks for this in every round."""
        if self._thread is not None and not self._thread.is_alive() and not self._stopped:
            logger.error("the watch died; starting it again")
            self._wake_up.unsubscribe(self._notified)
            self.start()

    def _run(self) -> None:
        while not self._stopped:
            for task in (self._keep_claim, self._look_after_thread, self._say_whether_at_work, *self._tasks_due()):
                self._safely(task)
            self._notified.wait(min(SWEEP_SECONDS, self._beat_seconds))
            self._notified.clear()
            time.sleep(SHORTEST_ROUND_SECONDS)

    def _safely(self, task: Callable[[], None]) -> None:
        """Run a task; log what it raises, once as long as it raises the same. The database logs its own troubles."""
        name = getattr(task, "__name__", "")
        try:
            task()
        except (QueueUnavailable, DatabaseDamaged):
            return
        except Exception as error:
            if self._errors.get(name) != repr(error):
                logger.exception("the watch goes on after an error")
            self._errors[name] = repr(error)
        else:
            self._errors.pop(name, None)

    def _tasks_due(self) -> list[Callable[[], None]]:
        now = time.monotonic()
        return [task for task, at in self._due.items() if at <= now]

    def _keep_claim(self) -> None:
        """Renew the lease when a third of it has passed; stop an attempt that lost it or was called off."""
        attempt = self._worker.attempt
        if attempt is None:
            return
        now = time.monotonic()
        if self._beaten[0] is not attempt:
            self._beaten = (attempt, now)
        elif now - self._beaten[1] >= self._beat_seconds:
            attempt.lost = not self._store.heartbeat(attempt.claim)
            self._beaten = (attempt, now)
        if not attempt.lost and self._store.cancel_wanted(attempt.claim):
            attempt.called_off = True
        if attempt.lost or attempt.called_off:
            self._worker.interrupt(attempt)

    def _look_after_thread(self) -> None:
        attempt = self._worker.attempt
        if self._worker.stopping:
            self._worker.wake()
            if attempt is not None and attempt.waits_for_turn:
                self._worker.interrupt(attempt)
        elif not self._worker.is_alive():
            self._worker.restart()

    def _say_whether_at_work(self) -> None:
        """Say every few seconds that the worker looks for work, and at once when it no longer can."""
        now, said_at = time.monotonic(), self._said_at_work
        if self._worker.looks_for_work():
            if said_at is None or now - said_at >= SAY_SECONDS:
                self._store.say_at_work(self._worker.name)
                self._said_at_work = now
        elif said_at is not None and not self._worker.stopping:
            self._store.say_unable(self._worker.name)
            self._said_at_work = None

    def _sweep(self) -> None:
        self._due[self._sweep] = time.monotonic() + SWEEP_SECONDS
        self._store.recover_stale()

    def _close_questions(self) -> None:
        self._due[self._close_questions] = time.monotonic() + QUESTION_SECONDS
        self._store.expire_questions()

    def _check_file(self) -> None:
        """Let the database be checked in a thread of its own: that may take longer than a lease."""
        at_start = self._checking is None and self._store.is_first()
        self._due[self._check_file] = time.monotonic() + TIDY_SECONDS
        self._checking = threading.Thread(
            target=self._safely, args=(lambda: self._store.check_thoroughly(at_start=at_start),), daemon=True
        )
        self._checking.start()

    def _tidy(self) -> None:
        self._due[self._tidy] = time.monotonic() + TIDY_SECONDS
        self._store.tidy()
