"""A whole evaluation by stand-ins over one extract, with the real client, store and importer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.pipeline.listing import Listing
from app.pipeline.report import Report, report_from_json, to_json
from app.queue.jobs import Picture
from app.queue.runner import Evaluate, StageEnded
from tests.support.live.geocoders import nominatim_stand_in
from tests.support.live.overpass import OverpassStandIn, overpass_stand_in
from tests.support.live.standing_in import StandIn

CONTACT = "tests@doorstep.example"


@dataclass(frozen=True, slots=True)
class Services:
    """The running stand-ins."""

    nominatim: StandIn
    overpass: OverpassStandIn

    @property
    def requests(self) -> int:
        """How many requests they got."""
        return len(self.nominatim.asked) + len(self.overpass.asked)

    def settings(self) -> dict[str, Any]:
        """Return the settings that ask them, by the names of Config's fields."""
        urls = {"nominatim_url": self.nominatim.url, "overpass_url": self.overpass.url}
        return {"live": "on", "contact": CONTACT, "geocoders": "nominatim", "extras": "", **urls}

    def slow_down(self, seconds: float) -> None:
        """Add so much to each answer from now on."""
        self.nominatim.latency_s = self.overpass.latency_s = seconds


@contextmanager
def live_services(extract: Path) -> Iterator[Services]:
    """Start a stand-in for each service that an evaluation needs."""
    with nominatim_stand_in(extract) as nominatim, overpass_stand_in(extract) as overpass:
        yield Services(nominatim, overpass)


class Observed:
    """Takes what an evaluation tells of itself."""

    needs = ""

    def __init__(self) -> None:
        self.waited_for: list[str] = []
        self.pictures: dict[str, bytes] = {}

    def began_anew(self) -> None: ...

    def began(self, stage: str) -> None: ...

    def ended(self, stage: StageEnded) -> None: ...

    def waits(self, service: str | None, turn: bool = False) -> None:
        """Remember what is waited for."""
        if service is not None and not turn:
            self.waited_for.append(service)

    def drew(self, pictures: tuple[Picture, ...]) -> None:
        """Keep the pictures by name."""
        self.pictures = {each.name: each.body for each in pictures}

    def goes_on(self) -> None: ...


def evaluated(evaluate: Evaluate, listing: Listing) -> tuple[Report, Observed]:
    """Evaluate a listing as the evaluator's process does."""
    observed = Observed()
    report = evaluate(to_json(listing).decode(), (), observed)
    return report_from_json(report), observed
