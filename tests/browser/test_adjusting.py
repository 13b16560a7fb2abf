"""On a report that is there: adjusting what counts, evaluating again, one more destination."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_journey import ADDRESSES, REPORT
from tests.support.looking import fresh_page, submit
from tests.support.serving import Site

SCRIPTS = pytest.mark.parametrize("scripts", [True, False])
FOR_A_FAMILY = re.compile(r"/s/[\w.-]+\?profile=family&must=station-5&weight\.park=2(#adjusted)?$")


@contextmanager
def a_report(browser: Browser, site: Site, *, scripts: bool) -> Iterator[tuple[Page, list[str]]]:
    """Open a new report."""
    with fresh_page(browser, site.url, java_script_enabled=scripts) as (page, complaints):
        submit(page, ADDRESSES[0])
        page.wait_for_url(REPORT, timeout=30_000)
        yield page, complaints


def adjust(page: Page) -> None:
    """Choose a profile, a must-have and a weight, and send them."""
    page.locator("#adjust > summary").click()
    page.get_by_label("What counts most").select_option("family")
    for title in ("What the place must have", "How much each thing counts"):
        page.locator("#adjust").get_by_text(title).click()
    page.locator("#adjust").get_by_label("Station").select_option("station-5")
    page.locator("#adjust").get_by_label("Park", exact=True).last.select_option("2")
    page.get_by_role("button", name="Score again").click()


@SCRIPTS
def test_adjusting_scores_again_and_the_focus_lands_on_the_news(browser: Browser, site: Site, scripts: bool) -> None:
    with a_report(browser, site, scripts=scripts) as (page, complaints):
        before = str(page.locator(".door-score").text_content())
        adjust(page)
        news = page.locator("#adjusted")
        expect(news).to_contain_text("Scored again for: Family; a station within 5 minutes; park double.")
        expect(news).to_be_focused()
        expect(page).to_have_url(FOR_A_FAMILY)
        expect(page.locator(".verdict")).to_contain_text("1 deal-breaker")
        assert page.locator(".door-score").text_content() != before
        page.get_by_role("link", name="Back to the report as it was made").click()
        expect(page.locator(".door-score")).to_have_text(before)
        expect(page.locator("#adjusted")).to_have_count(0)
        assert complaints == []


def test_adjusting_loads_no_new_page_and_keeps_open_what_was_opened(browser: Browser, site: Site) -> None:
    with a_report(browser, site, scripts=True) as (page, complaints):
        page.evaluate("window.stayed = true")
        group = page.locator("#around details.behind").last
        group.locator("summary").first.click()
        adjust(page)
        expect(page.locator("#adjusted")).to_be_focused()
        assert page.evaluate("window.stayed")
        expect(group).to_have_attribute("open", "")
        expect(page.locator("#adjust")).to_have_attribute("open", "")
        page.get_by_label("What counts most").select_option("senior")
        page.get_by_role("button", name="Score again").click()
        expect(page.locator("#adjusted")).to_contain_text("Senior")
        expect(page.locator("#adjusted")).to_be_focused()
        assert complaints == []


def test_going_back_from_an_adjusted_report_shows_it_as_it_was(browser: Browser, site: Site) -> None:
    with a_report(browser, site, scripts=True) as (page, _):
        before = page.locator(".door-score").text_content()
        adjust(page)
        expect(page).to_have_url(FOR_A_FAMILY)
        page.evaluate("history.back()")
        expect(page).to_have_url(REPORT)
        expect(page.locator(".door-score")).to_have_text(str(before))
        expect(page.locator("#adjusted")).to_have_count(0)


@SCRIPTS
def test_evaluating_again_ends_at_a_report_that_says_what_changed(browser: Browser, site: Site, scripts: bool) -> None:
    with a_report(browser, site, scripts=scripts) as (page, complaints):
        first = page.url
        page.get_by_role("button", name="Evaluate again").click()
        page.wait_for_url(lambda url: bool(REPORT.search(url)) and url != first, timeout=30_000)
        expect(page.locator("#changes")).to_contain_text("What changed since")
        expect(page.locator("#changes")).to_contain_text("Nothing: the score")
        page.get_by_role("link", name="The earlier report").click()
        expect(page).to_have_url(first)
        assert complaints == []


@SCRIPTS
def test_one_more_destination_is_one_field_away(browser: Browser, site: Site, scripts: bool) -> None:
    with a_report(browser, site, scripts=scripts) as (page, complaints):
        first = page.url
        page.get_by_text("Add a place of yours").click()
        field = page.get_by_label("A place that you go to often")
        if scripts:
            field.press_sequentially("aleksanterink", delay=30)
            page.locator("#destination-options option").first.wait_for(state="attached")
        field.fill("aleksanterinkatu 52")
        page.get_by_role("button", name="Add it").click()
        page.wait_for_url(lambda url: bool(REPORT.search(url)) and url != first, timeout=30_000)
        expect(page.locator(".trip")).to_contain_text("You typed “aleksanterinkatu 52”.")
        assert complaints == []


def test_a_refused_destination_is_said_beside_its_field(browser: Browser, site: Site) -> None:
    with a_report(browser, site, scripts=True) as (page, _):
        page.get_by_text("Add a place of yours").click()
        field = page.get_by_label("A place that you go to often")
        field.fill("x" * 201)
        page.get_by_role("button", name="Add it").click()
        expect(page.locator("#destination-error")).to_contain_text("shorten it to 200")
        expect(page.get_by_label("A place that you go to often")).to_be_focused()
        expect(page).to_have_url(REPORT)
