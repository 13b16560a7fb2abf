"""The live panel in a browser, moved on step by step."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from app.pipeline.evaluate import STAGES
from app.queue.jobs import StageRecord, StageState
from tests.support.failing_polls import SWITCH
from tests.support.looking import fresh_page, submit
from tests.support.queue_steps import Steps
from tests.support.serving import Site


def begin(page: Page, address: str) -> None:
    """Send an address and wait for its panel."""
    submit(page, address)
    page.locator("#panel").wait_for()


def test_it_follows_the_steps_in_the_same_nodes(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, complaints):
        begin(page, "Follow 1")
        page.evaluate("document.querySelector('#panel-status').mark = 'the same node'")
        claim = steps.claim(stages_done=3)
        status = page.get_by_role("status")
        expect(status).to_contain_text("Step 4 of 14: Finding schools and childcare")
        steps.store.update_job_stage(claim, STAGES[4].name, StageRecord(STAGES[3].name, StageState.DONE, 0.2), b"{}")
        expect(status).to_contain_text("Step 5 of 14: Calculating commute times")
        expect(page).to_have_title("5/14 Calculating commute times - Doorstep")
        assert page.evaluate("document.querySelector('#panel-status').mark") == "the same node"
        assert page.locator("[aria-current=step]").count() == 1
        assert complaints == []


def test_it_survives_errors_while_it_polls(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        begin(page, "Errors 1")
        switch = quiet_site.data_dir / SWITCH
        switch.touch()
        with page.expect_response(lambda response: response.status == 500):
            pass
        expect(page.locator("#panel-address")).to_have_text("Errors 1")
        switch.unlink()
        steps.claim(stages_done=2)
        expect(page.get_by_role("status")).to_contain_text("Step 3 of 14")


def test_it_stops_polling_once_the_job_has_ended(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        begin(page, "Stops 1")
        steps.fail("Stops 2")
        expect(page.get_by_role("status")).to_contain_text("stopped without a report")
        polls: list[str] = []
        page.on("request", lambda request: polls.append(request.url))
        page.wait_for_timeout(2_500)
        assert polls == []


def test_it_cancels_and_tries_again(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, complaints):
        begin(page, "Cancel 1")
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("status")).to_contain_text("was cancelled")
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("status")).to_contain_text("Yours is next")
        steps.finish()
        page.wait_for_url(re.compile("/s/"))
        assert complaints == []


def test_it_cancels_without_javascript(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url, java_script_enabled=False) as (page, _):
        begin(page, "Plain 1")
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("status")).to_contain_text("was cancelled")
        expect(page.get_by_text("Stop refreshing")).to_have_count(0)


def test_it_stops_refreshing_without_javascript(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url, java_script_enabled=False) as (page, _):
        begin(page, "Plain 2")
        with page.expect_navigation():  # or its own load would be counted below
            page.get_by_role("link", name="Stop refreshing").click()
        loads: list[str] = []
        page.on("load", lambda loaded: loads.append(loaded.url))
        page.wait_for_timeout(6_500)
        assert loads == []
        steps.finish()
        page.get_by_role("link", name="Refresh now").click()
        page.wait_for_url(re.compile("/s/"))


def test_it_starts_with_a_suggested_address(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, complaints):
        begin(page, "Suggest 1")
        steps.fail("Suggest 2")
        page.get_by_role("button", name="Suggest 2").click()
        expect(page.locator("#panel-address")).to_have_text("Suggest 2")
        assert complaints == []
