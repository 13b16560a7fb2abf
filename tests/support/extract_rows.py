"""An extract's addresses, streets and places as the geocoder's index takes them (relations left out)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium

from app.atlas.geocoder.build.columns import AddressRow, LocalityRow, StreetRow
from app.atlas.importing.tags.addressing import address_row, locality_row, street_row


def read_rows(extract: Path) -> tuple[list[AddressRow], list[StreetRow], list[LocalityRow]]:
    """Read the addresses, streets and places of an extract."""
    addresses: list[AddressRow] = []
    streets: list[StreetRow] = []
    places: list[LocalityRow] = []
    keys = osmium.filter.KeyFilter("addr:housenumber", "highway", "place", "railway")
    for item in osmium.FileProcessor(str(extract)).with_locations().with_filter(keys):
        positions = _positions(item)
        if not positions:
            continue
        tags = {tag.k: tag.v for tag in item.tags}
        lon, lat = (sum(axis) / len(positions) for axis in zip(*positions, strict=True))
        if tags.get("addr:housenumber"):
            addresses.append(address_row(tags, lat, lon))
        if item.is_way() and "highway" in tags and (street := street_row(tags, np.array(positions))):
            streets.append(street)
        if place := locality_row(tags, lat, lon):
            places.append(place)
    return addresses, streets, places


def _positions(item: osmium.osm.OSMEntity) -> list[tuple[float, float]]:
    if item.is_node():
        return [(item.lon, item.lat)]
    return [(node.lon, node.lat) for node in item.nodes if node.location.valid()] if item.is_way() else []
