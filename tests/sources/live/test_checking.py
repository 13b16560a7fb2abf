"""The questions by which operators check services: what counts as an answer, by bodies that services really sent."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from app.config import Config
from app.sources.live.asking.checking import _QUESTIONS, _READERS
from app.sources.live.asking.queries import BadAnswer, Denied, Tired
from app.sources.live.services import all_of, services_in
from tests.support.folders import ROOT

RECORDED = ROOT.parent / "shared" / "data" / "api"
#: The folder of each service, and one recorded answer to a question like ours.
FOLDERS = {
    "nominatim": ("nominatim", "docs-search-01.json"),
    "photon": ("photon", "rec-photon-01.json"),
    "census": ("uscensus-geocoder", "py-uscensus.json"),
    "google": ("google-geocoding", "official-maps_http_geocode_response.json"),
    "ratings": ("google-places", "official-maps_http_places_findplacefromtext_phonenumber_response.json"),
    "overpass": ("overpass", "rec-poi-skopje-fast_food.json"),
    "walkscore": ("walkscore", "docs-score-seattle.json"),
}
recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded answers are not beside the project")


def test_every_service_has_a_question() -> None:
    config = Config(
        live="on",
        contact="a@b.example",
        google_key="g",
        walkscore_key="w",
        geocoders="nominatim,photon,census,google",
        extras="fema,walkscore,google",
    )
    services = all_of(services_in(config))
    assert {service.name for service in services} == _QUESTIONS.keys() == _READERS.keys()
    assert {service.name for service in services if service.key} == {
        name for name, query in _QUESTIONS.items() if query.key_param
    }


@recorded
@pytest.mark.parametrize("name", FOLDERS)
def test_it_takes_a_good_answer(name: str) -> None:
    folder, file = FOLDERS[name]
    _READERS[name]((RECORDED / folder / file).read_bytes())


@recorded
def test_it_tells_refusals_and_limits_of_google() -> None:
    with pytest.raises((Tired, Denied)):
        _READERS["google"]((RECORDED / "google-geocoding" / "ruby-google_over_limit.json").read_bytes())


def bodies() -> list[Path]:
    return sorted(path for path in RECORDED.rglob("*") if path.suffix in (".json", ".txt"))


@recorded
def test_no_body_of_any_service_is_a_defect() -> None:
    assert len(bodies()) > 100
    for path in bodies():
        for read in _READERS.values():
            with suppress(BadAnswer, Tired, Denied):
                read(path.read_bytes())


@pytest.mark.parametrize("body", [b"", b"null", b'"x"', b"7", b"{}", b"\xff", b"<html>", b'{"status": {"a": []}}'])
@pytest.mark.parametrize("name", _READERS)
def test_it_refuses_what_is_no_answer(name: str, body: bytes) -> None:
    with pytest.raises(BadAnswer):
        _READERS[name](body)
