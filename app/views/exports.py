"""A report for other programs: rows for a spreadsheet, points for a map, and the schema of its JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TextIO

import msgspec
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from app.pipeline.report import Check, Finding, FoundPlace, Group, Outcome, Report, Route, Trip
from app.places import Precision
from app.views.shown import SnapshotDocument
from app.views.topics import ASKED
from app.wording import minutes

ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "https://opendatacommons.org/licenses/odbl/1-0/"


# --- rows ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; numbers are None where they are unknown or mean nothing."""

    #: home, source (of live data alone), place, line, trip or check
    record: str
    section: str
    kind: str
    name: str
    note: str = ""
    minutes: float | None = None
    metres: float | None = None
    lat: float | None = None
    lon: float | None = None


def csv_of(report: Report) -> str:
    """Return the report as CSV with a head."""
    return csv_text(Row.__dataclass_fields__, (asdict(row).values() for row in rows_of(report)))


def csv_text(head: Iterable[str], rows: Iterable[Iterable[str | float | None]]) -> str:
    """Return rows as CSV (RFC 4180) below a head, texts safe to open in a spreadsheet."""
    out = io.StringIO(newline="")
    write_csv(out, head, rows)
    return out.getvalue()


def write_csv(out: TextIO, head: Iterable[str], rows: Iterable[Iterable[str | float | None]]) -> None:
    """Write rows below a head as `csv_text` does, one at a time, to a file that was opened with `newline=""`."""
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_cell(value) for value in row])


#: What a spreadsheet takes for the beginning of a formula, full-width signs too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def _cell(value: str | float | None) -> str | float | None:
    """Return the value, a text that would be run as a formula behind an apostrophe; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def rows_of(report: Report) -> Iterator[Row]:
    """Yield the home, where live data comes from, then what each section found."""
    home, source = report.location, report.source
    yield Row("home", "", home.precision.value, home.label, home.note, 0.0, 0.0, home.lat, home.lon)
    if source.fetched_at:
        yield Row("source", "", "live data", "OpenStreetMap by Overpass", f"fetched {source.fetched_at}")
    for finding in report.findings:
        yield from _rows_of(finding)


def _rows_of(finding: Finding) -> Iterator[Row]:
    title = finding.title
    for group in finding.groups:
        for place in group.places:
            yield _place_row(title, group, place)
    yield from (_line_row(title, route) for route in finding.routes)
    yield from (_trip_row(title, trip) for trip in finding.trips)
    yield from (_check_row(title, check) for check in finding.checks)


def _place_row(title: str, group: Group, place: FoundPlace) -> Row:
    section = f"{title}: {group.title}"
    where = (place.minutes, place.metres, place.lat, place.lon)
    return Row("place", section, place.kind, place.name, place.detail, *where)


def _line_row(title: str, route: Route) -> Row:
    name = " to ".join(filter(None, (route.name, route.towards))) or route.mode
    note = "; ".join(filter(None, (f"at {route.stop}" if route.stop else "", route.often, route.weekend)))
    return Row("line", title, route.mode, name, note, route.walk_min)


def _trip_row(title: str, trip: Trip) -> Row:
    ways = (("by bicycle", trip.bike_min), ("by car", trip.car_min), ("by transit", trip.transit_min))
    told = [f"{way} {minutes(value)}" for way, value in ways if value is not None]
    return Row("trip", title, trip.purpose, trip.destination, "; ".join((*told, *trip.notes)), trip.walk_min)


def _check_row(title: str, check: Check) -> Row:
    return Row("check", title, check.outcome.value, check.title, check.finding, None, check.distance_m)


# --- points and shapes -----------------------------------------------------------------------------

Shapes = Mapping[str, BaseGeometry]


class HomeProperties(msgspec.Struct, frozen=True, tag_field="record", tag="home"):
    """The home itself; `kind` is how exactly it was located."""

    name: str
    kind: Precision


class PlaceProperties(msgspec.Struct, frozen=True, tag_field="record", tag="place"):
    """A place, with all the sections of the report that name it."""

    name: str
    kind: str
    detail: str | None
    minutes: float | None
    metres: float
    sections: tuple[str, ...]


class HazardProperties(msgspec.Struct, frozen=True, tag_field="record", tag="hazard"):
    """What a safety check found near the home; `kind` is the check's key."""

    name: str
    kind: str
    outcome: Outcome
    metres: float
    direction: str | None
    note: str


class Geometry(msgspec.Struct, frozen=True):
    """A geometry of RFC 7946, positions with the longitude first."""

    type: Literal[
        "Point", "LineString", "MultiPoint", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"
    ]
    coordinates: Any | msgspec.UnsetType = msgspec.UNSET
    geometries: tuple[Geometry, ...] | msgspec.UnsetType = msgspec.UNSET


Properties = HomeProperties | PlaceProperties | HazardProperties


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """The home, a place, or what a check found."""

    type: Literal["Feature"] = "Feature"
    id: str | msgspec.UnsetType = msgspec.UNSET
    geometry: Geometry | None
    properties: Properties


class FeatureCollection(msgspec.Struct, frozen=True, kw_only=True):
    """A report as points, lines and areas (RFC 7946)."""

    type: Literal["FeatureCollection"]
    attribution: str
    licence: str
    data_date: str | None
    #: When the data was fetched, if it is live.
    fetched_at: str | msgspec.UnsetType = msgspec.UNSET
    features: tuple[Feature, ...]


def geojson_of(report: Report, shapes: Shapes) -> bytes:
    """Return the home, every place once, and what the checks found as GeoJSON (RFC 7946).

    `shapes` are those of the checks by their keys; a check that is not among them has no geometry.
    """
    features = (_home_feature(report), *_place_features(report), *_hazard_features(report, shapes))
    collection = FeatureCollection(
        type="FeatureCollection",
        attribution=ATTRIBUTION,
        licence=LICENCE,
        data_date=report.source.data_date or None,
        fetched_at=report.source.fetched_at or msgspec.UNSET,
        features=features,
    )
    return msgspec.json.encode(collection)


def _home_feature(report: Report) -> Feature:
    home = report.location
    return _feature("home", home.lat, home.lon, HomeProperties(home.label, home.precision))


def _place_features(report: Report) -> Iterator[Feature]:
    """Yield each place with all the sections that name it, in the order of the report."""
    places: dict[tuple[str, float, float], tuple[FoundPlace, list[str]]] = {}
    for finding in report.findings:
        for group in finding.groups:
            for place in group.places:
                key = (place.name, place.lat, place.lon)
                places.setdefault(key, (place, []))[1].append(f"{finding.title}: {group.title}")
    for place, sections in places.values():
        told = PlaceProperties(
            name=place.name,
            kind=place.kind,
            detail=place.detail or None,
            minutes=place.minutes,
            metres=place.metres,
            sections=tuple(dict.fromkeys(sections)),
        )
        yield _feature(place.osm_id, place.lat, place.lon, told)


def _hazard_features(report: Report, shapes: Shapes) -> Iterator[Feature]:
    """Yield what the safety checks found near the home, whether they warn of it or not."""
    finding = report.finding("tier1_checks")
    for check in finding.checks if finding else ():
        if check.distance_m is None or check.key.startswith(ASKED):
            continue
        told = HazardProperties(
            name=check.title,
            kind=check.key,
            outcome=check.outcome,
            metres=check.distance_m,
            direction=check.direction or None,
            note=check.finding,
        )
        shape = shapely.set_precision(shapes[check.key], 1e-7) if check.key in shapes else None
        geometry = None if shape is None or shape.is_empty else _geometry(mapping(shape))
        yield Feature(id=check.key, geometry=geometry, properties=told)


def _feature(ident: str, lat: float, lon: float, properties: Properties) -> Feature:
    """Return a point; GeoJSON puts the longitude first."""
    point = Geometry("Point", (round(lon, 7), round(lat, 7)))
    return Feature(id=ident or msgspec.UNSET, geometry=point, properties=properties)


def _geometry(found: Mapping[str, Any]) -> Geometry:
    """Return what shapely says of a shape."""
    if "geometries" in found:
        return Geometry(found["type"], geometries=tuple(map(_geometry, found["geometries"])))
    return Geometry(found["type"], found["coordinates"])


# --- the schema ------------------------------------------------------------------------------------

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema of `/s/<id>.json` in its current format, made from the types that write it."""
    (document, report), types = msgspec.json.schema_components(
        (SnapshotDocument, Report), ref_template="#/$defs/{name}"
    )
    # The stored bytes go out as they are, so their type is named here.
    types["SnapshotDocument"]["properties"]["report"] = report
    return {"$schema": DRAFT, "title": "A report of Doorstep", **document, "$defs": types}
