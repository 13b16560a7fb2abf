"""From OpenStreetMap tags to what lies under a point: water, rails, what stands over water, and grounds with a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from app.atlas.importing.tags.hazards import is_underground
from app.atlas.importing.tags.lifecycle import is_gone

Tags = Mapping[str, str]


class GroundSort(NamedTuple):
    """What a line or area is: `kind` as in the table `ground`, half the width of a line in metres, or an area."""

    kind: str
    half_m: float
    is_area: bool


def ground_sort(tags: Tags, is_closed: bool) -> GroundSort | None:
    """Return what an element is to those who stand on it; None for all that is ordinary land without a name."""
    if "highway" in tags and _STREET_KEYS.isdisjoint(tags):
        return None  # nearly every street
    if _KEYS.isdisjoint(tags) or is_gone(_still_there(tags)):
        return None
    is_closed = is_closed and tags.get("area") != "no"
    if "highway" in tags:
        return _of_street(tags, is_closed)
    return _of_line(tags, is_closed) or (_of_area(tags) if is_closed else None)


_STREET_KEYS = frozenset({"bridge", "area", "place"})
_KEYS = frozenset(
    {"highway", "natural", "waterway", "landuse", "railway", "man_made", "amenity", "leisure", "tourism", "aeroway"}
    | {"place"}
)

#: Half the width in metres of what is mapped as a line without a width.
RIVER_HALF_M, TRACK_HALF_M, PIER_HALF_M = 3.0, 3.0, 2.0
#: Half of a bridge's lane with what is beside it (metres).
BRIDGE_LANE_HALF_M, BRIDGE_EDGE_M = 1.75, 2.0

TRACKS = frozenset({"rail", "narrow_gauge", "light_rail", "subway", "funicular", "monorail"})
#: What stands over water.
DECKS = frozenset({"pier", "breakwater", "groyne", "bridge", "quay"})
#: water=* and basin=* that is no open water for most of the year, or less than a pond.
NO_WATER = frozenset({"fountain", "fish_pass", "intermittent", "detention", "infiltration"})


def _still_there(tags: Tags) -> Tags:
    """Return the tags that tell whether a thing is gone: a canal that no ship uses is still water."""
    if "disused" not in tags or tags.keys().isdisjoint(("waterway", "natural")):
        return tags
    return {key: value for key, value in tags.items() if key != "disused"}


def _of_street(tags: Tags, is_closed: bool) -> GroundSort | None:
    """A bridge, or a square."""
    is_area = is_closed and tags.get("area") == "yes"
    if tags.get("bridge", "no") != "no":
        lanes = re.match(r"[1-9](?![0-9])", tags.get("lanes", ""))
        half_m = int(lanes.group() if lanes else 2) * BRIDGE_LANE_HALF_M + BRIDGE_EDGE_M
        return GroundSort("deck", 0.0 if is_area else half_m, is_area)
    is_square = "name" in tags and (tags.get("place") == "square" or (is_area and tags["highway"] == "pedestrian"))
    return GroundSort("square", 0.0, True) if is_square and is_closed else None


def _of_line(tags: Tags, is_closed: bool) -> GroundSort | None:
    """A coast, a track, a river, or a pier; a pier that closes is an area."""
    if tags.get("natural") == "coastline" and tags.get("area") != "yes":
        return GroundSort("coast", 0.0, False)
    if tags.get("railway") in TRACKS and not is_underground(tags):
        return GroundSort("railway", TRACK_HALF_M, False)
    if tags.get("man_made") in DECKS:
        return GroundSort("deck", 0.0 if is_closed else _half_m(tags, PIER_HALF_M), is_closed)
    is_area = is_closed and tags.get("area") == "yes"  # else it is a ring, such as a moat
    if tags.get("waterway") in ("river", "canal") and not is_area and _is_open_water(tags):
        return GroundSort("water", _half_m(tags, RIVER_HALF_M), False)
    return None


def _of_area(tags: Tags) -> GroundSort | None:
    """Water, a bay of the sea, or a ground with a name."""
    if not WATERS.isdisjoint(tags.items()) and _is_open_water(tags):
        return GroundSort("water", 0.0, True)
    if "name" not in tags:
        return None
    if tags.get("natural") in ("bay", "strait"):
        return GroundSort("bay", 0.0, True)
    words = next((words for pair, words in GROUNDS.items() if tags.get(pair[0]) == pair[1]), None)
    return GroundSort(words, 0.0, True) if words else None


WATERS = frozenset({
    ("natural", "water"), ("waterway", "riverbank"), ("waterway", "dock"), ("waterway", "river"),
    ("waterway", "canal"), ("landuse", "reservoir"), ("landuse", "basin"), ("landuse", "salt_pond"),
})  # fmt: skip

#: Grounds to name a point by that are no kind of place, and the words for them.
GROUNDS = {
    ("place", "square"): "square",
    ("place", "islet"): "islet",
    ("landuse", "cemetery"): "cemetery",
    ("amenity", "grave_yard"): "cemetery",
    ("amenity", "marketplace"): "market place",
    ("amenity", "prison"): "prison",
    ("amenity", "parking"): "car park",
    ("landuse", "allotments"): "allotments",
    ("landuse", "military"): "military ground",
    ("landuse", "construction"): "building site",
    ("landuse", "industrial"): "industrial area",
    ("landuse", "railway"): "railway ground",
    ("landuse", "quarry"): "quarry",
    ("landuse", "landfill"): "landfill",
    ("leisure", "marina"): "marina",
    ("leisure", "golf_course"): "golf course",
    ("leisure", "stadium"): "stadium",
    ("tourism", "zoo"): "zoo",
    ("tourism", "theme_park"): "theme park",
    ("tourism", "camp_site"): "camp site",
    ("tourism", "caravan_site"): "caravan site",
    ("aeroway", "aerodrome"): "airfield",
}


def _is_open_water(tags: Tags) -> bool:
    """Return whether water is there to be seen, and most of the year."""
    if is_underground(tags) or tags.get("location") == "roof" or tags.get("intermittent") == "yes":
        return False
    return NO_WATER.isdisjoint((tags.get("water"), tags.get("basin")))


def _half_m(tags: Tags, default_m: float) -> float:
    """Return half of the mapped width in metres; feet and words are not read."""
    width = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]+)?)\s*m?", tags.get("width", ""))
    return float(width[1]) / 2 if width and float(width[1]) else default_m
