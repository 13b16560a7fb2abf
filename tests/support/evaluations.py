"""Evaluators for tests, run as `python -m tests.support.evaluations NAME SOCKET`: each does what a real one may do."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection

import requests

from app.atlas.importing.forked import beside
from app.errors import AddressNotFound, ServiceBusy, ServiceTrouble
from app.queue.evaluator import serve
from app.queue.jobs import Picture
from app.queue.runner import Evaluate, NeedsAnswer, StageObserver
from tests.support.building import ended, stages_of


def well(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Go through five short stages."""
    return stages_of(5, seconds=0.002)(listing, finished, progress)


def slowly(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Go through five stages that take long enough to be hit, and draw a map."""
    report = stages_of(5, seconds=0.03)(listing, finished, progress)
    progress.drew((Picture("map.svg", b"a map"),))
    time.sleep(0.01)
    return report


def long(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Go through twelve stages of a quarter of a second."""
    return stages_of(12, seconds=0.25)(listing, finished, progress)


def chatty(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Print to standard output, as a library might."""
    print("between the messages", flush=True)
    return well(listing, finished, progress)


def hanging(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Hang in the second stage."""
    _first_stage(progress)
    time.sleep(600)
    return b""


def hanging_in_native_code(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Hang in code that holds the interpreter's lock, so that no thread of the process can do anything."""
    _first_stage(progress)
    ctypes.PyDLL(None).sleep(600)
    return b""


def hanging_in_a_message(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Hang after sending the length and the first bytes of a message."""
    _first_stage(progress)
    os.write(int(sys.argv[2]), struct.pack("!i", 1_000) + b"half a message")
    time.sleep(600)
    return b""


def busy(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Compute for long."""
    _first_stage(progress)
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        pass
    return b""


def crashing(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Read memory that is not there."""
    _first_stage(progress)
    ctypes.string_at(0)
    return b""


def asking_a_silent_server(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Ask a server that takes the question and never answers."""
    _first_stage(progress)
    return _ask_a_silent_server(progress)


def asking_services(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Wait for services three times in one stage, each time for a while, and once for a turn."""
    _first_stage(progress)
    for service, turn in (("nominatim", False), ("overpass", True), ("overpass", False)):
        progress.waits(service, turn=turn)
        time.sleep(0.4)
    progress.waits(None)
    progress.ended(ended("schools"))
    return b"report"


def computing_on_an_answer(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Wait for a service for a moment, and go on with its answer for ever."""
    _first_stage(progress)
    progress.waits("overpass")
    time.sleep(0.8)
    progress.waits(None)
    time.sleep(600)
    return b""


def waiting_for_its_turn(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Wait for ever until a service may be asked."""
    _first_stage(progress)
    progress.waits("overpass", turn=True)
    time.sleep(600)
    return b""


def at_a_resting_service(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Fail as a service wants to be left alone for a while."""
    _first_stage(progress)
    raise ServiceTrouble(service="Overpass", why="wants to be left alone", retry_after_seconds=90)


def at_a_busy_service(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Fail as a service is busy with others."""
    _first_stage(progress)
    raise ServiceBusy(service="Overpass")


def forking(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Do what an import does, in a fork, beside a server that never answers; the finding is the fork's process id."""
    progress.began("geocode")
    with beside(_work_for_ever) as fork:
        progress.ended(ended("geocode", b"%d" % fork.ask("who are you?")))  # type: ignore[str-bytes-safe]
        progress.began("schools")
        return _ask_a_silent_server(progress)


def _ask_a_silent_server(progress: StageObserver) -> bytes:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        progress.waits("overpass")
        requests.get(f"http://127.0.0.1:{silent.getsockname()[1]}/api/interpreter", timeout=600)
    return b""


def _work_for_ever(pipe: Connection) -> None:
    pipe.recv()
    pipe.send(os.getpid())
    ctypes.PyDLL(None).sleep(600)


def refusing(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Fail as expected."""
    raise AddressNotFound(regions=("Monaco",))


def asking(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Ask which place is meant."""
    progress.began("geocode")
    raise NeedsAnswer('{"about": "London"}')


def leaking(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Fail with a secret in the exception's text."""
    raise ValueError("https://api.example/?key=SECRET")


def by_listing(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Do what the listing says."""
    return EVALUATIONS[listing.strip('"')](listing, finished, progress)


def _first_stage(progress: StageObserver) -> None:
    progress.began("geocode")
    progress.ended(ended("geocode", b"here"))
    progress.began("schools")


EVALUATIONS: dict[str, Evaluate] = {
    function.__name__: function
    for function in (
        well,
        slowly,
        long,
        chatty,
        hanging,
        hanging_in_native_code,
        hanging_in_a_message,
        busy,
        crashing,
        asking_a_silent_server,
        asking_services,
        computing_on_an_answer,
        waiting_for_its_turn,
        at_a_resting_service,
        at_a_busy_service,
        forking,
        refusing,
        asking,
        leaking,
        by_listing,
    )
}

if __name__ == "__main__":
    serve(EVALUATIONS[sys.argv[1]], int(sys.argv[2]))
