"""Finds the mapped address nearest to a point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.atlas.geocoder.labels import address_label
from app.atlas.geocoder.store import CELL_DEGREES, GeocoderStore, House, Street, cell_of, middle_of
from app.geo import METRES_PER_DEGREE, distance_m, metres_per_degree_lon
from app.places import Location, Precision

#: An address further away than this does not name a pin; then its street does, up to the second distance (metres).
ADDRESS_M, STREET_M = 250.0, 500.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The address or street near a point, how many metres away (of a street: good to a cell of the grid)."""

    text: str
    lat: float
    lon: float
    metres: float
    is_house: bool
    #: The street that a house is numbered by.
    street: str = ""

    def location_in(self, region: str) -> Location:
        """Return it as a location."""
        precision = Precision.HOUSE if self.is_house else Precision.STREET
        return Location(self.lat, self.lon, self.text, precision, region, street=self.street)


def nearest_address(store: GeocoderStore, lat: float, lon: float) -> Neighbour | None:
    """Return the address nearest to a point, else the nearest street, None where both are too far."""
    houses = nearest_houses(store, lat, lon, 1)
    return houses[0] if houses else _nearest_street(store, lat, lon)


def nearest_houses(
    store: GeocoderStore, lat: float, lon: float, count: int, within_m: float = ADDRESS_M
) -> list[Neighbour]:
    """Return the addresses nearest to a point, nearest first."""
    found: dict[int, float] = {}
    seen: set[int] = set()
    for radius_m in (within_m / 4, within_m / 2, within_m):
        cells = [cell for cell in _cells(lat, lon, radius_m) if cell not in seen]
        seen.update(cells)
        points = store.points([ident for cell in cells for ident in store.cell(cell)[0]])
        found |= {ident: distance_m(lat, lon, *point) for ident, *point in points}
        if sum(metres <= radius_m for metres in found.values()) >= count:
            break
    nearest = sorted((metres, ident) for ident, metres in found.items() if metres <= within_m)[:count]
    houses = {house.id: house for house in store.houses_by_id([ident for _, ident in nearest])}
    return [_neighbour(store, houses[ident], metres) for metres, ident in nearest]


def houses_of(store: GeocoderStore, ids: Sequence[int]) -> list[Neighbour]:
    """Return houses by their ids, in the order given."""
    houses = {house.id: house for house in store.houses_by_id(ids)}
    return [_neighbour(store, houses[ident], 0.0) for ident in ids]


def _neighbour(store: GeocoderStore, house: House, metres: float) -> Neighbour:
    street = store.street_of(house.id)
    label = address_label(street.name, house.number.text, house.city, house.postcode, store.style())
    own_street = "" if street.is_village else street.name
    return Neighbour(label, house.lat, house.lon, metres, is_house=True, street=own_street)


def nearest_street_name(store: GeocoderStore, lat: float, lon: float) -> str:
    """Return the name of the street with a point in the nearest grid cell, "" where none is near."""
    nearest = _nearest_street_row(store, lat, lon)
    return nearest[1].name if nearest else ""


def _nearest_street(store: GeocoderStore, lat: float, lon: float) -> Neighbour | None:
    nearest = _nearest_street_row(store, lat, lon)
    if nearest is None:
        return None
    metres, street = nearest
    label = address_label(street.name, "", street.city, street.postcode, store.style())
    return Neighbour(label, street.lat, street.lon, metres, is_house=False)


def _nearest_street_row(store: GeocoderStore, lat: float, lon: float) -> tuple[float, Street] | None:
    """Return the street with a point in the nearest grid cell; its distance is good to that cell's size."""
    ranked: list[tuple[float, int]] = []
    for cell in _cells(lat, lon, STREET_M):
        metres = distance_m(lat, lon, *middle_of(cell))
        ranked += [(metres, ident) for ident in store.cell(cell)[1]]
    if not ranked:
        return None
    metres, ident = min(ranked)
    return metres, store.streets([ident])[0]


def _cells(lat: float, lon: float, radius_m: float) -> list[int]:
    rows = math.ceil(radius_m / METRES_PER_DEGREE / CELL_DEGREES)
    columns = math.ceil(radius_m / max(metres_per_degree_lon(lat), 1.0) / CELL_DEGREES)
    return [
        cell_of(lat + i * CELL_DEGREES, lon + j * CELL_DEGREES)
        for i in range(-rows, rows + 1)
        for j in range(-columns, columns + 1)
    ]
