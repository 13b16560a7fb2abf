"""What a fresh browser fetches for the front page and for a report with its map, before anything is opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from tests.support.looking import fresh_page, submit
from tests.support.serving import Site

WINDOWS = [{"width": 390, "height": 844}, {"width": 1280, "height": 900}]
FORM_KB, REPORT_KB = 60, 200
ADDRESSES = ("12 Bulevardi, Helsinki", "Boulevard des Moulins 27, Monaco")


@pytest.fixture(scope="module")
def reports(browser: Browser, site: Site) -> list[str]:
    """Return the links to a report in each sample region."""
    return [_report(browser, site, address) for address in ADDRESSES]


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window["width"])
def test_the_first_page_is_light(browser: Browser, site: Site, window: dict[str, int]) -> None:
    assert fetched_kb(browser, site.url, window) <= FORM_KB


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window["width"])
def test_a_report_with_its_map_is_light(browser: Browser, reports: list[str], window: dict[str, int]) -> None:
    for report in reports:
        kilobytes = fetched_kb(browser, report, window)
        # Less than 40 KB would be a report whose map did not come.
        assert 40 <= kilobytes <= REPORT_KB


def fetched_kb(browser: Browser, url: str, window: dict[str, int]) -> float:
    """Return the kilobytes that a browser without anything in its cache is sent, heads of answers included."""
    with fresh_page(browser, url, viewport=window) as (page, _), _counting(page) as sizes:
        page.goto(url, wait_until="networkidle")
        return sum(sizes) / 1_000


@contextmanager
def _counting(page: Page) -> Iterator[list[float]]:
    network, sizes = page.context.new_cdp_session(page), []
    network.on("Network.loadingFinished", lambda loaded: sizes.append(loaded["encodedDataLength"]))
    network.send("Network.enable")
    yield sizes


def _report(browser: Browser, site: Site, address: str) -> str:
    with fresh_page(browser, site.url) as (page, _):
        submit(page, address)
        page.wait_for_url(re.compile("/s/"))
        return page.url
