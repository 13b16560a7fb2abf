"""What a report says of the one that was evaluated again."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import SnapshotNotFound
from app.pipeline.changes import changes
from app.pipeline.report import Report
from app.queue.jobs import Snapshot
from app.views.shown import shown_report
from app.web.services import store


@dataclass(frozen=True, slots=True)
class Since:
    """The earlier report, and what is different from it.

    `sentences` are None where the earlier report has been deleted.
    """

    snapshot_id: str
    created_at: float
    sentences: tuple[str, ...] | None


def since_earlier(snapshot: Snapshot, report: Report) -> Since | None:
    """Return what changed since the report that this one evaluated again, None for a first evaluation."""
    if snapshot.again_of is None:
        return None
    try:
        earlier = store().get_snapshot(snapshot.again_of)
    except SnapshotNotFound:
        return Since(snapshot.again_of, 0.0, None)
    return Since(earlier.snapshot_id, earlier.created_at, changes(shown_report(earlier), report))
