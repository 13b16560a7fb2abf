"""The geocoder of the US Census Bureau: house numbers on ranges of streets, in the United States alone, without a key.

https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html
"""

from __future__ import annotations

import re

import msgspec

from app.atlas.geocoder.countries import is_country
from app.atlas.geocoder.letters import fold
from app.places import Precision
from app.sources.live.asking.bodies import decoded
from app.sources.live.asking.queries import Query
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.reading import Parts, Said, candidates_of, said
from app.wording import calm

NAME = "census"

#: States, the district and territories by the code that the post has for them.
STATES = {
    "al": "alabama", "ak": "alaska", "az": "arizona", "ar": "arkansas", "ca": "california", "co": "colorado",
    "ct": "connecticut", "de": "delaware", "dc": "columbia", "fl": "florida", "ga": "georgia", "hi": "hawaii",
    "id": "idaho", "il": "illinois", "in": "indiana", "ia": "iowa", "ks": "kansas", "ky": "kentucky",
    "la": "louisiana", "me": "maine", "md": "maryland", "ma": "massachusetts", "mi": "michigan", "mn": "minnesota",
    "ms": "mississippi", "mo": "missouri", "mt": "montana", "ne": "nebraska", "nv": "nevada", "nh": "new hampshire",
    "nj": "new jersey", "nm": "new mexico", "ny": "new york", "nc": "north carolina", "nd": "north dakota",
    "oh": "ohio", "ok": "oklahoma", "or": "oregon", "pa": "pennsylvania", "pr": "puerto rico", "ri": "rhode island",
    "sc": "south carolina", "sd": "south dakota", "tn": "tennessee", "tx": "texas", "ut": "utah", "vt": "vermont",
    "va": "virginia", "wa": "washington", "wv": "west virginia", "wi": "wisconsin", "wy": "wyoming",
}  # fmt: skip
_COUNTRY = frozenset({"usa", "us", "united", "states", "america"})
_OWN_WORDS = frozenset(word for name in STATES.values() for word in name.split()) | _COUNTRY
_HOUSE_FIRST = re.compile(r"\s*\d+[a-z]?(?:[-/ ]\d+)?\s+\w", re.IGNORECASE)
_ZIP_LAST = re.compile(r"\b\d{5}(?:-\d{4})?\W*(?:\b(?:usa?|united states(?: of america)?)\W*)?$")
#: A state stands behind a comma, or last but for the ZIP code: "de" and "la" are words of other languages.
_STATE = re.compile(rf"(?:,\s*|\s)(?:{'|'.join((*STATES, *STATES.values()))})(?=\W*(?:\d{{5}}|usa?\b|united states|$))")


class _Coordinates(msgspec.Struct):
    x: float
    y: float


class _Components(msgspec.Struct):
    zip: Said = None
    city: Said = None
    state: Said = None
    streetName: Said = None  # noqa: N815 - the names are the service's
    preQualifier: Said = None  # noqa: N815
    preDirection: Said = None  # noqa: N815
    preType: Said = None  # noqa: N815
    suffixType: Said = None  # noqa: N815
    suffixDirection: Said = None  # noqa: N815
    suffixQualifier: Said = None  # noqa: N815


class _Match(msgspec.Struct):
    coordinates: _Coordinates
    addressComponents: _Components  # noqa: N815
    matchedAddress: Said = None  # noqa: N815


class _Result(msgspec.Struct):
    addressMatches: list[_Match]  # noqa: N815


class _Answer(msgspec.Struct):
    result: _Result


_ANSWERS = msgspec.json.Decoder(_Answer, strict=False)


def can_know(text: str) -> bool:
    """Return whether a text can be an address of the US: it begins with a number, and names a state or ends with a ZIP.

    One that names another country cannot.
    """
    folded = fold(text)
    words = re.findall(r"\w+", folded)
    abroad = any(is_country(word) and word not in _OWN_WORDS for word in words)
    names_us = _STATE.search(folded) or _ZIP_LAST.search(folded) or re.search(r"\b(?:usa|united states)\b", folded)
    return not abroad and _HOUSE_FIRST.match(folded) is not None and names_us is not None


def search(text: str, about: str = "") -> Query:
    """Return the question where an address of the US is, which is `about` another text where it is a part of that."""
    params = (("address", text), ("benchmark", "Public_AR_Current"), ("format", "json"))
    return Query("/geocoder/locations/onelineaddress", params, about=about or text)


def candidates(body: bytes) -> tuple[Candidate, ...]:
    """Return the addresses of an answer. Raises BadAnswer."""
    return candidates_of(map(_parts, decoded(_ANSWERS, body).result.addressMatches))


def _parts(match: _Match) -> Parts:
    """Return an address: its place is computed from the range of numbers on one side of a piece of street."""
    tells, whole = match.addressComponents, said(match.matchedAddress)
    state, city = said(tells.state).upper(), _calm(said(tells.city))
    return Parts(
        service=NAME,
        lat=match.coordinates.y,
        lon=match.coordinates.x,
        precision=Precision.INTERPOLATED,
        what="house",
        number=_number(whole),
        street=_street(tells) or _calm(_without_number(whole.partition(",")[0])),
        town=city,
        postcode=said(tells.zip),
        state=state,
        country="United States",
        code="us",
        also=(STATES.get(state.lower(), ""), "usa"),
    )


def _street(tells: _Components) -> str:
    parts = (tells.preQualifier, tells.preDirection, tells.preType, tells.streetName, tells.suffixType)
    name = " ".join(filter(None, map(said, parts))) if said(tells.streetName) else ""
    after = " ".join(filter(None, map(said, (tells.suffixDirection, tells.suffixQualifier)))) if name else ""
    return " ".join(filter(None, (_calm(name), after)))


def _calm(shouted: str) -> str:
    """Return a name in capitals as names are written, also where it is short: "W 17TH ST" gives "W 17th St"."""
    return " ".join(map(_calm_word, shouted.split()))


def _calm_word(word: str) -> str:
    if word.upper() in _DIRECTIONS:
        return word.upper()
    if _ORDINAL.fullmatch(word):
        return word.lower()
    return word if any(map(str.isdigit, word)) else calm(word).title()


_ORDINAL = re.compile(r"\d+(?:ST|ND|RD|TH)", re.IGNORECASE)
_DIRECTIONS = frozenset({"N", "S", "E", "W", "NE", "NW", "SE", "SW"})
_NUMBER = re.compile(r"\d+[a-zA-Z]?(?:-\d+)?(?= )")


def _number(address: str) -> str:
    found = _NUMBER.match(address)
    return found[0] if found else ""


def _without_number(address: str) -> str:
    return address.removeprefix(_number(address)).strip()
