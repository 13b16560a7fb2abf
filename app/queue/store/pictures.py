"""The pictures of a report: kept with it, read by anyone with its link, deleted with it (tables/sqlite/04.sql)."""

from __future__ import annotations

from collections.abc import Sequence

from app.db.interface import Connection
from app.queue.jobs import Picture
from app.queue.store.base import StoreBase, seq_in


class PictureStore(StoreBase):
    """The part of the store that keeps pictures."""

    def picture(self, snapshot_id: str, name: str) -> bytes | None:
        """Return a kept picture of a report; None if there is no such report, or it has none of that name."""
        rows = self.db.read(
            """
            SELECT body FROM pictures JOIN snapshots USING (job_seq)
            WHERE job_seq = :seq AND snapshot_id = :snapshot_id AND name = :name
            """,
            {"seq": seq_in(snapshot_id), "snapshot_id": snapshot_id, "name": name},
        )
        return rows[0]["body"] if rows else None

    def picture_names(self, snapshot_id: str) -> frozenset[str]:
        """Return which pictures of a report are kept."""
        rows = self.db.read(
            """
            SELECT name FROM pictures JOIN snapshots USING (job_seq)
            WHERE job_seq = :seq AND snapshot_id = :snapshot_id
            """,
            {"seq": seq_in(snapshot_id), "snapshot_id": snapshot_id},
        )
        return frozenset(row["name"] for row in rows)

    def keep_pictures(self, snapshot_id: str, pictures: Sequence[Picture]) -> None:
        """Keep pictures that were drawn after the report was stored; nothing if it was deleted in the meantime.

        What is kept stays: two that draw the same picture at once must not change it under its readers.
        """
        with self.db.write(durable=False) as connection:
            connection.executemany(
                """
                INSERT INTO pictures (job_seq, name, body)
                SELECT job_seq, :name, :body FROM snapshots WHERE job_seq = :seq AND snapshot_id = :snapshot_id
                ON CONFLICT (job_seq, name) DO NOTHING
                """,
                [
                    {"seq": seq_in(snapshot_id), "snapshot_id": snapshot_id, "name": picture.name, "body": picture.body}
                    for picture in pictures
                ],
            )


def store_pictures(connection: Connection, seq: int, pictures: Sequence[Picture]) -> None:
    """Store the pictures of a report in the transaction that stores the report."""
    connection.executemany(
        "INSERT INTO pictures (job_seq, name, body) VALUES (:seq, :name, :body)",
        [{"seq": seq, "name": picture.name, "body": picture.body} for picture in pictures],
    )
