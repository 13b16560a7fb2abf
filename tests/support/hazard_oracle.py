"""The nearest of each hazard straight from an extract: osmium, tags read once more by hand, plain loops for metres."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import osmium
from osmium.osm import Area, Node, Way

Point = tuple[float, float]
Tags = dict[str, str]
DEGREE_M = 6_371_008.8 * math.pi / 180


@dataclass
class Thing:
    """Something on the map: its kind in the oracle's own words, its id, its rings or line of (lon, lat)."""

    kind: str
    osm_id: str
    rings: list[list[Point]]
    is_area: bool
    box: tuple[float, float, float, float] = field(init=False)

    def __post_init__(self) -> None:
        lons, lats = [p[0] for r in self.rings for p in r], [p[1] for r in self.rings for p in r]
        self.box = (min(lons), min(lats), max(lons), max(lats))

    def metres_from(self, lon: float, lat: float) -> float:
        """Return the metres to the line or edge, 0 inside."""
        rings = [[flat(p, lon, lat) for p in ring] for ring in self.rings]
        if self.is_area and sum(holds_origin(ring) for ring in rings) % 2:
            return 0.0
        return min(to_segment(*pair) for ring in rings for pair in zip(ring, ring[1:] or ring, strict=False))

    def is_near(self, lon: float, lat: float, metres: float) -> bool:
        north, east = metres / DEGREE_M, metres / DEGREE_M / math.cos(math.radians(lat))
        west, south, last_east, last_north = self.box
        return west - east <= lon <= last_east + east and south - north <= lat <= last_north + north


def flat(point: Point, lon: float, lat: float) -> Point:
    """Return a point in metres east and north of another."""
    return (point[0] - lon) * DEGREE_M * math.cos(math.radians(lat)), (point[1] - lat) * DEGREE_M


def to_segment(a: Point, b: Point) -> float:
    """Return the metres from the origin to a segment."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length2 = dx * dx + dy * dy
    share = 0.0 if length2 == 0 else max(0.0, min(1.0, -(a[0] * dx + a[1] * dy) / length2))
    return math.hypot(a[0] + share * dx, a[1] + share * dy)


def holds_origin(ring: list[Point]) -> bool:
    """Return whether a ring goes around the origin: a ray to the east crosses it an odd number of times."""
    inside = False
    for (ax, ay), (bx, by) in pairwise(ring):
        if (ay > 0) != (by > 0) and ax - ay * (bx - ax) / (by - ay) > 0:
            inside = not inside
    return inside


def square_metres(rings: list[list[Point]]) -> float:
    """Return the area of rings, the first of which is the largest and the others holes."""
    lon, lat = rings[0][0]
    areas = []
    for ring in rings:
        points = [flat(p, lon, lat) for p in ring]
        areas.append(abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(points))) / 2)
    return 2 * max(areas) - sum(areas)


def metres_long(line: list[Point]) -> float:
    """Return the length of a line."""
    return sum(math.hypot(*flat(b, *a)) for a, b in pairwise(line))


def read_things(path: Path) -> tuple[list[Thing], list[Point]]:
    """Return all hazards of an extract, and its addresses."""
    things, addresses = [], []
    for item in osmium.FileProcessor(str(path)).with_locations().with_areas():
        tags = {tag.k: tag.v for tag in item.tags}
        if isinstance(item, Node) and "addr:housenumber" in tags:
            addresses.append((item.location.lon, item.location.lat))
        if tags:
            things += _things(item, tags)
    return things, addresses


def _things(item: Node | Way | Area, tags: Tags) -> Iterator[Thing]:
    rings, is_area, osm_id = _shape(item, tags)
    if not rings or not rings[0]:
        return
    size = square_metres(rings) if is_area else 0.0
    is_point = isinstance(item, Node)
    for kind in kinds(tags):
        if counts(kind, tags, size, is_point=is_point, long_m=metres_long(rings[0])):
            yield Thing(kind, osm_id, rings, is_area)


def _shape(item: Node | Way | Area, tags: Tags) -> tuple[list[list[Point]], bool, str]:
    if isinstance(item, Node):
        return [[(item.location.lon, item.location.lat)]], False, f"n{item.id}"
    if isinstance(item, Way):
        line = [(n.location.lon, n.location.lat) for n in item.nodes if n.location.valid()]
        is_line = any(key in tags for key in ("highway", "railway")) or tags.get("power") == "line"
        is_line = is_line or tags.get("waterway") in ("river", "stream", "canal") or tags.get("area") == "no"
        is_line = is_line or tags.get("natural") == "coastline" or tags.get("aeroway") == "runway"
        closed = item.is_closed() and len(line) >= 4
        return ([line] if len(line) > 1 else []), closed and not is_line, f"w{item.id}"
    if not isinstance(item, Area) or item.from_way():
        return [], False, ""
    rings = []
    for outer in item.outer_rings():
        rings.append([(n.lon, n.lat) for n in outer])
        rings += [[(n.lon, n.lat) for n in inner] for inner in item.inner_rings(outer)]
    return rings, True, f"r{item.orig_id()}"


GONE = ("disused", "abandoned", "demolished", "razed", "ruins", "proposed", "planned")
CLASSES = {
    "motorway": "motorway", "motorway_link": "motorway", "trunk": "trunk_road", "trunk_link": "trunk_road",
    "primary": "primary_road", "primary_link": "primary_road", "secondary": "secondary_road",
    "secondary_link": "secondary_road", "tertiary": "tertiary_road", "tertiary_link": "tertiary_road",
}  # fmt: skip


def kinds(tags: Tags) -> Iterator[str]:
    """Return what the checks look at, from the tags alone, as docs/methods.md says it."""
    if any(tags.get(key, "no") != "no" for key in GONE):
        return
    if tags.get("amenity") == "fuel" and tags.get("access") not in ("private", "no") and "boat" not in tags:
        yield "fuel_station"
    if tags.get("tunnel", "no") != "no" or tags.get("covered") == "yes" or tags.get("location") == "underground":
        return
    if tags.get("highway") in CLASSES and "no" not in (tags.get("motor_vehicle", tags.get("access")),):
        yield CLASSES[tags["highway"]]
    quiet = "service" in tags or tags.get("usage") in ("industrial", "military", "tourism", "test")
    if tags.get("railway") == "rail" and not quiet:
        yield "railway"
    if tags.get("power") == "line" and "line" not in tags:
        volts = [int(v) for v in tags.get("voltage", "").split(";") if v.isdigit()]
        if not volts or max(volts) >= 200_000:
            yield "power_line"
    yield from _sites(tags)
    yield from _waters(tags)


def _sites(tags: Tags) -> Iterator[str]:
    if tags.get("landuse") in ("landfill", "quarry"):
        yield tags["landuse"]
    if tags.get("man_made") == "wastewater_plant":
        yield "wastewater_plant"
    if tags.get("man_made") == "works" and not {"product", "craft", "shop", "amenity", "tourism"} & tags.keys():
        yield "heavy_industry"
    if tags.get("aeroway") == "runway" and tags.get("surface") != "grass":
        yield "runway"


def _waters(tags: Tags) -> Iterator[str]:
    still = ("lake", "river", "canal", "reservoir", "lagoon", "harbour", "stream", "moat", "oxbow", "lock")
    dry, flow = tags.get("intermittent") == "yes", tags.get("waterway")
    is_still = tags.get("natural") == "water" or tags.get("landuse") == "reservoir"
    is_kept = "amenity" in tags or "leisure" in tags
    if (
        tags.get("natural") == "coastline"
        or flow in ("river", "riverbank")
        or (
            not dry
            and (
                flow in ("stream", "canal", "dock", "tidal_channel")
                or (is_still and tags.get("water", "lake") in still and not is_kept)
            )
        )
    ):
        yield "watercourse"


def counts(kind: str, tags: Tags, square_m: float, *, is_point: bool, long_m: float) -> bool:
    """Return whether it is large enough."""
    if is_point:
        return kind == "fuel_station" or (kind == "wastewater_plant" and bool({"name", "operator"} & tags.keys()))
    if kind == "runway":
        return long_m >= 800
    if kind == "heavy_industry":
        return square_m >= 10_000
    if kind in ("landfill", "quarry", "wastewater_plant"):
        return square_m >= 1_000 or bool({"name", "operator"} & tags.keys())
    if kind == "watercourse" and "water" not in tags and "waterway" not in tags and "natural" in tags:
        return tags["natural"] == "coastline" or square_m >= 2_000
    return True
