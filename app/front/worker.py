"""The gunicorn worker: one thread holds all connections, and gives whole requests to a few that answer them."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import sys
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.http.message import Request
from gunicorn.workers.base import Worker

from app.config import load_config
from app.errors import DoorstepError
from app.front.answering import answer_of
from app.front.company import Company
from app.front.connection import Connection, State
from app.front.incoming import CONTINUE
from app.front.limits import Limits, room_for_connections
from app.front.refusals import Unreadable, refusal

READ_BYTES = 64 * 1024
#: Deadlines are looked at about this often; what was turned away is logged at most as often as that (seconds).
SWEEP_SECONDS = 0.5
LOG_SECONDS = 60.0
#: What the system says when it has no more descriptors or memory for a connection.
NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
#: The system's own buffers for each connection: a client that takes nothing holds no more of the kernel's memory.
KERNEL_BYTES = ((socket.SO_SNDBUF, 128 * 1024), (socket.SO_RCVBUF, 64 * 1024))


class FrontWorker(Worker):  # type: ignore[misc]
    """Holds back requests that are not whole, and answers that are not taken, without a thread for them.

    Every wait of a client has an end (`Limits`), and where there are too many clients the one that takes most has to
    go. It speaks plain HTTP/1.1; TLS and HTTP/2 are for a proxy. The log never names a path, a query or an address.
    """

    limits = Limits()

    @classmethod
    def check_config(cls, settings: Any, log: Any) -> None:
        """Raise RuntimeError, which gunicorn shows, for what this worker cannot do."""
        if settings.is_ssl or settings.proxy_protocol not in (False, "off"):
            raise RuntimeError("Doorstep's worker speaks plain http. For https put a proxy in front.")

    def load_wsgi(self) -> None:
        """Load the application. What is wrong with the settings is one sentence, after which gunicorn stops."""
        try:
            super().load_wsgi()
        except DoorstepError as error:
            self.log.critical(error.message)
            sys.exit(Arbiter.APP_LOAD_ERROR)

    def run(self) -> None:
        """Serve until gunicorn says stop or is gone, then see the requests under way to their end."""
        self._prepare()
        while self.alive and self.ppid == os.getppid():
            self._turn()
        self._stop()

    def _prepare(self) -> None:
        self._company = Company()
        self._poller = selectors.DefaultSelector()
        #: Connections for the threads, and those that they give back because there is more to do than to wait.
        self._asked: SimpleQueue[Connection] = SimpleQueue()
        self._given: SimpleQueue[Connection] = SimpleQueue()
        self._turned_away: Counter[str] = Counter()
        self._swept = self._logged = time.monotonic()
        self._listening = False
        self._most = room_for_connections(self.cfg.worker_connections)
        #: Behind a proxy all connections are the proxy's.
        self._tells_clients_apart = load_config().trusted_proxies == 0
        self._poller.register(self.PIPE[0], selectors.EVENT_READ, self._take_back)
        self._listen(True)
        for number in range(self.cfg.threads):
            Thread(target=self._answer_for_ever, name=f"answers-{number}", daemon=True).start()

    # --- the threads that answer ---------------------------------------------------------------------

    def _answer_for_ever(self) -> None:
        while True:
            connection = self._asked.get()
            answer, keeps = answer_of(self.wsgi, self.cfg, connection, last=not self.alive)
            if connection.give(answer, keeps, self.cfg.keepalive):
                self._given.put(connection)
                self._wake()

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # it is full of earlier calls
            os.write(self.PIPE[1], b".")

    # --- the thread that holds the connections -------------------------------------------------------

    def _turn(self, seconds: float = SWEEP_SECONDS) -> None:
        self.notify()
        for key, events in self._poller.select(seconds):
            key.data(events)
        now = time.monotonic()
        if now - self._swept >= SWEEP_SECONDS:
            self._sweep(now)

    def _listen(self, on: bool) -> None:
        if on == self._listening:
            return
        for listener in self.sockets:
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
            sock, address = listener.accept()
        except OSError as error:
            if error.errno in NO_ROOM:
                self._make_room()
            return
        sock.setblocking(False)
        connection = Connection(sock, address, listener.getsockname(), self.cfg, self.limits)
        if len(self._company) >= self._most:
            self._make_room()
        elif self._has_too_many(connection.client):
            self._drop(self._company.longest_waiting(connection.client), "one client had too many")
        self._company.add(connection)
        self._company.wait_for(connection)
        self._watch(connection, selectors.EVENT_READ)
        self._read(connection)

    def _has_too_many(self, client: str | None) -> bool:
        told_apart = self._tells_clients_apart and client is not None
        return told_apart and self._company.waiting(client) >= self.limits.waiting_per_client

    def _make_room(self) -> None:
        """Close a connection for another one; where none can go, take no new ones for a moment."""
        leaving = self._company.least_missed()
        if leaving is None:
            self._listen(False)
        else:
            self._drop(leaving, "there were too many")

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
        try:
            if events & selectors.EVENT_WRITE and connection.state is State.TAKING:
                self._give_rest(connection)
            elif events & selectors.EVENT_READ and connection.state is not State.CLOSED:
                self._read(connection)
        except Exception as error:  # noqa: BLE001 - one connection's fault must not be that of all
            self.log.error("A connection was closed because of %s", type(error).__name__)
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
        elif len(connection.incoming.buffer) > self.limits.ahead_bytes or connection.ended:
            self._watch(connection, connection.events & ~selectors.EVENT_READ)

    def _take_request(self, connection: Connection) -> None:
        """Give a whole request to a thread, or wait for the rest of it."""
        try:
            request = connection.incoming.whole_request()
        except Unreadable as error:
            self._refuse(connection, error.status, "they could not be read")
            return
        if request is not None:
            self._give_to_thread(connection, request)
        elif connection.ended:
            self._close(connection)
        else:
            self._wait_for_rest(connection)

    def _give_to_thread(self, connection: Connection, request: Request) -> None:
        connection.work_on(request)
        self._company.done_waiting(connection)
        if request.body.getbuffer().nbytes:
            self._count(connection)
        if connection.ended:
            self._watch(connection, 0)
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        self._asked.put(connection)

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
        if self._company.holds_more_than(self.limits.held_bytes):
            greediest = self._company.greediest()
            if greediest is not None:
                self._drop(greediest, "all together held too much")

    def _take_back(self, _events: int) -> None:
        """See to connections that threads gave back."""
        with suppress(BlockingIOError):
            os.read(self.PIPE[0], 4096)
        while not self._given.empty():
            connection = self._given.get()
            with connection.lock:
                self._settle(connection)

    def _settle(self, connection: Connection) -> None:
        """Do what the state of a connection asks for after an answer. The lock is held."""
        if connection.state is State.TAKING:
            self._watch(connection, selectors.EVENT_WRITE)
            self._count(connection)
        elif connection.state is State.LEAVING:
            self._leave(connection)
        elif connection.state is State.ASKING:
            self._watch(connection, 0 if connection.ended else selectors.EVENT_READ)
            self._take_request(connection)

    def _give_rest(self, connection: Connection) -> None:
        with connection.lock:
            if connection.give_rest(self.cfg.keepalive):
                self._settle(connection)

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
        """Close what took too long, and take new connections again if there was no room."""
        self._swept = now
        for connection in self._company:
            if connection.deadline <= now:
                with connection.lock:
                    self._expire(connection, now)
        self._listen(self.alive)
        if self._turned_away and now - self._logged >= LOG_SECONDS:
            self._log_turned_away(now)

    def _expire(self, connection: Connection, now: float) -> None:
        if connection.deadline > now:  # a thread was quicker
            return
        if connection.state is State.ASKING and connection.incoming.begun:
            self._refuse(connection, 408, "they came too slowly")
        elif connection.state is State.TAKING:
            self._drop(connection, "answers were taken too slowly")
        else:
            self._close(connection)

    def _log_turned_away(self, now: float) -> None:
        self._logged = now
        reasons = ", ".join(f"{count} because {why}" for why, count in self._turned_away.items())
        self.log.warning("Connections closed within a minute: %s", reasons)
        self._turned_away.clear()

    # --- the end -------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Take no more connections, and see those that are there to an end: the next answer on each is the last."""
        self._listen(False)
        for listener in self.sockets:
            listener.close()
        now = time.monotonic()
        until, patience = now + self.cfg.graceful_timeout, now + self.limits.stop_seconds
        for connection in self._company:
            with connection.lock:
                if connection.state in (State.ASKING, State.LEAVING):
                    connection.deadline = min(connection.deadline, patience)
        while len(self._company) and time.monotonic() < until:
            self._turn(0.05)
