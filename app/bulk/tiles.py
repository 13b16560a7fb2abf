"""Tiles: some thousand addresses of a region that lie near each other, evaluated together, a part after the other."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from weakref import WeakKeyDictionary

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.atlas.atlas import Atlas
from app.atlas.facts import PLACES_RADIUS_M
from app.atlas.files import build_of
from app.atlas.streets.network import WayOut
from app.atlas.surroundings import AtlasSurroundings
from app.atlas.vicinity import Vicinity
from app.bulk.rows import STAGES, Cell, Evaluated, row_of
from app.errors import RegionChanged
from app.geo import METRES_PER_DEGREE, Box, metres_per_degree_lon
from app.pipeline.door import door_of
from app.pipeline.evaluate import measure
from app.pipeline.listing import Listing
from app.pipeline.stages.saving import verdict_of
from app.places import Location
from app.sources.regions import ImportedRegions

#: About so many addresses make a tile: some ten seconds of work.
TILE_ADDRESSES = 1_000
#: So many are evaluated before what was found is kept: what a kill costs at most, and how long others wait.
PART_ADDRESSES = 100
#: Addresses share what lies around them in boxes of at most this side (metres).
SHARED_M = 1_500.0
#: Cells of the curve that orders addresses (degrees): neighbours on it are neighbours on the ground.
CURVE_DEGREES = 0.0005
MARK = '{"tile":'

Numbers = NDArray[np.int64]
#: Rows as they are kept: MessagePack, compressed.
_ROWS = msgspec.msgpack.Decoder(list[list[str | float | None]])


class Tile(msgspec.Struct, frozen=True):
    """Which addresses of which build: so many from a place on, in the order of `addresses_of`."""

    region: str
    build: str
    first: int
    count: int
    #: Weights of the score, as in a listing.
    profile: str = "balanced"


class _TileListing(msgspec.Struct, frozen=True):
    tile: Tile


# Made here, before any thread, as in app/pipeline/report.py.
_TILES = msgspec.json.Decoder(_TileListing)


def listing_of(tile: Tile) -> str:
    """Return what the job of a tile carries in the place of a listing (JSON)."""
    return msgspec.json.encode(_TileListing(tile)).decode()


def tile_in(listing: str) -> Tile | None:
    """Return the tile that a job's listing (JSON) tells of, None for that of a home."""
    return _TILES.decode(listing).tile if listing.startswith(MARK) else None


def tiles_of(atlas: Atlas, build: str, profile: str) -> list[Tile]:
    """Return the tiles of a region, all of about the same size; none where it has no addresses."""
    amount = len(order_of(atlas))
    bounds = np.linspace(0, amount, -(-amount // TILE_ADDRESSES) + 1).round().astype(int).tolist()
    return [Tile(atlas.name, build, first, end - first, profile) for first, end in pairwise(bounds)]


_ORDERS: WeakKeyDictionary[Atlas, Numbers] = WeakKeyDictionary()


def order_of(atlas: Atlas) -> Numbers:
    """Return the ids of a region's houses along a space-filling curve, the same for each look at a build."""
    if (known := _ORDERS.get(atlas)) is not None:
        return known
    points = np.array(atlas.geocoder.points(), dtype=np.float64).reshape(-1, 3)
    order = _ORDERS[atlas] = _along_a_curve(points)
    return order


def _along_a_curve(points: NDArray[np.float64]) -> Numbers:
    """Order (id, lat, lon) rows by Morton's curve over a grid."""
    ids, lats, lons = points.T
    squeeze = np.cos(np.radians(lats.mean())) if len(lats) else 1.0
    rows, columns = (np.floor(each / CURVE_DEGREES) for each in (lats + 90, (lons + 180) * squeeze))
    key = _spread_bits(rows.astype(np.uint64)) << np.uint64(1) | _spread_bits(columns.astype(np.uint64))
    order: Numbers = ids[np.lexsort((ids, key))].astype(np.int64)
    return order


def _spread_bits(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers below 2^32 with a zero bit before each of their bits."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F), (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):  # fmt: skip
        numbers = (numbers | numbers << np.uint64(shift)) & np.uint64(mask)
    return numbers


def addresses_of(atlas: Atlas, tile: Tile, done: int = 0) -> list[Location]:
    """Return where the addresses of a tile are, as the geocoder gives them, without the first few."""
    ids = order_of(atlas)[tile.first + done : tile.first + tile.count].tolist()
    return [house.location_in(atlas.name) for house in atlas.geocoder.houses(ids)]


# --- evaluating ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """Addresses of a tile that are kept together, from the first one (counted from 0) on, and how to evaluate them."""

    first: int
    count: int
    evaluate: Callable[[Callable[[], None]], bytes]

    @property
    def name(self) -> str:
        """What it is called among a job's stages."""
        return f"addresses {self.first + 1} to {self.first + self.count}"


def parts_of(tile: Tile, regions: ImportedRegions, done: int) -> Iterator[Part]:
    """Yield the parts of a tile that are left after so many addresses, each to be evaluated in turn.

    Raises RegionChanged where the region is of another build by now, RegionNotFound or AtlasUnreadable.
    """
    atlas = regions.region_in_use(tile.region)
    if build_of(atlas.directory) != tile.build:
        raise RegionChanged(name=tile.region)
    with atlas.reading():
        locations = addresses_of(atlas, tile, done)
    around = _Neighbours(atlas, locations)
    for start in range(0, len(locations), PART_ADDRESSES):
        some = range(start, min(start + PART_ADDRESSES, len(locations)))

        def evaluate(before_each: Callable[[], None], some: range = some) -> bytes:
            rows = []
            for at in some:
                before_each()
                rows.append(_row(tile, locations[at], around.of(at)))
            return packed(rows)

        yield Part(done + start, len(some), evaluate)


def _row(tile: Tile, location: Location, around: AtlasSurroundings) -> tuple[Cell, ...]:
    evaluation = measure(Listing(location.label, profile=tile.profile), location, around, STAGES)
    findings = evaluation.findings
    return row_of(Evaluated(location, verdict_of(findings), findings, door_of(evaluation)))


class _Neighbours:
    """Opens the surroundings of addresses in their order, those near each other with all that they share."""

    def __init__(self, atlas: Atlas, locations: Sequence[Location]) -> None:
        self._atlas, self._locations = atlas, locations
        self._shared: tuple[range, Vicinity, list[WayOut]] | None = None

    def of(self, at: int) -> AtlasSurroundings:
        """Return the surroundings of one of them."""
        if self._shared is None or at not in self._shared[0]:
            self._shared = self._next(at)
        some, vicinity, ways_out = self._shared
        with self._atlas.reading():
            return AtlasSurroundings(self._atlas, self._locations[at], vicinity, ways_out[at - some.start])

    def _next(self, first: int) -> tuple[range, Vicinity, list[WayOut]]:
        """Take as many addresses, from one on, as lie in a small box."""
        box = _box_at(self._locations[first])
        end = first + 1
        last = min(first + PART_ADDRESSES, len(self._locations))
        while end < last and _is_small(wider := Box.around([box, _box_at(self._locations[end])])):
            box, end = wider, end + 1
        some = self._locations[first:end]
        with self._atlas.reading():
            lats, lons = [place.lat for place in some], [place.lon for place in some]
            ways_out = self._atlas.network.ways_out(lats, lons, [place.street for place in some])
            return range(first, end), Vicinity(self._atlas.tables(), box, PLACES_RADIUS_M), ways_out


def _box_at(location: Location) -> Box:
    return Box(location.lon, location.lat, location.lon, location.lat)


def _is_small(box: Box) -> bool:
    north_m = (box.max_lat - box.min_lat) * METRES_PER_DEGREE
    east_m = (box.max_lon - box.min_lon) * metres_per_degree_lon(box.min_lat)
    return max(north_m, east_m) <= SHARED_M


# --- keeping ------------------------------------------------------------------------------------------


def packed(rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return rows as they are kept."""
    return zlib.compress(msgspec.msgpack.encode(rows), 6)


def unpacked(kept: bytes) -> list[list[Cell]]:
    """Return rows that were kept."""
    return _ROWS.decode(zlib.decompress(kept))
