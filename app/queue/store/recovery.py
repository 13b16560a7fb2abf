"""Jobs whose worker is lost: found by the lease, or at once when its process is gone."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from app.db.interface import Row
from app.queue.process import lives
from app.queue.store.attempts import SWEEP_PATIENCE_SECONDS, AttemptStore, claim_from

#: How often each watch sweeps (a second).
SWEEPS_PER_SECOND = 2
#: No lease is ever this long, so a later deadline was written before this machine's last start.
LONGEST_LEASE_SECONDS = 3_600.0
#: A claim may become visible so many seconds after the time at which it says that it began.
UNSEEN_SECONDS = 10.0


class RecoveryStore(AttemptStore):
    """The part of the store that takes jobs from those who hold them no longer."""

    #: How many sweeps found a claim overdue though its owner lives, by its token and the lease that ran out.
    _overdue: Mapping[tuple[str, float], int] = MappingProxyType({})
    #: When the oldest running job began.
    _oldest_began = -math.inf

    def recover_stale(self) -> int:
        """Queue again (or fail, after too many attempts) the jobs whose lease ran out or whose process is gone.

        A process that is known to live keeps its job for as many sweeps more as the lease is long, counted only while
        the database could be written to: it was frozen, or kept from writing, like everybody else. Return how many jobs
        were lost.
        """
        if self.db.contact_seconds() < self.config.lease_seconds:
            return 0  # whoever holds a job has lately found the server away, too, and needs time to say that it lives
        running = self._running()
        lost = {(row["claim_token"], row["lease_until"]): row["job_id"] for row in running if self._why_lost(row)}
        self._overdue = {lease: sweeps for lease, sweeps in self._overdue.items() if lease in lost}
        recovered = sum(self._recover(job_id, token) for (token, _), job_id in lost.items())
        if recovered:
            self._notify()
        return recovered

    def _running(self) -> Sequence[Row]:
        """Return the claims of running jobs; where that is slow, most times of those begun since the oldest of them."""
        skips, began = self._sweeps.allowed, time.monotonic()
        running = self.db.read(
            """
            SELECT job_id, claim_token, lease_until, process, started_at FROM evaluation_jobs
            WHERE completed_at IS NULL AND status = 'running' AND status <> 'asking' /*pg AND started_at >= :since */
            """,
            {"since": self._oldest_began if skips else -math.inf},
        )
        self._sweeps.note(began, whole=not skips)
        oldest = min((row["started_at"] for row in running), default=self.clocks.unix())
        self._oldest_began = oldest - UNSEEN_SECONDS
        return running

    def _recover(self, job_id: str, token: str) -> bool:
        """Look again under the write lock: a heartbeat may have come in between. Return whether the claim was lost.

        Where somebody writes to the job just now the next sweep will see what came of it.
        """
        with self.db.write(durable=True, patience_seconds=SWEEP_PATIENCE_SECONDS) as connection:
            rows = connection.execute(
                """
                SELECT * FROM evaluation_jobs
                WHERE job_id = :job_id AND claim_token = :token AND status = 'running' /*pg FOR UPDATE SKIP LOCKED */
                """,
                {"job_id": job_id, "token": token},
            ).fetchall()
            why = self._why_lost(rows[0]) if rows else ""
            if not why:
                return False
            row = rows[0]
            if self.db.one_machine and lives(row["process"]) and self._is_spared((token, row["lease_until"])):
                return False
            claim = claim_from(row, token, row["worker"], row["lease_until"])
            self._give_up(connection, claim, row, why)
        return True

    def _is_spared(self, lease: tuple[str, float]) -> bool:
        """Count one more sweep that found a living owner overdue; return whether it may still come back."""
        sweeps = self._overdue.get(lease, 0) + 1
        self._overdue = {**self._overdue, lease: sweeps}
        return sweeps <= math.ceil(self.config.lease_seconds * SWEEPS_PER_SECOND)

    def _why_lost(self, row: Row) -> str:
        """Return why the claim of a running job counts as lost, "" if it stands."""
        now, lease_until, process = self.clocks.steady(), row["lease_until"], row["process"]
        if lease_until <= now or lease_until > now + LONGEST_LEASE_SECONDS:
            return "its worker sent no heartbeat in time"
        if process != self.process and self.is_gone(process):
            return "its worker was gone"
        return ""
