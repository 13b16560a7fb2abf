"""What a Host header may say: something that a link can be built with."""

from __future__ import annotations

import re
from functools import lru_cache

#: A name of labels of at most 63 characters, an IPv4 address or an IPv6 address in brackets; perhaps a port.
HOST = re.compile(
    r"(?P<name>[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*\.?|\[[0-9a-f:.]{2,45}\])(?::(?P<port>\d{1,5}))?",
    re.ASCII | re.IGNORECASE,
)
LONGEST_NAME, LAST_PORT = 253, 65_535


@lru_cache(maxsize=128)  # every poll asks, and nearly always of the same name
def is_host(text: str) -> bool:
    """Return whether a text may stand in the header Host."""
    found = HOST.fullmatch(text) if len(text) <= LONGEST_NAME + len(":65535") else None
    return found is not None and len(found["name"]) <= LONGEST_NAME and 1 <= int(found["port"] or 1) <= LAST_PORT
