"""A report scored again by its link: as a page, through htmx and as JSON."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Report, to_json
from app.pipeline.rescoring import Preferences, rescored
from app.places import Kind
from tests.support.asking import HTMX, JSON, soup, submit, visible_text
from tests.support.folders import ROOT
from tests.support.queue_steps import Steps
from tests.support.surroundings import ADDRESS, Town, full_grid, place

EARLIER = ROOT / "tests/pipeline/earlier_reports/2026.1.json"


def made(**listing: object) -> Report:
    others = tuple(p for p in full_grid().places if p.kind is not Kind.SUPERMARKET)
    around = full_grid(places=(*others, place(Kind.SUPERMARKET, 1_600.0, name="Far Mart")))
    return evaluate_property(Listing(ADDRESS, **listing), Town(around))  # type: ignore[arg-type]


@pytest.fixture
def link(client: FlaskClient, steps: Steps) -> str:
    submit(client)
    return f"/s/{steps.finish(made())}"


def test_the_link_of_a_profile_shows_the_report_scored_for_it(client: FlaskClient, link: str) -> None:
    page = soup(client.get(f"{link}?profile=family"))
    told = " ".join(page.select_one("#adjusted").get_text(" ").split())
    then, now = (f"{r.verdict.score:.0f}" for r in (made(), made(profile="family")))
    assert then != now
    assert told.startswith("Scored again for: Family. The report was made for: Balanced.")
    assert f"The score is {now} of 100; as it was made, {then} of 100." in told
    assert page.select_one(".door-score strong").text == now
    assert page.select_one("#adjusted a")["href"] == link


def test_a_must_have_that_fails_breaks_the_deal_at_once(client: FlaskClient, link: str) -> None:
    text = visible_text(client.get(f"{link}?must=supermarket-10&must=park-15"))
    assert "Scored again for: Balanced; a supermarket within 10 minutes; a park within 15 minutes." in text
    assert "1 deal-breaker" in text
    assert "No: the nearest is Far Mart, 20 min on foot." in text


def test_a_weight_is_said_and_stands_in_the_form(client: FlaskClient, link: str) -> None:
    page = soup(client.get(f"{link}?weight.supermarket=2"))
    assert "Scored again for: Balanced; supermarket double." in page.select_one("#adjusted").get_text(" ")
    assert page.select_one("[name='weight.supermarket'] [selected]")["value"] == "2"
    assert page.select_one("details#adjust").has_attr("open")


def test_what_is_shared_is_what_is_seen(client: FlaskClient, link: str) -> None:
    page = soup(client.get(f"{link}?must=park-15&profile=senior"))
    shared = urlsplit(page.select_one(".permalink").text)
    assert (shared.path, parse_qs(shared.query)) == (link, {"profile": ["senior"], "must": ["park-15"]})
    assert page.select_one("link[rel=canonical]")["href"] == f"http://localhost{link}"
    assert client.get(shared.path, query_string=shared.query).status_code == 200
    again = client.get(page.select_one("link[rel=alternate]")["href"])
    assert again.json["adjusted"]["must_haves"] == ["park:15"]


@pytest.mark.parametrize(
    ("sent", "shortest"),
    [
        ("profile=balanced", ""),
        ("profile=family&must=&must=&weight.park=&weight.cafe=", "profile=family"),
        ("must=supermarket%3A10", "must=supermarket-10"),
        ("must=park-15&must=park-15", "must=park-15"),
        ("weight.park=1", ""),
        ("must=none", ""),
    ],
)
def test_a_longer_query_leads_to_the_shortest(client: FlaskClient, link: str, sent: str, shortest: str) -> None:
    response = client.get(f"{link}?{sent}")
    assert response.status_code == 303
    assert response.location == (f"{link}?{shortest}" if shortest else link)
    assert client.get(response.location).status_code == 200


def test_what_a_form_sends_can_be_empty_of_the_reports_own_must_haves(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    link = f"/s/{steps.finish(made(must_haves=('supermarket:10',)))}"
    assert "1 deal-breaker" in visible_text(client.get(link))
    response = client.get(f"{link}?profile=balanced&must=&must=")
    assert response.location == f"{link}?must=none"
    assert "deal-breaker" not in visible_text(client.get(response.location)).partition("Adjust what counts")[0]


def test_what_a_link_names_beside_it_is_left_alone(client: FlaskClient, link: str) -> None:
    response = client.get(f"{link}?utm_source=mail")
    assert response.status_code == 200
    assert soup(response).select_one("#adjusted") is None


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("profile=pirate", "There is no profile “pirate”, so it was left out."),
        ("must=casino-5", "“casino-5” cannot be asked for, so it was left out."),
        ("weight.park=9", "“park” cannot count “9”, so that was left out."),
        ("weight.casino=2", "“casino” cannot count “2”, so that was left out."),
        ("profile=<b>x", "There is no profile “<b>x”"),
    ],
)
def test_what_is_not_known_is_left_out_in_a_sentence(client: FlaskClient, link: str, query: str, says: str) -> None:
    response = client.get(f"{link}?{query}")
    assert response.status_code == 200
    assert says in visible_text(response)
    assert "<b>x" not in response.text
    assert any(says in text for text in client.get(f"{link}.json?{query}").json["adjusted"]["left_out"])


def test_something_has_to_count(client: FlaskClient, link: str) -> None:
    page = soup(client.get(link))
    nothing = "&".join(f"{field['name']}=0" for field in page.select("#adjust [name^='weight.']"))
    assert "Something has to count" in visible_text(client.get(f"{link}?{nothing}"))


def test_htmx_gets_the_report_with_the_focus_on_the_news(client: FlaskClient, link: str) -> None:
    response = client.get(f"{link}?profile=family&must=&weight.park=", headers=HTMX)
    assert response.headers["HX-Push-Url"] == f"{link}?profile=family"
    assert response.headers["Cache-Control"] == "no-store"
    assert soup(response).select_one("article.report #adjusted").has_attr("autofocus")
    back = soup(client.get(f"{link}?profile=balanced&must=", headers=HTMX)).select_one("#adjusted")
    assert back.has_attr("autofocus")
    assert "as it was made" in back.text


def test_a_page_that_was_opened_leaves_the_focus_at_its_top(client: FlaskClient, link: str) -> None:
    assert not soup(client.get(f"{link}?profile=family")).select("#adjusted[autofocus]")


def test_programs_get_the_report_scored_again(client: FlaskClient, link: str) -> None:
    found = client.get(f"{link}?profile=family&must=park-15&weight.cafe=2", headers=JSON).json
    expected = rescored(made(), Preferences("family", ("park:15",), {"cafe": 2.0}))
    assert found["report"] == json.loads(to_json(expected))
    assert found["adjusted"] == {
        "profile": "family",
        "must_haves": ["park:15"],
        "weights": {"cafe": 2.0},
        "left_out": [],
    }
    assert found["url"].endswith(f"{link}?profile=family&must=park-15&weight.cafe=2")
    assert client.get(f"{link}.json").json["adjusted"] is None


def test_each_link_is_kept_by_itself(client: FlaskClient, link: str) -> None:
    tags = [client.get(link + query).headers["ETag"] for query in ("", "?profile=family", "?profile=senior")]
    assert len(set(tags)) == 3
    for query, tag in zip(("", "?profile=family"), tags, strict=False):
        assert client.get(link + query, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{link}?profile=family", headers={"If-None-Match": tags[0]}).status_code == 200


def test_a_stranger_may_adjust_and_sets_no_cookie(client: FlaskClient, link: str) -> None:
    stranger = client.application.test_client()
    response = stranger.get(f"{link}?profile=family")
    assert "Scored again for: Family" in visible_text(response)
    assert "Set-Cookie" not in response.headers


def test_a_report_of_earlier_rules_offers_no_form_and_says_why(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    link = f"/s/{steps.store.complete_job(steps.claim(), EARLIER.read_bytes())}"
    page = soup(client.get(link))
    assert page.select("#adjust form") == []
    assert "made by earlier rules" in page.select_one("#adjust").get_text()
    asked = client.get(f"{link}?profile=family")
    assert "made by earlier rules" in soup(asked).select_one("#adjusted").get_text()
    assert client.get(f"{link}.json?profile=family").json["report"] == json.loads(EARLIER.read_bytes())
