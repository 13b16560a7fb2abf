"""FEMA's National Flood Hazard Layer: in which official flood zone a point of the United States lies.

The query is that of ArcGIS REST services on the layer of flood hazard zones:
https://hazards.fema.gov/arcgis/rest/services/public/NFHL/MapServer/28. What the zones mean:
https://www.fema.gov/about/glossary/flood-zones. The data is free to use where the day of the request is cited, and that
FEMA does not endorse what uses it: https://www.fema.gov/about/openfema/terms-conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
import shapely

from app.places import Location
from app.sources.extras import About, Extras, FloodHazard, FloodZone, Missing
from app.sources.live.asking.bodies import decoded
from app.sources.live.asking.queries import Asks, BadAnswer, Query
from app.sources.live.services import Service

WHAT = "FEMA's flood zone"
ABOUT = About.FLOOD
LAYER = "/arcgis/rest/services/public/NFHL/MapServer/28/query"
#: Where the maps can be looked at, and those of a place ordered.
MAPS = "https://msc.fema.gov/portal/home"
NOT_MAPPED = "FEMA's flood map shows nothing at this point, which does not mean that there is no risk."
#: Countries and territories that the layer is of, by ISO 3166.
COVERED = frozenset({"us", "pr", "vi", "gu", "mp", "as"})

# --- where it is asked -------------------------------------------------------------------------------

#: A rough outline of the 48 states along their land borders, degrees (lon, lat), clockwise from Cape Flattery. The
#: sea belongs to it.
STATES = (
    *((-124.8, 48.5), (-123.3, 48.3), (-123.1, 49.0), (-95.15, 49.0), (-95.15, 49.38), (-94.65, 48.75), (-93.8, 48.55)),
    *((-92.0, 48.3), (-91.4, 48.07), (-89.6, 48.0), (-88.4, 48.3), (-84.85, 46.85), (-84.3, 46.5), (-83.6, 46.1)),
    *((-82.5, 45.3), (-82.42, 43.0), (-82.5, 42.6), (-83.07, 42.32), (-83.15, 42.05), (-82.5, 41.7), (-79.0, 42.75)),
    *((-78.92, 42.95), (-79.05, 43.27), (-79.2, 43.45), (-76.8, 43.63), (-76.3, 44.2), (-75.3, 44.85), (-74.7, 45.0)),
    *((-71.5, 45.01), (-70.85, 45.25), (-70.4, 45.75), (-70.0, 46.7), (-69.25, 47.45), (-68.3, 47.35), (-67.8, 47.07)),
    *((-67.8, 45.7), (-66.9, 44.85), (-66.5, 44.0), (-69.5, 40.5), (-75.0, 35.0), (-79.5, 31.0), (-79.7, 26.0)),
    *((-80.0, 24.3), (-83.2, 24.3), (-84.0, 28.5), (-90.0, 28.5), (-96.8, 27.0), (-97.1, 25.85), (-97.4, 25.85)),
    *((-99.1, 26.4), (-99.5, 27.5), (-100.5, 28.7), (-101.4, 29.77), (-102.4, 29.8), (-103.15, 28.98), (-104.5, 29.6)),
    *((-104.9, 30.6), (-106.5, 31.75), (-108.2, 31.78), (-108.2, 31.33), (-111.07, 31.33), (-114.8, 32.5)),
    *((-117.15, 32.53), (-119.0, 32.4), (-121.5, 34.0), (-125.0, 40.3), (-125.5, 48.0)),
)
#: Alaska without its panhandle, Hawaii, Puerto Rico with the Virgin Islands, Guam with the Northern Mariana Islands,
#: and American Samoa; the box of the panhandle holds a part of Canada.
BOXES = (
    *((-180.0, 51.0, -141.0, 72.0), (-161.0, 18.5, -154.5, 22.5), (-68.0, 17.5, -64.5, 18.6)),
    *((144.5, 13.1, 146.2, 20.7), (-171.3, -14.7, -168.0, -10.9)),
)
PANHANDLE = (-141.0, 54.7, -130.0, 60.3)
#: Degrees by which the outline may be wrong: so near to it a point is asked about, and finding nothing tells nothing.
ROUGH = 0.3
UNITED_STATES = shapely.union_all([shapely.Polygon(STATES), *(shapely.box(*box) for box in BOXES)])
NEAR, WITHIN = UNITED_STATES.union(shapely.box(*PANHANDLE)).buffer(ROUGH), UNITED_STATES.buffer(-ROUGH)


def is_asked(location: Location, country: str = "") -> bool:
    """Return whether a point may lie in the United States; its country (ISO 3166) settles that where it is known."""
    return country in COVERED if country else bool(NEAR.contains(shapely.Point(location.lon, location.lat)))


# --- the question and its answer ---------------------------------------------------------------------


class Attributes(msgspec.Struct):
    """What the layer tells of a zone; each field may be missing, null or blank."""

    zone: str | None = msgspec.field(default=None, name="FLD_ZONE")
    subtype: str | None = msgspec.field(default=None, name="ZONE_SUBTY")
    is_special: str | None = msgspec.field(default=None, name="SFHA_TF")


class Feature(msgspec.Struct):
    """A zone at the point."""

    attributes: Attributes | None = None


class Body(msgspec.Struct):
    """An answer; an error comes with the status 200 too."""

    features: list[Feature] | None = None
    error: dict[str, Any] | None = None


_BODIES = msgspec.json.Decoder(Body)
#: A zone's code, as the map has it: "A", "AE", "A99", "VE", "X".
CODE = re.compile(r"[A-Z][A-Z0-9]{0,3}")
#: What is drawn and is no zone.
NO_ZONES = ("", "AREA NOT INCLUDED", "OPEN WATER", "NP")


def ask(service: Service, client: Asks, location: Location, country: str = "") -> Extras:
    """Return the flood zone of a point."""
    query = Query(
        LAYER,
        (
            ("geometry", f"{location.lon:.5f},{location.lat:.5f}"),
            ("geometryType", "esriGeometryPoint"),
            ("inSR", "4326"),
            ("spatialRel", "esriSpatialRelIntersects"),
            ("outFields", "FLD_ZONE,ZONE_SUBTY,SFHA_TF"),
            ("returnGeometry", "false"),
            ("f", "json"),
        ),
    )
    answered = client.ask(service, query, parse)
    if answered.value is None:
        return Extras(missing=(Missing(ABOUT, WHAT, NOT_MAPPED),) if _is_sure(location, country) else ())
    zone, hazard = answered.value
    return Extras(flood=FloodZone(zone, hazard, MAPS, answered.day))


def _is_sure(location: Location, country: str) -> bool:
    """Return whether the point certainly lies in the United States, so that the map should show it."""
    return bool(country) or bool(WITHIN.contains(shapely.Point(location.lon, location.lat)))


def parse(body: bytes) -> tuple[str, FloodHazard] | None:
    """Return the code and the meaning of the worst zone at the point; None where none is mapped.

    Raises BadAnswer, for an error that comes as a success too.
    """
    answer = decoded(_BODIES, body)
    if answer.error is not None:
        raise BadAnswer("answered with an error")
    if answer.features is None:
        raise BadAnswer("answered without a list of zones")
    return worst(each.attributes or Attributes() for each in answer.features)


def worst(found: Iterable[Attributes]) -> tuple[str, FloodHazard] | None:
    """Return the worst of the zones that meet at a point, None where there is none."""
    order = list(FloodHazard)
    zones = [zone for attributes in found if (zone := _zone(attributes))]
    return min(zones, key=lambda zone: (order.index(zone[1]), zone[0]), default=None)


def _zone(attributes: Attributes) -> tuple[str, FloodHazard] | None:
    code, subtype = (attributes.zone or "").strip().upper(), (attributes.subtype or "").upper()
    if code in NO_ZONES:
        return None
    if not CODE.fullmatch(code):
        raise BadAnswer("answered with a zone that is none of FEMA's")
    return code, _hazard(code, subtype, is_special=attributes.is_special == "T")


def _hazard(code: str, subtype: str, *, is_special: bool) -> FloodHazard:
    """Return what a zone means: A and V are special flood hazard areas, whatever the mark says."""
    if code.startswith("V"):
        return FloodHazard.COASTAL
    if is_special or code.startswith("A"):
        return FloodHazard.SPECIAL
    if code == "D":
        return FloodHazard.UNDETERMINED
    if code not in ("X", "B", "C"):
        raise BadAnswer("answered with a zone that is none of FEMA's")
    if "LEVEE" in subtype:
        return FloodHazard.LEVEE
    return FloodHazard.MODERATE if code == "B" or "PCT" in subtype else FloodHazard.MINIMAL
