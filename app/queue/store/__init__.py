"""Jobs and snapshots in one SQLite file, usable by every thread of every process on one machine."""

from __future__ import annotations

from app.queue.store.batches import BatchStore
from app.queue.store.hosts import HostStore
from app.queue.store.operations import OperationStore
from app.queue.store.pictures import PictureStore
from app.queue.store.questions import QuestionStore
from app.queue.store.recovery import RecoveryStore
from app.queue.store.retention import RetentionStore
from app.queue.store.runs import RunStore
from app.queue.store.services import ServiceStore
from app.queue.store.sharing import SharingStore
from app.queue.store.tokens import TokenStore
from app.queue.store.totals import TotalsStore
from app.queue.store.workers import WorkerStore


class JobStore(
    QuestionStore,
    RecoveryStore,
    OperationStore,
    PictureStore,
    BatchStore,
    HostStore,
    RetentionStore,
    RunStore,
    ServiceStore,
    SharingStore,
    TokenStore,
    TotalsStore,
    WorkerStore,
):
    """The whole store. Every method raises QueueUnavailable if the database cannot be reached."""
