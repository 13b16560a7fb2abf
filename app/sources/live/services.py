"""The live services: what each is for, how it may be asked, and which of them the settings turn on."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Service:
    """One service as this site asks it."""

    #: Its name in settings, tables and metrics.
    name: str
    #: Its name for people.
    title: str
    #: What it is asked for, for people: "streets and places".
    asked_for: str
    #: Where it answers, without a slash at the end.
    url: str
    #: The page with its rules, which the figures here follow.
    policy: str
    #: Least seconds between the beginnings of two requests, over all processes and hosts of an installation.
    pause_s: float
    #: Most seconds for its whole answer, and most bytes of that.
    read_s: float
    most_bytes: int
    requests_per_day: int
    bytes_per_day: int
    #: Least seconds to leave it alone after 429 or 504.
    rest_s: float = 30.0
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LiveServices:
    """The services that the settings turn on."""

    #: In the order in which they are asked.
    geocoders: tuple[Service, ...]
    #: None where no streets and places are fetched.
    overpass: Service | None
    walkscore: Service | None = None
    ratings: Service | None = None
    fema: Service | None = None
