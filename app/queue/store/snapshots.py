"""Reports that stay: stored with their job's completion, read by anyone with the link, deleted by their owner."""
# ruff: noqa: S608 - only constants are put into statements; values are bound

from __future__ import annotations

from app.errors import NotYours, SnapshotNotFound
from app.queue.jobs import Snapshot
from app.queue.store.base import StoreBase
from app.queue.store.rows import SNAPSHOT_COLUMNS, snapshot_from, snapshot_key


class SnapshotStore(StoreBase):
    """Stored reports."""

    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        """Return a stored report. Raises SnapshotNotFound."""
        sql = f"SELECT {SNAPSHOT_COLUMNS} FROM snapshots WHERE job_seq = ? AND snapshot_id = ?"
        rows = self.db.read(sql, snapshot_key(snapshot_id))
        if not rows:
            raise SnapshotNotFound
        return snapshot_from(rows[0])

    def delete_snapshot(self, snapshot_id: str, owner: str | None) -> None:
        """Delete a report and all that its job keeps of the address. Raises SnapshotNotFound or NotYours."""
        with self.db.write(durable=True) as connection:
            sql = "SELECT job_seq, owner FROM snapshots WHERE job_seq = ? AND snapshot_id = ?"
            rows = connection.execute(sql, snapshot_key(snapshot_id)).fetchall()
            if not rows:
                raise SnapshotNotFound
            seq, its_owner = rows[0]
            if owner not in (None, its_owner):
                raise NotYours
            connection.execute("DELETE FROM snapshots WHERE job_seq = ?", (seq,))
            for statement in DELETE_JOB:
                connection.execute(statement, (seq,))

    def recent_snapshots(self, owner: str, limit: int = 10) -> tuple[Snapshot, ...]:
        """Return an owner's reports, newest first, as long as their jobs are kept."""
        sql = (
            f"SELECT {SNAPSHOT_COLUMNS} FROM snapshots WHERE job_seq IN"
            " (SELECT seq FROM evaluation_jobs WHERE owner = ? AND status = 'done' ORDER BY seq DESC LIMIT ?)"
            " ORDER BY job_seq DESC"
        )
        return tuple(snapshot_from(row) for row in self.db.read(sql, (owner, limit)))


#: All rows of one job but its snapshot, by seq.
DELETE_JOB = (
    "DELETE FROM job_stages WHERE job_seq = ?",
    "DELETE FROM job_events WHERE job_seq = ?",
    "DELETE FROM evaluation_jobs WHERE seq = ?",
)
