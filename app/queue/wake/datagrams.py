"""Waking workers of one machine: an Event inside a process, a datagram to every other process.

A worker that misses one (a full socket, a cleaned folder) finds the work when it next looks by itself.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import secrets
import socket
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from app.db.owners import give_to_owner_of

logger = logging.getLogger(__name__)

#: A Unix socket's path must fit into 108 bytes on Linux and 104 elsewhere, the socket's own name included.
LONGEST_FOLDER_BYTES = 70


def socket_folder(data_dir: Path) -> Path:
    """Return where the sockets are: beside the database, or in the temporary folder if that path is too long."""
    folder = data_dir.resolve() / "wake"
    if len(os.fsencode(folder)) <= LONGEST_FOLDER_BYTES:
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"doorstep-{os.getuid()}-{name}"


class DatagramWakeUp:
    """Wakes every worker that shares a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.resolve()
        self._folder = socket_folder(data_dir)
        self._events: tuple[threading.Event, ...] = ()
        self._lock = threading.Lock()
        self._own: Path | None = None

    def notify(self) -> None:
        """Wake every worker. Never fails."""
        for event in self._events:
            event.set()
        try:
            names = os.listdir(self._folder)  # noqa: PTH208 - on the path of every submission
        except OSError:
            return
        own = self._own.name if self._own else ""
        others = [self._folder / name for name in names if name != own]
        if others:
            _send(others)

    def subscribe(self) -> threading.Event:
        """Return an event that every notification sets from now on, whichever process sends it."""
        event = threading.Event()
        with self._lock:
            self._events = (*self._events, event)
            if self._own is None:
                self._open_socket()
        return event

    def unsubscribe(self, event: threading.Event) -> None:
        """Stop setting an event; the last one to leave closes the socket."""
        with self._lock:
            self._events = tuple(other for other in self._events if other is not event)
            if not self._events and self._own is not None:
                own, self._own = self._own, None
                _send([own])
                own.unlink(missing_ok=True)

    def _open_socket(self) -> None:
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = self._folder / f"{os.getpid()}-{secrets.token_hex(4)}"
        try:
            self._make_folder()
            receiver.bind(os.fspath(path))
            give_to_owner_of(path, self._folder)
        except OSError as error:
            receiver.close()
            logger.warning("workers will notice new jobs a second late: no wake-up socket (%s)", error.strerror)
            return
        self._own = path
        threading.Thread(target=self._receive, args=(receiver, path), name="doorstep-receiver", daemon=True).start()

    def _make_folder(self) -> None:
        """Make the folder of the sockets, for the owner of the data alone, whoever comes first."""
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._folder.parent == self._data_dir:
                give_to_owner_of(self._folder, self._data_dir)

    def _receive(self, receiver: socket.socket, path: Path) -> None:
        with receiver:
            while self._own == path:
                receiver.recv(1)
                for event in self._events:
                    event.set()


def _send(paths: Sequence[Path]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        for path in paths:
            try:
                sender.sendto(b"!", os.fspath(path))
            except BlockingIOError:
                continue  # it has not read the earlier ones yet
            except OSError as error:
                if error.errno == errno.ECONNREFUSED:
                    with suppress(OSError):
                        path.unlink()  # its process was killed; names are never used twice
