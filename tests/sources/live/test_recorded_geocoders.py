"""Every body that geocoders were recorded to send is read, or refused in our words. Skipped without ../shared/data."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.places import Precision
from app.sources.live.asking.queries import BadAnswer, Denied, Tired
from app.sources.live.geocoders import census, google, nominatim, photon
from app.sources.live.geocoders.candidates import Candidate
from tests.support.folders import SHARED

Read = Callable[[bytes], tuple[Candidate, ...]]

API = SHARED / "api"
READERS: dict[str, tuple[Read, ...]] = {
    "nominatim": (nominatim.candidates, nominatim.candidates_at),
    "photon": (photon.candidates,),
    "uscensus-geocoder": (census.candidates,),
    "google-geocoding": (google.candidates,),
}
RECORDED = [path for folder in READERS for path in sorted((API / folder).glob("*.json"))]

pytestmark = pytest.mark.skipif(not RECORDED, reason="the recorded answers (../shared/data/api) are not here")


def read(path: Path, reader: Read) -> tuple[tuple[Candidate, ...], str]:
    """Return what is made of a body, or why it is refused."""
    try:
        return reader(path.read_bytes()), ""
    except (BadAnswer, Tired, Denied) as refusal:
        return (), str(refusal) or "no reason"


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
def test_a_recorded_body_is_read_or_refused(path: Path) -> None:
    for reader in READERS[path.parent.name]:
        found, refusal = read(path, reader)
        assert refusal == "" or re.fullmatch(r"(?:sent|says|had|did|its|answered) [a-zJSON, ]+", refusal)
        for candidate in found:
            assert candidate.label
            assert candidate.what
            assert candidate.service in ("nominatim", "photon", "census", "google")
            assert -90 <= candidate.lat <= 90


def found(folder: str, name: str) -> tuple[Candidate, ...]:
    return READERS[folder][0]((API / folder / name).read_bytes())


def test_nominatim_s_answers_mean_what_they_say() -> None:
    office, door = found("nominatim", "rec-nominatim-02.json")
    assert office.label == "Prime Minister’s Office, 10 Downing Street, Westminster"
    assert office.address == "10 Downing Street, Westminster SW1A 2AA"
    assert (door.label, door.precision) == ("10 Downing Street, Westminster SW1", Precision.HOUSE)
    assert door.where == "England, United Kingdom"
    assert found("nominatim", "rec-nominatim-11.json") == ()
    assert found("nominatim", "rec-nominatim-08.json")[0].what == "postcode"


def test_photon_s_answers_mean_what_they_say() -> None:
    assert found("photon", "rec-photon-10.json")[0].label == "10 Avenue Gambetta, 75020 Paris"
    first = found("photon", "rec-photon-05.json")[0]
    assert (first.label, first.precision) == ("H Street Northwest, Washington", Precision.STREET)


def test_the_census_answer_means_what_it_says() -> None:
    (only,) = found("uscensus-geocoder", "py-uscensus.json")
    assert only.label == "4600 Silver Hill Rd, Suitland 20746"
    assert (only.precision, only.number, only.country) == (Precision.INTERPOLATED, "4600", "us")
    assert (round(only.lat, 4), round(only.lon, 4)) == (38.8465, -76.9269)


def test_google_s_answers_mean_what_they_say() -> None:
    (office,) = found("google-geocoding", "official-maps_http_geocode_response.json")
    assert office.address == "1600 Amphitheatre Parkway, Mountain View 94043"
    assert found("google-geocoding", "rec-googlemaps-02.json")[0].is_partial
    assert found("google-geocoding", "rec-googlemaps-20.json")[0].label.startswith("Kalbacher Hauptstraße 10, 60437")
    with pytest.raises(Denied):
        found("google-geocoding", "rec-googlemaps-06.json")
    with pytest.raises(Tired):
        found("google-geocoding", "ruby-google_over_limit.json")
    with pytest.raises(BadAnswer):
        found("google-geocoding", "official-maps_http_geocode_invalid_request_response.json")
