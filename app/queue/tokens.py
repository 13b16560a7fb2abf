"""Tokens of hosts: what a program shows instead of a cookie, and what it may then do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

#: What every token begins with, so that people and programs that look for leaked secrets know one when they see it.
MARK = "doorstep_"
#: Random bytes of a secret: 256 bits need no salt and no slow hash.
SECRET_BYTES = 32
#: So many letters of a token are shown in the list.
PREFIX_LETTERS = len(MARK) + 6
#: What the owner of a token's jobs begins with; no owner in a cookie holds a colon.
OWNER_MARK = "token:"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the store keeps it; the secret itself is kept nowhere."""

    name: str
    prefix: str
    #: Owner of the jobs and reports that come with it.
    owner: str
    #: Waiting and running jobs at once, and requests a minute.
    max_live_jobs: int
    per_minute: int
    created_at: float
    #: The day (UTC, ISO) on which it was last shown, None if never.
    last_used_on: str | None
    revoked_at: float | None


def new_secret() -> str:
    """Return a new token, to be shown once."""
    return f"{MARK}{secrets.token_urlsafe(SECRET_BYTES)}"


def digest_of(secret: str) -> str:
    """Return what is kept of a token."""
    return sha256(secret.encode()).hexdigest()
