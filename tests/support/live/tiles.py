"""Tiles as tests make them: their service at a stand-in, and a client that keeps answers and counts what it sends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.errors import ServiceTrouble
from app.sources.live.asking.queries import Answered, BadAnswer, Query, Tired, Value
from app.sources.live.services import Service
from tests.support.extracts import small_town
from tests.support.live.plain_client import PlainClient


def overpass_at(url: str) -> Service:
    """Return Overpass as a service of a test."""
    return Service(
        name="overpass",
        title="Overpass",
        asked_for="streets and places",
        url=url,
        policy="",
        pause_s=0.0,
        read_s=60.0,
        most_bytes=200_000_000,
        requests_per_day=1_000,
        bytes_per_day=1_000_000_000,
    )


class KeepingClient(PlainClient):
    """Keeps each answer for good, and raises ServiceTrouble where there is none to be had."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._kept: dict[Query, Answered[object]] = {}

    def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        """Return what `parse` makes of the body, now or earlier."""
        if query not in self._kept:
            try:
                self._kept[query] = Answered(super().ask(service, query, parse).value, self._clock())
            except (BadAnswer, Tired) as error:
                raise ServiceTrouble(service=service.title, why=str(error)) from error
        return self._kept[query]  # type: ignore[return-value]

    def forget(self) -> None:
        """Let kept answers expire."""
        self._kept.clear()


def small_town_extract(folder: Path) -> Path:
    """Write a town of one street (48 N, 9 E) as an extract."""
    return small_town().write(folder / "town.osm.pbf")
