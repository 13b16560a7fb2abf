"""The shortlist: one's own, and the ones that others share by a link."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from app.pipeline.listing import Listing
from app.queue.store import JobStore
from tests.support.asking import HTMX, JSON, soup, submit, visible_text
from tests.support.building import create
from tests.support.dialects import on_both
from tests.support.queue_steps import Steps
from tests.support.reports import report, unknown_report

pytestmark = on_both


@pytest.fixture
def ids(client: FlaskClient, steps: Steps) -> list[str]:
    """Keep three reports on the visitor's list; the first has a rent."""
    found = []
    for made in (report(listing=Listing("x", rent=987.0, currency="£")), unknown_report(), report()):
        submit(client, f"{len(found)} Bulevardi")
        found.append(steps.finish(made))
        assert client.post("/shortlist/add", data={"s": found[-1]}).status_code == 303
    return found


@pytest.fixture
def friend(client: FlaskClient) -> FlaskClient:
    return client.application.test_client()


def order(client: FlaskClient, link: str = "/shortlist") -> list[str]:
    return [entry["snapshot_id"] for entry in client.get(link, headers=JSON).json["entries"]]


def share(client: FlaskClient, sharing: str) -> str:
    """Make a link; return its path."""
    assert client.post("/shortlist/share", data={"sharing": sharing}).status_code == 303
    links = client.get("/shortlist", headers=JSON).json
    return str(links[f"{sharing}_url"]).removeprefix("http://localhost")


def test_an_empty_one_says_what_to_do_and_makes_nothing(client: FlaskClient, store: JobStore) -> None:
    page = client.get("/shortlist")
    assert page.status_code == 200
    assert "Keep on my shortlist" in visible_text(page)
    assert "Set-Cookie" not in page.headers
    assert not store.db.read("SELECT 1 FROM lists")


def test_a_report_is_kept_from_its_next_steps(client: FlaskClient, steps: Steps, friend: FlaskClient) -> None:
    submit(client)
    link = f"/s/{steps.finish()}"
    for visitor in (client, friend):
        button = soup(visitor.get(link)).find("button", string="Keep on my shortlist")
        answer = visitor.post(button.find_parent("form")["action"], data={button["name"]: button["value"]})
        assert answer.location == f"/shortlist#entry-{link.removeprefix('/s/')}"
        assert soup(visitor.get(link)).find("a", string="This is on your shortlist")
        assert soup(visitor.get("/")).find("a", string="Your shortlist (1)")


def test_a_row_has_score_and_minutes_and_never_a_zero_for_what_is_not_known(
    client: FlaskClient, ids: list[str]
) -> None:
    rows = soup(client.get("/shortlist")).select(".figure-row")
    assert [row.select_one(".figure-score strong").text for row in rows] == ["78", "not known", "78"]
    assert all(len(row.select(".figure-things dt")) == 8 for row in rows)
    assert {dd.text.strip() for dd in rows[1].select(".figure-things dd")} == {"not known"}


def test_it_is_put_in_order_by_plain_buttons(client: FlaskClient, ids: list[str]) -> None:
    a, b, c = ids
    answer = client.post(f"/shortlist/{c}/move", data={"to": "up"})
    assert answer.location == f"/shortlist#entry-{c}"
    assert order(client) == [a, c, b]
    part = client.post(f"/shortlist/{a}/move", data={"to": "down"}, headers=HTMX)
    assert [row["id"] for row in soup(part).select("#shortlist > li")] == [f"entry-{each}" for each in (c, a, b)]
    assert part.headers["Cache-Control"] == "no-store"
    client.post(f"/shortlist/{a}/remove")
    assert order(client) == [c, b]
    assert client.post(f"/shortlist/{a}/move", data={"to": "up"}).status_code == 404
    assert client.post(f"/shortlist/{b}/move", data={"to": "sideways"}).status_code == 422


def test_a_mark_is_taken_back_by_its_own_button(client: FlaskClient, ids: list[str]) -> None:
    client.post(f"/shortlist/{ids[0]}/mark", data={"mark": "maybe"})
    pressed = soup(client.get("/shortlist")).select("[aria-pressed=true]")
    assert [(button.text, button["value"]) for button in pressed] == [("Maybe", "")]
    client.post(f"/shortlist/{ids[0]}/mark", data={"mark": ""})
    assert not soup(client.get("/shortlist")).select("[aria-pressed=true]")
    assert client.post(f"/shortlist/{ids[0]}/mark", data={"mark": "perhaps"}).status_code == 422


def test_a_note_is_kept_with_its_lines_and_escaped(client: FlaskClient, ids: list[str]) -> None:
    client.post(f"/shortlist/{ids[0]}/note", data={"note": " <b>Bright</b>\r\nLoud "})
    page = client.get("/shortlist")
    assert "<b>Bright" not in page.text
    assert soup(page).select_one(".opinion-note").text == "<b>Bright</b>\nLoud"
    assert client.post(f"/shortlist/{ids[0]}/note", data={"note": "x" * 500}).status_code == 303
    assert client.post(f"/shortlist/{ids[0]}/note", data={"note": "x" * 501}).status_code == 422
    assert client.post(f"/shortlist/{ids[0]}/note", data={"note": "\x07"}).status_code == 422


def test_ticked_ones_are_compared(client: FlaskClient, ids: list[str]) -> None:
    page = soup(client.get("/shortlist"))
    boxes = page.select("input[type=checkbox][form=compare-these]")
    assert [box["value"] for box in boxes] == ids
    action = page.select_one("#compare-these")["action"]
    assert client.get(action, query_string={"s": [ids[0], ids[2]]}).status_code == 200


def test_the_table_runs_no_formula(client: FlaskClient, ids: list[str]) -> None:
    client.post(f"/shortlist/{ids[0]}/note", data={"note": "=1+1"})
    client.post("/shortlist/name", data={"name": "=Ann"})
    response = client.get("/shortlist.csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["place"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["notes"] == "'=Ann (you): =1+1"
    assert rows[1]["score"] == rows[1]["stop_min"] == ""
    assert "attachment" in response.headers["Content-Disposition"]


def test_more_than_fit_are_said(client: FlaskClient, store: JobStore, steps: Steps) -> None:
    submit(client)
    first = steps.finish()
    found = [first]
    for number in range(101):
        create(store, owner=f"owner {number}")
        found.append(steps.finish())
    answer = client.post("/shortlist/add", data={"s": found})
    assert answer.location == "/shortlist?left_out=2"
    assert "2 reports found no room: a shortlist holds 100." in visible_text(client.get(answer.location))
    assert client.post("/shortlist/add", data={"s": found[-1]}).status_code == 409


# --- shared ----------------------------------------------------------------------------------------


def test_a_link_to_read_shows_all_and_changes_nothing(client: FlaskClient, friend: FlaskClient, ids: list[str]) -> None:
    client.post(f"/shortlist/{ids[0]}/mark", data={"mark": "yes"})
    link = share(client, "reading")
    page = friend.get(link)
    assert "The owner : Yes" in visible_text(page)
    assert not soup(page).select("form[method=post]")
    assert friend.get(link, headers=JSON).json["reading_url"] is None
    for step in (f"{ids[0]}/mark", f"{ids[0]}/note", "name", "adopt"):
        assert friend.post(f"{link}/{step}", data={"mark": "no", "note": "", "name": "Bob"}).status_code == 404
    assert friend.post(f"/shortlist/{ids[0]}/remove").status_code == 404
    assert order(friend, link) == ids


def test_together_both_are_seen_by_name(client: FlaskClient, friend: FlaskClient, ids: list[str]) -> None:
    link = share(client, "together")
    assert friend.post(f"{link}/{ids[0]}/mark", data={"mark": "no"}).status_code == 422
    assert not soup(friend.get(link)).select(".marks")
    assert friend.post(f"{link}/name", data={"name": " "}).status_code == 422
    client.post("/shortlist/name", data={"name": "Ann"})
    taken = friend.post(f"{link}/name", data={"name": "ann"})
    assert taken.status_code == 422
    assert "tells you apart" in soup(taken).select_one("#name-error").text
    assert soup(taken).select_one("#name")["value"] == "ann"
    friend.post(f"{link}/name", data={"name": "Bob"})
    assert friend.post(f"{link}/{ids[0]}/mark", data={"mark": "no"}).location == f"{link}#entry-{ids[0]}"
    friend.post(f"{link}/{ids[0]}/note", data={"note": "Too far."})
    client.post(f"/shortlist/{ids[0]}/mark", data={"mark": "yes"})
    said = client.get("/shortlist", headers=JSON).json["entries"][0]["opinions"]
    assert [(each["name"], each["mark"], each["note"]) for each in said] == [
        ("Ann", "yes", ""),
        ("Bob", "no", "Too far."),
    ]
    mine, theirs = soup(client.get("/shortlist")), soup(friend.get(link))
    assert mine.select_one(".opinions strong").text == "Bob"
    assert mine.select_one("[aria-pressed=true]").text == "Yes"
    assert theirs.select_one(".opinions strong").text == "Ann"
    assert theirs.select_one("[aria-pressed=true]").text == "No"


def test_an_owner_takes_a_name_off(client: FlaskClient, friend: FlaskClient, ids: list[str]) -> None:
    link = share(client, "together")
    friend.post(f"{link}/name", data={"name": "Bob"})
    friend.post(f"{link}/{ids[0]}/note", data={"note": "Rubbish"})
    form = soup(client.get("/shortlist")).select_one("form[action*='/people/']")
    assert client.application.test_client().post(form["action"]).status_code == 404
    client.post(form["action"])
    assert "Rubbish" not in client.get("/shortlist").text


def test_a_link_that_was_revoked_or_guessed_leads_nowhere(
    client: FlaskClient, friend: FlaskClient, ids: list[str]
) -> None:
    for sharing in ("reading", "together"):
        link = share(client, sharing)
        assert friend.get(link).status_code == 200
        client.post("/shortlist/share", data={"sharing": sharing, "stop": "yes"})
        for path in (link, f"{link}.csv", "/list/guessed"):
            assert friend.get(path).status_code == 404
    assert client.post("/shortlist/share", data={"sharing": "all"}).status_code == 422
    assert friend.post("/shortlist/share", data={"sharing": "reading"}).status_code == 404


def test_a_lost_cookie_is_mended_by_the_link(client: FlaskClient, friend: FlaskClient, ids: list[str]) -> None:
    client.post(f"/shortlist/{ids[0]}/mark", data={"mark": "yes"})
    link = share(client, "together")
    button = soup(friend.get(link)).find("button", string="This is my list: take it over here")
    assert friend.post(button.find_parent("form")["action"]).location == "/shortlist"
    assert order(friend) == order(client) == ids
    assert soup(friend.get("/shortlist")).select_one("[aria-pressed=true]").text == "Yes"
    assert "This is your own list" in visible_text(friend.get(link))


#: The rent of a report above; three digits alone may stand in an id.
RENT = re.compile(r"\b987\b")


def test_money_is_shown_as_the_reports_allow(client: FlaskClient, friend: FlaskClient, ids: list[str]) -> None:
    link = share(client, "reading")
    for path in (link, f"{link}.csv"):
        assert not RENT.search(friend.get(path).text)
    assert not RENT.search(friend.get(link, headers=JSON).text)


def test_a_deleted_report_leaves_other_peoples_lists(client: FlaskClient, friend: FlaskClient, ids: list[str]) -> None:
    friend.post("/shortlist/add", data={"s": ids[0]})
    friend.post(f"/shortlist/{ids[0]}/note", data={"note": "Mine"})
    client.post(f"/s/{ids[0]}/delete")
    assert order(friend) == []
    assert order(client) == ids[1:]


def test_deleting_the_list_ends_its_links_and_keeps_the_reports(
    client: FlaskClient, friend: FlaskClient, ids: list[str]
) -> None:
    link = share(client, "reading")
    client.post("/shortlist/delete")
    assert order(client) == []
    assert friend.get(link).status_code == 404
    assert friend.get(f"/s/{ids[0]}").status_code == 200


@pytest.mark.parametrize("sharing", ["", "reading", "together"])
def test_no_search_engine_or_shared_cache_keeps_it(client: FlaskClient, ids: list[str], sharing: str) -> None:
    page = client.get(share(client, sharing) if sharing else "/shortlist")
    assert soup(page).select_one("meta[name=robots]")["content"] == "noindex"
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in page.headers["Vary"]
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_another_site_changes_nothing(client: FlaskClient, ids: list[str]) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(f"/shortlist/{ids[0]}/remove", headers=foreign).status_code == 403
    assert client.post("/shortlist/add", data={"s": ids[0]}, headers=foreign).status_code == 403
    assert order(client) == ids


def test_a_report_that_is_not_there_cannot_be_kept(client: FlaskClient) -> None:
    assert client.post("/shortlist/add", data={"s": "guessed-1"}).status_code == 404
    assert client.post("/shortlist/add").status_code == 303
