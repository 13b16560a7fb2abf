"""Damaged and malicious files: a sentence or a region, in little time and memory, and nothing else changes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import BUILDS, RegionStore
from app.cli.regions import region_commands
from tests.support.bad_files import hostile_extract, hostile_feed
from tests.support.extracts import small_town
from tests.support.folders import ROOT

#: Seeds of the files: 500 in all, some by each process.
EXTRACTS, FEEDS, EACH = 320, 200, 40
#: Seconds for one file, on a machine that does much else as well; megabytes of any process of the import.
PATIENCE_S, MOST_MB = 20.0, 300.0


def imported(kind: str, first: int, count: int) -> list[dict[str, Any]]:
    """Import some files in a process of its own, which may say nothing but what came of them."""
    command = [sys.executable, "-m", "tests.support.importing_bad_files", kind, str(first), str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    assert done.stderr == ""
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("kind", "first"),
    [*(("extract", at) for at in range(0, EXTRACTS, EACH)), *(("feed", at) for at in range(0, FEEDS, EACH))],
)
def test_bad_files_are_refused_in_a_sentence_and_change_nothing(kind: str, first: int) -> None:
    cases = imported(kind, first, EACH)
    assert [case["outcome"] for case in cases if case["outcome"].startswith("TRACEBACK")] == []
    assert [case for case in cases if not case["kept"] or case["drafts"]] == []
    assert [case for case in cases if case["seconds"] > PATIENCE_S] == []
    assert cases[-1]["peak_mb"] < MOST_MB


@pytest.mark.parametrize("seed", range(10))
def test_the_command_says_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path / "var"))
    store, good = RegionStore(tmp_path / "var" / "regions"), small_town().write(tmp_path / "good.osm.pbf")
    import_region(store, "town", RegionInput(good))
    before = store.directory("town")
    for name, content in (hostile_extract(seed), hostile_feed(seed)):
        path = tmp_path / name
        path.write_bytes(content)
        files = [str(path)] if not name.endswith(".zip") else [str(good), "--gtfs", str(path)]
        result = CliRunner().invoke(region_commands, ["import", *files, "--name", "town"])
        assert result.exit_code in (0, 1)
        assert isinstance(result.exception, SystemExit | None)
        if result.exit_code:
            assert result.output.startswith("Error: ")
            assert result.output.count("\n") == 1
            assert store.directory("town") == before
        before = store.directory("town")
    assert len([path for path in (tmp_path / "var" / "regions" / BUILDS).iterdir() if path.is_dir()]) <= 2
