"""Whether slow clients keep others out: `python -m bench.slow_clients [SECONDS] [NAME ...]`.

Each contestant serves the site with 2 processes of 8 threads. 200 clients of one kind hold their connections open, and
open them again when they are closed, from the same address as everybody else. Meanwhile somebody asks `/healthz` ten
times a second and the front page twice a second, each on a new connection, and 50 people watch a job. Bars: p99 of
`/healthz` 0.5 s, and not one failure. The last kind is a flood: 2,000 connections with half a header.
The peers are installed for the run only; NAME is one of `bench.poll`'s workers.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from app.config import Config
from app.queue import open_store
from bench.poll import WORKERS, new_job, port_of, serving
from bench.watchers import Watched, watch_until
from tests.support.serving import Site

CLIENTS, FLOOD = 200, 2_000
#: An answer that takes longer than this is a failure (seconds).
PATIENCE_SECONDS = 10.0
HEAD = b"GET /methods HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n"
POST = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"

Client = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def half_a_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send the beginning of a request, and nothing more."""
    writer.write(HEAD)
    await reader.read()


async def half_a_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Announce more than is sent."""
    writer.write(POST + b"Content-Length: 1000\r\n\r\naddress=")
    await reader.read()


async def half_a_chunk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin a body of chunks that never ends."""
    writer.write(POST + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\naddress=")
    await reader.read()


async def a_byte_a_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a request that goes on and on."""
    for byte in itertools.chain(HEAD, b"X-Long: ", itertools.repeat(ord("a"))):
        writer.write(bytes((byte,)))
        with suppress(TimeoutError):
            if not await asyncio.wait_for(reader.read(1), 1):
                return


async def slow_reader(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ask for a hundred large answers at once, and take next to nothing of them."""
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write((HEAD + b"\r\n") * 100)
    await asyncio.sleep(3_600)


KINDS: dict[str, tuple[Client, int]] = {
    "half a header": (half_a_head, CLIENTS),
    "half a body": (half_a_body, CLIENTS),
    "half a chunked body": (half_a_chunk, CLIENTS),
    "a byte a second": (a_byte_a_second, CLIENTS),
    "slow readers": (slow_reader, CLIENTS),
    "flood of half headers": (half_a_head, FLOOD),
}


@dataclass(slots=True)
class Seen:
    """What everybody else saw meanwhile."""

    health: Watched = field(default_factory=Watched)
    page: Watched = field(default_factory=Watched)
    polls: Watched = field(default_factory=Watched)

    def __str__(self) -> str:
        parts = ((self.health, "healthz"), (self.page, "page"), (self.polls, "polls"))
        return "   ".join(
            f"{name} p50 {seen.percentile_ms(50):>7.1f} p99 {seen.percentile_ms(99):>8.1f} ms, {seen.errors:>4} failed"
            for seen, name in parts
        )


def main(seconds: float, names: list[str]) -> None:
    """Let all contestants hold against all kinds of slow clients, and print what others saw."""
    for name in names:
        with serving(name) as site:
            hold(name, site, seconds)


def hold(name: str, site: Site, seconds: float) -> None:
    """Print a line for every kind of slow client."""
    store = open_store(Config(data_dir=site.data_dir))
    job = new_job(store, "Watched", "watched")
    paths = [f"/job/{job.job_id}/progress?seen=no"] * 50
    for kind, (client, clients) in KINDS.items():
        seen = asyncio.run(meanwhile(port_of(site.url), paths, client, clients, seconds))
        print(f"{name:<10}{kind:<24}{seen}", flush=True)
        time.sleep(2)


async def meanwhile(port: int, paths: list[str], client: Client, clients: int, seconds: float) -> Seen:
    """Return what others see while so many slow clients are there."""
    seen = Seen()
    until = time.perf_counter() + seconds
    slow = [asyncio.create_task(_again_and_again(client, port)) for _ in range(clients)]
    await asyncio.sleep(2)
    await asyncio.gather(
        _ask_often(seen.health, port, "/healthz", 0.1, until),
        _ask_often(seen.page, port, "/", 0.5, until),
        watch_until(seen.polls, port, paths, 2.0, until),
    )
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    return seen


async def _again_and_again(client: Client, port: int) -> None:
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                await client(reader, writer)
            finally:
                writer.transport.abort()
        await asyncio.sleep(0.2)


async def _ask_often(seen: Watched, port: int, path: str, every_seconds: float, until: float) -> None:
    """Ask at a fixed pace, each time on a connection of its own, whatever became of the one before."""
    asked = []
    while time.perf_counter() < until:
        asked.append(asyncio.create_task(_ask_once(seen, port, path)))
        await asyncio.sleep(every_seconds)
    await asyncio.gather(*asked)


async def _ask_once(seen: Watched, port: int, path: str) -> None:
    began, status = time.perf_counter(), 0
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    with suppress(OSError, TimeoutError, ValueError, IndexError):
        status = await asyncio.wait_for(_status(port, request), PATIENCE_SECONDS)
    seen.seconds.append(time.perf_counter() - began)
    seen.errors += status != 200


async def _status(port: int, request: bytes) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return int((await reader.read()).split(b" ", 2)[1])
    finally:
        writer.close()


if __name__ == "__main__":
    words = sys.argv[1:]
    seconds_each = float(words.pop(0)) if words and words[0].isdigit() else 60.0
    main(seconds_each, words or list(WORKERS))
