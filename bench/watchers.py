"""People watching panels: each on a connection of their own, polling at a fixed pace whatever the answers take."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Watched:
    """What the watchers saw: the seconds each answer took, and how many polls went wrong."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0

    def percentile_ms(self, percent: float) -> float:
        """Return a percentile of the answers' times in milliseconds, infinity where there was none."""
        ordered = sorted(self.seconds) or [math.inf]
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def watch(port: int, paths: Sequence[str], every_seconds: float, for_seconds: float) -> Watched:
    """Poll each path from its own connection; the first polls are spread over one interval."""
    watched = Watched()
    asyncio.run(watch_until(watched, port, paths, every_seconds, time.perf_counter() + for_seconds))
    return watched


async def watch_until(watched: Watched, port: int, paths: Sequence[str], every_seconds: float, until: float) -> None:
    """Poll each path until a moment of `time.perf_counter`."""
    began = time.perf_counter()
    watchers = (
        _watcher(watched, port, path, began + number * every_seconds / len(paths), every_seconds, until)
        for number, path in enumerate(paths)
    )
    await asyncio.gather(*watchers)


async def _watcher(watched: Watched, port: int, path: str, due: float, every_seconds: float, until: float) -> None:
    """Poll as a browser does: a kept connection, opened anew when the server closed it."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nHX-Request: true\r\nAccept: text/html\r\n\r\n".encode()
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    while due < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        try:
            if streams is None:
                streams = await asyncio.open_connection("127.0.0.1", port)
            status = await asyncio.wait_for(_ask(request, *streams), 10)
            watched.seconds.append(time.perf_counter() - due)
            watched.errors += status not in (200, 204)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            watched.errors += 1
            streams = None
        due += every_seconds
    if streams is not None:
        streams[1].close()


async def _ask(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """Send one request and read its whole answer; return the status."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    await reader.readexactly(int(lines.get("content-length", "0")))
    return int(head.split(" ", 2)[1])
