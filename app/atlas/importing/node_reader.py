"""What is kept of the nodes of an extract."""

from __future__ import annotations

import osmium

from app.atlas.importing.addressing import place_row
from app.atlas.importing.classify import kinds_of
from app.atlas.importing.elements import Comfort, Extract, Gate, Spot
from app.atlas.importing.relations import Relations

NODE_KEYS = [
    "amenity",
    "shop",
    "leisure",
    "tourism",
    "healthcare",
    "place",
    "highway",
    "railway",
    "public_transport",
    "aeroway",
    "aerialway",
    "man_made",
    "power",
    "barrier",
    "entrance",
    "drinking_water",
]
#: (key, value) of what makes a green space pleasant, and its word in scoring.md.
COMFORTS = {
    ("amenity", "bench"): "bench",
    ("leisure", "picnic_table"): "bench",
    ("amenity", "toilets"): "toilets",
    ("amenity", "drinking_water"): "drinking_water",
    ("drinking_water", "yes"): "drinking_water",
    ("leisure", "playground"): "playground",
    ("highway", "street_lamp"): "lighting",
    ("tourism", "viewpoint"): "viewpoint",
}
_COMFORT_KEYS = tuple(dict.fromkeys(key for key, _ in COMFORTS))


def comfort_of(tags: dict[str, str]) -> str:
    """Return the word of the comfort that an element is, or ""."""
    found = (COMFORTS.get((key, tags[key])) for key in _COMFORT_KEYS if key in tags)
    return next((word for word in found if word), "")


class NodeReader:
    """Sorts nodes into the extract's parts."""

    def __init__(self, extract: Extract, relations: Relations) -> None:
        self._extract = extract
        self._route_members = relations.route_member_ids()

    def read(self, node: osmium.osm.Node) -> None:
        """Keep what a node with one of NODE_KEYS says."""
        self._thing(node.id, dict(node.tags), node.lat, node.lon)

    def _thing(self, node_id: int, tags: dict[str, str], lat: float, lon: float) -> None:
        extract, osm_id = self._extract, f"n{node_id}"
        if "barrier" in tags or "entrance" in tags:
            extract.gates[node_id] = Gate(lat, lon, tags)
        if osm_id in self._route_members:
            extract.route_members[osm_id] = (lat, lon)
        if word := comfort_of(tags):
            extract.comforts.append(Comfort(word, lat, lon))
        if kinds := kinds_of(tags):
            extract.spots.append(Spot(osm_id, lat, lon, tags, kinds))
        if tags.get("railway") == "subway_entrance":
            extract.subway_entrances.append((lat, lon))
        if (place := place_row(tags, lat, lon)) is not None:
            extract.places.append(place)
