"""What a geocoding service found, in one shape for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from app.places import Precision


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that a text may mean."""

    lat: float
    lon: float
    #: The address in the words of the service, short: "12 Rue Grimaldi, Monaco".
    label: str
    precision: Precision
    #: What kind of thing it is, for people ("street", "town").
    what: str
    #: Where it is, for people: town, county, country.
    where: str
    #: The name of the street that a house is numbered by, "" for what is no house.
    street: str = ""
    #: ISO 3166 code in lower case, "" where the service does not tell.
    country: str = ""
    #: The `name` of the service that found it.
    service: str = ""
    #: How sure the service is, 0 to 1; comparable within one answer alone.
    importance: float = 0.0
