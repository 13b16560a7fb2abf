"""What Walk Score answers, by its documentation and by recorded bodies, and what is said of each."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places import Location, Precision
from app.sources.extras import About, Extras
from app.sources.live.asking.queries import BadAnswer, Denied, Tired
from app.sources.live.extras import walkscore
from tests.support.folders import SHARED
from tests.support.live.damage import damaged
from tests.support.live.extras import Says, service, unless_refused

RECORDED = SHARED / "api" / "walkscore"
SEATTLE = Location(47.6085, -122.3295, "1119 8th Avenue, Seattle", Precision.HOUSE, "")
needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded bodies (../shared/data) are not here")


def said_of(body: bytes) -> Extras:
    return walkscore.ask(service("walkscore", "Walk Score", ""), Says(body), SEATTLE)


def values(extras: Extras) -> dict[str, int]:
    return {score.about.value: score.value for score in extras.scores}


READ: list[tuple[str, dict[str, int], tuple[str, ...]]] = [
    ("docs-score-seattle", {"walk": 98, "transit": 100, "bike": 68}, ()),
    ("rec-melbourne-transit", {"walk": 94, "transit": 76}, ("Bike Score",)),
    ("rec-seattle-walkonly", {"walk": 96}, ("Transit Score", "Bike Score")),
    ("rec-surrey-zero", {"walk": 0}, ("Transit Score", "Bike Score")),
    ("rec-vancouver-nulltransit", {"walk": 61, "bike": 65}, ("Transit Score",)),
]
REFUSED = ("docs-transit-score", "docs-traveltime", "status-codes")


@needs_recorded
@pytest.mark.parametrize(("name", "found", "missing"), READ)
def test_it_reads_a_recorded_body(name: str, found: dict[str, int], missing: tuple[str, ...]) -> None:
    extras = said_of((RECORDED / f"{name}.json").read_bytes())
    assert values(extras) == found
    assert tuple(each.what for each in extras.missing) == missing


@needs_recorded
@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_a_body_of_another_interface(name: str) -> None:
    with pytest.raises(BadAnswer):
        said_of((RECORDED / f"{name}.json").read_bytes())


def test_it_gives_each_score_with_name_word_and_days() -> None:
    body = {"status": 1, "walkscore": 98, "description": "Walker's Paradise", "updated": "2016-11-17 04:40:31.218250"}
    (score,) = said_of(json.dumps(body).encode()).scores
    assert (score.about, score.name, score.value, score.description) == (
        About.WALK, "Walk Score®", 98, "Walker's Paradise",
    )  # fmt: skip
    assert (score.as_of, score.fetched) == ("2016-11-17", "2026-03-02")
    assert score.link == "https://www.redfin.com/how-walk-score-works"


def test_it_shows_no_text_that_is_not_among_their_words() -> None:
    body = {"status": 1, "walkscore": 50, "description": "<b>Buy now</b>", "updated": "yesterday"}
    (score,) = said_of(json.dumps(body).encode()).scores
    assert (score.description, score.as_of) == ("", "")


@pytest.mark.parametrize(
    ("status", "raised", "words"),
    [
        (31, BadAnswer, "fault of its own"),
        (40, Denied, "does not accept the key"),
        (41, Tired, "used up"),
        (42, Denied, "blocked"),
        (99, BadAnswer, "without a score"),
        (None, BadAnswer, "without a score"),
    ],
)
def test_it_says_each_status_in_words(status: int | None, raised: type[Exception], words: str) -> None:
    with pytest.raises(raised, match=words):
        said_of(json.dumps({"status": status}).encode())


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (2, "Walk Score was still computing the scores of this address on 2 March 2026."),
        (30, "Walk Score had no scores for this point on 2 March 2026."),
    ],
)
def test_an_answer_without_scores_is_missing_and_no_fault(status: int, why: str) -> None:
    extras = said_of(json.dumps({"status": status}).encode())
    assert [each.why for each in extras.missing] == [why]
    assert extras.scores == ()


@pytest.mark.parametrize("value", [-1, 101, 1e300])
def test_it_refuses_a_score_that_is_none(value: float) -> None:
    with pytest.raises(BadAnswer):
        said_of(json.dumps({"status": 1, "walkscore": value}).encode())


def test_it_asks_for_all_three_at_the_point_and_leaves_the_key_to_the_client() -> None:
    client = Says(b'{"status": 30}')
    walkscore.ask(service("walkscore", "Walk Score", "", "secret"), client, SEATTLE)
    (query,) = client.asked
    assert query.path == "/score"
    assert dict(query.params) == {
        "format": "json", "address": "1119 8th Avenue, Seattle", "lat": "47.60850", "lon": "-122.32950",
        "transit": "1", "bike": "1",
    }  # fmt: skip
    assert query.key_param == "wsapikey"
    assert "secret" not in repr(query)


WHOLE = {
    "status": 1,
    "walkscore": 98,
    "description": "Very Walkable",
    "updated": "2016-11-17 04:40:31",
    "transit": {"score": 100, "description": "World-Class"},
    "bike": {"score": 68, "description": "Bikeable"},
}


@given(damaged(WHOLE))
def test_a_damaged_body_is_refused_in_words_or_read_within_bounds(body: bytes) -> None:
    read = unless_refused(lambda: said_of(body)) or Extras()
    assert all(0 <= score.value <= 100 for score in read.scores)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(body: bytes) -> None:
    with pytest.raises((BadAnswer, Tired, Denied)):
        said_of(body)


@needs_recorded
def test_every_recorded_body_is_looked_at() -> None:
    """The tables above name all of them."""
    assert {path.stem for path in RECORDED.glob("*.json")} == {*(name for name, *_ in READ), *REFUSED}
