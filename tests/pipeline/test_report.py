"""Stored reports, read back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.pipeline.report import report_from_json, to_json
from tests.support.folders import ROOT
from tests.support.reports import TRANSIT, report

#: Sixteen people open a report right after a start, as threads of one fresh process.
OPENED_AT_ONCE = """
import sys, threading
from pathlib import Path
from app.pipeline.report import report_from_json

stored, together = Path(sys.argv[1]).read_bytes(), threading.Barrier(16)

def open_it():
    together.wait()
    report_from_json(stored)

threads = [threading.Thread(target=open_it) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_it_comes_back_as_it_was_stored() -> None:
    assert report_from_json(to_json(report())) == report()


def test_a_report_from_before_destinations_were_named_as_typed_can_be_read() -> None:
    stored = json.loads(to_json(report()))
    del stored["listing"]["answers"]
    for finding in stored["findings"]:
        for trip in finding["trips"]:
            del trip["typed"]
    old = report_from_json(json.dumps(stored))
    assert old == report()
    assert [trip.typed for trip in TRANSIT.trips] == ["", ""]


@pytest.mark.parametrize("start", range(8))
def test_many_may_open_the_first_report_at_once(tmp_path: Path, start: int) -> None:
    (tmp_path / "report.json").write_bytes(to_json(report()))
    command = [sys.executable, "-c", OPENED_AT_ONCE, str(tmp_path / "report.json")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


EARLIER = Path(__file__).parent / "earlier_reports"


@pytest.mark.parametrize("path", sorted(EARLIER.glob("*.json")), ids=lambda path: path.stem)
def test_a_report_of_an_earlier_version_keeps_saying_what_it_said(path: Path) -> None:
    stored, opened = json.loads(path.read_bytes()), report_from_json(path.read_bytes())
    assert opened.methods_version == path.stem
    assert opened.verdict.sentence == stored["verdict"]["sentence"]
    assert list(opened.verdict.deal_breakers) == stored["verdict"]["baseline_failures"]
    assert [f.summary for f in opened.findings] == [f["summary"] for f in stored["findings"]]
    assert json.loads(to_json(opened))["findings"][3]["facts"] == stored["findings"][3]["facts"]
