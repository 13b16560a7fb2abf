"""`flask evaluate-all`, as an operator runs it on the sample region: tables, kills, stops, a region that changes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
import shapely.geometry
from click.testing import CliRunner, Result

from app.atlas.files import build_of
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.bulk.rows import COLUMNS, missing_row
from app.cli.evaluating import _Progress, evaluate_all_command
from app.cli.tables import About, write_all
from app.places import Location, Precision
from app.queue.jobs import Failure
from app.queue.store.hosts import HeldRegion
from app.queue.store.runs import Run, RunProgress
from tests.support.building import open_at, wait_for
from tests.support.extracts import Town
from tests.support.folders import ROOT, SAMPLES
from tests.support.gunicorn_site import children

#: Addresses of the sample region: one tile of three parts.
ADDRESSES = 262
TEXTS = [column.name for column in COLUMNS if not column.is_number]


@pytest.fixture(scope="module")
def monaco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with Monaco, to be copied."""
    folder = tmp_path_factory.mktemp("monaco")
    import_region(RegionStore(folder / "regions"), "monaco", RegionInput(SAMPLES / "monaco.osm.pbf"))
    return folder


@pytest.fixture
def data_dir(monaco: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with Monaco that commands find through the environment."""
    shutil.copytree(monaco, tmp_path / "data", symlinks=True)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture(scope="module")
def evaluated(monaco: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose Monaco was evaluated by the command."""
    folder = tmp_path_factory.mktemp("evaluated") / "data"
    shutil.copytree(monaco, folder, symlinks=True)
    done = Command(folder, "monaco", "--csv", str(folder / "all.csv")).wait()
    assert (done.returncode, "All 262 addresses of monaco are evaluated." in done.stdout) == (0, True), done.stderr
    return folder


class Command:
    """The command in a process of its own."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "evaluate-all", *arguments],
            cwd=ROOT,
            env=os.environ | {"DOORSTEP_DATA_DIR": str(data_dir)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(self, seconds: float = 180.0) -> subprocess.CompletedProcess[str]:
        """Return what came of it."""
        try:
            out, err = self.process.communicate(timeout=seconds)
        finally:
            self.process.kill()
        return subprocess.CompletedProcess("evaluate-all", self.process.returncode, out, err)


@pytest.fixture
def start(data_dir: Path) -> Iterator[Callable[..., Command]]:
    started: list[Command] = []

    def run(*arguments: str) -> Command:
        started.append(Command(data_dir, *arguments))
        return started[-1]

    yield run
    for command in started:
        command.process.kill()
        command.process.communicate()


def kept_parts(data_dir: Path) -> int:
    path = data_dir / "doorstep.sqlite"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        try:
            return int(db.execute("SELECT count(*) FROM job_stages WHERE finding IS NOT NULL").fetchone()[0])
        except sqlite3.OperationalError:  # the tables are being made
            return 0


def wait_for_a_part(data_dir: Path) -> None:
    wait_for(lambda: kept_parts(data_dir) >= 1, 90)


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def assert_whole(path: Path) -> None:
    """Check that a table has every address once, each evaluated."""
    rows = rows_in(path)
    assert len({(row["address"], row["lat"], row["lon"]) for row in rows}) == len(rows) == ADDRESSES
    assert {row["state"] for row in rows} == {"evaluated"}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(evaluate_all_command, list(arguments))


# --- the tables -------------------------------------------------------------------------------------------


def test_the_csv_has_a_row_an_address_and_no_empty_cell(evaluated: Path) -> None:
    assert_whole(evaluated / "all.csv")
    rows = rows_in(evaluated / "all.csv")
    assert not [(row["address"], name) for row in rows for name, cell in row.items() if cell == ""]
    assert {(row["source"], row["data_date"]) for row in rows} == {("© OpenStreetMap contributors", "2023-12-26")}
    assert "opendatacommons.org/licenses/odbl" in rows[0]["licence"]


def test_the_formats_say_the_same(evaluated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By readers of their own; what was evaluated before is only written."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="doorstep[parquet] is not installed")
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(evaluated))
    out = {name: tmp_path / f"all.{name}" for name in ("csv", "geojson", "parquet")}
    done = run("monaco", *(text for name, path in out.items() for text in (f"--{name}", str(path))))
    assert (done.exit_code, out["csv"].read_bytes()) == (0, (evaluated / "all.csv").read_bytes()), done.output
    by_csv, points = rows_in(out["csv"]), json.loads(out["geojson"].read_text())
    table = parquet.read_table(out["parquet"])
    assert len(by_csv) == len(points["features"]) == table.num_rows == ADDRESSES
    assert points["attribution"] == "© OpenStreetMap contributors"
    assert table.schema.metadata[b"data_date"] == b"2023-12-26" == points["data_date"].encode()
    assert {str(table.schema.field(c.name).type) for c in COLUMNS if c.is_number} == {"double"}
    for text, feature, typed in zip(by_csv, points["features"], table.to_pylist(), strict=True):
        place = shapely.geometry.shape(feature["geometry"])
        assert (place.y, place.x) == pytest.approx((float(text["lat"]), float(text["lon"])), abs=1e-7)
        for column in COLUMNS:
            value = typed[column.name]
            if column.name not in ("lat", "lon"):
                assert feature["properties"][column.name] == value
            if value is None:
                assert text[column.name] in ("not known", "none", "none within 45 min", "none within 30 min")
            else:
                assert text[column.name].removeprefix("'") == str(value)
        assert all(typed[name] for name in TEXTS)


def test_a_name_is_no_formula(tmp_path: Path) -> None:
    row = missing_row(Location(1.0, 2.0, "=HYPERLINK(1)", Precision.HOUSE, "town"), "@broken")
    write_all({"csv": tmp_path / "t.csv"}, About("town", "Town", "b", "", "balanced"), lambda: iter([row]))
    (read,) = rows_in(tmp_path / "t.csv")
    assert read["address"] == "'=HYPERLINK(1)"
    assert read["lat"] == "1.0"
    assert (read["data_date"], read["score"]) == ("not known", "not evaluated")


def test_a_table_is_in_its_place_only_when_it_is_whole(tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[str, ...]]:
        yield missing_row(Location(1.0, 2.0, "here", Precision.HOUSE, "town"), "")  # type: ignore[misc]
        raise ZeroDivisionError

    (tmp_path / "t.csv").write_text("before")
    with pytest.raises(ZeroDivisionError):
        write_all({"csv": tmp_path / "t.csv"}, About("town", "Town", "b", "", "balanced"), broken)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("t.csv", "before")]


# --- while it runs ----------------------------------------------------------------------------------------


def test_a_killed_evaluator_loses_nothing(data_dir: Path, start: Callable[..., Command], tmp_path: Path) -> None:
    command = start("monaco", "--csv", str(tmp_path / "t.csv"), "--workers", "1")
    wait_for_a_part(data_dir)
    (evaluator,) = children(command.process.pid)
    os.kill(evaluator, signal.SIGKILL)
    assert command.wait().returncode == 0
    assert_whole(tmp_path / "t.csv")


def test_a_killed_command_is_gone_on_with(data_dir: Path, start: Callable[..., Command], tmp_path: Path) -> None:
    command = start("monaco")
    wait_for_a_part(data_dir)
    os.kill(command.process.pid, signal.SIGKILL)
    command.wait()
    done = start("monaco", "--csv", str(tmp_path / "t.csv")).wait()
    assert done.returncode == 0
    assert "Going on: " in done.stderr
    assert_whole(tmp_path / "t.csv")


def test_ctrl_c_keeps_what_was_done_and_says_how_to_go_on(
    data_dir: Path, start: Callable[..., Command], tmp_path: Path
) -> None:
    command = start("monaco", "--csv", str(tmp_path / "t.csv"))
    wait_for_a_part(data_dir)
    command.process.send_signal(signal.SIGINT)
    stopped = command.wait(60)
    assert stopped.returncode == 130
    assert "Give the same command to go on." in stopped.stderr
    assert not (tmp_path / "t.csv").exists()
    store = open_at(data_dir)
    (tile,) = store.db.read("SELECT status, attempts FROM evaluation_jobs")
    assert (tile["status"], tile["attempts"]) == ("queued", 0)
    store.db.close()
    assert start("monaco", "--csv", str(tmp_path / "t.csv")).wait().returncode == 0
    assert_whole(tmp_path / "t.csv")


def test_it_is_called_off_from_elsewhere_and_gone_on_with(
    data_dir: Path, start: Callable[..., Command], tmp_path: Path
) -> None:
    command = start("monaco", "--csv", str(tmp_path / "t.csv"))
    wait_for_a_part(data_dir)
    called_off = run("monaco", "--cancel")
    assert (called_off.exit_code, called_off.output) == (0, "Called off: 1 tile of 1 had not ended.\n")
    ended = command.wait(60)
    assert ended.returncode == 1
    assert "Tile 1 of 1, 262 addresses: called off" in ended.stderr
    assert {row["state"] for row in rows_in(tmp_path / "t.csv")} == {"not evaluated: called off"}
    assert start("monaco", "--csv", str(tmp_path / "t.csv")).wait().returncode == 0
    assert_whole(tmp_path / "t.csv")


def test_a_region_that_changes_meanwhile_ends_it(data_dir: Path, start: Callable[..., Command]) -> None:
    command = start("monaco", "--workers", "0")
    wait_for(lambda: bool(open_at(data_dir).runs()), 60)
    import_region(RegionStore(data_dir / "regions"), "monaco", RegionInput(SAMPLES / "helsinki.osm.pbf"))
    ended = command.wait(60)
    assert ended.returncode == 1
    assert "The region monaco was imported again in the meantime" in ended.stderr
    assert open_at(data_dir).runs()[0].is_over


def test_a_tile_that_failed_is_named_and_marked_in_the_table(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three tiles, of which the site's workers did none: two are ended here by hand."""
    monkeypatch.setattr("app.bulk.tiles.TILE_ADDRESSES", 100)
    monkeypatch.setattr("app.cli.evaluating.LOOK_SECONDS", 0.01)
    failing = open_at(data_dir)
    failing.hold({"monaco": HeldRegion(build_of(RegionStore(data_dir / "regions").directory("monaco")))})

    def fail_all(*_: object, **__: object) -> object:
        while claim := failing.claim_next_job("w"):
            failing.fail_job(claim, Failure("x", "It broke."), retry=False)
        return None

    monkeypatch.setattr("app.cli.evaluating._Progress.show", fail_all)
    done = run("monaco", "--csv", str(tmp_path / "t.csv"), "--workers", "0")
    assert done.exit_code == 1
    assert "Tile 2 of 3, 88 addresses: It broke." in done.output
    assert "262 of 262 addresses were not evaluated." in done.output
    rows = rows_in(tmp_path / "t.csv")
    assert len(rows) == ADDRESSES
    assert {row["state"] for row in rows} == {"not evaluated: It broke."}
    failing.db.close()


def test_two_commands_share_one_run(data_dir: Path, start: Callable[..., Command], tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.csv" for name in "ab"]
    commands = [start("monaco", "--csv", str(file), "--workers", "1") for file in files]
    assert [command.wait().returncode for command in commands] == [0, 0]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert_whole(files[0])
    assert len(open_at(data_dir).runs()) == 1


def test_progress_tells_the_rate_and_the_time_left(data_dir: Path, start: Callable[..., Command]) -> None:
    done = start("monaco").wait()
    *_, last = done.stderr.strip().splitlines()
    assert last.startswith("262 of 262 addresses (100 %), ")
    assert last.endswith(" a second")


def test_a_terminal_shows_one_line_that_is_renewed(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run("id", "town", "b", "{}", 4, 400, 0.0)
    told = [RunProgress(run, 4 - n, 0, n, 0, 0, 100 * n) for n in range(5)]
    shown = _Progress(told[0], is_terminal=True)
    for each in told[1:]:
        time.sleep(0.01)
        shown.show(each, somebody_works=each is not told[1])
    shown.end()
    first, *lines = capsys.readouterr().err.split("\r")
    assert first == ""
    assert "100 of 400 addresses (25 %), " in lines[0]
    assert lines[0].endswith(" left; nobody works on the queue")
    assert lines[3].strip().endswith(" a second")
    assert lines[3].count("\n") == 1
    assert all(len(line) >= len(before.rstrip()) for before, line in pairwise(lines))


# --- refusals ---------------------------------------------------------------------------------------------


def test_what_was_evaluated_can_be_forgotten(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("monaco", "--forget").output.startswith("Error: There is no evaluation of all addresses of monaco")
    monkeypatch.setattr("app.cli.evaluating._carried_out", lambda store, config, run, workers: store.progress_of(run))
    assert run("monaco").exit_code == 1  # begun, and nobody works
    assert "still under way" in run("monaco", "--forget").output
    assert run("monaco", "--cancel").exit_code == 0
    assert run("monaco", "--forget").output == "Forgotten: the evaluation of 262 addresses of monaco.\n"
    assert open_at(data_dir).runs() == ()


@pytest.mark.parametrize("arguments", [("--cancel",), ()])
def test_a_region_that_is_not_there_is_named(data_dir: Path, arguments: tuple[str, ...]) -> None:
    done = run("nowhere", *arguments)
    assert done.exit_code == 1
    assert "nowhere" in done.output


def test_a_region_without_addresses_has_nothing_to_evaluate(data_dir: Path, tmp_path: Path) -> None:
    town = Town()
    town.street()
    import_region(RegionStore(data_dir / "regions"), "bare", RegionInput(town.write(tmp_path / "bare.osm.pbf")))
    assert "The region bare has no addresses on its map" in run("bare").output


def test_a_file_that_cannot_be_written_is_said_before_the_work(data_dir: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    done = run("monaco", "--csv", str(tmp_path / "no" / "t.csv"))
    assert (done.exit_code, "cannot be written" in done.output) == (1, True)
    assert time.monotonic() - began < 30
    assert open_at(data_dir).runs() == ()


def test_parquet_without_its_library_names_the_extra(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = run("monaco", "--parquet", str(tmp_path / "t.parquet"))
    assert (done.exit_code, "pip install 'doorstep[parquet]'" in done.output) == (1, True)
