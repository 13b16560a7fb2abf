"""How long one try of an evaluation has waited for services, and what is said of that meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from app.errors import ServiceTrouble
from app.sources.live.services import Service


class Waits(Protocol):
    """Is told which service is waited for from now on, and whether still for the turn to ask it; None: for none."""

    def __call__(self, service: str | None, turn: bool = False) -> None:
        """Take note."""


def tell_nobody(service: str | None, turn: bool = False) -> None:
    """Take no note."""


class TimeLeft:
    """The seconds that one try may still spend waiting for services."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()

    @contextmanager
    def spending(self, service: Service) -> Iterator[None]:
        """Take what passes meanwhile from what is left. Raises ServiceTrouble where nothing is."""
        if self.seconds <= 0:
            raise ServiceTrouble(service=service.title, why="could not be asked in the time that there was")
        began = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self.seconds -= time.monotonic() - began


class Wait:
    """One wait for a service: for nothing yet, for the turn to ask it, or for its answer."""

    def __init__(self, service: str, changed: Callable[[], None]) -> None:
        self._service = service
        self._changed = changed
        #: What is told of it.
        self.told: tuple[str, bool] | None = None

    def for_turn(self) -> None:
        """Note that others are asking it."""
        self._become(turn=True)

    def for_answer(self) -> None:
        """Note that it is being asked."""
        self._become(turn=False)

    def _become(self, *, turn: bool) -> None:
        self.told = (self._service, turn)
        self._changed()


class Waiting:
    """What the threads of one evaluation wait for, of which the one that began first is told, each change once."""

    def __init__(self, waits: Waits) -> None:
        self._waits = waits
        self._lock = threading.RLock()
        self._all: list[Wait] = []
        self._told: tuple[str | None, bool] = (None, False)

    @contextmanager
    def one(self, service: str) -> Iterator[Wait]:
        """Give a wait, of which is told for as long as it lasts."""
        wait = Wait(service, self._tell)
        with self._lock:
            self._all.append(wait)
        try:
            yield wait
        finally:
            with self._lock:
                self._all.remove(wait)
                self._tell()

    def _tell(self) -> None:
        with self._lock:
            told = next((wait.told for wait in self._all if wait.told), (None, False))
            if told != self._told:
                self._told = told
                self._waits(*told)
