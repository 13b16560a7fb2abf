"""What Google's Nearby Search answers, by its documentation and by recorded bodies, and which places are shown."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places import Location, Precision
from app.sources.extras import Extras, Ratings
from app.sources.live.asking.queries import BadAnswer, Denied, Tired
from app.sources.live.extras import ratings
from tests.support.folders import SHARED
from tests.support.live.damage import damaged
from tests.support.live.extras import Says, google_place, google_reply, service, unless_refused

RECORDED = SHARED / "api" / "google-places"
SYDNEY = Location(-33.8670522, 151.1957362, "1 Pirrama Road, Sydney", Precision.HOUSE, "")
needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded bodies (../shared/data) are not here")


def said_of(body: bytes) -> Extras:
    return ratings.ask(service("google", "Google", ""), Says(body), SYDNEY)


def found_in(*places: dict[str, object], credits: tuple[str, ...] = ()) -> Ratings:
    body = {"status": "OK", "results": places, "html_attributions": credits}
    found = said_of(json.dumps(body).encode()).ratings
    assert found
    return found


@needs_recorded
@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.json")), ids=lambda path: path.stem)
def test_a_recorded_body_is_read_or_refused_in_words(path) -> None:  # type: ignore[no-untyped-def]
    body = path.read_bytes()
    is_list = json.loads(body).get("status") in ("OK", "ZERO_RESULTS") and "results" in json.loads(body)
    read = unless_refused(lambda: said_of(body))
    assert (read is not None) == is_list
    for place in read.ratings.places if read and read.ratings else ():
        assert 1 <= place.value <= 5
        assert place.count >= ratings.LEAST_RATINGS


@needs_recorded
def test_the_official_sample_gives_its_places_those_with_the_most_ratings_first() -> None:
    found = said_of((RECORDED / "official-maps_http_places_nearbysearch_response.json").read_bytes()).ratings
    assert found
    bar = next(place for place in found.places if place.name == "Cruise Bar")
    assert (bar.kind, bar.value, bar.count) == ("bar", 4.0, 1269)
    counts = [place.count for place in found.places]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(
    ("status", "raised", "words"),
    [
        ("OVER_QUERY_LIMIT", Tired, "too many requests"),
        ("OVER_DAILY_LIMIT", Tired, "too many requests"),
        ("REQUEST_DENIED", Denied, "does not accept the key"),
        ("UNKNOWN_ERROR", BadAnswer, "without a list"),
        ("INVALID_REQUEST", BadAnswer, "without a list"),
        ("NOT_FOUND", BadAnswer, "without a list"),
        (None, BadAnswer, "without a list"),
    ],
)
def test_it_says_each_status_in_words(status: str | None, raised: type[Exception], words: str) -> None:
    body = {"status": status, "results": [], "error_message": "The provided API key secret-0815 is invalid."}
    with pytest.raises(raised, match=words) as refused:
        said_of(json.dumps(body).encode())
    assert "secret-0815" not in str(refused.value)


def test_no_rated_place_is_missing_and_no_failure() -> None:
    assert said_of(b'{"status": "ZERO_RESULTS", "results": []}').missing[0].why.startswith("Google Maps knows no rated")


@pytest.mark.parametrize(
    "place",
    [
        google_place("Unrated", None, None, "restaurant"),
        google_place("Never rated", 0, 0, "transit_station"),
        google_place("Rated by two", 5, 2, "restaurant"),
        google_place("Closed", 4, 200, "restaurant", business_status="CLOSED_PERMANENTLY"),
        google_place("Hotel", 4, 200, "lodging", "restaurant"),
        google_place("The town", 4, 200, "locality", "political"),
        google_place("Over the top", 5.1, 200, "cafe"),
        google_place("", 4, 200, "cafe"),
    ],
    ids=lambda place: str(place["name"]),
)
def test_it_leaves_out_what_tells_nothing(place: dict[str, object]) -> None:
    assert [p.name for p in found_in(place, google_place("Good", 4.25, 30, "cafe")).places] == ["Good"]


def test_it_names_a_place_in_our_words_and_links_to_its_page() -> None:
    (place,) = found_in(google_place("Zum  <b>Löwen</b> & Co", 4.25, 30, "night_club", "bar")).places
    assert (place.name, place.kind, place.value) == ("Zum Löwen & Co", "night club", 4.2)
    link = urlsplit(place.link)
    assert (link.scheme, link.netloc, link.path) == ("https", "www.google.com", "/maps/search/")
    assert parse_qs(link.query)["query_place_id"] == ["id-of-Zum  <b>Löwen</b> & Co"]


def test_it_names_whom_google_asks_to_be_named() -> None:
    found = found_in(google_place("Good", 4, 30), credits=('Listings by <a href="https://x.example/">X</a>',))
    assert (found.by, found.credits) == ("Google Maps", ("Listings by X",))


def test_it_lists_few_places_and_shows_them_for_a_day() -> None:
    found = found_in(*(google_place(f"P{number}", 4, 10 + number) for number in range(20)))
    assert len(found.places) == ratings.MOST_PLACES
    assert found.shown_until == Says(b"").fetched_at + 86_400
    assert found.fetched == "2026-03-02"


def test_it_asks_once_near_the_point_and_leaves_the_key_to_the_client() -> None:
    client = Says(b'{"status": "OK", "results": []}')
    ratings.ask(service("google", "Google", "", "secret"), client, SYDNEY)
    (query,) = client.asked
    assert "secret" not in repr(query)
    assert dict(query.params) == {"location": "-33.86705,151.19574", "radius": "800"}
    assert query.key_param == "key"
    assert google_reply()(query.path, {**dict(query.params), "key": "google-secret-0815"})["status"] == "ZERO_RESULTS"


WHOLE = {"status": "OK", "html_attributions": ["a"], "results": [google_place("Good", 4.25, 30, "cafe", "food")]}


@given(damaged(WHOLE))
def test_a_damaged_body_is_refused_in_words_or_read_within_bounds(body: bytes) -> None:
    read = unless_refused(lambda: said_of(body))
    for place in read.ratings.places if read and read.ratings else ():
        assert 1 <= place.value <= 5
        assert place.name
        assert place.link.startswith("https://www.google.com/maps/search/?")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(body: bytes) -> None:
    assert unless_refused(lambda: said_of(body)) is None
