"""Jobs and snapshots in one SQLite file, usable by every thread of every process on one machine."""

from __future__ import annotations

from app.queue.store.base import Clocks, Limits
from app.queue.store.claims import ClaimStore
from app.queue.store.endings import EndingStore
from app.queue.store.operations import OperationStore
from app.queue.store.people import PeopleStore
from app.queue.store.schema import SCHEMA
from app.queue.store.snapshots import SnapshotStore

__all__ = ["SCHEMA", "Clocks", "Limits", "SqliteStore"]


class SqliteStore(PeopleStore, ClaimStore, EndingStore, SnapshotStore, OperationStore):
    """The whole store: see `app.queue.interface.JobStore` for what each verb promises."""
