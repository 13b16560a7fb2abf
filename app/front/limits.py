"""How long, how much and how many: what a client may cost before it has asked anything."""

from __future__ import annotations

import resource
import socket
from dataclasses import dataclass

#: Descriptors that a process keeps for everything but connections: databases, and some fourteen files a region.
OTHER_FILES = 512


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
    """Return who is counted together: an IPv4 address, the /64 of an IPv6 one; None for a local socket's other end."""
    if not isinstance(address, tuple):
        return None
    host = str(address[0]).partition("%")[0].removeprefix("::ffff:")
    if ":" not in host:
        return host
    return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, host)[:8] + bytes(8))


def room_for_connections(wanted: int) -> int:
    """Return how many connections a process may hold, after allowing it as many open files as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(min(wanted, soft - OTHER_FILES), soft // 4)
    return wanted
