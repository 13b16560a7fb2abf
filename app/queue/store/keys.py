"""Idempotency keys in the store: a request that is sent again under its key gets what it made before."""

from __future__ import annotations

from app.db.interface import Connection
from app.errors import IdempotencyKeyReused
from app.queue.clocks import Settled
from app.queue.jobs import Once

#: How long a key is kept.
KEPT_SECONDS = 24 * 3_600.0


def made_with(connection: Connection, once: Once, settled: Settled | None) -> str | None:
    """Return the id of what came of a key, a job or a batch; None for a new one. Raises IdempotencyKeyReused."""
    forget_old_keys(connection, settled)
    row = connection.execute(
        "SELECT request, made FROM idempotency_keys WHERE digest = :digest", {"digest": once.key}
    ).fetchone()
    if row is None:
        return None
    if row["request"] != once.request:
        raise IdempotencyKeyReused
    return str(row["made"])


def keep_key(connection: Connection, once: Once, made: str, now: float) -> None:
    """Keep what came of a key."""
    connection.execute(
        "INSERT INTO idempotency_keys (digest, request, made, kept_at) VALUES (:digest, :request, :made, :now)",
        {"digest": once.key, "request": once.request, "made": made, "now": now},
    )


def forget_old_keys(connection: Connection, settled: Settled | None) -> None:
    """Forget keys after a day, and those of a day that has not come: the clock was put back since.

    No key is forgotten by one reading of the clock: the request would count twice.
    """
    if settled is not None:
        connection.execute(
            _FORGET,
            {"before": settled.earliest - KEPT_SECONDS, "after": settled.latest + KEPT_SECONDS},
        )


#: Two that forget at once never wait for each other.
_FORGET = """
DELETE FROM idempotency_keys WHERE digest IN (
    SELECT digest FROM idempotency_keys WHERE kept_at < :before OR kept_at > :after /*pg FOR UPDATE SKIP LOCKED */
)
"""
