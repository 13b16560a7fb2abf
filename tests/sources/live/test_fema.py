"""In which flood zone a point lies, by what FEMA's layer answers, and where it is asked at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places import Location, Precision
from app.sources.extras import Extras, FloodHazard
from app.sources.live.asking.queries import BadAnswer
from app.sources.live.extras import fema
from tests.support.live.damage import damaged
from tests.support.live.extras import Says, fema_reply, service, unless_refused, zone


def at(lat: float, lon: float) -> Location:
    return Location(lat, lon, "somewhere", Precision.HOUSE, "")


HOUSTON = at(29.7604, -95.3698)


def said_of(body: bytes, location: Location = HOUSTON, country: str = "") -> Extras:
    return fema.ask(service("fema", "FEMA", ""), Says(body), location, country)


def body_of(*zones: dict[str, object]) -> bytes:
    return json.dumps({"displayFieldName": "FLD_ZONE", "features": zones}).encode()


@pytest.mark.parametrize(
    ("code", "subtype", "special", "hazard"),
    [
        ("A", None, "T", FloodHazard.SPECIAL),
        ("AE", "FLOODWAY", "T", FloodHazard.SPECIAL),
        ("AH", None, "T", FloodHazard.SPECIAL),
        ("AO", None, "T", FloodHazard.SPECIAL),
        ("A99", None, "T", FloodHazard.SPECIAL),
        ("AE", None, "", FloodHazard.SPECIAL),
        ("V", None, "T", FloodHazard.COASTAL),
        ("VE", "RIVERINE FLOODWAY SHOWN IN COASTAL ZONE", "T", FloodHazard.COASTAL),
        ("X", "0.2 PCT ANNUAL CHANCE FLOOD HAZARD", "F", FloodHazard.MODERATE),
        ("X", "1 PCT DEPTH LESS THAN 1 FOOT", "F", FloodHazard.MODERATE),
        ("B", None, "F", FloodHazard.MODERATE),
        ("X", "AREA WITH REDUCED FLOOD RISK DUE TO LEVEE", "F", FloodHazard.LEVEE),
        ("X", "AREA OF MINIMAL FLOOD HAZARD", "F", FloodHazard.MINIMAL),
        ("X", None, "F", FloodHazard.MINIMAL),
        (" x ", " ", "F", FloodHazard.MINIMAL),
        ("D", None, "F", FloodHazard.UNDETERMINED),
    ],
)
def test_it_reads_each_zone(code: str, subtype: str | None, special: str, hazard: FloodHazard) -> None:
    found = said_of(body_of(zone(code, subtype, special))).flood
    assert found is not None
    assert (found.zone, found.hazard, found.fetched) == (code.strip().upper(), hazard, "2026-03-02")
    assert found.is_special == (hazard in (FloodHazard.SPECIAL, FloodHazard.COASTAL))


def test_where_zones_meet_the_worst_counts() -> None:
    found = said_of(body_of(zone("X"), zone("AE", None, "T"), zone("D"))).flood
    assert found
    assert found.zone == "AE"


@pytest.mark.parametrize("zones", [(), (zone("AREA NOT INCLUDED"),), (zone("OPEN WATER"),), (zone(None),)])
def test_a_point_that_is_not_mapped_is_no_point_without_risk(zones: tuple[dict[str, object], ...]) -> None:
    extras = said_of(body_of(*zones))
    assert extras.flood is None
    assert "does not mean that there is no risk" in extras.missing[0].why


@pytest.mark.parametrize("code", ["ZZZ", "FLOODPLAIN", "X7"])
def test_a_zone_that_nobody_knows_is_refused(code: str) -> None:
    with pytest.raises(BadAnswer, match="none of FEMA's"):
        said_of(body_of(zone(code)))


def test_an_error_that_comes_as_a_success_is_one() -> None:
    with pytest.raises(BadAnswer, match="with an error"):
        said_of(b'{"error": {"code": 400, "message": "Unable to complete operation.", "details": []}}')


def test_an_answer_without_a_list_is_refused() -> None:
    with pytest.raises(BadAnswer):
        said_of(b'{"count": 0}')


def test_it_asks_for_one_point_with_the_longitude_first() -> None:
    client = Says(body_of())
    fema.ask(service("fema", "FEMA", ""), client, HOUSTON)
    (query,) = client.asked
    assert query.path == "/arcgis/rest/services/public/NFHL/MapServer/28/query"
    assert dict(query.params)["geometry"] == "-95.36980,29.76040"
    assert fema_reply(zone("X"))(query.path, dict(query.params))["features"]


@pytest.mark.parametrize(
    ("name", "lat", "lon"),
    [
        ("Houston", 29.76, -95.37), ("New Orleans", 29.95, -90.07), ("Miami Beach", 25.79, -80.13),
        ("Key West", 24.56, -81.78), ("San Diego", 32.54, -117.03), ("El Paso", 31.76, -106.49),
        ("Brownsville", 25.90, -97.50), ("Seattle", 47.61, -122.33), ("Point Roberts", 48.99, -123.06),
        ("Detroit", 42.33, -83.05), ("Buffalo", 42.89, -78.88), ("Eastport", 44.91, -66.99),
        ("Madawaska", 47.36, -68.33), ("International Falls", 48.60, -93.41), ("Sault Ste Marie", 46.50, -84.35),
        ("Cape Cod", 41.67, -69.96), ("Montauk", 41.05, -71.95), ("Hatteras", 35.22, -75.69),
        ("Anchorage", 61.22, -149.90), ("Juneau", 58.30, -134.42), ("Honolulu", 21.31, -157.86),
        ("San Juan", 18.47, -66.11), ("Saint Croix", 17.73, -64.73), ("Guam", 13.47, 144.75),
        ("Pago Pago", -14.28, -170.70),
    ],
)  # fmt: skip
def test_it_is_asked_for_places_of_the_united_states(name: str, lat: float, lon: float) -> None:
    assert fema.is_asked(at(lat, lon)), name


@pytest.mark.parametrize(
    ("name", "lat", "lon"),
    [
        ("Monaco", 43.73, 7.42), ("Helsinki", 60.17, 24.94), ("Montreal", 45.50, -73.57), ("Ottawa", 45.42, -75.70),
        ("Winnipeg", 49.90, -97.14), ("Calgary", 51.05, -114.07), ("Monterrey", 25.67, -100.31),
        ("Havana", 23.11, -82.37), ("Nassau", 25.05, -77.35), ("Santo Domingo", 18.49, -69.93),
        ("Halifax", 44.65, -63.58), ("Hermosillo", 29.07, -110.96), ("Apia", -13.83, -171.76),
    ],
)  # fmt: skip
def test_it_is_not_asked_for_places_elsewhere(name: str, lat: float, lon: float) -> None:
    assert not fema.is_asked(at(lat, lon)), name


def test_a_country_that_is_known_decides() -> None:
    assert fema.is_asked(HOUSTON, "us")
    assert not fema.is_asked(HOUSTON, "mx")


@pytest.mark.parametrize(("name", "lat", "lon"), [("Windsor", 42.30, -83.02), ("Tijuana", 32.51, -117.03)])
def test_across_the_border_finding_nothing_says_nothing(name: str, lat: float, lon: float) -> None:
    assert said_of(body_of(), at(lat, lon)) == Extras(), name
    assert said_of(body_of(), at(lat, lon), "us").missing


WHOLE = {"features": [zone("AE", "FLOODWAY", "T"), zone("X", "AREA OF MINIMAL FLOOD HAZARD")]}


@given(damaged(WHOLE))
def test_a_damaged_body_is_refused_in_words_or_read(body: bytes) -> None:
    read = unless_refused(lambda: said_of(body))
    assert read is None or read.flood is None or fema.CODE.fullmatch(read.flood.zone)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(body: bytes) -> None:
    assert unless_refused(lambda: said_of(body)) is None


@pytest.mark.parametrize("body", [b"", b"null", b"<html>", b'{"features": ' + b"[" * 100_000, b'{"features": "\xff"}'])
def test_what_is_no_such_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadAnswer, match="cannot be read"):
        said_of(body)
