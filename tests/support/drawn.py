"""Builders for the tests of maps: layers drawn in metres around one point, a town to draw, and what a picture holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree

import numpy as np

from app.atlas.basemap.basemap import Shapes
from app.atlas.basemap.layers import Layer
from app.geo import Box
from app.maps.frame import Frame
from app.pipeline.report import Check, DoorThing, Finding, FoundPlace, Outcome, Report, State
from app.places import Location, Precision
from tests.support.extracts import LAT, LON, Point, Town, lat_lon
from tests.support.reports import report

NASTY = "</text><script>alert(1)</script> & \"Söhne\" <b>'x'</b> \x07"
#: A frame in which a pixel is two metres, around the town's middle.
FRAME = Frame(LAT, LON, 400, 300, 800.0)


def shapes(*parts: tuple[Sequence[Point], str] | Sequence[Point]) -> Shapes:
    """Return shapes of one part each: points in metres, with or without a name."""
    named = [part if isinstance(part[1], str) else (part, "") for part in parts]
    rings = [[lat_lon(*point)[::-1] for point in points] for points, _ in named]  # type: ignore[misc]
    counts = [len(ring) for ring in rings]
    return Shapes(
        points=np.array([point for ring in rings for point in ring], dtype=np.float64).reshape(-1, 2),
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        owner=np.arange(len(rings)),
        names=tuple(str(name) for _, name in named),
    )


def square(east_m: float, north_m: float, side_m: float) -> list[Point]:
    """Return a closed square from its south-west corner."""
    e, n = east_m + side_m, north_m + side_m
    return [(east_m, north_m), (e, north_m), (e, n), (east_m, n), (east_m, north_m)]


@dataclass(frozen=True)
class Layers:
    """A base map of a few shapes, all of which are in every box."""

    layers: Mapping[Layer, Shapes]

    def within(self, box: Box) -> Mapping[Layer, Shapes]:
        return self.layers


def town_layers() -> Layers:
    """Return the layers of `drawn_town`, with a park, a house, a river and a coast in the east."""
    return Layers(
        {
            Layer.GREEN: shapes((square(-500, 200, 300), "Town Park")),
            Layer.BUILDING: shapes(square(-60, 20, 30), square(50, 20, 30)),
            Layer.PRIMARY: shapes(([(-900, 0), (900, 0)], "Main Street")),
            Layer.STREET: shapes(([(0, -600), (0, 600)], "Cross Street"), ([(-300, -500), (-300, 500)], NASTY)),
            Layer.COAST: shapes([(1000, -900), (1000, 900)]),
            Layer.WATERWAY: shapes(([(-900, -500), (900, -500)], "Long River")),
            Layer.RAIL: shapes([(-900, 400), (900, 400)], [(-900, 403), (900, 403)]),
        }
    )


def drawn_town() -> Town:
    """Return a town with three streets and a petrol station, and houses so that it counts as covered."""
    town = Town()
    town.street(half_m=900)
    town.way([(0, n) for n in range(-600, 601, 100)], {"highway": "residential", "name": "Cross Street"})
    town.way([(-300, n) for n in range(-500, 501, 100)], {"highway": "residential", "name": NASTY})
    for east in range(-900, 901, 100):
        for north in (-410, -210, 15, 210, 410):
            town.node(east + 40, north, {"addr:housenumber": f"{abs(east)}{north}", "addr:street": "Main Street"})
    town.square(100, 60, 15, {"amenity": "fuel", "name": "Shell"})
    town.node(-200, 10, {"shop": "supermarket", "name": NASTY})
    return town


def thing(number: int | None, east_m: float, north_m: float, name: str = "Thing", key: str = "cafe") -> DoorThing:
    """Return a thing at the door."""
    lat, lon = lat_lon(east_m, north_m)
    minutes = round(float(np.hypot(east_m, north_m)) / 80, 1)
    place = FoundPlace(name, "café", minutes, float(np.hypot(east_m, north_m)), lat, lon)
    return DoorThing(key, "Café", number, place, minutes)


WARNED = Finding(
    stage="tier1_checks",
    title="Safety checks",
    state=State.MEASURED,
    summary="One thing warns.",
    checks=(Check("fuel_station", "Petrol station", Outcome.WARN, "Shell is 110 m away.", 110.0),),
)


def drawn_report(*door: DoorThing, region: str = "town", data_date: str = "") -> Report:
    """Return a report on the town's middle that warns of the petrol station."""
    told = report(report().verdict, WARNED)
    location = Location(LAT, LON, f"1 Main Street {NASTY}", Precision.HOUSE, region)
    source = replace(told.source, region=region, data_date=data_date)
    return replace(told, location=location, source=source, door=door or (thing(1, -200, 10, NASTY), thing(2, 100, 5)))


# --- what a picture holds --------------------------------------------------------------------------

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ElementTree.Element:
    """Return a picture as a tree; fail where it is not well-formed."""
    return ElementTree.fromstring(svg)


def of_class(svg: str, name: str) -> list[ElementTree.Element]:
    """Return the elements of a class."""
    return [element for element in parsed(svg).iter() if name in element.get("class", "").split()]


def texts(svg: str, name: str) -> list[str]:
    """Return the texts of a class."""
    return ["".join(element.itertext()) for element in of_class(svg, name)]


def corners(data: str) -> list[list[tuple[int, int]]]:
    """Return the points of each part of a path's data, read anew by a reader of its own."""
    parts = []
    for part in re.findall(r"M([^M]*)", data):
        head, _, rest = part.rstrip("z").partition("l")
        x, y = (int(number) for number in re.findall(r"-?\d+", head))
        points = [(x, y)]
        steps = [int(number) for number in re.findall(r"-?\d+", rest)]
        for right, down in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + right, y + down
            points.append((x, y))
        parts.append(points)
    return parts
