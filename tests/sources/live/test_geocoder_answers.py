"""What the four geocoders say of a place becomes a candidate: how exact it is, what it is called and where it lies."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places import Precision
from app.sources.live.asking.queries import BadAnswer, Denied, Tired
from app.sources.live.geocoders import census, google, nominatim, photon
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.reading import MOST_LETTERS, said
from tests.support.live.answers import body, candidates, house, postcode, street, thing, town

Read = Callable[[bytes], tuple[Candidate, ...]]


def one(*places: dict[str, Any]) -> Candidate:
    (only,) = candidates(*places)
    return only


# --- Nominatim ---


@pytest.mark.parametrize(
    ("place", "precision", "what"),
    [
        (house("5", "Hauptstraße", "Berlin", 52, 13), Precision.HOUSE, "house"),
        ({**house("5", "Main St", "Troy", 42, -83), "osm_type": "way"}, Precision.INTERPOLATED, "house"),
        (street("Hauptstraße", "Berlin", 52, 13), Precision.STREET, "street"),
        (town("Berlin", 52, 13), Precision.PLACE, "city"),
        (town("Mitte", 52, 13, kind="suburb", city="Berlin"), Precision.PLACE, "suburb"),
        (postcode("10115", 52, 13), Precision.PLACE, "postcode"),
        (thing("Charité", ("amenity", "hospital"), 52, 13), Precision.NAMED, "hospital"),
        (thing("Fort", ("historic", "yes"), 52, 13), Precision.NAMED, "landmark"),
        (thing("Rathaus", ("building", "public"), 52, 13), Precision.NAMED, "building"),
    ],
)
def test_nominatim_s_kinds(place: dict[str, Any], precision: Precision, what: str) -> None:
    candidate = one(place)
    assert (candidate.precision, candidate.what) == (precision, what)


def test_a_house_has_its_street_and_a_street_has_none() -> None:
    assert one(house("5", "Hauptstraße", "Berlin", 52, 13)).street == "Hauptstraße"
    assert one(street("Hauptstraße", "Berlin", 52, 13)).street == ""


@pytest.mark.parametrize(
    ("country", "road", "label"),
    [
        ("us", "Broadway", "1 Broadway, Town 12345"),
        ("gb", "High Street", "1 High Street, Town 12345"),
        ("fr", "Rue Haute", "1 Rue Haute, 12345 Town"),
        ("be", "Rue Haute", "Rue Haute 1, 12345 Town"),
        ("de", "Broadway", "Broadway 1, 12345 Town"),
        ("it", "Via Roma", "Via Roma 1, 12345 Town"),
        ("ma", "Rue Haute", "1 Rue Haute, 12345 Town"),
    ],
)
def test_a_label_is_written_as_in_its_country(country: str, road: str, label: str) -> None:
    assert one(house("1", road, "Town", 1, 1, postcode="12345", country_code=country)).label == label


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ({"village": "Kolice"}, "Kolice 7"),
        ({"neighbourhood": "猿江一丁目", "city": "江東区"}, "猿江一丁目 7, 江東区"),
        ({"hamlet": "Hof", "municipality": "Tal"}, "Hof 7, Tal"),
    ],
)
def test_where_houses_have_no_street_they_go_by_the_village_or_block(address: dict[str, str], label: str) -> None:
    found = house("7", "", "", 50, 15)
    found["address"] = {"house_number": "7", **address}
    assert one(found).label == label


def test_a_town_is_told_from_others_of_its_name() -> None:
    first = one(town("Springfield", 39, -89, state="Illinois", county="Sangamon County", country="United States"))
    assert (first.label, first.where) == ("Springfield, Illinois", "Sangamon County, United States")


def test_the_format_before_version_2_is_read_too() -> None:
    old = {"lat": "51", "lon": "0", "class": "amenity", "type": "pub", "address": {"pub": "The Fox", "city": "Ely"}}
    assert one(old).label == "The Fox, Ely"


def test_nothing_at_a_point_is_no_candidate() -> None:
    assert nominatim.candidates_at(b'{"error": "Unable to geocode"}') == ()


def test_no_language_is_asked_for() -> None:
    queries = (nominatim.search("x"), nominatim.at(1, 2), photon.search("x"), photon.at(1, 2))
    assert not [name for query in queries for name, _ in query.params if "lang" in name]


@pytest.mark.parametrize("module", [nominatim, photon, census, google])
def test_a_question_says_what_it_is_about(module: Any) -> None:
    assert module.search("Hauptstr. 5").about == "Hauptstr. 5"
    assert module.search("Hauptstr. 5", "Hauptstr. 5, 2. Stock").about == "Hauptstr. 5, 2. Stock"


# --- Photon ---


def photons(**tells: object) -> bytes:
    geometry = {"type": "Point", "coordinates": [13.4, 52.5]}
    feature = {"type": "Feature", "geometry": geometry, "properties": tells}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


@pytest.mark.parametrize(
    ("tells", "precision", "what"),
    [
        ({"type": "house", "osm_key": "place", "osm_value": "house", "housenumber": "5", "street": "Weg"},
         Precision.HOUSE, "house"),
        ({"type": "street", "osm_key": "highway", "osm_value": "primary", "name": "Weg"}, Precision.STREET, "street"),
        ({"type": "city", "osm_key": "place", "osm_value": "city", "name": "Berlin"}, Precision.PLACE, "city"),
        ({"type": "district", "osm_key": "boundary", "osm_value": "administrative", "name": "Mitte"},
         Precision.PLACE, "district"),
        ({"type": "house", "osm_key": "tourism", "osm_value": "museum", "name": "Museum"}, Precision.NAMED, "museum"),
        ({"type": "house", "osm_key": "building", "osm_value": "yes", "name": "Rathaus"}, Precision.NAMED, "building"),
        ({"osm_key": "amenity", "osm_value": "pub", "name": "Fox", "housenumber": "5", "street": "Weg"},
         Precision.NAMED, "pub"),
    ],
)  # fmt: skip
def test_photon_s_kinds(tells: dict[str, str], precision: Precision, what: str) -> None:
    (candidate,) = photon.candidates(photons(**tells))
    assert (candidate.precision, candidate.what) == (precision, what)
    assert (candidate.lat, candidate.lon) == (52.5, 13.4)


def test_a_town_of_several_postcodes_has_none() -> None:
    (paris,) = photon.candidates(photons(type="city", name="Paris", country="France", postcode="75001;75002"))
    assert (paris.label, paris.postcode) == ("Paris, France", "")


# --- the US census ---


@pytest.mark.parametrize(
    "text",
    ["4600 Silver Hill Rd, Washington, DC 20233", "12 Main St, Springfield IL", "350 5th Ave, New York, NY, USA",
     "1 Main Street, Troy, Michigan", "100 Broadway 10005"],
)  # fmt: skip
def test_the_census_may_know_an_address_of_the_us(text: str) -> None:
    assert census.can_know(text)


@pytest.mark.parametrize(
    "text",
    ["Hauptstr. 5, 10827 Berlin", "12 Rue Grimaldi, Monaco", "10 Downing Street, London SW1A 2AA", "Springfield, IL",
     "5 rue de la Paix, 75002 Paris, France", "12 Main Street, Toronto, Canada", "90210", "東京都江東区猿江1丁目4-2"],
)  # fmt: skip
def test_the_census_is_not_asked_about_others(text: str) -> None:
    assert not census.can_know(text)


def test_names_in_capitals_are_calmed() -> None:
    components = {"zip": "80202", "city": "DENVER", "state": "CO", "preDirection": "W", "streetName": "17TH",
                  "suffixType": "ST", "suffixDirection": "NW"}  # fmt: skip
    match = {"coordinates": {"x": -104.99, "y": 39.75}, "addressComponents": components,
             "matchedAddress": "1125 W 17TH ST NW, DENVER, CO, 80202"}  # fmt: skip
    (found,) = census.candidates(json.dumps({"result": {"addressMatches": [match]}}).encode())
    assert found.label == "1125 W 17th St NW, Denver 80202"
    assert "colorado" in found.words


# --- Google ---


def googles(status: str = "OK", **result: object) -> bytes:
    return json.dumps({"status": status, "results": [result] if result else []}).encode()


def components(**named: str) -> list[dict[str, object]]:
    return [{"long_name": name, "short_name": name, "types": [kind]} for kind, name in named.items()]


HOUSE = components(street_number="12", route="Main Street", locality="Troy", country="US")


@pytest.mark.parametrize(
    ("types", "location_type", "parts", "precision", "what"),
    [
        (["street_address"], "ROOFTOP", HOUSE, Precision.HOUSE, "house"),
        (["street_address"], "RANGE_INTERPOLATED", HOUSE, Precision.INTERPOLATED, "house"),
        (["street_address"], "APPROXIMATE", HOUSE, Precision.STREET, "house"),
        (["route"], "GEOMETRIC_CENTER", HOUSE[1:], Precision.STREET, "street"),
        (["locality", "political"], "APPROXIMATE", HOUSE[2:], Precision.PLACE, "town"),
        (["postal_code"], "APPROXIMATE", components(postal_code="48083"), Precision.PLACE, "postal code"),
        (["establishment", "museum", "point_of_interest"], "ROOFTOP", HOUSE[1:], Precision.NAMED, "museum"),
    ],
)
def test_google_s_kinds(
    types: list[str], location_type: str, parts: list[dict[str, object]], precision: Precision, what: str
) -> None:
    geometry = {"location": {"lat": 42.6, "lng": -83.1}, "location_type": location_type}
    (found,) = google.candidates(
        googles(types=types, geometry=geometry, address_components=parts, formatted_address="Somewhere, USA")
    )
    assert (found.precision, found.what) == (precision, what)


@pytest.mark.parametrize(
    ("status", "refusal"),
    [("OVER_QUERY_LIMIT", Tired), ("UNKNOWN_ERROR", Tired), ("REQUEST_DENIED", Denied), ("OVER_DAILY_LIMIT", Denied),
     ("INVALID_REQUEST", BadAnswer), ("SOMETHING_NEW", BadAnswer)],
)  # fmt: skip
def test_google_s_refusals(status: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        google.candidates(googles(status))
    assert google.candidates(googles("ZERO_RESULTS")) == ()


def test_google_s_own_words_are_not_repeated() -> None:
    denied = json.dumps({"status": "REQUEST_DENIED", "error_message": "key AIza-secret", "results": []}).encode()
    with pytest.raises(Denied) as refusal:
        google.candidates(denied)
    assert "AIza" not in str(refusal.value)


# --- bodies that are not what was promised ---

TRUE_BODIES: list[tuple[Read, bytes]] = [
    (nominatim.candidates, body(house("5", "Hauptstraße", "Berlin", 52, 13), town("Berlin", 52, 13))),
    (nominatim.candidates_at, json.dumps(house("5", "Hauptstraße", "Berlin", 52, 13)).encode()),
    (photon.candidates, photons(type="street", name="Weg", city="Berlin")),
    (census.candidates, json.dumps({"result": {"addressMatches": [
        {"coordinates": {"x": -104.9, "y": 39.7}, "addressComponents": {"streetName": "MAIN", "city": "TROY"},
         "matchedAddress": "12 MAIN ST, TROY"}]}}).encode()),
    (google.candidates, googles(types=["route"], geometry={"location": {"lat": 1, "lng": 2}},
                                address_components=HOUSE)),
]  # fmt: skip
READERS = [read for read, _ in TRUE_BODIES]


@pytest.mark.parametrize(("read", "true"), TRUE_BODIES)
def test_a_true_body_is_read(read: Read, true: bytes) -> None:
    assert read(true)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "damaged", [b"", b"null", b"12", b'"x"', b"<html>busy</html>", b"\xff\xfe", b"[" * 9_000, b"{}"]
)
def test_what_is_not_the_promised_json_is_refused(read: Read, damaged: bytes) -> None:
    with pytest.raises(BadAnswer) as refusal:
        read(damaged)
    assert str(refusal.value).startswith(("sent ", "answered "))
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(("read", "true"), TRUE_BODIES)
def test_half_an_answer_is_refused(read: Read, true: bytes) -> None:
    with pytest.raises(BadAnswer):
        read(true[: len(true) // 2])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value in a JSON document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, below in inner for each in places_in(below, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a JSON document with another value at one place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


@given(st.data())
def test_whatever_stands_in_a_body_it_is_read_or_refused(data: st.DataObject) -> None:
    read, true = data.draw(st.sampled_from(TRUE_BODIES))
    document = json.loads(true)
    for _ in range(data.draw(st.integers(1, 3))):
        document = put(document, data.draw(st.sampled_from(places_in(document))), data.draw(JSON))
    try:
        found = read(json.dumps(document).encode("utf-8", "surrogatepass"))
    except (BadAnswer, Tired, Denied):
        return
    for candidate in found:
        assert candidate.label.strip()
        assert candidate.label.isprintable()
        assert -90 <= candidate.lat <= 90
        assert -180 <= candidate.lon <= 180
        assert 0 <= candidate.importance <= 1


@given(st.binary(max_size=60), st.sampled_from(READERS))
def test_any_bytes_are_read_or_refused(body: bytes, read: Read) -> None:
    with suppress(BadAnswer, Tired, Denied):
        assert isinstance(read(body), tuple)


@pytest.mark.parametrize(("lat", "lon"), [("91", "0"), ("0", "181"), ("nan", "0"), ("-inf", "0")])
def test_what_is_not_on_earth_is_left_out(lat: str, lon: str) -> None:
    assert candidates({**town("Nowhere", 0, 0), "lat": lat, "lon": lon}) == ()


def test_what_has_no_name_is_left_out() -> None:
    nameless = {"lat": "1", "lon": "2", "category": "place", "type": "city", "name": "", "address": {}}
    assert candidates(nameless) == ()


def test_a_name_is_one_short_line_without_tricks() -> None:
    assert said("Rue\n  du \u202ebac\x00") == "Rue du bac"
    assert len(said("x" * 500)) == MOST_LETTERS
    assert (said(None), said(True), said(98000)) == ("", "", "98000")
