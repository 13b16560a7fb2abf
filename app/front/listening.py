"""Where gunicorn listens and with how many processes, as the environment says."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from app.errors import ConfigError

MOST_PROCESSES = 64
HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


def bind_address(environ: Mapping[str, str]) -> str:
    """Return what gunicorn binds: HOST and PORT, or a local socket (HOST=unix:/path). Raises ConfigError."""
    host = environ.get("HOST", "127.0.0.1")
    if host.startswith("unix:"):
        if not host.removeprefix("unix:").startswith("/"):
            raise ConfigError(name="HOST", why="after unix: it needs the whole path of the socket, from / on")
        return host
    return f"{_host(host)}:{_number(environ, 'PORT', 8000, 1, 65_535)}"


def processes(environ: Mapping[str, str]) -> int:
    """Return how many processes serve pages, each with a worker for the queue. Raises ConfigError."""
    return _number(environ, "WEB_CONCURRENCY", 2, 1, MOST_PROCESSES)


def _host(text: str) -> str:
    """Return a name or an address as it stands before a port."""
    try:
        address = ipaddress.ip_address(text[1:-1] if text.startswith("[") and text.endswith("]") else text)
    except ValueError:
        if HOST_NAME.fullmatch(text) is None:
            raise ConfigError(name="HOST", why=f"{text!r} is no address to listen on, such as 0.0.0.0 or ::1") from None
        return text
    return f"[{address}]" if address.version == 6 else str(address)


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise ConfigError(name=name, why=f"{text!r} is not a whole number")
    if not low <= int(text[:9]) <= high:
        raise ConfigError(name=name, why=f"{text} is not between {low:,} and {high:,}")
    return int(text)
