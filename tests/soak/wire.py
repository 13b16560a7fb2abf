"""HTTP as a browser speaks it: on a kept connection, opened anew when the server has closed it, or on one a request."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

#: Whoever waits longer for an answer gives up.
PATIENCE_SECONDS = 20.0


class Broken(Exception):
    """The connection ended before the answer was whole."""


class Unanswered(Exception):
    """No whole answer came in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """A connection of one client, whose address is what a proxy in front would say.

    Only whoever asks more often than the server closes idle connections should keep one: a request that is on its way
    just then is lost, by no fault of the server, and a browser sends it again.
    """

    def __init__(self, port: int, address: str, *, kept: bool) -> None:
        self._port, self._address, self._kept = port, address, kept
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Send one request and return its whole answer. Raises Broken or Unanswered."""
        try:
            return await asyncio.wait_for(self._ask(method, path, body, headers), PATIENCE_SECONDS)
        except (OSError, asyncio.IncompleteReadError) as error:
            # On Python 3.11 a TimeoutError is an OSError, too.
            self.close()
            problem = Unanswered if isinstance(error, TimeoutError) else Broken
            raise problem(f"{method} {path.partition('?')[0]}: {error!r}") from None

    def close(self) -> None:
        """Close it; the next request opens another one."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None

    async def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        if self._streams is None or self._streams[0].at_eof():
            self.close()
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(self._head(method, path, body, headers) + body)
        await writer.drain()
        answer = await _read_answer(reader)
        if not self._kept or answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer

    def _head(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", f"X-Forwarded-For: {self._address}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if not self._kept:
            lines.append("Connection: close")
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _read_answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ", 2)[1])
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
    if status in (204, 304):
        return Answer(status, headers, b"")
    if headers.get("transfer-encoding") == "chunked":
        return Answer(status, headers, await _read_chunks(reader))
    return Answer(status, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    whole = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        whole += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return whole
