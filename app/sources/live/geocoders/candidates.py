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
    #: The house number as the service writes it, "" where it found none.
    number: str = ""
    postcode: str = ""
    #: The name of a street, a town or a thing; "" for a house that is only an address.
    name: str = ""
    #: The address alone of a thing with a name ("Town Hall"), "" where it has no house number.
    address: str = ""
    #: All that the service says of where it is, to compare with what was typed: name, street, town, state, country.
    words: tuple[str, ...] = ()
    #: Whether the service says itself that it left out some of what was typed.
    is_partial: bool = False
