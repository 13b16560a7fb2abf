"""A report on other sites: its badge, and its page for a frame."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from app.pipeline.listing import Listing
from app.views.badge import COLOURS, NAME_COLOUR
from tests.support.asking import JSON, soup, submit, visible_text
from tests.support.queue_steps import Steps
from tests.support.reports import LOCATION, VERDICT, report, unknown_report

SVG = "{http://www.w3.org/2000/svg}"
WHOLE = replace(VERDICT, deal_breakers=())


@pytest.fixture
def link(client: FlaskClient, steps: Steps) -> str:
    submit(client)
    return f"/s/{steps.finish()}"


def badge_text(client: FlaskClient, link: str) -> str:
    root = ElementTree.fromstring(client.get(f"{link}/badge.svg").data)
    title = root.find(f"{SVG}title")
    assert title is not None
    assert root.get("role") == "img"
    assert root.get("aria-label") == title.text
    shown = ": ".join(str(node.text) for node in root.iter(f"{SVG}text"))
    assert shown == title.text
    return shown


def test_the_badge_says_the_score_and_what_breaks_the_deal(client: FlaskClient, link: str) -> None:
    assert badge_text(client, link) == "Doorstep: 78 of 100, 1 deal-breaker"


def test_the_badge_says_the_range_where_not_all_is_known(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    partly = report(verdict=replace(WHOLE, low=58.2, high=71.4))
    assert "58–72 of 100" in badge_text(client, f"/s/{steps.finish(partly)}")


def test_the_badge_says_that_the_score_is_not_known(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    assert badge_text(client, f"/s/{steps.finish(unknown_report())}") == "Doorstep: score not known"


def test_every_text_of_the_badge_fits_its_room(client: FlaskClient, link: str) -> None:
    root = ElementTree.fromstring(client.get(f"{link}/badge.svg").data)
    texts = list(root.iter(f"{SVG}text"))
    ends = [int(node.get("x", "")) + int(node.get("textLength", "")) for node in texts]
    assert ends[0] < int(texts[1].get("x", ""))
    assert ends[1] < int(root.get("width", ""))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [NAME_COLOUR, *COLOURS.values()])
def test_white_letters_can_be_read_on_it(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


@pytest.mark.parametrize("ending", ["badge.svg", "embed"])
def test_neither_address_nor_money_is_in_it(client: FlaskClient, steps: Steps, ending: str) -> None:
    submit(client)
    listing = Listing("12 Bulevardi secret street", rent=1_234.0, budget=1_000.0, currency="£")
    link = f"/s/{steps.finish(report(listing=listing))}"
    for visitor in (client, client.application.test_client()):
        text = visitor.get(f"{link}/{ending}").text
        for hidden in ("secret street", "1234", "1,234", "1,000", LOCATION.label):
            assert hidden not in text


@pytest.mark.parametrize("ending", ["badge.svg", "embed"])
def test_other_sites_may_show_it(client: FlaskClient, link: str, ending: str) -> None:
    stranger = client.application.test_client()
    answer = stranger.get(f"{link}/{ending}", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers.getlist("Cross-Origin-Resource-Policy") == ["cross-origin"]
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    again = stranger.get(f"{link}/{ending}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_only_the_embed_may_be_framed(client: FlaskClient, link: str) -> None:
    policies = {path: client.get(path).headers.getlist("Content-Security-Policy") for path in (link, f"{link}/embed")}
    assert all(len(policy) == 1 for policy in policies.values())
    assert "frame-ancestors 'none'" in policies[link][0]
    assert "frame-ancestors *" in policies[f"{link}/embed"][0]
    assert "script-src" not in policies[f"{link}/embed"][0]
    assert "frame-ancestors 'none'" in client.get(f"{link}/badge.svg").headers["Content-Security-Policy"]


def test_the_embed_runs_and_sends_nothing(client: FlaskClient, link: str) -> None:
    page = soup(client.get(f"{link}/embed"))
    assert not page.select("script, form, img, iframe, [style], style")
    assert all(a["target"] == "_blank" and "noopener" in a["rel"] for a in page.select("a"))


def test_the_embed_says_what_counts(client: FlaskClient, link: str) -> None:
    text = visible_text(client.get(f"{link}/embed"))
    assert "78 of 100" in text
    assert "1 deal-breaker" in text
    assert "OpenStreetMap contributors" in text
    page = soup(client.get(f"{link}/embed"))
    assert page.find("a", string="The whole report by Doorstep")["href"] == link


def test_a_deleted_report_says_so_within_the_frame(client: FlaskClient, link: str) -> None:
    client.post(f"{link}/delete")
    gone = client.get(f"{link}/embed")
    assert gone.status_code == 404
    assert "frame-ancestors *" in gone.headers["Content-Security-Policy"]
    assert "This report is no longer there" in visible_text(gone)
    assert client.get(f"{link}/badge.svg").status_code == 404


def test_the_report_offers_both_to_be_copied(client: FlaskClient, link: str) -> None:
    page = soup(client.get(link))
    codes = [code.get_text() for code in page.select("#next details code")]
    assert [code[:8] for code in codes] == ["<a href=", "<iframe "]
    assert f'<img src="http://localhost{link}/badge.svg"' in codes[0]
    assert f'src="http://localhost{link}/embed"' in codes[1]


def test_a_program_that_deletes_a_report_gets_no_page(client: FlaskClient, link: str) -> None:
    answer = client.post(f"{link}/delete", headers=JSON)
    assert (answer.status_code, answer.data) == (204, b"")
    assert client.get(link).status_code == 404
