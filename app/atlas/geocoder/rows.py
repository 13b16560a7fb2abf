"""What the importer hands to the geocoder: plain rows read from an extract, in any order."""

from __future__ import annotations

from typing import NamedTuple


class AddressRow(NamedTuple):
    """One house with a number. Degrees; texts as mapped, "" where the tag is missing.

    `place` is the addr:place of villages without street names; a row without street and place is known only by its
    city. `city` is addr:city, else addr:suburb or addr:hamlet.
    """

    lat: float
    lon: float
    number: str
    street: str
    place: str
    city: str
    postcode: str


class StreetRow(NamedTuple):
    """One named way or a part of it (several rows may carry one name: they are joined where they lie together).

    `alt_names` holds name:*, alt_name, old_name, short_name, loc_name and official_name; `lat`, `lon` is a point on
    the way near its middle; `points` are (lat, lon) along it, at most some 200 m apart.
    """

    name: str
    alt_names: tuple[str, ...]
    lat: float
    lon: float
    points: tuple[tuple[float, float], ...]


class PlaceRow(NamedTuple):
    """A named place: `kind` is the value of place=* (city, town, suburb, village, neighbourhood, ...) or "station"."""

    name: str
    alt_names: tuple[str, ...]
    kind: str
    lat: float
    lon: float
