"""Many people in the first moment of a process: what libraries build at their first use is built before threads start.

msgspec's first `decode(type=...)` of a type crashes the process when several threads come to it at once.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from app.config import Config
from app.pipeline.report import to_json
from app.queue import open_store
from tests.support.building import new_job
from tests.support.folders import ROOT
from tests.support.queue_steps import Steps
from tests.support.reports import report
from tests.support.serving import Site, serve

PEOPLE = 16
#: Sixteen threads of a fresh process that read the same report at once, as often as the interpreter can switch.
READING = """
import sys, threading
from app.pipeline.report import report_from_json
report = sys.stdin.buffer.read()
together = threading.Barrier(16)
def read():
    together.wait()
    report_from_json(report)
sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=read) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def late_decoders(code: str) -> list[int]:
    """Return the lines on which a decoder of a type is made or implied inside a function."""
    functions = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef | ast.Lambda)]
    calls = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if _makes_decoder(call)]


def _makes_decoder(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    typed_decode = name.endswith("json.decode") and (
        len(call.args) > 1 or any(word.arg == "type" for word in call.keywords)
    )
    return typed_decode or name.endswith("json.Decoder")


def test_every_decoder_of_a_type_is_made_at_import() -> None:
    found = {path: late_decoders(path.read_text()) for path in (ROOT / "app").rglob("*.py")}
    assert not {path.name: lines for path, lines in found.items() if lines}


def test_a_late_decoder_is_noticed() -> None:
    assert late_decoders("def read(data):\n    return msgspec.json.decode(data, type=Report)") == [2]
    assert late_decoders("def read(data):\n    return msgspec.json.decode(data)") == []
    assert late_decoders("READER = msgspec.json.Decoder(Report)") == []


@pytest.mark.parametrize("start", range(3))
def test_threads_of_a_fresh_process_read_a_report_at_once(start: int) -> None:
    run = subprocess.run([sys.executable, "-c", READING], cwd=ROOT, input=to_json(report()), timeout=60)
    assert run.returncode == 0


@pytest.mark.parametrize("start", range(2))
def test_people_open_a_report_in_the_first_moment_of_a_site(tmp_path: Path, start: int) -> None:
    store = open_store(Config(data_dir=tmp_path))
    store.create_job(new_job())
    snapshot_id = Steps(store).finish()
    with serve(tmp_path, "-c", "gunicorn_config.py", "app:create_app()", WEB_CONCURRENCY="2") as site:
        assert open_at_once(site, snapshot_id) == [200] * PEOPLE
    log = (tmp_path / "gunicorn.log").read_text()
    assert "SIGSEGV" not in log
    assert log.count("Booting worker") == 2


def open_at_once(site: Site, snapshot_id: str) -> list[int]:
    """Open different views of a report, each over a connection of its own; return the statuses of the answers."""
    paths = [f"/s/{snapshot_id}{ending}" for ending in ("", ".json", ".geojson", "/embed")]
    together = threading.Barrier(PEOPLE)

    def open_one(number: int) -> int:
        together.wait()
        return requests.get(f"{site.url}{paths[number % len(paths)]}", timeout=20).status_code

    with ThreadPoolExecutor(PEOPLE) as people:
        return list(people.map(open_one, range(PEOPLE)))
