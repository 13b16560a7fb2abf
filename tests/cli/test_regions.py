"""The `region` commands as an operator sees them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.regions import region_commands
from tests.support.extracts import lat_lon, small_town
from tests.support.gtfs_feeds import write_feed


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep everything in a folder of the test."""
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path / "var"))
    return tmp_path / "var"


def run(*arguments: str | Path) -> Result:
    """Run a command."""
    return CliRunner().invoke(region_commands, [str(argument) for argument in arguments])


def test_it_imports_lists_and_removes(tmp_path: Path) -> None:
    path = small_town().write(tmp_path / "town.osm.pbf")
    imported = run("import", path, "--name", "town", "--title", "Smallville")
    assert imported.exit_code == 0
    assert "Smallville" in run("list").output
    assert "10 addresses" in run("list").output
    assert run("remove", "town").output == "Removed town.\n"
    assert run("list").output == "No region has been imported yet.\n"


def test_a_bad_file_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(b"")
    result = run("import", path, "--name", "town")
    assert result.exit_code == 1
    assert result.output == "Error: bad.osm.pbf cannot be imported: it is empty.\n"


def test_a_bad_name_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    result = run("import", small_town().write(tmp_path / "town.osm.pbf"), "--name", "My Town")
    assert (result.exit_code, result.output.count("\n")) == (1, 1)


def test_update_takes_the_file_it_came_from_and_keeps_the_title(tmp_path: Path) -> None:
    path = small_town().write(tmp_path / "town.osm.pbf")
    run("import", path, "--name", "town", "--title", "Smallville")
    town = small_town()
    town.node(300, 5, {"amenity": "cafe"})
    town.write(path)
    assert "Smallville: " in run("update", "town").output
    assert "6 places" in run("list").output


def test_update_takes_another_file(tmp_path: Path) -> None:
    run("import", small_town().write(tmp_path / "town.osm.pbf"), "--name", "town")
    town = small_town()
    town.node(300, 5, {"amenity": "cafe"})
    assert "6 places" in run("update", "town", town.write(tmp_path / "newer.osm.pbf")).output


@pytest.mark.parametrize("command", ["update", "remove"])
def test_an_unknown_region_is_one_sentence_and_exit_code_1(command: str) -> None:
    result = run(command, "nowhere")
    assert (result.exit_code, result.output) == (1, "Error: There is no region named nowhere.\n")


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, data_dir: Path) -> None:
    data_dir.write_text("a file where the folder should be")
    result = run("import", small_town().write(tmp_path / "town.osm.pbf"), "--name", "town")
    assert result.exit_code == 1
    assert result.output.startswith("Error: A file could not be written: ")


def test_update_mends_a_region_of_another_version(tmp_path: Path, data_dir: Path) -> None:
    path = small_town().write(tmp_path / "town.osm.pbf")
    run("import", path, "--name", "town", "--title", "Smallville")
    with closing(sqlite3.connect(data_dir / "regions" / "town" / "atlas.sqlite")) as tables:
        tables.execute("UPDATE meta SET value = '0' WHERE key = 'format_version'")
        tables.commit()
    assert "of an older version of Doorstep; run flask region update town" in run("list").output
    assert "Smallville: " in run("update", "town").output
    assert "10 addresses" in run("list").output


# --- timetables --------------------------------------------------------------------------------------


def bus(tmp_path: Path, name: str = "bus", east_m: float = 0.0) -> Path:
    """Write a feed along the street of the small town, or so far east of it."""
    places = [(stop, *lat_lon(east_m + at, 5)) for stop, at in (("A", -300), ("B", 0), ("C", 300))]
    rows = [f"{stop},{stop},{lat},{lon}" for stop, lat, lon in places]
    return write_feed(tmp_path / f"{name}.zip", stops="\n".join(("stop_id,stop_name,stop_lat,stop_lon", *rows, "")))


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return small_town().write(tmp_path / "town.osm.pbf")


def test_a_region_keeps_its_timetables_when_it_is_imported_or_updated_again(tmp_path: Path, town: Path) -> None:
    assert "timetables: bus" in run("import", town, "--name", "town", "--gtfs", bus(tmp_path)).output
    assert "timetables: bus" in run("import", town, "--name", "town").output
    assert "timetables: bus" in run("update", "town").output


def test_a_timetable_is_dropped_by_its_name_only(tmp_path: Path, town: Path) -> None:
    run("import", town, "--name", "town", "--gtfs", bus(tmp_path), "--gtfs", bus(tmp_path, "train"))
    refused = run("update", "town", "--drop-gtfs", "ferry")
    message = "Error: The region town has no timetable named ferry, but these: bus, train.\n"
    assert (refused.exit_code, refused.output) == (1, message)
    assert "timetables: train (" in run("update", "town", "--drop-gtfs", "bus").output
    assert "timetables" not in run("import", town, "--name", "town", "--drop-gtfs", "train").output


def test_timetables_given_take_the_place_of_those_before_and_it_says_so(tmp_path: Path, town: Path) -> None:
    run("import", town, "--name", "town", "--gtfs", bus(tmp_path))
    output = run("update", "town", "--gtfs", bus(tmp_path, "train")).output
    assert "In place of the timetables of before: bus.\n" in output
    assert "timetables: train (" in output


def test_a_timetable_whose_file_is_gone_is_said_before_anything_changes(tmp_path: Path, town: Path) -> None:
    feed = bus(tmp_path)
    run("import", town, "--name", "town", "--gtfs", feed)
    feed.unlink()
    result = run("update", "town")
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: There is no file {feed} any more, from which the region town has its")
    assert result.output.endswith("--drop-gtfs bus\n")
    assert "timetables: bus" in run("list").output


def test_a_feed_that_does_not_exist_is_said_so(tmp_path: Path, town: Path) -> None:
    result = run("import", town, "--name", "town", "--gtfs", tmp_path / "none.zip")
    assert result.output == "Error: none.zip is not a usable timetable: there is no such file.\n"


def test_the_feed_of_another_town_is_refused_unless_it_is_wanted_anyway(tmp_path: Path, town: Path) -> None:
    feed = bus(tmp_path, "far", east_m=90_000)
    result = run("import", town, "--name", "town", "--gtfs", feed)
    assert result.exit_code == 1
    assert "of its 3 stops none lies in the region, so it is that of another place" in result.output
    result = run("import", town, "--name", "town", "--gtfs", feed, "--anyway")
    assert "Only 0 of its 3 stops lie in the region." in result.output


def test_the_list_names_a_damaged_file(tmp_path: Path, data_dir: Path, town: Path) -> None:
    run("import", town, "--name", "town")
    path = data_dir / "regions" / "town" / "covered.npy"
    path.write_bytes(path.read_bytes()[:-1])
    assert "The data of the region town is damaged (covered.npy has " in run("list").output
