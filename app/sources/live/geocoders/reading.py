"""What all geocoders have in common: bodies are decoded into types, and the parts of an address into candidates."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from app.atlas.geocoder.labels import Style, address_label, style_of
from app.places import Precision
from app.sources.live.geocoders.candidates import Candidate

#: What stands where a name or a number is promised: services write numbers as texts and texts as numbers.
Said = str | int | float | bool | None

#: Longer names are cut: no street is called so.
MOST_LETTERS = 120

#: How addresses are written where the street alone does not tell ("Broadway"), or would mislead ("Rue de la Loi 16").
_STYLES = {
    **dict.fromkeys(("au", "ca", "gb", "ie", "nz", "us"), Style.ENGLISH),
    **dict.fromkeys(("fr", "lu", "mc"), Style.FRENCH),
    **dict.fromkeys(("at", "be", "ch", "de", "jp", "nl"), Style.NUMBER_LAST),
}


def said(value: Said) -> str:
    """Return a name or number as one short line, "" where nothing was said; what cannot be printed is left out."""
    if value is None or isinstance(value, bool):
        return ""
    printable = "".join(letter if letter.isprintable() else " " for letter in str(value))
    return " ".join(printable.split())[:MOST_LETTERS].strip()


def first_said(values: Iterable[Said]) -> str:
    """Return the first of some names that says anything, "" where none does."""
    return next(filter(None, map(said, values)), "")


def on_earth(lat: float, lon: float) -> bool:
    """Return whether two numbers are a point on Earth in degrees; what is no number is not."""
    return -90 <= lat <= 90 and -180 <= lon <= 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a service says of one place, in its own spelling; "" for what it does not say."""

    service: str
    lat: float
    lon: float
    precision: Precision
    #: What kind of thing it is, for people.
    what: str
    name: str = ""
    number: str = ""
    #: The street that houses are numbered by, or the village or block where they have no streets.
    street: str = ""
    town: str = ""
    postcode: str = ""
    county: str = ""
    state: str = ""
    country: str = ""
    #: ISO 3166 code of the country, in any case.
    code: str = ""
    #: Other names for where it is: quarters of the town, codes of the state.
    also: tuple[str, ...] = ()
    importance: float | None = None
    is_partial: bool = False

    @property
    def style(self) -> Style:
        """How addresses are written there."""
        return _STYLES.get(self.code.lower()) or style_of([self.street])

    @property
    def is_thing(self) -> bool:
        """Return whether it has a name of its own beside its address."""
        return self.precision in (Precision.NAMED, *_HOUSES) and self.name not in ("", self.street)

    @property
    def regions(self) -> tuple[str, str, str]:
        """What it lies in, the smaller first."""
        return self.county, self.state, self.country


_HOUSES = (Precision.HOUSE, Precision.INTERPOLATED)


def candidate_of(parts: Parts) -> Candidate | None:
    """Return a place as a candidate; None where it has no point on Earth, or nothing that it could be called by."""
    label = _label(parts)
    if not label or not on_earth(parts.lat, parts.lon):
        return None
    importance = parts.importance if parts.importance is not None and math.isfinite(parts.importance) else 0.0
    words = (parts.name, parts.street, parts.town, parts.postcode, *parts.also, *parts.regions, parts.code)
    return Candidate(
        lat=parts.lat,
        lon=parts.lon,
        label=label,
        precision=Precision.NAMED if parts.is_thing else parts.precision,
        what="house" if parts.precision in _HOUSES and not parts.is_thing else parts.what,
        where=_where(parts, label),
        street=parts.street if parts.number else "",
        country=parts.code.lower(),
        service=parts.service,
        importance=min(1.0, max(0.0, importance)),
        number=parts.number,
        postcode=parts.postcode,
        name=parts.name,
        address=_address(parts) if parts.is_thing and parts.number else "",
        words=tuple(dict.fromkeys(filter(None, words))),
        is_partial=parts.is_partial,
    )


def candidates_of(found: Iterable[Parts]) -> tuple[Candidate, ...]:
    """Return what can be used of an answer, in its order."""
    return tuple(filter(None, map(candidate_of, found)))


def _address(parts: Parts) -> str:
    return address_label(parts.street, parts.number, parts.town, parts.postcode, parts.style)


def _label(parts: Parts) -> str:
    """Return a place as people write it: a house with its postcode, a thing by its name, a town with its country."""
    if parts.is_thing:
        return _joined(parts.name, address_label(parts.street, parts.number, parts.town, "", parts.style))
    if parts.number and parts.street:
        return _address(parts)
    if parts.precision is Precision.PLACE:
        around = (name for name in (parts.town, parts.state, parts.country) if name not in ("", parts.name))
        return _joined(parts.name, next(around, "")) if parts.name else ""
    return _joined(parts.name or parts.street, parts.town) if parts.name or parts.street else ""


def _where(parts: Parts, label: str) -> str:
    """Return where it is, without what its label says already."""
    said_there = f" {label.replace(',', ' ')} "
    names = dict.fromkeys((parts.town, *parts.regions))
    return ", ".join(name for name in names if name and f" {name} " not in said_there)


def _joined(*texts: str) -> str:
    return ", ".join(dict.fromkeys(filter(None, texts)))
