"""Requests byte by byte, as no library would send them."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from tests.support.serving import Site

PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """A connection to a site."""

    def __init__(self, site: Site, *, receives: int = 0) -> None:
        host, _, port = site.url.removeprefix("http://").partition(":")
        self.socket = socket.socket()
        if receives:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        self.socket.settimeout(PATIENCE_SECONDS)
        self.socket.connect((host, int(port)))
        self._file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send some bytes."""
        self.socket.sendall(data)

    def answer(self, method: str = "GET") -> Answer:
        """Read the next answer."""
        status = int(self._file.readline().split(b" ")[1])
        headers = {}
        while (line := self._file.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        bodiless = method == "HEAD" or status in (100, 204, 304)
        return Answer(status, headers, b"" if bodiless else self._file.read(int(headers["content-length"])))

    def rest(self) -> bytes:
        """Read until the other end closes; a connection that is broken off ends here, too."""
        try:
            return self._file.read()
        except ConnectionResetError:
            return b""

    def close(self) -> None:
        """Close it."""
        self._file.close()
        self.socket.close()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def get(path: str, *headers: str, method: str = "GET") -> bytes:
    """Return the bytes of a request without a body."""
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: site", *headers, "", "")).encode()


def ask(site: Site, data: bytes, method: str = "GET") -> Answer:
    """Send some bytes on a connection of their own and return the answer."""
    with Line(site) as line:
        line.send(data)
        return line.answer(method)
