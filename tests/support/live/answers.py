"""Bodies as Nominatim writes them, for tests of what is made of them."""

from __future__ import annotations

import json
from typing import Any

from app.sources.live.geocoders import nominatim
from app.sources.live.geocoders.candidates import Candidate


def house(number: str, road: str, city: str, lat: float, lon: float, **more: str) -> dict[str, Any]:
    """Return a house with `postcode`, `state`, `country`, `country_code` and other parts of its address."""
    address = {"house_number": number, "road": road, "city": city, **more}
    return _place(lat, lon, ("place", "house", "place", 30), "", address)


def street(road: str, city: str, lat: float, lon: float, **more: str) -> dict[str, Any]:
    """Return a street."""
    return _place(lat, lon, ("highway", "residential", "road", 26), road, {"road": road, "city": city, **more})


def town(name: str, lat: float, lon: float, importance: float = 0.5, kind: str = "city", **more: str) -> dict[str, Any]:
    """Return a town, or a part of one, by its border."""
    found = _place(lat, lon, ("boundary", "administrative", kind, 16), name, {kind: name, **more})
    return {**found, "importance": importance}


def postcode(code: str, lat: float, lon: float, **more: str) -> dict[str, Any]:
    """Return a postcode, which is no element of the map."""
    return _place(lat, lon, ("place", "postcode", "postcode", 21), code, {"postcode": code, **more})


def thing(name: str, kinds: tuple[str, str], lat: float, lon: float, **address: str) -> dict[str, Any]:
    """Return a thing with a name; `kinds` is its main tag."""
    category, kind = kinds
    return _place(lat, lon, (category, kind, category, 30), name, {category: name, **address})


def _place(
    lat: float, lon: float, kinds: tuple[str, str, str, int], name: str, address: dict[str, str]
) -> dict[str, Any]:
    category, kind, addresstype, rank = kinds
    return {
        "place_id": 1,
        "osm_type": "node" if kind == "house" else "way",
        "osm_id": 2,
        "lat": str(lat),
        "lon": str(lon),
        "category": category,
        "type": kind,
        "place_rank": rank,
        "importance": 0.00001,
        "addresstype": addresstype,
        "name": name,
        "display_name": ", ".join(address.values()),
        "address": address,
    }


def body(*places: dict[str, Any]) -> bytes:
    """Return the body of an answer with these places."""
    return json.dumps(places, ensure_ascii=False).encode()


def candidates(*places: dict[str, Any]) -> tuple[Candidate, ...]:
    """Return what is made of an answer with these places."""
    return nominatim.candidates(body(*places))
