"""Nothing on the page jumps: from the form over the panel to the report, as Chromium itself counts layout shifts."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from app.pipeline.evaluate import STAGES
from app.queue.jobs import StageRecord, StageState
from tests.support.in_pieces import in_pieces
from tests.support.looking import fresh_page, submit
from tests.support.queue_steps import Steps
from tests.support.serving import Site

WINDOWS = [{"width": 320, "height": 640}, {"width": 390, "height": 844}, {"width": 1280, "height": 900}]
#: In how many places a page is cut in two.
CUTS = 40
#: A shift of so much is one that is seen there: less is a half-read line that finds its baseline.
LEAST_SEEN = 0.0003
#: Notes every shift, also those that follow a person's own input at once, over all pages of the journey.
OBSERVE = """
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    const moved = entry.sources.map(source => source.node && (source.node.id || source.node.nodeName)).join();
    sessionStorage.shifts = `${sessionStorage.shifts || ""}${location.pathname}: ${entry.value} ${moved}\\n`;
  }
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window["width"])
def test_nothing_jumps_from_the_form_to_the_report(browser: Browser, site: Site, window: dict[str, int]) -> None:
    with fresh_page(browser, site.url, viewport=window) as (page, _):
        page.add_init_script(OBSERVE)
        submit(page, "12 Bulevardi, Helsinki")
        page.wait_for_url(re.compile("/s/"))
        page.wait_for_timeout(500)
        assert shifts(page) == ""


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window["width"])
def test_nothing_jumps_while_steps_come_and_go(
    browser: Browser, quiet_site: Site, steps: Steps, window: dict[str, int]
) -> None:
    steps_come_and_go(browser, quiet_site, steps, window)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window["width"])
def test_nothing_jumps_in_wide_fonts_either(
    wide_browser: Browser, quiet_site: Site, steps: Steps, window: dict[str, int]
) -> None:
    steps_come_and_go(wide_browser, quiet_site, steps, window)


def steps_come_and_go(browser: Browser, quiet_site: Site, steps: Steps, window: dict[str, int]) -> None:
    """Let two steps end while the panel is watched, one of which found nothing."""
    with fresh_page(browser, quiet_site.url, viewport=window) as (page, _):
        page.add_init_script(OBSERVE)
        submit(page, "Steady Street 1, Steadytown")
        page.locator("#panel").wait_for()
        claim = steps.claim(stages_done=2)
        expect(page.get_by_role("status")).to_contain_text("Step 3 of 14")
        for at, state in ((3, StageState.MISSING), (4, StageState.DONE)):
            reason = "no timetable is known here, so how often buses and trains run is not known"
            record = StageRecord(STAGES[at - 1].name, state, 0.04, reason if state is StageState.MISSING else "")
            steps.store.update_job_stage(claim, STAGES[at].name, record, b"{}")
            expect(page.get_by_role("status")).to_contain_text(f"Step {at + 1} of 14")
        expect(page.locator("#panel-missing")).to_contain_text("no timetable is known here")
        assert shifts(page) == ""


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window["width"])
def test_nothing_jumps_where_a_page_comes_in_two_pieces(browser: Browser, site: Site, window: dict[str, int]) -> None:
    """Wherever the rest is late: what is there stays where it is as that comes."""
    with fresh_page(browser, site.url, viewport=window) as (page, _):
        submit(page, "12 Bulevardi, Helsinki")
        page.wait_for_url(re.compile("/s/"))
        report = urlsplit(page.url).path
    for path in ("/", report):
        with in_pieces(site.url, path) as pieces, fresh_page(browser, site.url, viewport=window) as (page, _):
            page.add_init_script(OBSERVE)
            for place in pieces.places(CUTS):
                pieces.cut_at = place
                page.goto(pieces.url)
                page.wait_for_timeout(50)
            jumps = shifts(page).splitlines()
            assert [jump for jump in jumps if float(jump.split()[1]) > LEAST_SEEN] == []


def test_a_jump_is_noticed(browser: Browser, quiet_site: Site) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        page.add_init_script(OBSERVE)
        page.goto("/")
        page.evaluate("document.querySelector('main').style.paddingTop = '300px'")
        page.wait_for_timeout(200)
        assert "/: 0." in shifts(page)


def shifts(page: Page) -> str:
    """Return where something moved, by how much, and what."""
    return str(page.evaluate("sessionStorage.shifts || ''"))
