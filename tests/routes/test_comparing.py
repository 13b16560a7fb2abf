"""Reports side by side: the page, its JSON, and the choice of reports."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from tests.support.asking import JSON, soup, submit, visible_text
from tests.support.queue_steps import Steps
from tests.support.reports import unknown_report
from tests.support.surroundings import ADDRESS, Town, full_grid


def made(client: FlaskClient, steps: Steps, report: Report) -> str:
    submit(client)
    return steps.finish(report)


@pytest.fixture
def ids(client: FlaskClient, steps: Steps) -> tuple[str, str]:
    known = evaluate_property(Listing(ADDRESS, rent=900.0, rent_typed="£900", currency="£"), Town(full_grid()))
    other = evaluate_property(Listing(ADDRESS, rent=700.0, rent_typed="£700", currency="£"), Town(full_grid()))
    return made(client, steps, known), made(client, steps, other)


def test_the_page_says_what_tells_them_apart(client: FlaskClient, ids: tuple[str, str]) -> None:
    page = client.get("/compare", query_string={"s": ids})
    assert page.status_code == 200
    text = visible_text(page)
    assert "B beside A: £200 less to pay, and nothing worse." in text
    assert len(soup(page).select("tbody tr")) >= 10
    assert {a["href"] for a in soup(page).select("thead a")} == {f"/s/{each}" for each in ids}


def test_strangers_do_not_see_what_was_said_of_money(client: FlaskClient, ids: tuple[str, str]) -> None:
    stranger = client.application.test_client()
    assert "£" not in visible_text(stranger.get("/compare", query_string={"s": ids}))


def test_a_program_gets_the_same(client: FlaskClient, ids: tuple[str, str]) -> None:
    document = client.get("/compare", query_string={"s": ids}, headers=JSON).json
    assert [report["snapshot_id"] for report in document["reports"]] == list(ids)
    assert document["differences"] == ["B beside A: £200 less to pay, and nothing worse."]
    assert {row["key"] for row in document["rows"]} >= {"score", "rent", "food_shop", "station"}
    assert all(len(row["cells"]) == 2 for row in document["rows"])


def test_links_lead_to_the_link_to_share(client: FlaskClient, ids: tuple[str, str]) -> None:
    first, second = ids
    answer = client.get("/compare", query_string={"s": [f"https://example.org/s/{first}?profile=x", "", second]})
    assert answer.status_code == 303
    assert answer.location == f"/compare?s={first}&s={second}"


def test_with_fewer_than_two_it_offers_ones_own(client: FlaskClient, steps: Steps, ids: tuple[str, str]) -> None:
    page = soup(client.get(f"/compare?s={ids[0]}"))
    boxes = page.select("input[type=checkbox]")
    assert {box["value"]: box.has_attr("checked") for box in boxes} == {ids[0]: True, ids[1]: False}
    stranger = client.application.test_client()
    assert len(soup(stranger.get("/compare")).select("input[type=text][name=s]")) == 2


def test_too_many_and_too_few_are_refused(client: FlaskClient, ids: tuple[str, str]) -> None:
    assert client.get("/compare", query_string={"s": [*ids, "a", "b", "c"]}).status_code == 422
    assert client.get("/compare", headers=JSON).status_code == 422


def test_a_report_that_is_not_there_is_not_found(client: FlaskClient, ids: tuple[str, str]) -> None:
    assert client.get("/compare", query_string={"s": [ids[0], "gone"]}).status_code == 404


def test_what_is_unknown_is_said(client: FlaskClient, steps: Steps, ids: tuple[str, str]) -> None:
    nothing = made(client, steps, unknown_report())
    text = visible_text(client.get("/compare", query_string={"s": [ids[0], nothing]}))
    assert "Not comparable, as not all of them know it:" in text
    assert "not known" in text


def test_a_report_leads_there(client: FlaskClient, ids: tuple[str, str]) -> None:
    link = soup(client.get(f"/s/{ids[0]}")).find("a", string="Compare with another report")
    assert client.get(link["href"]).status_code == 200
