"""What an evaluation under way waits for, in words: which live service it asks, for what, and for how long already."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.config import Config
from app.queue.jobs import Job, Status
from app.sources.live.services import asked_of_each
from app.wording import duration

#: A service that this version does not know, or that is no longer set up.
OTHER = "another service"


@dataclass(frozen=True, slots=True)
class ServiceWait:
    """A live service that is waited for, and the seconds since it began."""

    service: str
    #: "Asking OpenStreetMap's Overpass server for streets and places".
    text: str
    seconds: float

    @property
    def sentence(self) -> str:
        """Return the text with the time: "Asking ... for streets and places, 12 s"."""
        whole = math.floor(self.seconds)
        return f"{self.text}, {duration(whole) if whole >= 60 else f'{whole} s'}"


def wait_of(job: Job, now: float, config: Config) -> ServiceWait | None:
    """Return what a job waits for at a Unix time, None where it runs without asking anybody."""
    if job.status is not Status.RUNNING or job.waits_for is None or job.cancel_requested:
        return None
    since = job.waits_since or now
    if since < (job.started_at or 0.0):  # of an earlier try: a process of an earlier version does not clear it
        return None
    asked = asked_of_each(config).get(job.waits_for, OTHER)
    text = f"Waiting for its turn to ask {asked}" if job.waits_turn else f"Asking {asked}"
    return ServiceWait(job.waits_for, text, max(0.0, now - since))
