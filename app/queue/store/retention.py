"""How long jobs and reports are kept, and how much room they may take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from app.queue.store.base import KEEPING
from app.queue.store.keys import forget_old_keys
from app.queue.store.people import PeopleStore, delete_job
from app.queue.store.services import forget_old_answers
from app.sources.extras import RATINGS_MARK, RATINGS_SHOWN_S

#: Jobs or reports cleared away in one transaction, so that others get their turn in between.
PRUNE_BATCH = 100
DAY_SECONDS = 86_400.0
#: Reports of so many days are looked through for ratings: a site that was off for less than that forgets all of them.
LOOKED_THROUGH_SECONDS = 8 * DAY_SECONDS


class RetentionStore(PeopleStore):
    """Clearing away, oldest first, a batch at a time. Nothing goes by one reading of the clock."""

    def settled_before(self) -> float | None:
        """Return a Unix time that is certainly not in the future; None where the site has never run for an hour."""
        settled = self.settled()
        if settled is not None:
            return settled.earliest
        rows = self.db.read("SELECT at FROM settled_clock")
        return min(self.clocks.unix(), rows[0]["at"]) if rows else None

    def tidy(self) -> None:
        """Clear away what the settings say, and write what was deleted out of the log."""
        self._keep_settled()
        self.prune(self.config.job_retention_days)
        if self.config.snapshot_retention_days:
            self.prune_reports(older_than_days=self.config.snapshot_retention_days)
        if self.config.google_key:
            self.forget_ratings()
        self.db.shorten_log()

    def prune(self, older_than_days: float) -> int:
        """Delete jobs that ended more days ago, all for 0; their snapshots stay. Return how many jobs.

        Nothing is deleted where no settled time is known.
        """
        before = self.settled_before() if older_than_days else float("inf")
        if before is None:
            return 0
        pruned = 0
        while batch := self._prune_batch(before - older_than_days * DAY_SECONDS):
            pruned += batch
        with self.db.write(durable=False, turn=KEEPING) as connection:
            forget_old_keys(connection, self.settled())
            forget_old_answers(connection, self.settled())
        return pruned

    def prune_reports(self, *, older_than_days: float | None = None, over_bytes: float | None = None) -> int:
        """Delete the oldest reports with their jobs: those of more days ago, and more until the rest fits into a size.

        A report on anybody's shortlist stays. Return how many were deleted.
        """
        settled = self.settled_before()
        before = -1.0 if older_than_days is None or settled is None else settled - older_than_days * DAY_SECONDS
        pruned = 0
        for seqs in self._reports_in_turn():
            over = over_bytes is not None and self.db.holds_more_than(over_bytes)
            due = [seq for seq, created_at, listed in seqs if not listed and (over or created_at < before)]
            if not over and not any(created_at < before for _, created_at, _ in seqs):
                break
            pruned += self._delete_reports(due)
        return pruned

    def forget_ratings(self) -> int:
        """Take the ratings of places out of reports of more than a day ago. Return of how many.

        Only the last days are looked through: it happens every hour.
        """
        before = self.settled_before()
        if before is None:
            return 0
        latest = before - RATINGS_SHOWN_S
        span = {"after": latest - LOOKED_THROUGH_SECONDS, "before": latest, "mark": RATINGS_MARK}
        rows = self.db.read(_WITH_RATINGS, span)
        for row in rows:
            with self.db.write(durable=False, draining=True) as connection:
                connection.execute(
                    "UPDATE snapshots SET report = :report WHERE job_seq = :seq",
                    {"report": _without_ratings(row["report"]), "seq": row["job_seq"]},
                )
        return len(rows)

    def _keep_settled(self) -> None:
        """Write the settled time down, for commands and for the time after a restart."""
        settled = self.settled()
        if settled is None:
            return
        with self.db.write(durable=False) as connection:
            connection.execute(
                "INSERT INTO settled_clock (id, at) VALUES (1, :at) ON CONFLICT (id) DO UPDATE SET at = :at",
                {"at": settled.earliest},
            )

    def _reports_in_turn(self) -> Iterator[list[tuple[int, float, bool]]]:
        """Yield all reports in batches, oldest first: number, when it was stored, and whether a list holds it."""
        after = -1
        while rows := self.db.read(_NEXT_REPORTS, {"after": after, "most": PRUNE_BATCH}):
            after = rows[-1]["job_seq"]
            yield [(row["job_seq"], row["created_at"], bool(row["listed"])) for row in rows]

    def _delete_reports(self, seqs: Sequence[int]) -> int:
        """Delete reports with their jobs, but for those that somebody has put on a list meanwhile; return how many."""
        deleted = 0
        with self.db.write(durable=False, draining=True, turn=KEEPING) as connection:
            for seq in seqs:
                if connection.execute(_DELETE_UNLISTED, {"seq": seq}).rowcount:
                    delete_job(connection, seq)
                    deleted += 1
        return deleted

    def _prune_batch(self, before: float) -> int:
        with self.db.write(durable=False, draining=True, turn=KEEPING) as connection:
            rows = connection.execute(_ENDED_BEFORE, {"before": before, "most": PRUNE_BATCH}).fetchall()
            for row in rows:
                delete_job(connection, row["seq"])
        return len(rows)


def _without_ratings(report: bytes) -> bytes:
    """Return a report's JSON without ratings. The types of reports load what the evaluator loads with less priority."""
    stored = msgspec.json.decode(report)
    for finding in stored["findings"]:
        finding.pop("ratings", None)
    return msgspec.json.encode(stored)


#: A tile stays for as long as another one of its run, so that no table of a long run is without its beginning.
_ENDED_BEFORE = """
SELECT seq FROM evaluation_jobs AS ended
WHERE completed_at IS NOT NULL AND completed_at < :before
    AND (owner <> 'run:' OR NOT EXISTS (
        SELECT 1 FROM run_tiles AS own
            JOIN run_tiles AS others ON others.run_id = own.run_id
            JOIN evaluation_jobs ON evaluation_jobs.seq = others.job_seq
        WHERE own.job_seq = ended.seq
            AND (evaluation_jobs.completed_at IS NULL OR evaluation_jobs.completed_at >= :before)
    ))
LIMIT :most
/*pg FOR UPDATE OF ended SKIP LOCKED */
"""
_DELETE_UNLISTED = """
DELETE FROM snapshots WHERE job_seq = :seq
    AND NOT EXISTS (SELECT 1 FROM list_entries WHERE list_entries.job_seq = snapshots.job_seq)
"""
_WITH_RATINGS = """
SELECT job_seq, report FROM snapshots
WHERE created_at >= :after AND created_at < :before AND instr(report, :mark) > 0
"""
_NEXT_REPORTS = """
SELECT job_seq, created_at, EXISTS (SELECT 1 FROM list_entries WHERE list_entries.job_seq = snapshots.job_seq) AS listed
FROM snapshots WHERE job_seq > :after ORDER BY job_seq LIMIT :most
"""
