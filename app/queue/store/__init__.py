"""Jobs and snapshots in one SQLite file, usable by every thread of every process on one machine."""

from __future__ import annotations

from app.queue.store.attempts import ClaimStore, EndingStore
from app.queue.store.operations import OperationStore
from app.queue.store.people import PeopleStore, SnapshotStore


class SqliteStore(PeopleStore, ClaimStore, EndingStore, SnapshotStore, OperationStore):
    """The whole store: see `app.queue.interface.JobStore` for what each verb promises."""
