"""Who looks for work: each worker says so every few seconds, whichever process of the site it lives in."""

from __future__ import annotations

import logging
import math
import time

from app.db.interface import Connection
from app.queue.store.base import AHEAD_SECONDS, StoreBase

logger = logging.getLogger(__name__)

#: A worker says that often (seconds) that it looks for work.
SAY_SECONDS = 10.0
#: Nobody has said so for this long (seconds): nobody works. Longer than a restart of the site takes.
SILENT_SECONDS = 30.0
#: How old (seconds) the answer whether somebody works may be: every poll of a waiting job asks.
ASK_SECONDS = 1.0
#: Workers that have been silent this long are forgotten.
FORGET_SECONDS = 3_600.0


class WorkerStore(StoreBase):
    """The part of the store that knows whether anybody works."""

    #: Whether somebody works, and when that was looked up; True at first, so that a start is not logged as a change.
    _somebody = (True, -math.inf)

    def say_at_work(self, worker: str) -> None:
        """Note that a worker looks for work, or is busy with it."""
        now = self.clocks.steady()
        with self.db.write(durable=False) as connection:
            connection.execute(
                """
                INSERT INTO workers (name, process, seen_at) VALUES (:name, :process, :now)
                ON CONFLICT (name) DO UPDATE SET process = :process, seen_at = :now
                """,
                {"name": worker, "process": self.process, "now": now},
            )
            forget_silent(connection, "workers", now)

    def say_unable(self, worker: str) -> None:
        """Note that a worker cannot work."""
        with self.db.write(durable=False) as connection:
            connection.execute("DELETE FROM workers WHERE name = :name", {"name": worker})

    def somebody_works(self) -> bool:
        """Return whether a worker of any process has lately looked for work; log it when that changes."""
        before, asked_at = self._somebody
        if time.monotonic() - asked_at <= ASK_SECONDS:
            return before
        somebody = self._look_for_workers()
        self._somebody = (somebody, time.monotonic())
        if before and not somebody:
            logger.error("nobody works on the queue: no worker of this site has looked for work lately")
        elif somebody and not before:
            logger.warning("somebody works on the queue again")
        return somebody

    def workers_at_work(self) -> dict[str, float]:
        """Return how long ago (seconds) each worker said so, by its name, without those whose processes are gone."""
        now = self.clocks.steady()
        rows = self.db.read(
            "SELECT name, process, seen_at FROM workers WHERE seen_at <= :latest", {"latest": now + AHEAD_SECONDS}
        )
        return {row["name"]: max(now - row["seen_at"], 0.0) for row in rows if not self.is_gone(row["process"])}

    def _look_for_workers(self) -> bool:
        now = self.clocks.steady()
        sql = "SELECT 1 FROM workers WHERE seen_at > :silent AND seen_at <= :latest LIMIT 1"
        return bool(self.db.read(sql, {"silent": now - SILENT_SECONDS, "latest": now + AHEAD_SECONDS}))


def forget_silent(connection: Connection, table: str, now: float) -> None:
    """Forget workers, or hosts, that were heard of too long ago, or before a reboot."""
    connection.execute(_FORGET.format(table=table), {"old": now - FORGET_SECONDS, "latest": now + AHEAD_SECONDS})


#: Two that forget at once must not wait for each other: each holds its own row already.
_FORGET = """
DELETE FROM {table} WHERE name IN (
    SELECT name FROM {table} WHERE seen_at < :old OR seen_at > :latest /*pg FOR UPDATE SKIP LOCKED */
)
"""
