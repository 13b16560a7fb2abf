"""Which extract of OpenStreetMap holds a point: all land of the earth by the names that Geofabrik gives its parts."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from app.geo import METRES_PER_DEGREE, metres_per_degree_lon

#: A line for each extract: its path, its name, and its pieces of land, each an outline and its holes.
#: `tests/support/extract_outlines.py` makes it from Natural Earth's outlines, which are in the public domain.
TABLE = Path(__file__).with_name("extracts.tsv.gz")
#: Where the files are, and the pages that say what is in each.
SITE = "https://download.geofabrik.de"
#: A point in the sea belongs to the land no further away than this (metres): coasts are drawn roughly, piers are not.
COAST_M = 10_000.0
#: Borders are drawn as roughly as this (metres): so near to one a point may lie on either side.
ROUGH_M = 2_500.0
#: Extracts that are offered in smaller parts as well, which this table does not tell apart.
HAVE_PARTS = frozenset(
    {
        "europe/czech-republic",
        "europe/germany/baden-wuerttemberg",
        "europe/germany/bayern",
        "europe/germany/nordrhein-westfalen",
        "europe/united-kingdom/england",
        "north-america/canada/british-columbia",
        "north-america/us/california",
    }
)


@dataclass(frozen=True, slots=True)
class Extract:
    """An extract: its name for people, and its path as Geofabrik names it ("europe/switzerland")."""

    path: str
    name: str

    @property
    def title(self) -> str:
        """Return its name with the country that it is a part of: "Ontario (Canada)"."""
        _, *country, _ = ("", *self.path.split("/"))
        within = _name_of(country[-1]) if len(country) > 1 or country == ["russia"] else ""
        return f"{self.name} ({within})" if within else self.name

    @property
    def page(self) -> str:
        """Return the page from which it can be downloaded."""
        return f"{SITE}/{self.path}.html"

    @property
    def file(self) -> str:
        """Return what the file is called there."""
        return f"{self.path.rpartition('/')[2]}-latest.osm.pbf"

    @property
    def region(self) -> str:
        """Return what a region from it may be called."""
        return self.path.rpartition("/")[2]

    @property
    def has_parts(self) -> bool:
        """Return whether it is offered in smaller parts as well."""
        return self.path in HAVE_PARTS


def extracts_near(lat: float, lon: float) -> tuple[Extract, ...]:
    """Return the smallest known extracts of which one holds a point (degrees), the likeliest first.

    They are several near a border, and none out at sea.
    """
    extracts, lands, tree = _table()
    here = shapely.Point(lon, lat)
    reach = COAST_M / max(metres_per_degree_lon(lat), 1.0)
    metres = {int(at): _metres(here, lands[at]) for at in tree.query(here, predicate="dwithin", distance=reach)}
    nearest = min(metres.values(), default=COAST_M)
    most = max(ROUGH_M, nearest) if nearest < COAST_M else 0.0
    return tuple(extracts[at] for at in sorted(metres, key=lambda at: metres[at]) if metres[at] <= most)


def _metres(here: shapely.Point, land: BaseGeometry) -> float:
    """Return the rough distance from a point to land: degrees of longitude are short near the poles."""
    there = shapely.shortest_line(here, land)
    (lon, lat), (to_lon, to_lat) = shapely.get_coordinates(there).tolist()
    return float(np.hypot((to_lon - lon) * metres_per_degree_lon(lat), (to_lat - lat) * METRES_PER_DEGREE))


def _name_of(part: str) -> str:
    return "United States" if part == "us" else part.replace("-", " ").title()


# --- the table -------------------------------------------------------------------------------------

#: Coordinates are kept in steps of this (degrees): some 500 m.
STEP = 0.005
#: Numbers are written five bits a letter, the lowest first; letters begin here.
BITS, FIRST = 5, 63


@cache
def _table() -> tuple[Sequence[Extract], Sequence[BaseGeometry], shapely.STRtree]:
    """Return extracts, the land of each, and where that is; read once, when a process is first asked."""
    extracts: list[Extract] = []
    lands: list[BaseGeometry] = []
    for line in gzip.decompress(TABLE.read_bytes()).decode().splitlines():
        path, name, *pieces = line.split("\t")
        extracts.append(Extract(path, name))
        lands.append(MultiPolygon([_area(*piece.split(" ")) for piece in pieces]))
    return extracts, lands, shapely.STRtree(lands)


def _area(shell: str, *holes: str) -> Polygon:
    return Polygon(unpacked(shell), [unpacked(hole) for hole in holes])


def unpacked(text: str) -> list[tuple[float, float]]:
    """Return the points of a line of the table, longitude first (Google's polyline encoding, in steps)."""
    numbers = list(_numbers(text))
    totals = np.cumsum(np.array(numbers).reshape(-1, 2), axis=0) * STEP
    return [(lon, lat) for lon, lat in totals.tolist()]


def _numbers(text: str) -> Iterator[int]:
    number = shift = 0
    for letter in text:
        bits = ord(letter) - FIRST
        number |= (bits & 31) << shift
        shift += BITS
        if bits < 32:
            yield (number >> 1) ^ -(number & 1)
            number = shift = 0
