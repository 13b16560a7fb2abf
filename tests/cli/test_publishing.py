"""`flask region publish`, `fetch`, `unpublish` and `list` as an operator sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.atlas.files import build_of
from app.atlas.regions import RegionStore
from app.cli.regions import region_commands
from app.config import load_config
from app.queue import open_store
from tests.support.extracts import small_town


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep everything in a folder of the test, with a region store beside it."""
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DOORSTEP_LEAST_FREE_MB", "0")
    (tmp_path / "store").mkdir()
    return tmp_path / "var"


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name the region store by its setting."""
    monkeypatch.setenv("DOORSTEP_REGION_STORE", str(tmp_path / "store"))


def run(*arguments: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(region_commands, [str(argument) for argument in arguments])


def imported(tmp_path: Path, *, cafe: bool = False) -> str:
    """Import the town; return its build."""
    town = small_town()
    if cafe:
        town.node(300, 5, {"amenity": "cafe"})
    assert run("import", town.write(tmp_path / "town.osm.pbf"), "--name", "town").exit_code == 0
    return build_of(RegionStore(load_config().regions_dir).directory("town"))


def move_to_another_host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data_dir: Path) -> None:
    """Go on as a host with regions of its own on the same database: of a file, a copy does."""
    other = tmp_path / "other"
    other.mkdir()
    for file in data_dir.glob("doorstep.sqlite*"):
        (other / file.name).write_bytes(file.read_bytes())
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(other))


@pytest.mark.usefixtures("named")
def test_a_region_goes_from_one_host_to_another(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = imported(tmp_path)
    store = tmp_path / "store"
    assert run("publish", "town").output == f"Published town, build {build}, in {store}.\n"
    assert f"build {build} (published)" in run("list").output
    open_store(load_config()).db.close()
    move_to_another_host(monkeypatch, tmp_path, data_dir)
    assert run("list").output == f"town                 not on this host; published is build {build}\n"
    assert run("fetch", "--all").output == f"Fetched town, build {build}.\n"
    assert run("fetch", "town").output == f"town is here already, build {build}.\n"
    assert f"10 addresses, 5 places, data as of 2024-05-06, build {build} (published)" in run("list").output


@pytest.mark.usefixtures("named")
def test_the_list_tells_the_one_before_from_others(tmp_path: Path) -> None:
    first = imported(tmp_path)
    assert run("list").output.endswith(f", build {first}\n")
    run("publish", "town")
    second = imported(tmp_path, cafe=True)
    assert run("list").output.endswith(f", build {second} (not the published {first})\n")
    run("publish", "town")
    assert imported(tmp_path) == first
    assert run("list").output.endswith(f", build {first} (the one before the published {second})\n")
    assert run("fetch", "town").output == f"Fetched town, build {second}.\n"


@pytest.mark.usefixtures("named")
def test_a_region_is_taken_off_the_catalogue(tmp_path: Path) -> None:
    imported(tmp_path)
    run("publish", "--all")
    told = "Took town off the catalogue, which is empty now: each host keeps the regions that it has.\n"
    assert run("unpublish", "town").output == told
    refused = run("unpublish", "town")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert "The catalogue of this site has no region named town." in refused.output
    assert list((tmp_path / "store").rglob("manifest.json")), "its files stay"


def test_a_store_can_be_named_by_hand(tmp_path: Path) -> None:
    build = imported(tmp_path)
    assert run("publish", "town", "--to", tmp_path / "store").exit_code == 0
    run("remove", "town")
    assert run("fetch", "town", "--from", tmp_path / "store").output == f"Fetched town, build {build}.\n"


@pytest.mark.parametrize(("command", "option"), [("publish", "--to"), ("fetch", "--from")])
def test_without_a_store_it_says_how_to_name_one(command: str, option: str) -> None:
    refused = run(command, "town")
    assert refused.exit_code == 1
    assert refused.output == (
        "Error: No region store is named. Set DOORSTEP_REGION_STORE to a folder or to s3://bucket/prefix, "
        f"or name one with {option}.\n"
    )


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("command", ["publish", "fetch"])
@pytest.mark.parametrize("arguments", [(), ("town", "--all")])
def test_the_regions_are_named_or_all(command: str, arguments: tuple[str, ...]) -> None:
    refused = run(command, *arguments)
    assert refused.exit_code == 2
    assert "Name the regions, or give --all." in refused.output


@pytest.mark.usefixtures("named")
def test_what_is_not_published_cannot_be_fetched(tmp_path: Path) -> None:
    refused = run("fetch", "town")
    assert refused.exit_code == 1
    assert "Publish it first: flask region publish town" in refused.output


@pytest.mark.usefixtures("named")
def test_what_is_not_here_cannot_be_published() -> None:
    assert run("publish", "town").output == "Error: There is no region named town.\n"


@pytest.mark.usefixtures("named")
def test_what_is_damaged_in_the_store_is_one_sentence(tmp_path: Path) -> None:
    build = imported(tmp_path)
    run("publish", "town")
    run("remove", "town")
    (tmp_path / "store" / "town" / build / "covered.npy").write_bytes(b"odd")
    refused = run("fetch", "town")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert f"the build {build} of the region town is damaged (covered.npy has 3 bytes instead of" in refused.output


def test_a_wrong_store_is_told_without_the_keys_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_REGION_STORE", "s3://AKIA123:topsecret@bucket/regions")
    refused = run("publish", "--all")
    assert refused.exit_code == 1
    assert "keys do not belong there" in refused.output
    assert "topsecret" not in refused.output
