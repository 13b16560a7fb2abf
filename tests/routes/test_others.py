"""What others say of an address on the pages of its report: each under its own name, ratings for a day alone."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.pipeline.report import to_json
from app.sources.extras import Extras
from tests.support.asking import JSON, soup, submit, visible_text
from tests.support.others import ALL, MAPS, NONE, rated, reported
from tests.support.queue_steps import Steps

Finish = Callable[[Extras], str]


@pytest.fixture
def finish(client: FlaskClient, steps: Steps) -> Finish:
    """Give a function that stores a report with what others say, and returns its link."""

    def run(others: Extras) -> str:
        submit(client)
        return f"/s/{steps.finish(reported(others))}"

    return run


def said_by_others(client: FlaskClient, link: str) -> list[str]:
    found = soup(client.get(link)).select(".official")
    return [" ".join(said.get_text(" ").split()) for said in found]


def test_official_scores_stand_beside_ours_with_name_link_and_days(client: FlaskClient, finish: Finish) -> None:
    link = finish(ALL)
    days = "Their figure of 4 March 2025, fetched on 2 March 2026."
    assert said_by_others(client, link) == [
        f"Walk Score® 3 of 100, “Car-Dependent”. {days} Ours is made otherwise, and theirs is no part of it.",
        f"Transit Score® 0 of 100. {days}",
        f"Bike Score® 98 of 100, “Biker's Paradise”. {days}",
    ]
    links = [a["href"] for a in soup(client.get(link)).select(".official a")]
    assert links == ["https://www.redfin.com/how-walk-score-works"] * 3


def test_the_flood_zone_is_a_warning_with_the_official_link(client: FlaskClient, finish: Finish) -> None:
    page = soup(client.get(finish(ALL)))
    checks = {check.strong.get_text(): check for check in page.select("#quiet .check-warn")}
    assert checks["Official flood zone"].a["href"] == MAPS
    assert "FEMA's map puts this point in zone AE: a special flood hazard area" in page.get_text()
    assert page.select_one(f"#next a[href='{MAPS}']").get_text() == "Official flood map"
    assert "not endorsed by FEMA" in page.get_text()


def test_what_did_not_come_is_listed_with_what_we_do_not_know(client: FlaskClient, finish: Finish) -> None:
    unknown = " ".join(soup(client.get(finish(NONE))).select_one("#unknown").get_text(" ").split())
    for said in (
        "Walk Score, Transit Score and Bike Score. Walk Score did not answer.",
        "Ratings of places near by. Google Places refuses to answer this site.",
        "Official flood zone. FEMA's flood map did not answer.",
    ):
        assert said in unknown


def test_a_report_to_which_nobody_was_asked_says_nothing_of_them(client: FlaskClient, finish: Finish) -> None:
    link = finish(Extras())
    text = visible_text(client.get(link))
    assert not [name for name in ("Walk Score", "Google", "FEMA") if name in text]
    assert client.get(f"{link}/ratings").status_code == 404


def test_ratings_have_a_page_of_their_own_without_a_map(client: FlaskClient, finish: Finish) -> None:
    link = finish(rated(3_600))
    assert soup(client.get(link)).select_one(f"#door a[href='{link}/ratings']")
    answer = client.get(f"{link}/ratings")
    page = soup(answer)
    assert "Good Café café 4.5 of 5, 120 ratings" in visible_text(answer)
    assert "Google Maps" in visible_text(answer)
    assert "fetched on 2 March 2026" in visible_text(answer)
    assert page.select_one(".places a")["href"].startswith("https://www.google.com/maps/search/")
    assert not page.select("svg.map, .map")
    assert answer.headers["Cache-Control"] == "no-store"


def test_ratings_are_shown_no_longer_than_they_may_be(client: FlaskClient, finish: Finish) -> None:
    link = finish(rated(-1))
    assert not soup(client.get(link)).select(f"a[href='{link}/ratings']")
    answer = client.get(f"{link}/ratings")
    assert "that is over" in visible_text(answer)
    assert "Good Café" not in answer.text


@pytest.mark.parametrize("path", ["", ".json", ".csv", ".geojson", "/embed"])
def test_ratings_are_on_no_other_page_and_in_no_file(client: FlaskClient, finish: Finish, path: str) -> None:
    answer = client.get(finish(rated(3_600)) + path)
    assert answer.status_code == 200
    assert "Good Caf" not in answer.get_data(as_text=True)


def test_the_data_is_that_of_the_report_but_for_the_ratings(client: FlaskClient, finish: Finish) -> None:
    others = rated(3_600)
    told = client.get(finish(others), headers=JSON).json["report"]
    findings = {finding["stage"]: finding for finding in json.loads(to_json(reported(others)))["findings"]}
    assert findings["neighborhood"].pop("ratings")["by"] == "Google Maps"
    assert {finding["stage"]: finding for finding in told["findings"]} == findings
    assert findings["walk_scores"]["official"]["value"] == 3


def test_a_stranger_sees_them_too(client: FlaskClient, finish: Finish) -> None:
    link = finish(rated(3_600))
    stranger = client.application.test_client()
    assert len(said_by_others(stranger, link)) == 3
    assert "Good Café" in stranger.get(f"{link}/ratings").text
