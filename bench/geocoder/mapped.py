"""What an extract maps, read by osmium and plain loops: houses, streets and things with a name."""

from __future__ import annotations

import math
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

import osmium

Point = tuple[float, float]
#: Elements further than this from the middle of an extract are strays of other countries.
NEAR_M = 40_000.0
EARTH_M = 6_371_000.0
#: Ways that nobody lives on or asks for as a street.
NO_STREETS = ("raceway", "corridor", "elevator", "platform", "bus_stop", "services", "rest_area", "proposed")
NAME_KEYS = ("name", "alt_name", "old_name", "official_name", "short_name", "loc_name")
KINDS = {
    "place": dict.fromkeys(("city", "town", "village", "suburb", "quarter", "neighbourhood"), "settlement"),
    "railway": {"station": "station", "halt": "station"},
    "public_transport": {"station": "station"},
    "aeroway": {"aerodrome": "airport"},
    "amenity": {
        "hospital": "hospital", "school": "school", "university": "university", "college": "university",
        "place_of_worship": "church", "library": "landmark", "theatre": "landmark", "townhall": "landmark",
    },
    "leisure": {"park": "park"},
    "tourism": {"museum": "museum", "hotel": "hotel", "attraction": "landmark"},
    "historic": {"castle": "landmark"},
    "boundary": {"administrative": "boundary"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """A point or an area: its middle, and its outlines where it has any, in degrees."""

    lat: float
    lon: float
    outlines: tuple[tuple[Point, ...], ...] = ()

    def metres_to(self, lat: float, lon: float) -> float:
        """Return the distance of a point from the middle or the nearest corner, 0 inside an outline."""
        if any(_inside(outline, lat, lon) for outline in self.outlines):
            return 0.0
        corners = (corner for outline in self.outlines for corner in outline)
        return min(metres(lat, lon, *corner) for corner in ((self.lat, self.lon), *corners))


@dataclass(frozen=True, slots=True)
class House:
    """An element with a house number and a street, as tagged."""

    shape: Shape
    number: str
    street: str
    city: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a name: its kind, and all its names by their keys."""

    shape: Shape
    kind: str
    names: dict[str, str]


@dataclass(slots=True)
class Mapped:
    """All that one extract maps."""

    houses: list[House] = field(default_factory=list)
    #: Lines of each street by its name.
    streets: dict[str, list[tuple[Point, ...]]] = field(default_factory=lambda: defaultdict(list))
    #: A street's name in other languages: language, that name, the name itself.
    translated: set[tuple[str, str, str]] = field(default_factory=set)
    things: list[Thing] = field(default_factory=list)
    #: Every name of anything, and every city and postcode of an address, as `key` writes them.
    words: set[str] = field(default_factory=set)


def key(text: str) -> str:
    """Return a name as it is compared: small letters, one kind of apostrophe, single blanks."""
    return " ".join(text.casefold().replace("’", "'").split())


def metres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance between two near points, on a plane."""
    east = math.radians(other_lon - lon) * math.cos(math.radians(lat))
    return EARTH_M * math.hypot(math.radians(other_lat - lat), east)


def metres_to_line(line: Sequence[Point], lat: float, lon: float) -> float:
    """Return the distance of a point from a line of points in degrees."""
    shrink = math.cos(math.radians(lat))
    flat = [((point[1] - lon) * shrink, point[0] - lat) for point in line]
    nearest = min((_from_origin(a, b) for a, b in pairwise(flat)), default=math.inf)
    return EARTH_M * math.radians(min(nearest, *(math.hypot(*point) for point in flat), math.inf))


def _from_origin(start: Point, end: Point) -> float:
    east, north = end[0] - start[0], end[1] - start[1]
    length = east * east + north * north
    along = max(0.0, min(1.0, -(start[0] * east + start[1] * north) / length)) if length else 0.0
    return math.hypot(start[0] + along * east, start[1] + along * north)


def _inside(outline: Sequence[Point], lat: float, lon: float) -> bool:
    """Return whether a point lies in an outline: a ray to the east crosses its sides an odd number of times."""
    crossings = 0
    for (lat_1, lon_1), (lat_2, lon_2) in pairwise(outline):
        if (lat_1 > lat) != (lat_2 > lat):
            crossings += lon < lon_1 + (lat - lat_1) / (lat_2 - lat_1) * (lon_2 - lon_1)
    return crossings % 2 == 1


def read(extract: Path) -> Mapped:
    """Read an extract's houses, named streets and named things; what lies far off its middle only leaves its words."""
    try:
        return _read(extract)
    except RuntimeError:  # osmium joins areas only where elements are sorted
        with tempfile.TemporaryDirectory() as folder:
            return _read(_sorted(extract, Path(folder) / "sorted.osm.pbf"))


def _sorted(extract: Path, path: Path) -> Path:
    merging = osmium.MergeInputReader()
    merging.add_file(str(extract))
    with osmium.SimpleWriter(str(path)) as writer:
        merging.apply(writer)
    return path


def _read(extract: Path) -> Mapped:
    wanted = osmium.filter.KeyFilter("name", "addr:housenumber")
    mapped = Mapped()
    for item in osmium.FileProcessor(str(extract)).with_areas(wanted).with_filter(wanted):
        if item.is_relation() or not (outlines := _outlines(item)):
            continue
        tags = {tag.k: tag.v for tag in item.tags}
        whole_way = item.is_area() and item.from_way()
        closed = item.is_way() and outlines[0][0] == outlines[0][-1]
        if not whole_way:
            _take_house(mapped, tags, outlines)
        if item.is_way() and "name" in tags and tags.get("highway", NO_STREETS[0]) not in NO_STREETS:
            _take_street(mapped, tags, outlines[0])
        if "name" in tags and not closed:
            _take_thing(mapped, tags, outlines)
    return _near_the_middle(mapped)


def _outlines(item: osmium.osm.OSMEntity) -> list[tuple[Point, ...]]:
    if item.is_node():
        return [((item.lat, item.lon),)]
    rings: Iterable[Iterable[osmium.osm.NodeRef]] = item.outer_rings() if item.is_area() else [item.nodes]
    lines = [tuple((node.lat, node.lon) for node in ring if node.location.valid()) for ring in rings]
    return [line for line in lines if line]


def _shape(outlines: Sequence[tuple[Point, ...]]) -> Shape:
    points = [point for outline in outlines for point in outline]
    lat, lon = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    return Shape(lat, lon, tuple(outlines) if len(points) > 1 else ())


def _take_house(mapped: Mapped, tags: dict[str, str], outlines: Sequence[tuple[Point, ...]]) -> None:
    street, number = tags.get("addr:street", ""), tags.get("addr:housenumber", "")
    city, postcode = tags.get("addr:city", ""), tags.get("addr:postcode", "")
    mapped.words |= {key(word) for word in (city, postcode) if word}
    if street and number:
        mapped.houses.append(House(_shape(outlines), number, street, city, postcode))


def _take_street(mapped: Mapped, tags: dict[str, str], line: tuple[Point, ...]) -> None:
    mapped.streets[tags["name"]].append(line)
    for tag, value in tags.items():
        if re.fullmatch("name:[a-z]{2}", tag) and value != tags["name"]:
            mapped.translated.add((tag[-2:], value, tags["name"]))


def _take_thing(mapped: Mapped, tags: dict[str, str], outlines: Sequence[tuple[Point, ...]]) -> None:
    names = {tag: value for tag, value in tags.items() if tag in NAME_KEYS or re.fullmatch("name:[a-z]{2}", tag)}
    mapped.words |= {key(part) for value in names.values() for part in value.split(";")}
    kind = kind_of(tags)
    if kind:
        mapped.things.append(Thing(_shape(outlines), kind, names))


def kind_of(tags: dict[str, str]) -> str:
    """Return which kind of thing people look for by its name, "" for others."""
    if "shop" in tags:
        return "shop"
    return next((kinds[tags[tag]] for tag, kinds in KINDS.items() if tags.get(tag) in kinds), "")


def _near_the_middle(mapped: Mapped) -> Mapped:
    ends = [line[0] for lines in mapped.streets.values() for line in lines]
    middle = median(end[0] for end in ends), median(end[1] for end in ends)
    mapped.houses = [house for house in mapped.houses if _near(middle, house.shape)]
    mapped.things = [thing for thing in mapped.things if _near(middle, thing.shape)]
    for name, lines in list(mapped.streets.items()):
        mapped.streets[name] = [line for line in lines if metres(*middle, *line[0]) < NEAR_M]
        if not mapped.streets[name]:
            del mapped.streets[name]
    mapped.translated = {entry for entry in mapped.translated if entry[2] in mapped.streets}
    return mapped


def _near(middle: Point, shape: Shape) -> bool:
    return metres(*middle, shape.lat, shape.lon) < NEAR_M
