"""Tiles are fetched once, built, kept, used again, renewed and cleared away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from app.atlas.atlas import TABLES_FILE, Atlas
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.config import Config
from app.errors import NoHomeHere, RegionNotFound, ServiceBusy, ServiceTrouble, SurroundingsNotHere
from app.places import Kind, Location, Precision
from app.sources.live.tiles import tiles as tiles_module
from app.sources.live.tiles.grid import ROW_DEG, tile_at
from app.sources.live.tiles.tiles import MARKS, Tiles
from tests.support.building import SetClock
from tests.support.extracts import LAT, LON
from tests.support.live.overpass import Fault, OverpassStandIn, overpass_stand_in
from tests.support.live.tiles import KeepingClient, overpass_at, small_town_extract

DAY_S = 86_400.0
#: A whole minute, as an atlas tells it.
NOW = 1_700_000_040.0

Made = Callable[..., Tiles]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_town_extract(tmp_path_factory.mktemp("town"))


@pytest.fixture
def server(town: Path) -> Iterator[OverpassStandIn]:
    with overpass_stand_in(town) as server:
        yield server


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def client(clock: SetClock) -> KeepingClient:
    return KeepingClient(lambda: clock.unix_seconds)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path / "var")


@pytest.fixture
def made(config: Config, server: OverpassStandIn, client: KeepingClient, clock: SetClock) -> Made:
    def made(*, is_on: bool = True, **settings: float) -> Tiles:
        overpass = overpass_at(server.url) if is_on else None
        return Tiles(replace(config, **settings), overpass, client, lambda: clock.unix_seconds)

    return made


def atlas_of(config: Config, name: str) -> Atlas:
    return Atlas(name, RegionStore(config.tiles_dir).directory(name))


def test_it_makes_an_atlas_of_what_lies_around(made: Made, config: Config) -> None:
    name = made().ready(LAT, LON)
    around = AtlasSurroundings(atlas_of(config, name), Location(LAT, LON, "here", Precision.POINT, name))
    assert name == tile_at(LAT, LON).name
    assert [place.name for place in around.nearest(Kind.SUPERMARKET)] == ["Market"]


def test_it_tells_where_the_data_is_from(made: Made, config: Config) -> None:
    name = made().ready(LAT, LON)
    meta = atlas_of(config, name).meta
    region = AtlasSurroundings(atlas_of(config, name), Location(LAT, LON, "here", Precision.POINT, name)).region
    assert (meta.title, meta.data_date, meta.fetched_at) == (
        "this area",
        "2024-05-06",
        "2023-11-14T22:14Z",
    )
    assert region.fetched_at == meta.fetched_at
    assert meta.source_file == ""
    assert meta.attribution == "© OpenStreetMap contributors, ODbL 1.0"


def test_the_next_address_near_by_asks_nothing(made: Made, server: OverpassStandIn) -> None:
    first = made().ready(LAT, LON)
    assert made().ready(LAT + 0.001, LON + 0.001) == first
    assert len(server.asked) == 1


def test_an_address_in_the_next_tile_asks_for_that(made: Made, server: OverpassStandIn) -> None:
    assert made().ready(LAT, LON) != made().ready(LAT + ROW_DEG, LON)
    assert len(server.asked) == 2


def test_a_tile_is_fetched_again_after_some_days(
    made: Made, server: OverpassStandIn, client: KeepingClient, clock: SetClock, config: Config
) -> None:
    made(tile_days=2).ready(LAT, LON)
    clock.pass_seconds(1.9 * DAY_S)
    made(tile_days=2).ready(LAT, LON)
    assert len(server.asked) == 1
    clock.pass_seconds(0.2 * DAY_S)
    client.forget()
    name = made(tile_days=2).ready(LAT, LON)
    assert len(server.asked) == 2
    assert atlas_of(config, name).meta.fetched_at == "2023-11-17T00:38Z"


def test_it_is_not_built_again_from_the_answer_that_it_was_made_from(
    made: Made, config: Config, clock: SetClock
) -> None:
    name = made(tile_days=1).ready(LAT, LON)
    before = RegionStore(config.tiles_dir).directory(name)
    clock.pass_seconds(2 * DAY_S)
    assert made(tile_days=1).ready(LAT, LON) == name
    assert RegionStore(config.tiles_dir).directory(name) == before


def test_an_older_tile_is_better_than_trouble(
    made: Made, server: OverpassStandIn, client: KeepingClient, clock: SetClock
) -> None:
    name = made().ready(LAT, LON)
    clock.pass_seconds(31 * DAY_S)
    client.forget()
    server.faults = [Fault.PAGE]
    assert made().ready(LAT, LON) == name
    assert len(server.asked) == 2


@pytest.mark.parametrize("fault", [Fault.REMARK, Fault.PAGE, Fault.CUT_OFF, Fault.NO_NODES, Fault.TIMEOUT])
def test_without_one_the_trouble_is_told_and_nothing_is_kept(
    fault: Fault, made: Made, server: OverpassStandIn, config: Config
) -> None:
    server.faults = [fault]
    with pytest.raises(ServiceTrouble):
        made().ready(LAT, LON)
    assert RegionStore(config.tiles_dir).names() == ()
    assert made().ready(LAT, LON) == tile_at(LAT, LON).name


def test_where_overpass_is_off_an_older_tile_is_used(made: Made, clock: SetClock, server: OverpassStandIn) -> None:
    name = made().ready(LAT, LON)
    clock.pass_seconds(400 * DAY_S)
    assert made(is_on=False).ready(LAT, LON) == name
    assert len(server.asked) == 1


def test_where_overpass_is_off_and_none_is_there_it_says_so(made: Made) -> None:
    with pytest.raises(SurroundingsNotHere):
        made(is_on=False).ready(LAT, LON)


def test_where_no_street_is_mapped_nobody_lives_and_it_is_not_asked_again_for_a_day(
    made: Made, server: OverpassStandIn, client: KeepingClient, clock: SetClock
) -> None:
    for _ in range(2):
        with pytest.raises(NoHomeHere, match="far from every street on the map, where nobody lives"):
            made().ready(0.0, -30.0)
        client.forget()
    assert len(server.asked) == 1
    clock.pass_seconds(1.1 * DAY_S)
    with pytest.raises(NoHomeHere):
        made().ready(0.0, -30.0)
    assert len(server.asked) == 2


def test_a_damaged_tile_is_made_again(made: Made, config: Config, server: OverpassStandIn) -> None:
    name = made().ready(LAT, LON)
    damaged = RegionStore(config.tiles_dir).directory(name) / TABLES_FILE
    damaged.write_bytes(damaged.read_bytes()[:-1])
    made().ready(LAT, LON)
    assert atlas_of(config, name).meta.places > 0
    assert len(server.asked) == 1  # the answer is kept


def test_several_at_once_ask_and_build_once(made: Made, server: OverpassStandIn, config: Config) -> None:
    server.latency_s = 0.3
    ready = threading.Barrier(4)

    def run(_: int) -> str:
        tiles = made()
        ready.wait()
        return tiles.ready(LAT, LON)

    with ThreadPoolExecutor(4) as pool:
        names = set(pool.map(run, range(4)))
    assert names == {tile_at(LAT, LON).name}
    assert (len(server.asked), server.most_in_flight) == (1, 1)
    assert len([path for path in (config.tiles_dir / ".builds").iterdir() if path.is_dir()]) == 1


def test_who_waits_too_long_for_another_goes_back_into_the_line(
    made: Made, server: OverpassStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles_module, "WAIT_S", 0.0)
    server.latency_s = 1.0
    first = threading.Thread(target=lambda: made().ready(LAT, LON))
    first.start()
    while not server.asked:
        first.join(0.01)
    with pytest.raises(ServiceBusy, match="Overpass"):
        made().ready(LAT, LON)
    first.join()
    assert len(server.asked) == 1


def test_those_used_longest_ago_are_cleared_away(made: Made, config: Config, clock: SetClock) -> None:
    norths = [LAT, LAT + ROW_DEG, LAT - ROW_DEG]
    first, second = (made().ready(lat, LON) for lat in norths[:2])
    clock.pass_seconds(3_600)
    made().ready(LAT, LON)
    clock.pass_seconds(3_600)
    size = RegionStore(config.tiles_dir).size(first)
    third = made(most_tiles_gb=2.5 * size / 1e9).ready(norths[2], LON)
    assert set(RegionStore(config.tiles_dir).names()) == {first, third}
    assert not (config.tiles_dir / MARKS / f"{second}.used").exists()


def test_those_in_use_stay_whatever_they_take(made: Made, config: Config) -> None:
    names = {made(most_tiles_gb=0.001).ready(lat, LON) for lat in (LAT, LAT + ROW_DEG)}
    assert set(RegionStore(config.tiles_dir).names()) == names


def test_all_are_cleared_away_at_once(made: Made, config: Config, server: OverpassStandIn) -> None:
    tiles = made()
    name = tiles.ready(LAT, LON)
    assert (tiles.clear(), tiles.clear()) == (1, 0)
    with pytest.raises(RegionNotFound):
        atlas_of(config, name)
    assert tiles.ready(LAT, LON) == name


def test_the_extract_that_a_tile_is_made_from_does_not_stay(made: Made, config: Config) -> None:
    made().ready(LAT, LON)
    assert not list(config.tiles_dir.rglob("*.osm.pbf"))
