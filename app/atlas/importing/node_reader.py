"""What is kept of the nodes of an extract."""

from __future__ import annotations

from app.atlas.importing.addressing import place_row
from app.atlas.importing.classify import kinds_of
from app.atlas.importing.elements import Comfort, Extract, Gate, Spot
from app.atlas.importing.pbf.block import Node
from app.atlas.importing.pbf.texts import Tags
from app.atlas.importing.relations import Relations

#: What makes a green space pleasant: key to value to the word in scoring.md.
COMFORTS = {
    "amenity": {"bench": "bench", "toilets": "toilets", "drinking_water": "drinking_water"},
    "leisure": {"picnic_table": "bench", "playground": "playground"},
    "drinking_water": {"yes": "drinking_water"},
    "highway": {"street_lamp": "lighting"},
    "tourism": {"viewpoint": "viewpoint"},
}


def comfort_of(tags: Tags) -> str:
    """Return the word of the comfort that an element is, or ""."""
    for key, words in COMFORTS.items():
        if tags.get(key) in words:
            return words[tags[key]]
    return ""


class NodeReader:
    """Sorts nodes into the extract's parts."""

    def __init__(self, extract: Extract, relations: Relations) -> None:
        self._extract = extract
        self._route_members = relations.route_member_ids()

    def read(self, node: Node) -> None:
        """Keep what a node with one of NODE_KEYS says."""
        node_id, tags, lat, lon = node
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
