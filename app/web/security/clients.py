"""Whom a request is counted for: the block of network addresses that one connection to the internet has."""

from __future__ import annotations

from hashlib import blake2b

from flask import current_app, request

from app.front.limits import block_of


def client_key(kind: str) -> int:
    """Return the number under which this request's client is counted for something.

    Addresses are personal data, so they are nowhere kept: without the site's secret the number says nothing.
    """
    return key_of(kind, block_of(request.remote_addr or ""))


def key_of(kind: str, whose: str) -> int:
    """Return the number under which somebody is counted for something: 64 bits, never 0."""
    secret = str(current_app.config["SECRET_KEY"]).encode()[:64]
    digest = blake2b(f"{kind} {whose}".encode(errors="replace"), digest_size=8, key=secret).digest()
    return int.from_bytes(digest) or 1
