"""How long, how much and how many: what a client may cost before it has asked anything."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address

#: Descriptors that a process keeps for everything but connections: databases, and some fourteen files a region.
OTHER_FILES = 512
#: Bits of an IPv6 address that the provider gives to one line; its owner uses the others as they like.
LINE_BITS = 64
#: Characters of something that is no address (what a proxy writes) by which it is known.
MOST_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one process. Connections in all are gunicorn's `worker_connections`."""

    #: A request line with its headers; gunicorn's `limit_request_line` and `limit_request_field_size` hold beside it.
    head_bytes: int = 32 * 1024
    #: A body, as it is kept until it is whole: what a list of addresses may have. The application takes less elsewhere.
    body_bytes: int = 1024 * 1024
    #: What follows a request before that was answered; of more, the rest stays on the network until then.
    ahead_bytes: int = 32 * 1024
    #: From the first sign of a request to the end of its headers, and to the end of its body.
    head_seconds: float = 10.0
    request_seconds: float = 30.0
    #: An answer that a client takes more slowly than this, after some seconds of grace, is cut off.
    answer_seconds: float = 20.0
    answer_bytes_per_second: float = 4096.0
    #: After the last answer: how long what a client still sends is read, so that the answer reaches it.
    linger_seconds: float = 2.0
    #: Connections of one client that we wait for. Half the room: to hold one costs a kilobyte, while a client that is
    #: sent away comes back at once, and asks us to take it in again, for as long as it likes.
    waiting_per_client: int = 1000
    #: Requests, or parts of them, and answers not yet taken, of all clients together.
    held_bytes: int = 64 * 1024 * 1024
    #: How long kept connections get to send one more request once the process is to stop.
    stop_seconds: float = 2.0


def client_of(address: object) -> str | None:
    """Return who is counted together at the other end of a socket; None for that of a local one."""
    return block_of(str(address[0])) if isinstance(address, tuple) else None


def block_of(address: str) -> str:
    """Return an IPv4 address as it is, an IPv6 address as its /64, and whatever is neither as a text of its own."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:MOST_CHARACTERS]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((found, LINE_BITS), strict=False))
    return str(found)


def room_for_connections(wanted: int) -> int:
    """Return how many connections a process may hold, after allowing it as many open files as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(min(wanted, soft - OTHER_FILES), soft // 4)
    return wanted
