"""`flask sources ...`, as an operator runs it, against servers that answer each service's question."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.cli.sources import sources_commands
from app.config import PREFIX, Config
from app.queue.store import JobStore
from app.sources.live.asking.client import Client
from app.sources.live.asking.queries import Query
from tests.support.building import open_at
from tests.support.extracts import small_town
from tests.support.live.faulty import faulty_server, read_good

#: What each service answers, by its path.
ANSWERS: dict[str, object] = {
    "/search": [],
    "/api": {"features": []},
    "/geocoder/locations/onelineaddress": {"result": {"addressMatches": []}},
    "/maps/api/geocode/json": {"status": "OK"},
    "/maps/api/place/findplacefromtext/json": {"status": "OK"},
    "/api/interpreter": {"elements": []},
    "/score": {"status": 1},
    "/arcgis/rest/services/public/NFHL/MapServer": {"layers": []},
}
EVERYTHING = {
    "LIVE": "on",
    "CONTACT": "operator@doorstep.example",
    "GEOCODERS": "nominatim,photon,census,google",
    "EXTRAS": "fema,walkscore,google",
    "GOOGLE_KEY": "the-google-key",
    "WALKSCORE_KEY": "the-walkscore-key",
    "OWN_SERVICE_PAUSE_SECONDS": "0",
}


@contextmanager
def answering(answers: dict[str, object]) -> Iterator[tuple[str, list[str]]]:
    """Run a server that answers so; give its address, and the paths that it is asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            paths.append(self.path)
            body = json.dumps(answers[self.path.partition("?")[0]]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobStore]:
    """A store that the commands find through the environment."""
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    store = open_at(tmp_path)
    yield store
    store.db.close()


def turn_on(monkeypatch: pytest.MonkeyPatch, url: str, **settings: str) -> None:
    for name, value in (EVERYTHING | settings).items():
        monkeypatch.setenv(PREFIX + name, value)
    for setting in fields(Config):
        if setting.name.endswith("_url") and setting.name != "database_url":
            monkeypatch.setenv(PREFIX + setting.name.upper(), url)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(sources_commands, list(arguments))


def test_it_says_that_live_sources_are_off(site: JobStore) -> None:
    result = run("check")
    assert (result.exit_code, result.output) == (
        0,
        "Live sources are off. DOORSTEP_LIVE=on and DOORSTEP_CONTACT turn them on.\n",
    )


def test_it_says_that_no_service_is_on(site: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    turn_on(monkeypatch, "http://127.0.0.1:1", GEOCODERS="", EXTRAS="", OVERPASS="off")
    assert run("check").output == "Live sources are on, but no service is.\n"


def test_it_asks_each_service_a_real_question_each_time(site: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(ANSWERS) as (url, paths):
        turn_on(monkeypatch, url)
        first, second = run("check"), run("check")
    lines = first.output.splitlines()
    names = ["nominatim", "photon", "census", "google", "overpass", "fema", "walkscore", "ratings"]
    assert [line.split()[0] for line in lines] == names
    assert all(re.search(r" ok in (under )?[\d.]+ s; [\d,]+ requests and \d+ MB left today\.$", line) for line in lines)
    assert "4,999 requests and 500 MB" in lines[0]
    assert "199 requests" in lines[3]
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert len(paths) == 2 * len(ANSWERS), "kept answers do not count"
    assert "the-google-key" not in first.output


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/search", {"error": "no"}, "Nominatim sent something that is no answer; 4,999 requests"),
        ("/api/interpreter", {"remark": "runtime error"}, "Overpass sent something that is no answer; "),
        (
            "/maps/api/geocode/json",
            {"status": "REQUEST_DENIED", "error_message": "the-google-key is bad"},
            "Google's address search refuses to answer this site",
        ),
        ("/score", {"status": 41}, "Walk Score asked to be left alone for a while; "),
        ("/score", {"status": 40}, "Walk Score refuses to answer this site"),
    ],
)
def test_it_says_in_our_words_what_is_wrong_and_asks_the_others(
    site: JobStore, monkeypatch: pytest.MonkeyPatch, path: str, answer: object, said: str
) -> None:
    with answering(ANSWERS | {path: answer}) as (url, _):
        turn_on(monkeypatch, url)
        result = run("check")
    assert result.exit_code == 1
    assert said in result.output
    assert result.output.count(" ok in ") == 7
    assert "the-google-key" not in result.output


def test_nobody_answers(site: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    turn_on(monkeypatch, "http://127.0.0.1:1", GEOCODERS="photon", EXTRAS="", OVERPASS="off")
    result = run("check")
    assert (result.exit_code, result.output) == (
        1,
        "photon     Photon cannot be reached; 4,999 requests and 500 MB left today.\n",
    )


def test_a_wrong_setting_is_one_sentence(site: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_LIVE", "on")
    result = run("check")
    assert result.exit_code == 1
    assert result.output.startswith("Error: The setting DOORSTEP_CONTACT is wrong: ")


@pytest.fixture
def fetched(site: JobStore, tmp_path: Path) -> RegionStore:
    """An answer and a tile that were fetched, and a region that was imported."""
    with faulty_server() as server:
        Client(Config(), site).ask(server.service(), Query("/good"), read_good)
    tiles = RegionStore(Config(data_dir=tmp_path).tiles_dir)
    town = RegionInput(small_town().write(tmp_path / "town.osm.pbf"))
    import_region(tiles, "tile-1-2", town)
    import_region(RegionStore(Config(data_dir=tmp_path).regions_dir), "smallville", town)
    return tiles


@pytest.mark.parametrize(
    ("options", "said", "left"),
    [
        ((), "1 answer cleared away.\n1 tile cleared away.\n", (0, 0)),
        (("--answers",), "1 answer cleared away.\n", (0, 1)),
        (("--tiles",), "1 tile cleared away.\n", (1, 0)),
        (("--tiles", "--answers"), "1 answer cleared away.\n1 tile cleared away.\n", (0, 0)),
    ],
)
def test_it_clears_away_what_was_fetched(
    site: JobStore, fetched: RegionStore, tmp_path: Path, options: tuple[str, ...], said: str, left: tuple[int, int]
) -> None:
    assert run("clear", *options).output == said
    assert (len(site.db.read("SELECT 1 FROM service_answers")), len(fetched.names())) == left
    assert RegionStore(Config(data_dir=tmp_path).regions_dir).names() == ("smallville",)
    assert site.standing("faulty").requests_today == 1, "the budget is no answer"
