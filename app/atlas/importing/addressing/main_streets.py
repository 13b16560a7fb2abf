"""Trunk roads that are the main street of a village: houses are numbered by them, so people walk along them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import shapely

from app.atlas.streets.build.ways import StreetWays
from app.atlas.streets.rules.walk import ADDRESSED, Tags, is_main_street, may_walk
from app.geo import METRES_PER_DEGREE, Floats, metres_per_degree_lon

#: A house is on a road of its street's name when it is no further from it than this.
HOUSE_M = 60.0


def may_be_main_street(tags: Tags) -> bool:
    """Return whether houses on a road would open it to people on foot: two carriageways are none of a village."""
    if tags.get("highway") != "trunk" or not tags.get("name") or tags.get("oneway", "no") != "no":
        return False
    return not may_walk(tags) and is_main_street({**tags, ADDRESSED: "yes"})


def names_of_main_streets(ways: StreetWays) -> frozenset[str]:
    """Return the names of the roads that houses would open."""
    return frozenset(tags["name"] for tags in ways.tags if may_be_main_street(tags))


def with_houses(ways: StreetWays, houses: Mapping[str, Floats]) -> StreetWays:
    """Return the ways, those marked by which houses are numbered; `houses` are (lon, lat) rows by street name."""
    tags = list(ways.tags)
    for row, each in enumerate(ways.tags):
        if each.get("name") in houses and may_be_main_street(each) and _has_house(ways, row, houses[each["name"]]):
            tags[row] = {**each, ADDRESSED: "yes"}
    return replace(ways, tags=tags)


def _has_house(ways: StreetWays, row: int, houses: Floats) -> bool:
    nodes = slice(int(ways.offsets[row]), int(ways.offsets[row + 1]))
    scale = metres_per_degree_lon(float(ways.lats[nodes][0])), METRES_PER_DEGREE
    road = shapely.LineString(np.column_stack((ways.lons[nodes], ways.lats[nodes])) * scale)
    return bool((shapely.distance(shapely.points(houses * scale), road) <= HOUSE_M).any())
