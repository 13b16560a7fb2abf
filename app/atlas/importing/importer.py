"""Imports a region: an extract and timetables are read, compiled beside each other, and put in place as one atlas."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.atlas.atlas import (
    ADDRESSES_FILE,
    ATTRIBUTION,
    BASEMAP_DIR,
    FIELDS_DIR,
    NETWORK_DIR,
    STOP_SNAPS_FILE,
    TABLES_FILE,
    TRANSIT_DIR,
    AtlasMeta,
    to_rows,
)
from app.atlas.coverage import Coverage
from app.atlas.fields.build.compile import FieldInput, compile_fields
from app.atlas.fields.build.hazards import FieldHazards
from app.atlas.fields.build.walks import FieldPlaces, FieldStops
from app.atlas.files import write_manifest
from app.atlas.geocoder.build.columns import StreetRow
from app.atlas.importing.addressing.addresses import NamedFeatures, houses_in, points_of, reading_addresses
from app.atlas.importing.addressing.corners import corners_of
from app.atlas.importing.addressing.main_streets import names_of_main_streets, with_houses
from app.atlas.importing.compiler import Compiler
from app.atlas.importing.dividers import dividers_of
from app.atlas.importing.drawn import MapShapes
from app.atlas.importing.elements import Extract
from app.atlas.importing.extract import read_extract
from app.atlas.importing.forked import CONTRADICTIONS, Forked, beside
from app.atlas.importing.formats import opened
from app.atlas.importing.outlines import street_ways, without_leaps
from app.atlas.importing.stops import settle_stations
from app.atlas.importing.tables import AtlasTables, write_meta, write_tables
from app.atlas.importing.tags.addressing import street_row
from app.atlas.regions import RegionStore
from app.atlas.streets.build.compile import compile_network
from app.atlas.streets.build.pavements import with_pavements_apart
from app.atlas.streets.build.squares import ways_together, with_squares
from app.atlas.streets.build.ways import StreetWays
from app.atlas.streets.network import Network
from app.atlas.transit.compile.compiler import compile_timetables
from app.atlas.transit.compile.shared_stations import shared_stations, ways_of_both
from app.atlas.transit.contract import STOP_WALK_M, TimetableFacts
from app.atlas.transit.storage import add_ways_in
from app.atlas.transit.timetable import Timetable
from app.errors import BadContent, BadExtract, BadFeed
from app.geo import Box, Floats
from app.needs import OFTEN_MIN
from app.wording import title_of

#: Called with the share done, 0 to 1, and what is being done.
Progress = Callable[[float, str], None]

log = logging.getLogger(__name__)

#: Share of the work done when each step begins, as measured on extracts of 3 to 40 MB.
PLACES, TIMETABLES, FIELDS, ADDRESSES = 0.56, 0.68, 0.7, 0.8


@dataclass(frozen=True, slots=True)
class RegionInput:
    """What a region is made from: an extract, timetables (GTFS), and a title for people ("": made from its name)."""

    extract: Path
    feeds: tuple[Path, ...] = ()
    title: str = ""
    #: Take also timetables that have hardly a stop in the region.
    anyway: bool = False
    #: Where everything is known, if that is sure: what a file says of itself is believed only where its data fits.
    known_box: Box | None = None
    #: When a live service sent it, an ISO date and time (UTC): then there is no file to import it from again.
    fetched_at: str = ""


def import_region(
    store: RegionStore, name: str, region: RegionInput, progress: Progress = lambda share, what: None
) -> AtlasMeta:
    """Compile a region and put it in place of the old one of that name, in one step at the end.

    Raises BadRegionName, BadExtract or BadFeed; nothing has changed then, and neither when the process is killed.
    """
    with store.new_build(name) as directory, _no_collection(), _checked(region.extract.name):
        meta = _compile(region, region.title or title_of(name), directory, progress)
        write_manifest(directory, meta.title, meta.box)
        progress(1.0, "done")
    return meta


@contextmanager
def _checked(file: str) -> Iterator[None]:
    """Turn what data raises that no check foresaw into BadExtract: the file is other people's and may hold anything."""
    try:
        yield
    except (BadContent, *CONTRADICTIONS) as error:
        log.debug("%s could not be compiled", file, exc_info=error)
        fault = error.details["fault"] if isinstance(error, BadContent) else type(error).__name__
        raise BadExtract(file=file, why=f"what it holds contradicts itself ({fault})") from error


@contextmanager
def _checked_feeds(feeds: Sequence[Path]) -> Iterator[None]:
    """Do the same with timetables: BadFeed."""
    try:
        yield
    except CONTRADICTIONS as error:
        log.debug("timetables could not be compiled", exc_info=error)
        names = ", ".join(feed.name for feed in feeds)
        raise BadFeed(file=names, why=f"what it holds contradicts itself ({type(error).__name__})") from error


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python's cycle collector off: it would look through rows by the million again and again, for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _compile(region: RegionInput, title: str, directory: Path, progress: Progress) -> AtlasMeta:
    progress(0.0, "reading streets and places")
    with (
        opened(region.extract, directory) as file,
        reading_addresses(file, directory / ADDRESSES_FILE) as addresses,
    ):
        extract = read_extract(file, lambda share: progress(PLACES * share, "reading streets and places"))
        extract.known_box = region.known_box
        with beside(lambda pipe: extract.drawn.write(directory / BASEMAP_DIR)) as drawing:
            extract.drawn = MapShapes()  # the other process has its own, which is large
            meta = _build(region, title, directory, extract, addresses, progress)
            drawing.result()
    return meta


def _build(
    region: RegionInput, title: str, directory: Path, extract: Extract, addresses: Forked[None], progress: Progress
) -> AtlasMeta:
    ways, streets = without_leaps(street_ways(extract.streets)), directory / NETWORK_DIR
    gates = {ref: gate.tags for ref, gate in extract.gates.items()}
    streets.mkdir()
    progress(PLACES, "building the street network, measuring places and green areas")
    compiler = Compiler(extract, ways)
    houses = houses_in(addresses, names_of_main_streets(ways))
    with beside(
        lambda pipe: compile_network(
            walked_ways(extract, with_houses(ways, houses)),
            gates,
            streets,
            dividers_of(extract.shapes, compiler.projection),
        )
    ) as compiling:
        named = (_street_rows(ways), extract.localities, extract.interpolations, extract.addresses)
        addresses.send(NamedFeatures(*named, extract.house_streets, corners_of(ways)))
        settle_stations(extract)
        found = compiler.places()
        compiling.result()
    network = Network.open(streets)
    tables = compiler.tables(found, network)
    progress(TIMETABLES, "compiling timetables")
    timetables = _timetables(region, directory, network)
    tables = _with_shared_stations(tables, directory)
    with beside(lambda pipe: write_tables(directory / TABLES_FILE, tables)) as writing:
        points = points_of(addresses, directory / ADDRESSES_FILE)
        coverage = compiler.coverage(points.mapped)
        coverage.write(directory)
        progress(FIELDS, "measuring how near everything is to every address")
        places = _field_places(tables)
        stops, hazards = _stops(directory), _field_hazards(tables)
        compile_fields(
            FieldInput(network, ways, coverage, points.houses, places, stops, hazards), directory / FIELDS_DIR
        )
        progress(ADDRESSES, "indexing addresses")
        addresses.result()
        writing.result()
    meta = _meta(region, title, extract, tables, coverage, timetables)
    write_meta(directory / TABLES_FILE, to_rows(meta))
    return meta


def walked_ways(extract: Extract, streets: StreetWays) -> StreetWays:
    """Return the streets as people walk them: with platforms, piers and lines across squares, on their pavements."""
    return with_pavements_apart(with_squares(ways_together(streets, street_ways(extract.decks)), extract.squares))


def _field_places(tables: AtlasTables) -> FieldPlaces:
    rows = tables.places
    greens = {row: tables.place_shapes[rows[row].element] for row in tables.greens}
    points = np.array([(row.lat, row.lon) for row in rows], dtype=np.float64).reshape(-1, 2)
    return FieldPlaces([row.kind for row in rows], [row.osm_id for row in rows], tables.access, greens, points)


def _field_hazards(tables: AtlasTables) -> FieldHazards:
    rows = tables.hazards
    return FieldHazards(
        kinds=[row.kind for row in rows],
        names=[row.name for row in rows],
        lanes=[row.lanes for row in rows],
        ids=[row.osm_id for row in rows],
        shapes=[row.shape for row in rows],
    )


def _street_rows(ways: StreetWays) -> list[StreetRow]:
    points = np.column_stack((ways.lons, ways.lats))
    found = (street_row(tags, points[ways.offsets[i] : ways.offsets[i + 1]]) for i, tags in enumerate(ways.tags))
    return [row for row in found if row is not None]


def _timetables(region: RegionInput, directory: Path, network: Network) -> TimetableFacts | None:
    if not region.feeds:
        return None

    def is_of_use(lats: Floats, lons: Floats) -> NDArray[np.bool_]:
        """Return whether there is a street within a walk to a stop: in the region, or just beyond its edge."""
        return np.asarray(network.snap(lats, lons, STOP_WALK_M, over_rails=True)["edge"] >= 0)

    folder, walks = directory / TRANSIT_DIR, NetworkWalks(network)
    with _checked_feeds(region.feeds):
        facts = compile_timetables(region.feeds, folder, walks, is_of_use, anyway=region.anyway)
    timetable = Timetable.open(directory / TRANSIT_DIR)
    if timetable is not None:
        ways_in = timetable.ways_in
        np.save(directory / STOP_SNAPS_FILE, network.snap(ways_in.lats, ways_in.lons, over_rails=True))
    return facts


def _with_shared_stations(tables: AtlasTables, directory: Path) -> AtlasTables:
    """Give each station that both map and timetable have the ways in of both, in the tables and in the timetable."""
    timetable = Timetable.open(directory / TRANSIT_DIR)
    if timetable is None:
        return tables
    snaps, stops = np.load(directory / STOP_SNAPS_FILE), timetable.stops
    shared = shared_stations(tables.places, stops)
    access, further, further_snaps = ways_of_both(shared, tables.access, timetable.ways_in, snaps)
    add_ways_in(directory / TRANSIT_DIR, further, stops.lats[further], stops.lons[further])
    np.save(directory / STOP_SNAPS_FILE, np.concatenate((snaps, further_snaps)))
    return replace(tables, access=access)


def _stops(directory: Path) -> FieldStops | None:
    timetable = Timetable.open(directory / TRANSIT_DIR)
    if timetable is None:
        return None
    stops, snaps = timetable.stops, np.load(directory / STOP_SNAPS_FILE)
    often = {minutes: timetable.stops_every(minutes) for minutes in OFTEN_MIN}
    return FieldStops(stops.lats, stops.lons, snaps, timetable.ways_in.stops, often)


Rows = NDArray[np.integer]


class NetworkWalks:
    """Walks between stops over the street network, for changes from one line to another: a WalkBetween."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def seconds_between(self, lats: Floats, lons: Floats, origin: Rows, target: Rows, limit_s: float) -> Floats:
        """Return the walking seconds of each pair of points; infinity beyond the limit, NaN for an end off the network.

        `origin` and `target` are rows of `lats` and `lons`, sorted by origin: each origin is one search.
        """
        snaps = self._network.snap(lats, lons, over_rails=True)
        seconds = np.full(len(origin), np.nan)
        starts = np.flatnonzero(np.diff(origin, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(origin)], strict=True):
            here = snaps[origin[start]]
            if here["edge"] >= 0:
                pairs = slice(start, end)
                seconds[pairs] = self._network.walk(here, limit_s).seconds_to(snaps[target[pairs]])
        seconds[snaps["edge"][target] < 0] = np.nan
        return seconds


def _meta(
    region: RegionInput,
    title: str,
    extract: Extract,
    tables: AtlasTables,
    coverage: Coverage,
    timetables: TimetableFacts | None,
) -> AtlasMeta:
    return AtlasMeta(
        title=title,
        data_date=extract.data_date,
        attribution=ATTRIBUTION,
        box=coverage.box(),
        covered_km2=round(coverage.km2(), 2),
        addresses=int(coverage.addresses.sum()),
        places=len(tables.places),
        streets=len(extract.streets.tags),
        feed_files=tuple(str(feed.resolve()) for feed in region.feeds),
        feeds=timetables.feeds if timetables else (),
        service_date=timetables.service_date if timetables else "",
        feed_valid_until=timetables.valid_until if timetables else "",
        source_file="" if region.fetched_at else str(region.extract.resolve()),
        fetched_at=region.fetched_at,
        notes=timetables.notes if timetables else (),
    )
