"""Nominatim: OpenStreetMap's search, and the address at a point. https://nominatim.org/release-docs/latest/api/Search/

No language is asked for, neither by `accept-language` nor by a header, so that all names come in the language of the
place: as its signs, its people and the map write them. With a language, parents of a place come translated as far as
somebody mapped a translation, and a label would be in two languages.
"""

from __future__ import annotations

import msgspec

from app.places import Precision
from app.sources.live.asking.bodies import decoded
from app.sources.live.asking.queries import BadAnswer, Pairs, Query
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.reading import Parts, Said, candidates_of, first_said, said

NAME = "nominatim"

#: Places asked for: enough for a question, and for the same street in pieces.
MOST_FOUND = 10

#: Keys of `address`, the first that is there; old versions name a street by its kind.
_STREETS = ("road", "pedestrian", "footway", "cycleway", "path", "square", "place")
#: Where houses have no street: blocks of Japan, villages of Czechia.
_NUMBERED_BY = ("city_block", "neighbourhood", "quarter", "isolated_dwelling", "hamlet", "village", "suburb", "town")
_TOWNS = ("city", "town", "village", "municipality", "hamlet", "isolated_dwelling", "city_district")
_QUARTERS = ("suburb", "borough", "city_district", "district", "quarter", "neighbourhood", "hamlet", "municipality")
_OTHERS = ("state_district", "region", "province", "house_name")

_WORDS = {"place": "house", "historic": "landmark", "tourism": "landmark"}
_HOUSE_TYPES = frozenset({"house", "building", "residential", "apartments", "detached", "yes"})
_PLACE_CATEGORIES = frozenset({"place", "boundary", "landuse", "natural", "waterway"})
#: Below it are towns and larger, from it on streets: https://nominatim.org/release-docs/latest/customize/Ranking/
_STREET_RANK, _HOUSE_RANK = 26, 28


class _Found(msgspec.Struct):
    """One place of format `jsonv2`; `json` says `class` for `category`."""

    lat: float | None = None
    lon: float | None = None
    category: Said = None
    class_: Said = msgspec.field(default=None, name="class")
    type: Said = None
    addresstype: Said = None
    place_rank: int | None = None
    importance: float | None = None
    name: Said = None
    osm_type: Said = None
    address: dict[str, Said] | None = None


class _FoundAt(_Found):
    """The answer to a point: a place, or an error where there is none."""

    error: Said = None


_FOUND = msgspec.json.Decoder(list[_Found], strict=False)
_FOUND_AT = msgspec.json.Decoder(_FoundAt, strict=False)


def search(text: str, about: str = "") -> Query:
    """Return the question where a text is, which is `about` another one where it is a part of that."""
    params: Pairs = (("q", text), ("format", "jsonv2"), ("addressdetails", "1"), ("limit", str(MOST_FOUND)))
    return Query("/search", params, about=about or text)


def candidates(body: bytes) -> tuple[Candidate, ...]:
    """Return the places of an answer in its order. Raises BadAnswer."""
    found: list[_Found] = decoded(_FOUND, body)
    return candidates_of(map(_parts, found))


def at(lat: float, lon: float, about: str = "") -> Query:
    """Return the question which address is at a point."""
    point: Pairs = (("lat", f"{lat:.5f}"), ("lon", f"{lon:.5f}"))
    return Query("/reverse", (*point, ("format", "jsonv2"), ("addressdetails", "1"), ("layer", "address")), about=about)


def candidates_at(body: bytes) -> tuple[Candidate, ...]:
    """Return the address of an answer to `at`, if there is one. Raises BadAnswer."""
    found = decoded(_FOUND_AT, body)
    return () if found.error is not None else candidates_of([_parts(found)])


def _parts(found: _Found) -> Parts:
    if found.lat is None or found.lon is None:
        raise BadAnswer("sent a place without its point")
    address = found.address or {}
    category, kind = first_said((found.category, found.class_)), said(found.type)
    number = said(address.get("house_number"))
    street = first_said(map(address.get, _STREETS))
    name = first_said((found.name, address.get(category), address.get(kind)))
    if not street and category == "highway":
        street = name
    if number and not street:
        street = first_said(map(address.get, _NUMBERED_BY))
    iso = (said(value).partition("-")[2] for key, value in address.items() if key.startswith("ISO3166-2"))
    return Parts(
        service=NAME,
        lat=found.lat,
        lon=found.lon,
        precision=_precision(found, category, kind, number),
        what=_what(found, category, kind),
        name=street if category == "highway" and not name else name,
        number=number,
        street=street,
        town=first_said(map(address.get, _TOWNS)),
        postcode=said(address.get("postcode")),
        county=said(address.get("county")),
        state=said(address.get("state")),
        country=said(address.get("country")),
        code=said(address.get("country_code")),
        also=(*(said(address.get(key)) for key in (*_TOWNS, *_QUARTERS, *_OTHERS)), *iso),
        importance=found.importance,
    )


def _precision(found: _Found, category: str, kind: str, number: str) -> Precision:
    """Return how exact a place is by its kind.

    A `house` that is a way is no building but the line along which numbers are interpolated, OpenStreetMap's or that
    of the US census: https://nominatim.org/release-docs/latest/api/Output/#osm-reference
    """
    rank = found.place_rank
    if category == "place" and kind == "house" and said(found.osm_type) in ("way", "W"):
        return Precision.INTERPOLATED
    if number:
        return Precision.HOUSE
    if category == "highway" and (rank is None or _STREET_RANK <= rank < _HOUSE_RANK):
        return Precision.STREET
    if said(found.addresstype) == "road" or (category == "place" and kind == "square"):
        return Precision.STREET
    is_area = category in _PLACE_CATEGORIES or (rank is not None and rank < _STREET_RANK)
    return Precision.PLACE if is_area and kind != "house" else Precision.NAMED


def _what(found: _Found, category: str, kind: str) -> str:
    """Return what it is for people: the kind of town for a border ("city"), the kind of shop for a shop."""
    tells = said(found.addresstype)
    if tells == "road" or category == "highway":
        return "street"
    if category == "building":
        return "building"
    if kind in _HOUSE_TYPES:
        kind = _WORDS.get(category, category)
    if category == "boundary" and tells:
        kind = tells
    return (kind or category or "place").replace("_", " ")
