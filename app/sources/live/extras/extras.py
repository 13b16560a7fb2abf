"""What others say of an address, asked of all of them at once, beside whatever else the evaluation waits for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial

from app.errors import DoorstepError, ServiceBusy, ServiceDenied, ServiceSpent, ServiceTrouble
from app.geo import distance_m
from app.places import Location
from app.sources.extras import About, Extras, Missing
from app.sources.live.asking.queries import Asks
from app.sources.live.extras import fema, ratings, walkscore
from app.sources.live.services import LiveServices, Service

log = logging.getLogger(__name__)

#: Seconds that an evaluation gives all of them together, from when they are asked.
PATIENCE_S = 25.0
#: Points no further apart than this (metres) are one address: no one's figures tell them apart.
SAME_ADDRESS_M = 15.0


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One service with what it is asked."""

    service: Service
    about: About
    what: str
    ask: Callable[[], Extras]


class LiveExtras:
    """Asks Walk Score, Google and FEMA, those of them that the settings turn on, each once for an address.

    It is for one try of an evaluation: of the address that was asked about last the answers stay.
    """

    def __init__(self, services: LiveServices, client: Asks, *, patience_s: float = PATIENCE_S) -> None:
        self._services = services
        self._client = client
        self._patience_s = patience_s
        self._begun: _Round | None = None

    def begin(self, location: Location, country: str = "") -> None:
        """Ask in the background, unless that has begun. `country` is an ISO 3166 code, "" where it is not known."""
        if self._begun is None or not self._begun.is_about(location):
            self._begun = _Round(location, tuple(self._wanted(location, country)), self._patience_s)

    def around(self, location: Location, country: str = "") -> Extras:
        """Return what came; whoever has not answered after the patience is missing. Asks first where nobody has."""
        self.begin(location, country)
        return self._begun.collected() if self._begun else Extras()

    def _wanted(self, location: Location, country: str) -> Iterator[_Wanted]:
        client, services = self._client, self._services
        if service := services.walkscore:
            ask = partial(walkscore.ask, service, client, location)
            yield _Wanted(service, walkscore.ABOUT, walkscore.WHAT, ask)
        if service := services.ratings:
            yield _Wanted(service, ratings.ABOUT, ratings.WHAT, partial(ratings.ask, service, client, location))
        if (service := services.fema) and fema.is_asked(location, country):
            yield _Wanted(service, fema.ABOUT, fema.WHAT, partial(fema.ask, service, client, location, country))


class _Round:
    """All questions about one address, each in a thread that no end of the process waits for."""

    def __init__(self, location: Location, wanted: tuple[_Wanted, ...], patience_s: float) -> None:
        self._lat, self._lon = location.lat, location.lon
        self._ends_at = time.monotonic() + patience_s
        self._questions = tuple(_Question(each, self._ends_at) for each in wanted)

    def is_about(self, location: Location) -> bool:
        """Return whether it asks about an address: a map and a geocoder may put it a few steps apart."""
        return distance_m(self._lat, self._lon, location.lat, location.lon) <= SAME_ADDRESS_M

    def collected(self) -> Extras:
        """Wait for the answers, and return them with what is missing."""
        found = Extras()
        for question in self._questions:
            found = found.joined(question.answer())
        return found


class _Question:
    """One service's question, and its answer or why there is none."""

    def __init__(self, wanted: _Wanted, ends_at: float) -> None:
        self._wanted = wanted
        self._ends_at = ends_at
        self._is_done = threading.Event()
        self._answer = self._missing("did not answer in time")
        run = copy_context().run  # the log's lines keep telling which job they are about
        threading.Thread(target=run, args=(self._run,), name=f"extra-{wanted.service.name}", daemon=True).start()

    def answer(self) -> Extras:
        """Return what came until the patience ended."""
        self._is_done.wait(max(0.0, self._ends_at - time.monotonic()))
        return self._answer

    def _run(self) -> None:
        try:
            self._answer = self._asked()
        except DoorstepError as error:
            self._answer = self._missing(_why(error))
        except Exception:
            log.exception("asking %s failed", self._wanted.service.name)
            self._answer = self._missing("could not be asked, for a fault on our side")
        finally:
            self._is_done.set()

    def _asked(self) -> Extras:
        """Ask, and wait for the turn of this evaluation where others are asking. Raises DoorstepError."""
        while True:
            try:
                return self._wanted.ask()
            except ServiceBusy as busy:
                pause = busy.retry_after_seconds or 1
                if time.monotonic() + pause > self._ends_at:
                    raise
                time.sleep(pause)

    def _missing(self, why: str) -> Extras:
        wanted = self._wanted
        return Extras(missing=(Missing(wanted.about, wanted.what, f"{wanted.service.title} {why}."),))


def _why(error: DoorstepError) -> str:
    """Return why a service said nothing, after its name and in our own words."""
    match error:
        case ServiceBusy():
            return "could not be asked in the time that there was"
        case ServiceSpent():
            return "was asked as often today as this site may ask it"
        case ServiceDenied():
            return "refuses to answer this site"
        case ServiceTrouble() if why := str(error.details.get("why", "")):
            return why
    return "did not answer"
