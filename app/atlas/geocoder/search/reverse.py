"""Finds the mapped address nearest to a point."""

from __future__ import annotations

import math

from app.atlas.geocoder.labels import address_label
from app.atlas.geocoder.search.match import Match
from app.atlas.geocoder.store import CELL_DEGREES, GeocoderStore, House, Street, cell_of
from app.geo import METRES_PER_DEGREE, distance_m, metres_per_degree_lon
from app.places import Location, Precision

#: An address further away than this does not name a pin; then its street does, up to the second distance (metres).
ADDRESS_M, STREET_M = 250.0, 500.0


def nearest_address(store: GeocoderStore, lat: float, lon: float) -> Match | None:
    """Return the address nearest to a point, else the nearest street, None where both are too far.

    The score falls from 1 at the point to 0 at the furthest distance that counts.
    """
    house, metres = _nearest_house(store, lat, lon)
    if house and metres <= ADDRESS_M:
        street = store.street_of(house.id)
        label = address_label(street.name, house.number.text, house.city, house.postcode, store.style())
        note = f"The nearest mapped address, {metres:.0f} m from the point." if metres >= 20 else ""
        return Match(Location(house.lat, house.lon, label, Precision.HOUSE, "", note), _score(metres, ADDRESS_M))
    return _nearest_street(store, lat, lon)


def _nearest_house(store: GeocoderStore, lat: float, lon: float) -> tuple[House | None, float]:
    """Look in ever wider rings of cells, until none further out can hold a nearer house."""
    best: tuple[float, int] = (math.inf, 0)
    seen: set[int] = set()
    for radius_m in (ADDRESS_M / 4, ADDRESS_M / 2, ADDRESS_M):
        cells = [cell for cell in _cells(lat, lon, radius_m) if cell not in seen]
        seen.update(cells)
        points = store.points([ident for cell in cells for ident in store.cell(cell)[0]])
        best = min([best, *((distance_m(lat, lon, *point), ident) for ident, *point in points)])
        if best[0] <= radius_m:
            break
    metres, ident = best
    return (store.houses_by_id([ident])[0], metres) if ident else (None, metres)


def _nearest_street(store: GeocoderStore, lat: float, lon: float) -> Match | None:
    """Return the street with a point in the nearest grid cell; its distance is good to that cell's size."""
    ranked: list[tuple[float, int]] = []
    for cell in _cells(lat, lon, STREET_M):
        ids = store.cell(cell)[1]
        middle = ((cell // 1_000_000 + 0.5) * CELL_DEGREES, (cell % 1_000_000 + 0.5) * CELL_DEGREES)
        ranked += [(distance_m(lat, lon, *middle), ident) for ident in ids]
    if not ranked:
        return None
    metres, ident = min(ranked)
    street: Street = store.streets([ident])[0]
    label = address_label(street.name, "", street.city, street.postcode, store.style())
    note = "No address is mapped near the point; this is a street beside it."
    return Match(Location(lat, lon, label, Precision.STREET, "", note), _score(metres, 2 * STREET_M))


def _cells(lat: float, lon: float, radius_m: float) -> list[int]:
    rows = math.ceil(radius_m / METRES_PER_DEGREE / CELL_DEGREES)
    columns = math.ceil(radius_m / max(metres_per_degree_lon(lat), 1.0) / CELL_DEGREES)
    return [
        cell_of(lat + i * CELL_DEGREES, lon + j * CELL_DEGREES)
        for i in range(-rows, rows + 1)
        for j in range(-columns, columns + 1)
    ]


def _score(metres: float, furthest_m: float) -> float:
    return round(max(0.0, 1 - metres / furthest_m), 4)
