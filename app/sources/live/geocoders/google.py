"""Google's Geocoding API, with a key and billed by the call.

https://developers.google.com/maps/documentation/geocoding/requests-geocoding
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.places import Precision
from app.sources.live.asking.bodies import decoded
from app.sources.live.asking.queries import BadAnswer, Denied, Query, Tired
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.reading import Parts, Said, candidates_of, first_said, said

NAME = "google"

_PATH, _KEY = "/maps/api/geocode/json", "key"

#: `types` of a result that are an address, of those with a house number; of streets; of areas.
_ADDRESSES = frozenset({"street_address", "premise", "subpremise"})
_STREETS = frozenset({"route", "intersection"})
_AREAS = frozenset({
    "administrative_area_level_1", "administrative_area_level_2", "administrative_area_level_3", "colloquial_area",
    "continent", "country", "locality", "natural_feature", "neighborhood", "plus_code", "postal_code",
    "postal_town", "sublocality",
})  # fmt: skip
#: Kinds that are said in another word, and the vague ones, which are only said where there is no other.
_WORDS = {"locality": "town", "route": "street", "street_address": "house", "premise": "house", "subpremise": "house"}
_VAGUE = frozenset({"establishment", "point_of_interest", "political"})


class _Component(msgspec.Struct):
    long_name: Said = None
    short_name: Said = None
    types: list[str] = []


class _Location(msgspec.Struct):
    lat: float
    lng: float


class _Geometry(msgspec.Struct):
    location: _Location
    location_type: Said = None


class _Found(msgspec.Struct):
    geometry: _Geometry
    formatted_address: Said = None
    address_components: list[_Component] = []
    types: list[str] = []
    partial_match: bool | None = None


class _Answer(msgspec.Struct):
    status: str
    results: list[_Found] = []


_ANSWERS = msgspec.json.Decoder(_Answer, strict=False)


def search(text: str, about: str = "") -> Query:
    """Return the question where a text is, which is `about` another one where it is a part of that."""
    return Query(_PATH, (("address", text),), key_param=_KEY, about=about or text)


def candidates(body: bytes) -> tuple[Candidate, ...]:
    """Return the places of an answer in its order. Raises BadAnswer, Tired or Denied."""
    answer = decoded(_ANSWERS, body)
    _check(answer.status)
    return candidates_of(map(_parts, answer.results))


def at(lat: float, lon: float, about: str = "") -> Query:
    """Return the question which address is at a point."""
    return Query(_PATH, (("latlng", f"{lat:.5f},{lon:.5f}"),), key_param=_KEY, about=about)


def candidates_at(body: bytes) -> tuple[Candidate, ...]:
    """Return the addresses of an answer to `at`, the nearest first. Raises BadAnswer, Tired or Denied."""
    return candidates(body)


def _check(status: str) -> None:
    """Raise what a status says, in words of our own: error_message may repeat the key."""
    match status:
        case "OK" | "ZERO_RESULTS":
            return
        case "OVER_QUERY_LIMIT":
            raise Tired("says that it was asked too often")
        case "REQUEST_DENIED":
            raise Denied("its key is missing, wrong, or not made for this")
        case "OVER_DAILY_LIMIT":
            raise Denied("its key is wrong, or its account has no payment or a spent allowance")
        case "UNKNOWN_ERROR":
            raise Tired("had an error of its own")
        case "INVALID_REQUEST":
            raise BadAnswer("did not understand the question")
        case _:
            raise BadAnswer("sent an answer with a status that it does not promise")


def _parts(found: _Found) -> Parts:
    number, street = _house(found)
    town = first_said(_named(found, kind) for kind in ("locality", "postal_town", "sublocality", "neighborhood"))
    kinds = [kind for kind in found.types if kind not in _VAGUE]
    precision = _precision(found, number)
    also = [each for each in found.address_components if "street_number" not in each.types]
    return Parts(
        service=NAME,
        lat=found.geometry.location.lat,
        lon=found.geometry.location.lng,
        precision=precision,
        what=_what(kinds),
        name=_name(found, kinds, precision),
        number=number,
        street=street,
        town=town,
        postcode=_named(found, "postal_code"),
        county=_named(found, "administrative_area_level_2"),
        state=_named(found, "administrative_area_level_1"),
        country=_named(found, "country"),
        code=_named(found, "country", short=True),
        also=tuple(said(name) for each in also for name in (each.long_name, each.short_name)),
        is_partial=bool(found.partial_match),
    )


def _house(found: _Found) -> tuple[str, str]:
    """Return the house number and the street, of a house in Japan the block; the number of a street is none."""
    street = _named(found, "route")
    if "route" in found.types:
        return "", street
    premise = _named(found, "premise")
    number = _named(found, "street_number") or (premise if premise[:1].isdigit() and premise.isascii() else "")
    if " " in number and not street:  # "1125 17th Street": both in one
        number, _, street = number.partition(" ")
    return number, street or (first_said(_named(found, kind) for kind in _BLOCKS) if number else "")


_BLOCKS = ("sublocality_level_4", "sublocality_level_3", "sublocality_level_2", "sublocality_level_1", "sublocality")


def _named(found: _Found, kind: str, *, short: bool = False) -> str:
    """Return the name of the component of a kind, "" where there is none."""
    names = (each.short_name if short else each.long_name for each in found.address_components if kind in each.types)
    return first_said(names)


def _precision(found: _Found, number: str) -> Precision:
    """Return how exact a result is: by its kind, and for a house by how its place was come by."""
    kinds, location_type = set(found.types), said(found.geometry.location_type)
    if number or kinds & _ADDRESSES:
        return _HOUSES.get(location_type, Precision.STREET)
    if "intersection" in kinds:
        return Precision.CORNER
    if kinds & _STREETS:
        return Precision.STREET
    return Precision.PLACE if kinds & _AREAS or kinds <= {"political"} else Precision.NAMED


#: Where a house stands, by `location_type`; in the middle of something it is no house.
_HOUSES = {
    "ROOFTOP": Precision.HOUSE,
    "RANGE_INTERPOLATED": Precision.INTERPOLATED,
    "GEOMETRIC_CENTER": Precision.STREET,
    "APPROXIMATE": Precision.STREET,
}


def _name(found: _Found, kinds: Sequence[str], precision: Precision) -> str:
    """Return what a result is called beside its address: a component of its own kind, else how its line begins."""
    if precision is Precision.STREET:
        return _named(found, "route")
    own = first_said(_named(found, kind) for kind in (*kinds, "establishment", "point_of_interest"))
    if precision in (Precision.HOUSE, Precision.INTERPOLATED):
        return "" if own[:1].isdigit() else own
    if own:
        return own
    return said(found.formatted_address).partition(",")[0]


def _what(kinds: Sequence[str]) -> str:
    kind = next(iter(kinds), "place")
    return _WORDS.get(kind, "area" if kind.startswith("administrative") else kind.replace("_", " "))
