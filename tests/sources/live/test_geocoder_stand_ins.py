"""The stand-ins speak as the real services do: the same fields, and the same refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support.folders import SAMPLES, SHARED
from tests.support.live.geocoders import census_stand_in, google_stand_in, nominatim_stand_in, photon_stand_in
from tests.support.live.standing_in import StandIn

MONACO = SAMPLES / "monaco.osm.pbf"
WHO = {"User-Agent": "Doorstep tests"}
API = SHARED / "api"

recorded = pytest.mark.skipif(not API.exists(), reason="the recorded answers (../shared/data/api) are not here")


@pytest.fixture(scope="module")
def nominatim() -> Iterator[StandIn]:
    with nominatim_stand_in(MONACO) as server:
        yield server


@pytest.fixture(scope="module")
def photon() -> Iterator[StandIn]:
    with photon_stand_in(MONACO) as server:
        yield server


def get(server: StandIn, path: str, headers: dict[str, str] = WHO) -> requests.Response:
    return requests.get(server.url + path, headers=headers, timeout=10)


SEARCH = "/search?q=6+rue+grimaldi&format=jsonv2&addressdetails=1"


@pytest.mark.parametrize("agent", ["", "python-requests/2.32", "curl/8.5"])
def test_nominatim_refuses_who_does_not_say_who_asks(nominatim: StandIn, agent: str) -> None:
    assert get(nominatim, SEARCH, {"User-Agent": agent}).status_code == 403


@pytest.mark.parametrize(
    "path", ["/search?q=x&format=unknown", "/search?format=jsonv2", "/reverse?lat=x&format=jsonv2"]
)
def test_nominatim_refuses_what_it_does_not_understand(nominatim: StandIn, path: str) -> None:
    answer = get(nominatim, path)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 400


@pytest.mark.parametrize("path", ["/api", "/api?q=x&lang=xx", "/reverse?lat=1"])
def test_photon_refuses_what_it_does_not_understand(photon: StandIn, path: str) -> None:
    answer = get(photon, path)
    assert answer.status_code == 400
    assert answer.json()["message"]


def keys_of(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((API / path).read_bytes())
    return found


@recorded
def test_nominatim_s_places_have_the_recorded_fields(nominatim: StandIn) -> None:
    (place, *_) = get(nominatim, SEARCH).json()
    assert place.keys() == keys_of("nominatim/rec-nominatim-07.json").keys()
    assert place["address"]["road"] == "Rue Grimaldi"


@recorded
def test_photon_s_places_have_recorded_fields(photon: StandIn) -> None:
    (feature, *_) = get(photon, "/api?q=6+rue+grimaldi").json()["features"]
    known = keys_of("photon/rec-photon-01.json")["features"][0]
    assert feature.keys() == known.keys()
    assert feature["properties"].keys() <= known["properties"].keys()


@recorded
def test_the_census_answer_has_the_recorded_fields() -> None:
    with census_stand_in() as server:
        path = "/geocoder/locations/onelineaddress?benchmark=Public_AR_Current&format=json&address="
        answer = get(server, path + "4600 Silver Hill Rd, Washington").json()
        assert get(server, path).status_code == 400
    known = keys_of("uscensus-geocoder/py-uscensus.json")["result"]["addressMatches"][0]
    (match,) = answer["result"]["addressMatches"]
    assert match.keys() == known.keys()
    assert match["addressComponents"].keys() == known["addressComponents"].keys()


@recorded
def test_google_s_results_have_recorded_fields() -> None:
    with google_stand_in("k") as server:
        path = "/maps/api/geocode/json?address="
        (result,) = get(server, path + "350 5th Ave&key=k").json()["results"]
        assert get(server, path + "350 5th Ave&key=wrong").json()["status"] == "REQUEST_DENIED"
        assert get(server, "/maps/api/geocode/json?key=k").json()["status"] == "INVALID_REQUEST"
    known = keys_of("google-geocoding/ruby-google_madison_square_garden.json")["results"][0]
    assert result.keys() - known.keys() <= {"place_id"}


def test_a_stand_in_fails_when_told_to(photon: StandIn) -> None:
    photon.fail(429, b"busy", Retry_After="30")
    answer = get(photon, "/api?q=x")
    photon.recover()
    assert (answer.status_code, answer.headers["Retry-After"], answer.content) == (429, "30", b"busy")
    assert get(photon, "/api?q=monaco").ok


def test_a_stand_in_counts_and_dawdles(photon: StandIn) -> None:
    photon.asked.clear()
    photon.latency_s = 0.05
    get(photon, "/api?q=monaco")
    answer = get(photon, "/api?q=monaco")
    photon.latency_s = 0.0
    assert answer.elapsed.total_seconds() >= 0.05
    assert [each.params["q"] for each in photon.asked] == ["monaco", "monaco"]
    assert photon.asked[0].agent == WHO["User-Agent"]
