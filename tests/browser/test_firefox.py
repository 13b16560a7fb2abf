"""The main journeys in Firefox, with scripts and without."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.firefox import FIREFOX, Firefox, firefox
from tests.support.serving import Site

pytestmark = pytest.mark.skipif(FIREFOX is None, reason="no Firefox was found on this machine")
ADDRESS = "12 Bulevardi, Helsinki"


@pytest.fixture
def window(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Firefox]:
    with firefox(tmp_path, scripts=getattr(request, "param", True)) as opened:
        yield opened


with_and_without_scripts = pytest.mark.parametrize("window", [True, False], indirect=True, ids=["scripts", "plain"])


def evaluate(window: Firefox, site: Site, address: str = ADDRESS) -> None:
    window.open(site.url)
    window.type("#address", address)
    window.press(".ask-row .go")


def has_arrived(window: Firefox) -> bool:
    return "/s/" in window.url and bool(window.nodes("article h1"))


@with_and_without_scripts
def test_it_goes_from_the_form_to_the_report(window: Firefox, site: Site) -> None:
    evaluate(window, site)
    window.wait_for(lambda: has_arrived(window))
    assert "Bulevardi 12" in window.text("h1")
    assert window.complaints == []


@with_and_without_scripts
def test_one_tap_answers_a_question(window: Firefox, site: Site) -> None:
    evaluate(window, site, "Bulevardi 12x, Helsinki")
    window.wait_for(lambda: bool(window.nodes(".question-choice")))
    window.press(".question-choice")
    window.wait_for(lambda: has_arrived(window))
    assert "You typed “Bulevardi 12x, Helsinki”" in window.text("article")


def send_a_wrong_rent(window: Firefox, site: Site) -> None:
    window.open(site.url)
    window.type("#address", ADDRESS)
    window.press("details.options summary")
    window.type("#rent", "much")
    window.press(".options .go")
    window.wait_for(lambda: bool(window.nodes("#problems a")))


@with_and_without_scripts
def test_wrong_fields_are_named(window: Firefox, site: Site) -> None:
    send_a_wrong_rent(window, site)
    assert "The rent must be a number" in window.text("#problems")
    assert window.nodes("#rent[autofocus][aria-invalid=true]")


# Without a screen no window of Firefox is in front, so nothing is `:focus`; the page knows its active element.
FOCUS = "document.activeElement.id"


def test_the_first_wrong_field_has_the_focus(window: Firefox, site: Site) -> None:
    send_a_wrong_rent(window, site)
    assert window.evaluate(FOCUS) == "rent"


def test_the_panel_takes_the_focus_and_going_back_stays_on_it(window: Firefox, site: Site) -> None:
    evaluate(window, site, "Bulevardi 12x, Helsinki")
    window.wait_for(lambda: bool(window.nodes("#panel-status")))
    assert window.evaluate(FOCUS) == "panel-status"
    window.wait_for(lambda: bool(window.nodes(".question-choice")))
    window.press(".question-choice")
    window.wait_for(lambda: has_arrived(window))
    window.go_back()
    window.wait_for(lambda: "/job/" in window.url and window.text("#panel-status") == "Your report is ready.")


def test_an_address_is_completed(window: Firefox, site: Site) -> None:
    window.open(site.url)
    window.type("#address", "bulevardi 1")
    window.wait_for(lambda: bool(window.nodes("#address-options option")))


@with_and_without_scripts
def test_the_map_is_seen_from_nearer(window: Firefox, site: Site) -> None:
    evaluate(window, site)
    window.wait_for(lambda: has_arrived(window))
    picture = "[...document.querySelectorAll('#map img')].map(i => i.complete && i.naturalWidth > 0 && i.currentSrc)[0]"
    window.wait_for(lambda: bool(window.evaluate(picture)))
    before = window.evaluate(picture)
    window.press(".map-zoom a[title=Nearer]")
    window.wait_for(lambda: window.evaluate(picture) not in (False, before))
    assert window.nodes("#map img[alt*='minutes on foot']")


def test_a_report_is_printed(window: Firefox, site: Site) -> None:
    evaluate(window, site)
    window.wait_for(lambda: has_arrived(window))
    pdf = base64.b64decode(window.printed())
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 20_000


@pytest.mark.parametrize("path", ["/", "/regions", "/methods"])
def test_no_page_is_wider_than_a_narrow_phone(window: Firefox, site: Site, path: str) -> None:
    window.resize(320, 640)
    window.open(f"{site.url}{path}")
    assert window.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
