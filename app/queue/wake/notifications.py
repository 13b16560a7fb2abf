"""Waking workers of other hosts by PostgreSQL's NOTIFY: one connection a process listens."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress

import psycopg

from app.db.postgres.connection import PgConnection
from app.db.postgres.database import PostgresDatabase
from app.db.postgres.statements import LIGHT
from app.errors import DoorstepError
from app.queue.store.skipping import Skipping
from app.queue.wake import BUSY_LINE, CHANNEL

logger = logging.getLogger(__name__)

#: How often the listener looks whether it should end, and whether its connection lives (seconds).
LOOK_SECONDS = 2.0
#: Pause before a lost connection is made again (seconds).
PAUSE_SECONDS = 0.5
#: Tells all who listen. Nobody waits until that is on the disk.
_TELL = f"SELECT {LIGHT}, pg_notify('{CHANNEL}', '')"
_TELL_UNLESS_BUSY = f"""
{_TELL} WHERE (
    SELECT count(*) FROM (
        SELECT 1 FROM evaluation_jobs
        WHERE completed_at IS NULL AND status = 'queued' AND status <> 'asking' LIMIT {BUSY_LINE}
    ) AS line
) < {BUSY_LINE}
"""  # noqa: S608 - constants


class NotificationWakeUp:
    """Wakes every worker that uses the same PostgreSQL database."""

    def __init__(self, db: PostgresDatabase) -> None:
        self._db = db
        self._events: tuple[threading.Event, ...] = ()
        self._lock = threading.Lock()
        self._listener: threading.Thread | None = None
        #: Where even a short look into the line is slow, all are told without one.
        self._looks = Skipping(after_seconds=0.1)

    def notify(self) -> None:
        """Wake every worker, unless the line is so long that none can be idle. Never fails."""
        self._wake_own()
        with suppress(DoorstepError):
            began, skips = time.monotonic(), self._looks.allowed
            self._db.read(_TELL if skips else _TELL_UNLESS_BUSY)
            self._looks.note(began, whole=not skips)

    def subscribe(self) -> threading.Event:
        """Return an event that every notification sets from now on, whichever host sends it."""
        event = threading.Event()
        with self._lock:
            self._events = (*self._events, event)
            if self._listener is None:
                self._listener = threading.Thread(target=self._listen, name="doorstep-listener", daemon=True)
                self._listener.start()
        return event

    def unsubscribe(self, event: threading.Event) -> None:
        """Stop setting an event; when the last one leaves the listener ends within seconds."""
        with self._lock:
            self._events = tuple(other for other in self._events if other is not event)

    def _wake_own(self) -> None:
        for event in self._events:
            event.set()

    def _listen(self) -> None:
        """Listen as long as somebody waits. What came while the connection was away is found by looking at once."""
        pause = threading.Event()
        while self._somebody_waits():
            try:
                with self._db.listen(CHANNEL) as connection:
                    self._wake_own()
                    self._pass_on(connection)
            except psycopg.Error:  # the store's own connections log that the server is away
                pause.wait(PAUSE_SECONDS)

    def _pass_on(self, connection: PgConnection) -> None:
        while self._somebody_waits():
            for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                self._wake_own()
            if connection.closed:
                return

    def _somebody_waits(self) -> bool:
        with self._lock:
            if not self._events:
                self._listener = None
            return bool(self._events)
