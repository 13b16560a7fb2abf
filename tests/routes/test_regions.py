"""Covered regions, completion of addresses and readiness, on the real sample of Monaco."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.queue import start_worker
from tests.support.asking import HTMX, JSON, soup, visible_text
from tests.support.building import open_at
from tests.support.folders import SAMPLES

SAMPLE = SAMPLES / "monaco.osm.pbf"


@pytest.fixture(scope="module")
def regions_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("regions")
    import_region(RegionStore(folder), "monaco", RegionInput(SAMPLE, (), ""))
    return folder


@pytest.fixture
def client(tmp_path: Path, regions_dir: Path) -> FlaskClient:
    shutil.copytree(regions_dir, tmp_path / "regions", symlinks=True)
    return create_app(Config(data_dir=tmp_path)).test_client()


def damage(client: FlaskClient, tmp_path: Path) -> None:
    """Cut the region's tables short."""
    for path in (tmp_path / "regions" / "monaco").glob("*.sqlite"):
        path.write_bytes(b"cut short")


def test_it_tells_what_is_covered(client: FlaskClient) -> None:
    text = visible_text(client.get("/regions"))
    for said in ("Monaco", "Map data as of 26 December 2023", "Addresses 340", "none imported"):
        assert said in text


def test_it_tells_programs_too(client: FlaskClient) -> None:
    (region,) = client.get("/regions", headers=JSON).json
    assert (region["name"], region["usable"], region["addresses"]) == ("monaco", True, 340)


def test_it_names_the_regions_on_the_front_page(client: FlaskClient) -> None:
    assert soup(client.get("/")).select_one(".chips").get_text(strip=True) == "Monaco"


def test_it_says_that_no_region_is_there(tmp_path: Path) -> None:
    client = create_app(Config(data_dir=tmp_path)).test_client()
    assert "No region has been imported yet" in visible_text(client.get("/"))
    assert "No region has been imported yet" in visible_text(client.get("/regions"))
    assert "No region has been imported.\n" in client.get("/readyz").text


def test_it_goes_on_when_a_region_is_damaged(client: FlaskClient, tmp_path: Path) -> None:
    damage(client, tmp_path)
    assert "The data of the region monaco is damaged" in visible_text(client.get("/regions"))
    assert client.get("/suggest?address=boulevard").status_code == 200
    assert (client.get("/readyz").status_code, "monaco" in client.get("/readyz").text) == (503, True)


def test_it_completes_what_is_typed(client: FlaskClient) -> None:
    options = soup(client.get("/suggest?address=boulevard+des+mou", headers=HTMX)).select("option")
    assert options
    assert all("Moulins" in option["value"] for option in options)


@pytest.mark.parametrize("typed", ["", "bo", "  - ,", "xyzzy"])
def test_it_completes_nothing_from_nothing(client: FlaskClient, typed: str) -> None:
    response = client.get("/suggest", query_string={"address": typed})
    assert (response.status_code, soup(response).select("option")) == (200, [])


def test_it_completes_for_programs(client: FlaskClient) -> None:
    assert any("Moulins" in address for address in client.get("/suggest?address=moulins", headers=JSON).json)


def test_it_completes_streets_of_every_region(tmp_path: Path, regions_dir: Path) -> None:
    shutil.copytree(regions_dir, tmp_path / "regions", symlinks=True)
    import_region(RegionStore(tmp_path / "regions"), "helsinki", RegionInput(SAMPLES / "helsinki.osm.pbf", (), ""))
    found = create_app(Config(data_dir=tmp_path)).test_client().get("/suggest?address=san", headers=JSON).json
    assert len(found) == 8
    assert {"Sanctuaire Pelagos, Monaco", "Sand, Bulevardi"} <= {*found}


def test_it_is_up(client: FlaskClient) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")


def test_it_is_ready_with_a_store_a_region_and_a_worker(client: FlaskClient, tmp_path: Path) -> None:
    open_at(tmp_path).say_at_work("box:1:1")
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (200, "ready\n")


def test_it_is_not_ready_without_its_database(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "doorstep.sqlite").write_bytes(b"This is not a database. " * 400)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "damaged or not a Doorstep database" in response.text


def test_it_is_ready_only_while_its_worker_lives(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.queue._workers", {})  # later tests of this process have none
    worker = start_worker(Config(data_dir=tmp_path))
    try:
        assert client.get("/readyz").status_code == 200
    finally:
        worker.stop(10)
    assert client.get("/readyz").text == "The queue's worker in this process is not alive.\n"
