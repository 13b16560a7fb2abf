"""A visitor's own reports, a page at a time."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidListing
from app.queue.store import JobStore
from app.views.own import _cursor, cursor_in
from tests.support.asking import JSON, soup, submit, visible_text
from tests.support.dialects import on_both
from tests.support.queue_steps import Steps
from tests.support.reports import unknown_report

pytestmark = on_both


@pytest.fixture
def links(client: FlaskClient, steps: Steps) -> list[str]:
    """Five reports, newest first."""
    made = []
    for number in range(5):
        submit(client, f"{number} Bulevardi")
        made.append(steps.finish())
    return made[::-1]


def follow(client: FlaskClient, path: str) -> list[list[str]]:
    """Return the numbers of the reports on each page, from a page on."""
    pages = []
    while path:
        response = client.get(path, headers=JSON)
        pages.append([report["snapshot_id"] for report in response.json["reports"]])
        link = re.fullmatch(r'<(.*)>; rel="next"', response.headers.get("Link", ""))
        assert bool(link) == bool(response.json["next"])
        path = link[1] if link else ""
    return pages


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6, 100])
def test_every_report_is_on_one_page(client: FlaskClient, links: list[str], limit: int) -> None:
    pages = follow(client, f"/reports?limit={limit}")
    assert [snapshot_id for page in pages for snapshot_id in page] == links
    assert all(len(page) == limit for page in pages[:-1])
    assert pages[-1]


def test_a_new_report_moves_no_later_page(client: FlaskClient, links: list[str], steps: Steps) -> None:
    first = client.get("/reports?limit=2", headers=JSON).json
    submit(client, "9 Bulevardi")
    steps.finish()
    later = follow(client, f"/reports?limit=2&cursor={first['next']}")
    assert [snapshot_id for page in later for snapshot_id in page] == links[2:]


def test_it_tells_of_each_report_what_a_list_needs(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    snapshot_id = steps.finish()
    (told,) = client.get("/reports", headers=JSON).json["reports"]
    report = client.get(f"/s/{snapshot_id}.json").json
    assert told["url"] == report["url"]
    assert told["address"] == report["address"]
    assert told["created_at"] == report["created_at"]
    assert told["score"] == report["report"]["verdict"]["score"] == 78.3
    assert told["word"] == report["report"]["verdict"]["word"]


def test_what_has_no_score_has_null(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    steps.finish(unknown_report())
    (told,) = client.get("/reports", headers=JSON).json["reports"]
    assert told["score"] is None
    assert "of 100" not in visible_text(client.get("/reports"))


def test_others_have_none_of_them(app: Flask, links: list[str]) -> None:
    stranger = app.test_client()
    assert stranger.get("/reports", headers=JSON).json == {"reports": [], "next": None}
    assert "There is no report of yours here yet." in visible_text(stranger.get("/reports"))
    assert "Set-Cookie" not in stranger.get("/reports").headers


def test_it_keeps_reports_whose_jobs_were_cleared_away(client: FlaskClient, links: list[str], store: JobStore) -> None:
    assert store.prune(0) == 5
    assert follow(client, "/reports") == [links]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "1e2", "9" * 5_000, "٣"])
def test_it_refuses_another_limit(client: FlaskClient, limit: str) -> None:
    refused = client.get("/reports", query_string={"limit": limit}, headers=JSON)
    assert (refused.status_code, refused.json["field"]) == (422, "limit")


@given(st.text())
def test_no_text_is_a_cursor_but_those_that_were_given(text: str) -> None:
    try:
        number = cursor_in(text)
    except InvalidListing:
        return
    assert text == ("" if number is None else _cursor(number))


@given(st.integers(0, 10**18 - 1))
def test_a_cursor_leads_back(number: int) -> None:
    assert cursor_in(_cursor(number)) == number


def test_it_refuses_another_cursor(client: FlaskClient) -> None:
    refused = client.get("/reports?cursor=nonsense!", headers=JSON)
    assert (refused.status_code, refused.json["field"]) == (422, "cursor")


def test_the_page_lists_them_with_the_way_to_earlier_ones(client: FlaskClient, links: list[str]) -> None:
    page = soup(client.get("/reports?limit=3"))
    assert [link["href"] for link in page.select(".lines a")] == [f"/s/{link}" for link in links[:3]]
    last = soup(client.get(page.select_one("a[rel=next]")["href"]))
    assert [link["href"] for link in last.select(".lines a")] == [f"/s/{link}" for link in links[3:]]
    assert last.find("a", string="The newest reports")
    assert not last.select("a[rel=next]")


def test_the_front_page_leads_to_it(client: FlaskClient, links: list[str]) -> None:
    assert soup(client.get("/")).find("a", string="All your reports")["href"] == "/reports"
