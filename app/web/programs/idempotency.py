"""`Idempotency-Key`: a request that creates something may be sent again, and counts once."""

from __future__ import annotations

from hashlib import sha256

from flask import request

from app.errors import BadIdempotencyKey, IdempotencyKeyWithoutOwner
from app.queue.jobs import Once

HEADER = "Idempotency-Key"
LONGEST = 128


def once_in_request(owner: str | None, asked: bytes) -> Once | None:
    """Return the key of this request with what it asks for; None without a key.

    `owner` is the visitor who was known before; `asked` the listing as JSON, so that it does not matter how it was
    written. Raises BadIdempotencyKey, or IdempotencyKeyWithoutOwner where a repeat would not be known as one.
    """
    given = request.headers.get(HEADER)
    if given is None:
        return None
    key = _unquoted(given.strip())
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise BadIdempotencyKey(longest=LONGEST)
    if owner is None:
        raise IdempotencyKeyWithoutOwner
    return Once(_digest(owner.encode(), key.encode()), _digest(request.full_path.encode(), asked))


def _unquoted(key: str) -> str:
    """Return the key without the quotes that the header's draft standard puts around it."""
    return key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key


def _digest(*parts: bytes) -> str:
    return sha256(b"\0".join(parts)).hexdigest()
