"""What a check looks for: which tags surely are that, and which may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from tests.truth.oracles.wanted import Want, is_surely_gone, one_of
from tests.truth.oracles.world import Tags, Thing

#: Anything of these makes a line less than sure.
LINE_DOUBTS = ("tunnel", "covered", "location", "level", "service", "intermittent", "cutting", "indoor")


def is_hidden(tags: Tags) -> bool:
    """Return whether a line runs under the ground."""
    return tags.get("tunnel", "no") != "no" or tags.get("location") in ("underground", "underwater")


def _is_open(tags: Tags) -> bool:
    lifecycle = ("disused", "abandoned", "construction", "proposed", "razed", "demolished", "end_date", "access", "was")
    odd = any(key.split(":")[0] in lifecycle for key in tags)
    below = tags.get("layer", "0").startswith("-")
    return not odd and not below and all(tags.get(key, "no") in ("no", "0") for key in LINE_DOUBTS)


def volts(tags: Tags) -> int | None:
    """Return the highest voltage: "380 kV", "220kV", "400,000", "110000;20000"."""
    text = tags.get("voltage", "").lower()
    found = []
    for digits, kilo in re.findall(r"(\d[\d,. ]*)\s*(kv)?", text):
        value = float(re.sub(r"[^\d]", "", digits) or 0)
        found.append(int(value * 1_000 if kilo else value))
    return max(found, default=None)


def lanes(tags: Tags) -> int:
    """Return the lanes of a road, 0 where none are said."""
    match = re.match(r"\d+", tags.get("lanes", ""))
    return int(match.group()) if match else 0


def _is_surely_fuel(thing: Thing) -> bool:
    tags = thing.tags
    odd = {"boat", "seamark:type", "waterway", "fuel:electricity", "leisure"} & tags.keys()
    electric = any("electric" in value for key, value in tags.items() if key.startswith("fuel") or key == "fuel")
    return tags.get("amenity") == "fuel" and not odd and not electric and "name" in tags and _is_open(tags)


def _may_be_fuel(thing: Thing) -> bool:
    tags = thing.tags
    afloat = tags.get("boat") in ("yes", "only") or tags.get("waterway") == "fuel" or "seamark:type" in tags
    return tags.get("amenity") == "fuel" and not afloat


def _is_surely_busy(thing: Thing) -> bool:
    return thing.tags.get("highway") == "primary" and _is_open(thing.tags)


def _may_be_busy(thing: Thing) -> bool:
    road = thing.tags.get("highway", "")
    return road in ("primary", "primary_link") or (bool(road) and lanes(thing.tags) >= 4)


def _is_surely_water(thing: Thing) -> bool:
    tags = thing.tags
    if not _is_open(tags):
        return False
    standing = tags.get("natural") == "water" and tags.get("water") in ("lake", "river", "reservoir")
    shore = tags.get("natural") == "coastline"
    return shore or tags.get("waterway") in ("river", "canal") or (standing and thing.shape.area > 10_000)


def _may_be_water(thing: Thing) -> bool:
    tags = thing.tags
    wet = ("river", "stream", "canal", "riverbank", "dock", "tidal_channel")
    natural = ("water", "coastline", "bay", "strait", "wetland")
    return tags.get("waterway") in wet or tags.get("natural") in natural or tags.get("landuse") == "reservoir"


def _is_surely_industry(thing: Thing) -> bool:
    tags = thing.tags
    return thing.shape.area > 500 and _is_open(tags) and (
        tags.get("landuse") in ("landfill", "quarry") or tags.get("man_made") == "wastewater_plant"
    )  # fmt: skip


def _may_be_industry(thing: Thing) -> bool:
    tags = thing.tags
    land = tags.get("landuse") in ("landfill", "quarry", "industrial")
    return land or tags.get("man_made") in ("wastewater_plant", "works") or tags.get("power") == "plant"


def _is_surely_rail(thing: Thing) -> bool:
    used = thing.tags.get("usage") in ("main", "branch")
    return thing.tags.get("railway") == "rail" and used and _is_open(thing.tags)


def _is_surely_high_voltage(thing: Thing) -> bool:
    return thing.tags.get("power") == "line" and (volts(thing.tags) or 0) >= 200_000 and _is_open(thing.tags)


def _may_be_high_voltage(thing: Thing) -> bool:
    told = volts(thing.tags)
    return thing.tags.get("power") == "line" and (told is None or told >= 200_000)


def _is_surely_runway(thing: Thing) -> bool:
    paved = thing.tags.get("surface", "asphalt") in ("asphalt", "concrete", "paved")
    long = thing.shape.length / (2 if thing.shape.area else 1) > 800
    return thing.tags.get("aeroway") == "runway" and paved and long and _is_open(thing.tags)


def _is_surely_motorway(thing: Thing) -> bool:
    return thing.tags.get("highway") in ("motorway", "trunk") and _is_open(thing.tags)


def _seen(want: Want) -> Want:
    """Leave out what is under the ground or gone."""
    return Want(
        want.sure, lambda thing: not is_hidden(thing.tags) and not is_surely_gone(thing.tags) and want.may(thing)
    )


#: By the key of the check in a report.
HAZARDS: Mapping[str, Want] = MappingProxyType({
    "fuel_station": _seen(Want(_is_surely_fuel, _may_be_fuel)),
    "motorway": _seen(
        Want(_is_surely_motorway, one_of("highway", "motorway", "trunk", "motorway_link", "trunk_link"))
    ),
    "busy_road": _seen(Want(_is_surely_busy, _may_be_busy)),
    "railway": _seen(Want(_is_surely_rail, one_of("railway", "rail", "light_rail", "narrow_gauge", "subway"))),
    "power_line": _seen(Want(_is_surely_high_voltage, _may_be_high_voltage)),
    "industry": _seen(Want(_is_surely_industry, _may_be_industry)),
    "runway": _seen(Want(_is_surely_runway, one_of("aeroway", "runway"))),
    "flood": _seen(Want(_is_surely_water, _may_be_water)),
})  # fmt: skip
