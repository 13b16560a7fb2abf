"""The `region` commands as an operator sees them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.regions import region_commands
from tests.support.extracts import small_town


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
