"""One client's connection: whose turn it is on it, what it still has to take, and until when."""

from __future__ import annotations

import math
import socket
import time
from enum import Enum, auto
from threading import Lock
from typing import Any

from gunicorn.http.message import Request

from app.front.incoming import Incoming
from app.front.limits import Limits, client_of

NOTHING = memoryview(b"")


class State(Enum):
    """Whose turn it is."""

    #: The client's: it sends a request, or may.
    ASKING = auto()
    #: Ours: a thread works on the answer, or will.
    ANSWERING = auto()
    #: The client's: it takes what it has not taken yet of the answer.
    TAKING = auto()
    #: Nobody's: the last answer is out. What still comes is thrown away for a moment, so that the answer arrives.
    LEAVING = auto()
    CLOSED = auto()


class Connection:
    """A connection. Whoever looks at its state and then changes it holds its lock."""

    __slots__ = (
        *("address", "body_bytes", "client", "counted_bytes", "deadline", "ended", "events", "incoming", "keeps"),
        *("limits", "lock", "outgoing", "request", "server", "since", "socket", "state"),
    )

    def __init__(self, sock: socket.socket, address: object, server: object, settings: Any, limits: Limits) -> None:
        self.socket, self.address, self.server, self.limits = sock, address, server, limits
        self.client = client_of(address)
        self.incoming = Incoming(settings, address, limits)
        self.lock = Lock()
        self.state = State.ASKING
        self.request: Request | None = None
        self.body_bytes = 0
        #: What the client has not taken yet of its answer, and whether another request may follow that.
        self.outgoing = NOTHING
        self.keeps = True
        #: The client will send nothing more.
        self.ended = False
        #: What the poller looks out for.
        self.events = 0
        #: How much of what it holds the company has counted.
        self.counted_bytes = 0
        #: When the turn began, and when patience ends, on the monotonic clock.
        self.since = time.monotonic()
        self.deadline = self.since + limits.head_seconds

    @property
    def held_bytes(self) -> int:
        """Return how much memory its client makes us keep."""
        return self.incoming.held_bytes + len(self.outgoing) + self.body_bytes

    def wait_for_rest(self) -> None:
        """Set how long the rest of a request may take, all in all."""
        seconds = self.limits.request_seconds if self.incoming.in_body else self.limits.head_seconds
        self.deadline = self.since + seconds

    def work_on(self, request: Request) -> None:
        """Make it the application's turn."""
        self.body_bytes = request.body.getbuffer().nbytes
        self.request, self.state, self.deadline = request, State.ANSWERING, math.inf

    def give(self, answer: bytes, keeps: bool, keep_seconds: float) -> bool:
        """Send an answer as far as the network takes it at once; return whether there is more to do than to wait.

        Called in the thread that worked on the answer. The lock is held while sending, so that a client that is quick
        with its next request finds the connection ready for it.
        """
        with self.lock:
            self.request, self.body_bytes = None, 0
            if self.state is State.CLOSED:
                return False
            self.outgoing, self.keeps = memoryview(answer), keeps
            if self.give_rest(keep_seconds):
                return self.state is State.LEAVING or self.incoming.begun
            patience = self.limits.answer_seconds + len(self.outgoing) / self.limits.answer_bytes_per_second
            self.state, self.deadline = State.TAKING, self.since + patience
            return True

    def give_rest(self, keep_seconds: float) -> bool:
        """Send more of an answer; return whether all of it is out, so that it is the client's turn, or nobody's."""
        sent = self._send(self.outgoing)
        self.since = time.monotonic()
        if sent < len(self.outgoing):
            self.outgoing = self.outgoing[sent:]
            return False
        self.outgoing = NOTHING
        self.keeps = self.keeps and (not self.ended or self.incoming.begun)
        self.state = State.ASKING if self.keeps else State.LEAVING
        self.deadline = self.since + (keep_seconds if self.keeps else self.limits.linger_seconds)
        return True

    def refuse(self, answer: bytes) -> None:
        """Send a short last answer, whether the client takes it or not."""
        self._send(answer)
        self.state, self.deadline = State.LEAVING, time.monotonic() + self.limits.linger_seconds

    def _send(self, data: bytes | memoryview) -> int:
        """Return how many bytes went out; a client that is gone has taken everything."""
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self.keeps, self.ended = False, True
            self.incoming.buffer.clear()
            return len(data)
