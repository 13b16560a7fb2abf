"""A proxy on loopback before PostgreSQL that cuts connections: at a chosen commit, all at once, or without a word.

A commit is a COMMIT, or the execution of a statement that is a transaction of its own.
"""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

from app.db.postgres.statements import LIGHT

STARTS = (80877103, 80877104)  # a client asks for TLS or GSS first


class CuttingProxy:
    """Passes on what clients and server say, message by message, and counts the clients' commits."""

    def __init__(self, server_port: int) -> None:
        self.commits = 0
        #: The number of the commit that is cut off, and whether it reaches the server first.
        self.cut_at: int | None = None
        self.reply_lost = True
        #: Whether new connections are refused, and whether what comes is kept back without a word.
        self.away = False
        self.silent = False
        #: How long (seconds) the server is away after a commit was cut off.
        self.away_seconds = 0.0
        self._server_port = server_port
        self._lock = threading.Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, database: str) -> str:
        """Return the address of a database by way of the proxy."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}?sslmode=disable&gssencmode=disable"

    def cut_next(self, number: int, *, reply_lost: bool, away_seconds: float = 0.0) -> None:
        """Cut off a commit: 1 is the next one."""
        with self._lock:
            self.reply_lost, self.away_seconds = reply_lost, away_seconds
            self.cut_at = self.commits + number

    @property
    def has_cut(self) -> bool:
        """Return whether the commit that was to be cut off has come."""
        return self.cut_at is not None and self.commits >= self.cut_at

    def cut_all(self) -> None:
        """Break every connection."""
        for pair in list(self._pairs):
            self._cut(pair)

    def close(self) -> None:
        """Stop."""
        self.away = True
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut_all()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self.away:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._server_port))
            except OSError:
                client.close()
                continue
            pair = (client, server)
            for end in pair:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs.add(pair)
            swallow = threading.Event()
            threading.Thread(target=self._requests, args=(pair, swallow), daemon=True).start()
            threading.Thread(target=self._replies, args=(pair, swallow), daemon=True).start()

    def _requests(self, pair: tuple[socket.socket, socket.socket], swallow: threading.Event) -> None:
        client, server = pair
        said = Said()
        with suppress(OSError, EOFError):
            while True:
                head = _exactly(client, 8)
                length, code = struct.unpack("!ii", head)
                server.sendall(head + _exactly(client, length - 8))
                if code not in STARTS:
                    break
            while True:
                kind = _exactly(client, 1)
                head = _exactly(client, 4)
                body = _exactly(client, struct.unpack("!i", head)[0] - 4)
                if said.commits(kind, body) and self._is_cut():
                    if not self.reply_lost:
                        break
                    swallow.set()
                while self.silent:
                    threading.Event().wait(0.05)
                server.sendall(kind + head + body)
        if not swallow.is_set():
            self._cut(pair)

    def _replies(self, pair: tuple[socket.socket, socket.socket], swallow: threading.Event) -> None:
        client, server = pair
        with suppress(OSError):
            while data := server.recv(65_536):
                if swallow.is_set():
                    break
                while self.silent:
                    threading.Event().wait(0.05)
                client.sendall(data)
        self._cut(pair)

    def _is_cut(self) -> bool:
        with self._lock:
            self.commits += 1
            cut = self.commits == self.cut_at
        if cut and self.away_seconds:
            self.away = True
            threading.Timer(self.away_seconds, self._come_back).start()
        return cut

    def _come_back(self) -> None:
        self.away = False

    def _cut(self, pair: tuple[socket.socket, socket.socket]) -> None:
        self._pairs.discard(pair)
        for end in pair:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Said:
    """What a client has said on one connection: a prepared statement is named later, not said again."""

    def __init__(self) -> None:
        self._prepared: dict[bytes, bytes] = {}
        self._bound = b""

    def commits(self, kind: bytes, body: bytes) -> bool:
        """Return whether a message commits."""
        if kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self._prepared[name] = sql
        elif kind == b"B":
            self._bound = self._prepared[body.split(b"\0", 2)[1]]
        return (kind == b"Q" and b"COMMIT" in body) or (
            kind == b"E" and self._bound.startswith(b"WITH") and LIGHT.encode() in self._bound
        )


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data
