"""Where a text is and what is at a point, asked of the geocoding services in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.search.query import read_text
from app.atlas.geocoder.search.reverse import ADDRESS_M
from app.errors import DoorstepError, ServiceDenied, ServiceSpent, ServiceTrouble
from app.geo import distance_m
from app.places import Precision
from app.sources.live.asking.queries import Asks, Query
from app.sources.live.geocoders import census, google, nominatim, photon
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.fitting import fits, has_house_number
from app.sources.live.services import Service

#: As long as an address may be in the form.
LONGEST_TEXT = 200
#: What a service may raise that does not keep the next one from being asked. Not ServiceBusy: whoever waits for a turn
#: waits for it, since going to another service meanwhile would double what all of them are asked.
_TROUBLES = (ServiceTrouble, ServiceSpent, ServiceDenied)
#: A candidate as exact as this is as exact as a house number.
_HOUSES = (Precision.HOUSE, Precision.INTERPOLATED)


class Search(Protocol):
    """Makes the question where a text is."""

    def __call__(self, text: str, about: str = "") -> Query: ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one service is asked and read; `at` and `candidates_at` are None where it cannot name a point."""

    search: Search
    candidates: Callable[[bytes], tuple[Candidate, ...]]
    at: Callable[[float, float, str], Query] | None = None
    candidates_at: Callable[[bytes], tuple[Candidate, ...]] | None = None
    #: Whether it may know a text at all.
    can_know: Callable[[str], bool] = bool


#: By the `name` of the service.
DIALECTS: Mapping[str, Dialect] = {
    nominatim.NAME: Dialect(nominatim.search, nominatim.candidates, nominatim.at, nominatim.candidates_at),
    photon.NAME: Dialect(photon.search, photon.candidates, photon.at, photon.candidates_at),
    census.NAME: Dialect(census.search, census.candidates, can_know=census.can_know),
    google.NAME: Dialect(google.search, google.candidates, google.at, google.candidates_at),
}


class Geocoders:
    """The services that look for addresses, in the order in which they are asked."""

    def __init__(self, services: Sequence[Service], client: Asks) -> None:
        self._services = tuple(services)
        self._client = client

    def find(self, text: str, about: str = "") -> tuple[Candidate, ...]:
        """Return what a text may mean, by the first service that finds what fits it; () where none finds anything.

        Where one finds nothing that has the house number and all words, the next one is asked as well; where none does,
        the first answer stands. A service in trouble is passed over. Raises its ServiceTrouble, ServiceSpent or
        ServiceDenied where no other one answered, ServiceTrouble also where those that answered found nothing, and
        ServiceBusy at once. `about` is all that was typed, where the text is a part of it: what is kept goes with that.
        """
        about = about or text
        text = asked_text(text)
        first: tuple[Candidate, ...] = ()
        answers = _Answers()
        for found in answers.of(self._searches(text, about)):
            if _is_found(text, found):
                return found
            first = first or found
        if not first:
            answers.raise_trouble()
        return first

    def name_at(self, lat: float, lon: float, about: str = "") -> str:
        """Return the address or street at a point, "" where none is near it. `about` is the text that gave the point.

        A name is no more than a help: raises nothing but ServiceBusy where no service answers.
        """
        for found in _Answers().of(self._looks_at(lat, lon, about)):
            for each in found:
                if each.precision in _HOUSES or each.number:
                    near = distance_m(lat, lon, each.lat, each.lon) <= ADDRESS_M
                    return (each.address or each.label) if near else ""
                if each.precision is Precision.STREET:
                    return each.label
        return ""

    def _searches(self, text: str, about: str) -> Iterator[_Ask]:
        for service in self._services:
            dialect = DIALECTS[service.name]
            if text and dialect.can_know(text):
                yield _Ask(self._client, service, dialect.search(text, about), dialect.candidates)

    def _looks_at(self, lat: float, lon: float, about: str) -> Iterator[_Ask]:
        for service in self._services:
            dialect = DIALECTS[service.name]
            if dialect.at is not None and dialect.candidates_at is not None:
                yield _Ask(self._client, service, dialect.at(lat, lon, about), dialect.candidates_at)


def _is_found(text: str, found: Sequence[Candidate]) -> bool:
    """Return whether some candidate is all that was typed, with the house number if there is one."""
    wants_house = has_house_number(text)
    return any(fit.is_sure and (fit.has_number or not wants_house) for fit in fits(text, found))


@dataclass(frozen=True, slots=True)
class _Ask:
    """One question to one service, not sent yet."""

    client: Asks
    service: Service
    query: Query
    read: Callable[[bytes], tuple[Candidate, ...]]

    def __call__(self) -> tuple[Candidate, ...]:
        return self.client.ask(self.service, self.query, self.read).value


class _Answers:
    """What services answered, and what was the matter with those that did not."""

    def __init__(self) -> None:
        self._troubles: list[DoorstepError] = []
        self._answered = False

    def of(self, asks: Iterable[_Ask]) -> Iterator[tuple[Candidate, ...]]:
        """Yield the answer of each service that is not in trouble, asking only as far as they are taken."""
        for ask in asks:
            try:
                found = ask()
            except _TROUBLES as trouble:
                self._troubles.append(trouble)
                continue
            self._answered = True
            yield found

    def raise_trouble(self) -> None:
        """Raise a trouble that passes, since what was not asked may know; a lasting one only where none answered."""
        passing = [each for each in self._troubles if each.passing]
        if passing:
            raise passing[0]
        if self._troubles and not self._answered:
            raise self._troubles[0]


_LINE_ENDS = re.compile(r"[\s,]*\n[\s,]*")


def asked_text(text: str) -> str:
    """Return a typed text as services understand it: one line, without the flat and the phone number.

    In other scripts than Latin the text stays as it was typed, since it would lose its letters.
    """
    line = " ".join(_LINE_ENDS.sub(", ", text.strip()).split())[:LONGEST_TEXT].strip(" ,;")
    cleaned = read_text(line)
    if not cleaned.whole or not _is_latin(line):
        return line
    parts = (" ".join(part.split()) for part in cleaned.text.split(","))
    return ", ".join(filter(None, parts))


def _is_latin(text: str) -> bool:
    """Return whether no letter of a text is of another script than Latin: `fold` makes Latin of Greek and Cyrillic."""
    return fold(text).isascii() and not any("\u0370" <= letter <= "\u05ff" for letter in text)
