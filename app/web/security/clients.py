"""Whom a request is counted for: the block of network addresses that one connection to the internet has."""

from __future__ import annotations

from hashlib import blake2b
from ipaddress import IPv6Address, IPv6Network, ip_address

from flask import current_app, request

#: Bits of an IPv6 address that the provider gives to one line; its owner uses the others as they like.
LINE_BITS = 64
#: Characters of something that is no address (what a proxy writes) by which it is known.
MOST_CHARACTERS = 64


def block_of(address: str) -> str:
    """Return an IPv4 address as it is, an IPv6 address as its /64, and whatever is neither as a text of its own."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:MOST_CHARACTERS]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((found, LINE_BITS), strict=False))
    return str(found)


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
