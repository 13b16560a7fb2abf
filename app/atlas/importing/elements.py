"""What is read from an extract, before anything is compiled: plain rows and columns in memory."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from app.atlas.geocoder.build.columns import AddressRow, LocalityRow
from app.atlas.streets.build.squares import Square
from app.geo import Box
from app.places import Kind

if TYPE_CHECKING:
    from app.atlas.importing.drawn import MapShapes


class PointFeature(NamedTuple):
    """A mapped node that is one or several kinds of place. Degrees."""

    osm_id: str
    lat: float
    lon: float
    tags: dict[str, str]
    kinds: tuple[Kind, ...]


class Shape(NamedTuple):
    """A mapped line or area; `wkb` is in degrees; `refs` are the outline's nodes where gates matter."""

    osm_id: str
    wkb: bytes
    is_area: bool
    tags: dict[str, str]
    kinds: tuple[Kind, ...]
    refs: tuple[int, ...] = ()


class GroundShape(NamedTuple):
    """What lies under a point: its kind as in the table `ground`, and half the width of a line in metres."""

    kind: str
    name: str
    half_m: float
    wkb: bytes
    is_area: bool


class Gate(NamedTuple):
    """A node with a barrier or an entrance on it."""

    lat: float
    lon: float
    tags: dict[str, str]


class Cover(NamedTuple):
    """An area of land cover; `is_nature` for wood, water, meadow and the like, not for lawn or sand."""

    wkb: bytes
    is_nature: bool


class Comfort(NamedTuple):
    """Something that makes a park pleasant: one of `greens.COMFORTS`, and where it is."""

    kind: str
    lat: float
    lon: float


class Track(NamedTuple):
    """A line that trains, trams or the like run on, in tunnels too: its railway=* and its WKB."""

    railway: str
    wkb: bytes


class Interpolation(NamedTuple):
    """An addr:interpolation way: its value, its nodes, and their (lat, lon)."""

    kind: str
    refs: tuple[int, ...]
    points: tuple[tuple[float, float], ...]


class RouteRelation(NamedTuple):
    """A transit route as OpenStreetMap knows it; members are element ids ("n12", "w7")."""

    route_id: str
    name: str
    mode: str
    headsign: str
    members: frozenset[str]


@dataclass(slots=True)
class StreetColumns:
    """Streets and ferries as columns: one entry a way, one reference and position a node of it."""

    way_ids: array[int] = field(default_factory=lambda: array("q"))
    tags: list[dict[str, str]] = field(default_factory=list)
    lengths: array[int] = field(default_factory=lambda: array("q"))
    refs: array[int] = field(default_factory=lambda: array("q"))
    #: Little-endian doubles lon, lat, lon, lat, ...
    positions: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Extract:
    """Everything that the compiler needs from one extract."""

    header_box: Box | None = None
    #: Where everything is known, if whoever imports it is sure of that.
    known_box: Box | None = None
    data_date: str = ""
    streets: StreetColumns = field(default_factory=StreetColumns)
    #: Platforms and piers.
    decks: StreetColumns = field(default_factory=StreetColumns)
    #: Squares and the like that are relations.
    squares: list[Square] = field(default_factory=list)
    gates: dict[int, Gate] = field(default_factory=dict)
    points: list[PointFeature] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    grounds: list[GroundShape] = field(default_factory=list)
    #: WKB of grounds that only some may enter.
    closed_grounds: list[bytes] = field(default_factory=list)
    comforts: list[Comfort] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    #: (lat, lon) where a person goes down to a subway.
    subway_entrances: list[tuple[float, float]] = field(default_factory=list)
    #: The same of railway stations.
    train_entrances: list[tuple[float, float]] = field(default_factory=list)
    #: Ways walked by a signposted route (hiking, foot).
    trail_ways: frozenset[int] = frozenset()
    #: Element id to the street of the associatedStreet relation that it is a house of.
    house_streets: dict[str, str] = field(default_factory=dict)
    routes: list[RouteRelation] = field(default_factory=list)
    #: Where members of transit routes are: element id to (lat, lon).
    route_members: dict[str, tuple[float, float]] = field(default_factory=dict)
    #: Addresses on relations, such as buildings with a yard.
    addresses: list[AddressRow] = field(default_factory=list)
    interpolations: list[Interpolation] = field(default_factory=list)
    #: Named things that are relations.
    localities: list[LocalityRow] = field(default_factory=list)
    #: What a map shows; set when it is read.
    drawn: MapShapes = field(init=False)
