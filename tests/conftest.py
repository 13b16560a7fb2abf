"""What the tests of several folders share: tiny towns, imported; and the web application over a real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.atlas.atlas import Atlas
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.config import Config
from app.places import Location, Precision
from app.queue.store import JobStore
from app.web.services import services_of
from tests.support import postgres
from tests.support.extracts import Town, lat_lon
from tests.support.queue_steps import Steps

TOKEN = "let-me-in"

Opened = Callable[..., AtlasSurroundings]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path / "var", operator_token=TOKEN, secret_key="k" * 64)


@pytest.fixture
def app(config: Config) -> Flask:
    return create_app(config)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def store(app: Flask) -> JobStore:
    return services_of(app).store


@pytest.fixture
def steps(store: JobStore) -> Steps:
    return Steps(store)


@pytest.fixture
def region_store(tmp_path: Path) -> RegionStore:
    """Give an empty folder of regions."""
    return RegionStore(tmp_path / "regions")


@pytest.fixture
def imported(tmp_path: Path, region_store: RegionStore) -> Callable[[Town], Atlas]:
    """Give a function that imports a town and opens its atlas."""

    def run(town: Town) -> Atlas:
        import_region(region_store, "town", RegionInput(town.write(tmp_path / "town.osm.pbf")))
        return Atlas("town", region_store.directory("town"))

    return run


@pytest.fixture
def around(imported: Callable[[Town], Atlas]) -> Opened:
    """Give a function that imports a town and opens the surroundings of a point in it, in metres."""

    def run(town: Town, east_m: float = 0.0, north_m: float = 0.0) -> AtlasSurroundings:
        lat, lon = lat_lon(east_m, north_m)
        return AtlasSurroundings(imported(town), Location(lat, lon, "here", Precision.HOUSE, "town"))

    return run


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """Give a PostgreSQL server of this run's own; skip, loudly, where there is none."""
    with postgres.server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def dialect(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let `open_at` open a file, and then a database of a PostgreSQL server, here and in processes that are started."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    server = request.getfixturevalue("postgres_server")
    monkeypatch.setenv(postgres.VARIABLE, str(server.port))
    yield "postgres"
    server.drop_databases()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested."""
    if any("NO POSTGRESQL" in str(report.longrepr) for report in terminalreporter.getreports("skipped")):
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(postgres.MISSING, red=True, bold=True)
