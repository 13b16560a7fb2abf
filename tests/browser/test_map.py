"""The map of a report and the comparison of two, with scripts and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_journey import ADDRESSES, REPORT
from tests.support.looking import fresh_page, submit
from tests.support.serving import Site

with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


def evaluate(page: Page, address: str = ADDRESSES[0]) -> str:
    submit(page, address)
    page.wait_for_url(REPORT, timeout=30_000)
    return page.url


@with_and_without_scripts
def test_it_is_seen_and_shown_from_nearer_and_further(browser: Browser, site: Site, scripts: bool) -> None:
    with fresh_page(browser, site.url, java_script_enabled=scripts) as (page, complaints):
        link = evaluate(page)
        image = page.locator("#map img")
        for step, source in (("Nearer", r"zoom=3$"), ("Wider", r"map\.svg$"), ("Wider", r"zoom=1$")):
            page.get_by_role("link", name=f"{step}: map").click()
            expect(image).to_have_attribute("src", re.compile(source))
            expect(image).to_have_js_property("complete", True)
            assert image.evaluate("image => image.naturalWidth") > 0
        if scripts:
            assert page.url == link
        else:
            assert "/map?zoom=" in page.url
        expect(image).to_have_attribute("alt", re.compile("minutes on foot"))
        assert complaints == []


def test_a_phone_gets_a_picture_of_its_own(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url, viewport={"width": 390, "height": 844}) as (page, _):
        evaluate(page)
        image = page.locator("#map img")
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("image => image.naturalWidth") > 0
        assert "map-phone.svg" in image.evaluate("image => image.currentSrc")


@with_and_without_scripts
def test_two_reports_are_compared(browser: Browser, site: Site, scripts: bool) -> None:
    with fresh_page(browser, site.url, java_script_enabled=scripts) as (page, complaints):
        for address in ADDRESSES[:2]:
            evaluate(page, address)
        page.get_by_role("link", name="Compare with another report").click()
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Which of these?")
        expect(page.locator(".compare-differences li")).to_contain_text("B beside A:")
        expect(page.get_by_role("row", name=re.compile("^Pharmacy"))).to_be_visible()
        assert complaints == []
