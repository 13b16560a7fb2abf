"""The stand-in for Overpass is as strict as the server: it refuses what that refuses, and understands no more."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.sources.live.tiles.grid import tile_at
from app.sources.live.tiles.overpass import query_text
from tests.support.extracts import LAT, LON
from tests.support.live.overpass import Fault, OverpassStandIn, overpass_stand_in
from tests.support.live.tiles import small_town_extract

QUERY = query_text(tile_at(LAT, LON), 60)
IDENTIFIED = {"User-Agent": "Doorstep tests"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OverpassStandIn]:
    with overpass_stand_in(small_town_extract(tmp_path)) as server:
        yield server


def sent(server: OverpassStandIn, query: str = QUERY, **headers: str) -> requests.Response:
    return requests.post(f"{server.url}/api/interpreter", {"data": query}, headers=IDENTIFIED | headers, timeout=30)


def test_it_answers_in_the_servers_form(server: OverpassStandIn) -> None:
    answer = sent(server).json()
    assert answer["osm3s"]["timestamp_osm_base"] == "2024-05-06T07:08:09Z"
    assert {element["type"] for element in answer["elements"]} == {"node", "way"}


def test_no_element_comes_twice(server: OverpassStandIn) -> None:
    elements = [(element["type"], element["id"]) for element in sent(server).json()["elements"]]
    assert len(elements) == len(set(elements)) > 20


def test_it_packs_what_is_asked_for_packed(server: OverpassStandIn) -> None:
    headers = IDENTIFIED | {"Accept-Encoding": "gzip"}
    url = f"{server.url}/api/interpreter"
    with requests.post(url, {"data": QUERY}, headers=headers, timeout=30, stream=True) as answer:
        assert json.loads(gzip.decompress(answer.raw.read()))["elements"]
    assert "Content-Encoding" not in sent(server, **{"Accept-Encoding": "identity"}).headers


@pytest.mark.parametrize(
    "query",
    [
        "",
        "node(1,2,3,4);out;",
        QUERY.replace("[out:json]", "[out:xml]"),
        QUERY.replace("[timeout:50]", "[timeout:500]"),
        QUERY.replace(".points out body qt", ".point out body qt"),
        QUERY.replace("w.lines", "w.line"),
        QUERY.replace("[building]", "[building"),
        QUERY.replace("out body qt", "out geom"),
        QUERY.rstrip().removesuffix(";"),
    ],
)
def test_it_refuses_what_it_does_not_understand(query: str, server: OverpassStandIn) -> None:
    assert query != QUERY
    assert sent(server, query).status_code == 400


def test_it_refuses_who_does_not_say_who_asks(server: OverpassStandIn) -> None:
    assert sent(server, **{"User-Agent": "python-requests/2.34"}).status_code == 406


def test_it_refuses_two_requests_at_once(server: OverpassStandIn) -> None:
    server.latency_s = 0.5
    statuses: list[int] = []
    both = [threading.Thread(target=lambda: statuses.append(sent(server).status_code)) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(statuses) == [200, 429]
    assert (len(server.asked), server.most_in_flight) == (2, 2)


@pytest.mark.parametrize("fault", Fault)
def test_it_fails_once_when_told_to(fault: Fault, server: OverpassStandIn) -> None:
    server.faults = [fault]
    failed, whole = sent(server), sent(server)
    assert failed.status_code == int(fault.value[:3])
    assert failed.content != whole.content
    assert whole.json()["elements"]
