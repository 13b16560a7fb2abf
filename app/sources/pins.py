"""A point on the map in place of an address: two decimal degrees, as maps on a phone copy them."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.atlas.atlas import Atlas
from app.places import Location, Precision

#: Both numbers carry decimals, so that no house number with a postcode reads as a point.
PIN = re.compile(r"\s*\(?\s*(-?\d{1,2}\.\d+)\s*[,; ]\s*(-?\d{1,3}\.\d+)\s*\)?\s*")


class Pin(NamedTuple):
    """A point in degrees."""

    lat: float
    lon: float


def pin_in(text: str) -> Pin | None:
    """Return the point that a text gives ("60.1652, 24.9364"), None where it is none on Earth."""
    found = PIN.fullmatch(text)
    if not found:
        return None
    pin = Pin(float(found[1]), float(found[2]))
    return pin if abs(pin.lat) <= 90 and abs(pin.lon) <= 180 else None


def pin_location(pin: Pin, atlas: Atlas) -> Location:
    """Return the point itself as a location, named by the nearest address of a region that holds it."""
    nearest = atlas.geocoder.reverse(pin.lat, pin.lon)
    point = f"{pin.lat:.5f}, {pin.lon:.5f}"
    if nearest is None:
        note = "No address or street is mapped near this point."
        return Location(pin.lat, pin.lon, point, Precision.PLACE, atlas.name, note)
    note = f"Evaluated at the point {point}. {nearest.location.note}".strip()
    return Location(pin.lat, pin.lon, f"Near {nearest.location.label}", Precision.HOUSE, atlas.name, note)
