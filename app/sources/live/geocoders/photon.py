"""Photon: OpenStreetMap's names as GeoJSON. https://github.com/komoot/photon/blob/master/docs/api-v1.md

Without `lang` and without a header Accept-Language the names come in the language of the place.
"""

from __future__ import annotations

import msgspec

from app.places import Precision
from app.sources.live.asking.bodies import decoded
from app.sources.live.asking.queries import Query
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.reading import Parts, Said, candidates_of, first_said, said

NAME = "photon"

#: Places asked for.
MOST_FOUND = 10

_AREAS = frozenset({"locality", "district", "city", "county", "state", "country", "other"})


class _Properties(msgspec.Struct):
    osm_type: Said = None
    osm_key: Said = None
    osm_value: Said = None
    #: The layer: house, street, locality, district, city, county, state, country, other.
    type: Said = None
    name: Said = None
    housenumber: Said = None
    street: Said = None
    locality: Said = None
    district: Said = None
    city: Said = None
    county: Said = None
    state: Said = None
    country: Said = None
    countrycode: Said = None
    postcode: Said = None


class _Geometry(msgspec.Struct):
    #: Longitude and latitude, in degrees.
    coordinates: tuple[float, float]


class _Feature(msgspec.Struct):
    geometry: _Geometry
    properties: _Properties


class _Answer(msgspec.Struct):
    features: list[_Feature]


_ANSWERS = msgspec.json.Decoder(_Answer, strict=False)


def search(text: str, about: str = "") -> Query:
    """Return the question where a text is, which is `about` another one where it is a part of that."""
    return Query("/api", (("q", text), ("limit", str(MOST_FOUND))), about=about or text)


def candidates(body: bytes) -> tuple[Candidate, ...]:
    """Return the places of an answer in its order. Raises BadAnswer."""
    return candidates_of(map(_parts, decoded(_ANSWERS, body).features))


def at(lat: float, lon: float, about: str = "") -> Query:
    """Return the question what is nearest to a point."""
    return Query("/reverse", (("lat", f"{lat:.5f}"), ("lon", f"{lon:.5f}"), ("limit", "1")), about=about)


def candidates_at(body: bytes) -> tuple[Candidate, ...]:
    """Return what an answer to `at` holds. Raises BadAnswer."""
    return candidates(body)


def _parts(feature: _Feature) -> Parts:
    tells = feature.properties
    lon, lat = feature.geometry.coordinates
    number, layer, name = said(tells.housenumber), said(tells.type), said(tells.name)
    is_street = layer == "street" or (not layer and said(tells.osm_key) == "highway" and not number)
    return Parts(
        service=NAME,
        lat=lat,
        lon=lon,
        precision=_precision(tells, number, is_street=is_street),
        what="street" if is_street else _what(tells),
        name=name,
        number=number,
        street=first_said((tells.street, tells.name if is_street else None, tells.locality if number else None)),
        town=first_said((tells.city, tells.name if layer == "city" else None)),
        postcode=_postcode(tells),
        county=said(tells.county),
        state=said(tells.state),
        country=said(tells.country),
        code=said(tells.countrycode),
        also=(said(tells.locality), said(tells.district)),
    )


def _precision(tells: _Properties, number: str, *, is_street: bool) -> Precision:
    if number:
        return Precision.HOUSE
    if is_street:
        return Precision.STREET
    is_place = said(tells.osm_key) in ("place", "boundary") and said(tells.osm_value) != "house"
    return Precision.PLACE if said(tells.type) in _AREAS or is_place else Precision.NAMED


def _what(tells: _Properties) -> str:
    kind, key, layer = said(tells.osm_value), said(tells.osm_key), said(tells.type)
    if kind in ("administrative", "yes", ""):
        kind = layer if key == "boundary" else key
    return (kind or "place").replace("_", " ")


def _postcode(tells: _Properties) -> str:
    """Return the postcode; a town with several of them ("75001;75002") is in none."""
    postcode = said(tells.postcode)
    return "" if ";" in postcode else postcode
