"""The thread that holds all connections: it puts requests together, and sees to it that no client takes too much."""

from __future__ import annotations

import errno
import logging
import math
import os
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from queue import SimpleQueue
from typing import Any

from gunicorn.http.message import Request

from app.front.company import Company
from app.front.connection import Connection, State
from app.front.incoming import CONTINUE
from app.front.limits import Limits
from app.front.refusals import Unreadable, refusal

READ_BYTES = 64 * 1024
#: Deadlines are looked at about this often; what was turned away is logged at most as often as that (seconds).
SWEEP_SECONDS = 0.5
LOG_SECONDS = 60.0
#: While something that was sent ahead waits, whether its turn has come is looked at as often (seconds).
AGAIN_SECONDS = 0.01
#: One connection is taken in at a time, so that the processes share them; more, where many others are seen to between.
EVENTS_PER_ACCEPT = 8
#: What the system says when it has no more descriptors or memory for a connection.
NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
#: The system's own buffers for each connection: a client that takes nothing holds no more of the kernel's memory.
KERNEL_BYTES = ((socket.SO_SNDBUF, 128 * 1024), (socket.SO_RCVBUF, 64 * 1024))

log = logging.getLogger("gunicorn.error")


class Reception:
    """Takes connections in, and puts those with a whole request into `asked`.

    Whoever answers them there gives them back where there is more to do than to wait for the next request. All else is
    done by the one thread that calls `turn` again and again.
    """

    def __init__(
        self,
        settings: Any,
        limits: Limits,
        listeners: Sequence[Any],
        bell: tuple[int, int],
        *,
        most: int,
        tells_clients_apart: bool,
    ) -> None:
        self.asked: SimpleQueue[Connection] = SimpleQueue()
        self.requests = 0
        #: No more connections are taken in, and the next answer on each is the last.
        self.closing = False
        self._settings, self._limits, self._listeners = settings, limits, listeners
        self._most, self._tells_clients_apart = most, tells_clients_apart
        self._alarm, self._bell = bell
        self._given: SimpleQueue[Connection] = SimpleQueue()
        #: Connections whose next request, or part of it, was there before the last one was answered.
        self._ahead: deque[Connection] = deque()
        self._company = Company()
        self._turned_away: Counter[str] = Counter()
        self._swept = self._logged = time.monotonic()
        self._listening, self._accepts = False, 1
        self._poller = selectors.DefaultSelector()
        self._poller.register(self._alarm, selectors.EVENT_READ, self._take_back)
        self._listen(True)

    @property
    def empty(self) -> bool:
        """Return whether nobody is connected."""
        return len(self._company) == 0

    def turn(self, seconds: float = SWEEP_SECONDS) -> None:
        """See to whatever there is to do within some seconds."""
        ready = self._poller.select(AGAIN_SECONDS if self._ahead else seconds)
        self._accepts = 1 + len(ready) // EVENTS_PER_ACCEPT
        for key, events in ready:
            key.data(events)
        while self._ahead and self.asked.empty():
            self._go_on_with(self._ahead.popleft())
        now = time.monotonic()
        if now - self._swept >= SWEEP_SECONDS:
            self._sweep(now)

    def give(self, connection: Connection, answer: bytes, keeps: bool) -> None:
        """Send an answer; from any thread. The connection is kept for another request unless it was the last."""
        if connection.give(answer, keeps, self._keep_seconds()):
            self._given.put(connection)
            with suppress(BlockingIOError):  # it is full of earlier calls
                os.write(self._bell, b".")

    def close(self) -> None:
        """Take no more connections in, and let those who only may send a request do so for a moment yet."""
        self.closing = True
        self._listen(False)
        for listener in self._listeners:
            listener.close()
        patience = time.monotonic() + self._limits.stop_seconds
        for connection in self._company:
            with connection.lock:
                if connection.state in (State.ASKING, State.LEAVING):
                    connection.deadline = min(connection.deadline, patience)

    def _keep_seconds(self) -> float:
        return self._limits.stop_seconds if self.closing else float(self._settings.keepalive)

    # --- who comes in --------------------------------------------------------------------------------

    def _listen(self, on: bool) -> None:
        if on == self._listening:
            return
        for listener in self._listeners:
            if on:
                listener.setblocking(False)
                for option, size in KERNEL_BYTES:
                    listener.setsockopt(socket.SOL_SOCKET, option, size)
                self._poller.register(listener, selectors.EVENT_READ, partial(self._accept, listener))
            else:
                self._poller.unregister(listener)
        self._listening = on

    def _accept(self, listener: Any, _events: int) -> None:
        try:
            for _ in range(self._accepts):
                sock, address = listener.accept()
                sock.setblocking(False)
                self._take_in(Connection(sock, address, listener.getsockname(), self._settings, self._limits))
        except OSError as error:  # nobody is there any more, or there is no room
            if error.errno in NO_ROOM:
                self._make_room()

    def _take_in(self, connection: Connection) -> None:
        if len(self._company) >= self._most:
            self._make_room()
        elif self._has_too_many(connection.client):
            self._drop(self._company.longest_waiting(connection.client), "one client had too many")
        self._company.add(connection)
        self._company.wait_for(connection)
        self._watch(connection, selectors.EVENT_READ)
        self._on_socket(connection, selectors.EVENT_READ)

    def _has_too_many(self, client: str | None) -> bool:
        told_apart = self._tells_clients_apart and client is not None
        return told_apart and self._company.waiting(client) >= self._limits.waiting_per_client

    def _make_room(self) -> None:
        """Close a connection for another one; where none can go, take no new ones in for a moment."""
        leaving = self._company.least_missed()
        if leaving is None:
            self._listen(False)
        else:
            self._drop(leaving, "there were too many")

    # --- what comes in -------------------------------------------------------------------------------

    def _watch(self, connection: Connection, events: int) -> None:
        """Look out for what a connection's turn needs, and for nothing else."""
        if events == connection.events:
            return
        if not connection.events:
            self._poller.register(connection.socket, events, partial(self._on_socket, connection))
        elif events:
            self._poller.modify(connection.socket, events, partial(self._on_socket, connection))
        else:
            self._poller.unregister(connection.socket)
        connection.events = events

    def _on_socket(self, connection: Connection, events: int) -> None:
        with self._blaming(connection):
            if events & selectors.EVENT_WRITE and connection.state is State.TAKING:
                self._give_rest(connection)
            elif events & selectors.EVENT_READ and connection.state is not State.CLOSED:
                self._read(connection)

    @contextmanager
    def _blaming(self, connection: Connection) -> Iterator[None]:
        """Close a connection over which we stumble: its fault, or ours with it, must not be that of all."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is
            log.error("A connection was closed because of %s", type(error).__name__)
            self._drop(connection, "of a fault of ours")

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        with connection.lock:
            if connection.state is State.LEAVING:
                if not data:
                    self._close(connection)
                return
            if data:
                connection.incoming.buffer += data
            else:
                connection.ended = True
            self._go_on(connection)

    def _go_on(self, connection: Connection) -> None:
        """See to what came in. The lock is held."""
        if connection.state is State.ASKING:
            self._take_request(connection)
        elif connection.ended or len(connection.incoming.buffer) > self._limits.ahead_bytes:
            self._watch(connection, connection.events & ~selectors.EVENT_READ)

    def _take_request(self, connection: Connection) -> None:
        """Hand a whole request on, or wait for the rest of it."""
        try:
            request = connection.incoming.whole_request()
        except Unreadable as error:
            self._refuse(connection, error.status, "they could not be read")
            return
        if request is not None:
            self._hand_on(connection, request)
        elif connection.ended:
            self._close(connection)
        else:
            self._wait_for_rest(connection)

    def _hand_on(self, connection: Connection, request: Request) -> None:
        connection.work_on(request)
        self._company.done_waiting(connection)
        if connection.body_bytes:
            self._count(connection)
        if connection.ended:
            self._watch(connection, 0)
        self.requests += 1
        self.asked.put(connection)

    def _wait_for_rest(self, connection: Connection) -> None:
        if not self._company.is_waiting(connection):
            connection.since = time.monotonic()
        self._company.wait_for(connection)
        connection.wait_for_rest()
        self._count(connection)
        if connection.incoming.expects_continue():
            with suppress(OSError):
                connection.socket.send(CONTINUE)

    def _count(self, connection: Connection) -> None:
        """Keep what all hold together within its bound."""
        self._company.count(connection)
        if self._company.holds_more_than(self._limits.held_bytes):
            greediest = self._company.greediest()
            if greediest is not None:
                self._drop(greediest, "all together held too much")

    # --- what goes out -------------------------------------------------------------------------------

    def _take_back(self, _events: int) -> None:
        """See to connections that were given back."""
        with suppress(BlockingIOError):
            os.read(self._alarm, 4096)
        while not self._given.empty():
            connection = self._given.get()
            with self._blaming(connection), connection.lock:
                self._settle(connection)

    def _settle(self, connection: Connection) -> None:
        """Do what the state of a connection asks for after an answer. The lock is held."""
        if connection.state is State.TAKING:
            self._watch(connection, selectors.EVENT_WRITE)
            self._count(connection)
        elif connection.state is State.LEAVING:
            self._leave(connection)
        elif connection.state is State.ASKING:
            self._watch(connection, 0)
            connection.deadline = math.inf
            self._ahead.append(connection)

    def _go_on_with(self, connection: Connection) -> None:
        """See to what a client sent ahead, now that nobody else waits: it may have asked for a hundred pages."""
        with self._blaming(connection), connection.lock:
            if connection.state is State.ASKING:
                self._watch(connection, 0 if connection.ended else selectors.EVENT_READ)
                self._take_request(connection)

    def _give_rest(self, connection: Connection) -> None:
        with connection.lock:
            if connection.give_rest(self._keep_seconds()):
                self._settle(connection)

    # --- who goes ------------------------------------------------------------------------------------

    def _leave(self, connection: Connection) -> None:
        """Say that nothing more is to come, and wait a moment for the client to say the same."""
        if connection.ended:
            self._close(connection)
            return
        with suppress(OSError):
            connection.socket.shutdown(socket.SHUT_WR)
        self._company.wait_for(connection)
        self._watch(connection, selectors.EVENT_READ)

    def _refuse(self, connection: Connection, status: int, why: str) -> None:
        # Imported here: what gunicorn's main process imports counts for none of the processes that serve.
        from app.seeing.counts import REFUSED

        REFUSED.labels(str(status)).inc()
        self._turned_away[why] += 1
        connection.refuse(refusal(status))
        self._leave(connection)

    def _drop(self, connection: Connection, why: str) -> None:
        self._turned_away[why] += 1
        self._close(connection)

    def _close(self, connection: Connection) -> None:
        if connection.state is State.CLOSED:
            return
        self._watch(connection, 0)
        connection.state = State.CLOSED
        self._company.remove(connection)
        connection.socket.close()

    def _sweep(self, now: float) -> None:
        """Close what took too long, and take new connections in again if there was no room."""
        self._swept = now
        for connection in self._company:
            if connection.deadline <= now:
                with connection.lock:
                    self._expire(connection, now)
        self._listen(not self.closing)
        if self._turned_away and now - self._logged >= LOG_SECONDS:
            self._log_turned_away(now)

    def _expire(self, connection: Connection, now: float) -> None:
        if connection.deadline > now:  # an answer was quicker
            return
        if connection.state is State.ASKING and connection.incoming.begun:
            self._refuse(connection, 408, "they came too slowly")
        elif connection.state is State.TAKING:
            self._drop(connection, "answers were taken too slowly")
        else:
            self._close(connection)

    def _log_turned_away(self, now: float) -> None:
        reasons = ", ".join(f"{count} because {why}" for why, count in self._turned_away.items())
        log.warning("Connections closed in the last %.0f s: %s", now - self._logged, reasons)
        self._logged = now
        self._turned_away.clear()
