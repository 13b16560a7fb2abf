"""What goes wrong while `bench.scale` drains a line: each scenario is a thread's work beside it, until it is over."""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from bench.scale_crew import Crew
from tests.support.postgres import Server

#: After these seconds the first thing goes wrong, and what goes wrong again and again does so that often.
FIRST_SECONDS = 2.0
KILL_SECONDS = 1.0
#: How long others hold all connections of the server.
HOLD_SECONDS = 10.0

Scenario = Callable[[Server, str, Crew, threading.Event], None]


def nothing(server: Server, url: str, crew: Crew, over: threading.Event) -> None:
    """Disturb nobody."""


def server_restart(server: Server, url: str, crew: Crew, over: threading.Event) -> None:
    """Restart the server once (`pg_ctl restart -m fast`)."""
    if not over.wait(FIRST_SECONDS):
        server.restart("fast")


def backends_killed(seconds: float, server: Server, url: str, crew: Crew, over: threading.Event) -> None:
    """End all connections to the database again and again, after so many seconds (`pg_terminate_backend`)."""
    name = url.rpartition("/")[2]
    ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    while not over.wait(seconds):
        server.run(ending, name)


def pool_exhausted(server: Server, url: str, crew: Crew, over: threading.Event) -> None:
    """Take every connection that the server has left, and hold them, each in a transaction, for a while."""
    held: list[psycopg.Connection[tuple[object, ...]]] = []
    over.wait(FIRST_SECONDS)
    with suppress(psycopg.OperationalError):
        while True:
            held.append(psycopg.connect(server.url()))
            held[-1].execute("SELECT 1")
    over.wait(HOLD_SECONDS)
    for connection in held:
        connection.close()


def worker_crash(server: Server, url: str, crew: Crew, over: threading.Event) -> None:
    """Kill one worker (SIGKILL) and replace it at once."""
    if not over.wait(FIRST_SECONDS):
        crew.kill_one()
        crew.add()


def repeated_kills(server: Server, url: str, crew: Crew, over: threading.Event) -> None:
    """Kill a random worker every second, and replace it at once."""
    while not over.wait(KILL_SECONDS):
        crew.kill_one()
        crew.add()


SCENARIOS: dict[str, Scenario] = {
    "undisturbed": nothing,
    "server restart": server_restart,
    "backends killed, all every 5 s": functools.partial(backends_killed, 5.0),
    "backends killed, all every 2 s": functools.partial(backends_killed, 2.0),
    "pool exhausted": pool_exhausted,
    "worker crash": worker_crash,
    "repeated kills": repeated_kills,
}


@contextmanager
def beside(scenario: Scenario, server: Server, url: str, crew: Crew) -> Iterator[None]:
    """Let a scenario happen as long as the block lasts."""
    over = threading.Event()
    thread = threading.Thread(target=scenario, args=(server, url, crew, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def held_open(url: str) -> Iterator[None]:
    """Hold a transaction open that has read a job, as a report or a backup does: its snapshot keeps all dead rows."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SELECT 1 FROM evaluation_jobs LIMIT 1")
        yield
        connection.rollback()


def rates(moments: list[float], edges: list[float]) -> list[float]:
    """Return how many moments a second there were between each two edges."""
    return [
        sum(first <= moment < last for moment in moments) / (last - first) for first, last in itertools.pairwise(edges)
    ]


def longest_gap(moments: list[float]) -> float:
    """Return the longest time (seconds) in which nothing happened."""
    ordered = sorted(moments)
    return max((later - earlier for earlier, later in itertools.pairwise(ordered)), default=0.0)
