"""The live panel in a browser, moved on step by step."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, Route, expect

from app.pipeline.evaluate import STAGES
from app.queue.jobs import StageRecord, StageState, Status
from tests.support.failing_polls import ANSWERS, NEVER, NO_HEADERS, SWITCH
from tests.support.looking import fresh_page, overflow_px, submit
from tests.support.questions import question_json
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


def test_it_takes_nothing_but_a_panel_for_a_panel(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        begin(page, "Foreign 1")
        switch = quiet_site.data_dir / SWITCH
        for what in ANSWERS:
            switch.write_text(what)
            with page.expect_response(lambda response: "/progress" in response.url):
                page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # polls at once
            page.wait_for_timeout(100)
            assert page.locator("h1").all_inner_texts() == ["Foreign 1"], what
        switch.unlink()
        steps.claim(stages_done=2)
        expect(page.get_by_role("status")).to_contain_text("Step 3 of 14")
        expect(page).to_have_title("3/14 Analyzing nearby amenities - Doorstep")


def test_it_polls_on_behind_a_proxy_that_drops_headers(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, complaints):
        begin(page, "Dropped 1")
        switch = quiet_site.data_dir / SWITCH
        switch.write_text(NO_HEADERS)
        polls: list[str] = []
        page.on("request", lambda request: polls.append(request.url))
        steps.claim(stages_done=2)
        expect(page.get_by_role("status")).to_contain_text("Step 3 of 14")
        page.wait_for_timeout(4_500)
        switch.unlink()
        assert page.locator("#panel").count() == page.locator("main").count() == page.locator("h1").count() == 1
        assert 2 <= len(polls) <= 5
        assert complaints == []


def test_a_poll_that_is_never_answered_holds_up_the_next_for_eight_seconds(
    browser: Browser, quiet_site: Site, steps: Steps
) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        begin(page, "Silent 1")
        switch = quiet_site.data_dir / SWITCH
        switch.write_text(NEVER)
        with page.expect_event("requestfailed", timeout=15_000):
            pass
        switch.unlink()
        steps.claim(stages_done=2)
        expect(page.get_by_role("status")).to_contain_text("Step 3 of 14")


def test_it_says_that_an_evaluation_is_gone_and_stops(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        begin(page, "Gone 1")
        snapshot_id = finish_unseen(page, steps)
        steps.store.delete_snapshot(snapshot_id, None)
        expect(page.get_by_role("alert")).to_contain_text("This evaluation does not exist")
        expect(page.locator("[hx-get]")).to_have_count(0)


def finish_unseen(page: Page, steps: Steps) -> str:
    """Finish the job while no poll of the page gets through; return its report's id."""
    page.context.set_offline(True)
    snapshot_id = steps.finish()
    page.context.set_offline(False)
    return snapshot_id


def test_it_stops_polling_once_the_job_has_ended(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        begin(page, "Stops 1")
        steps.fail()
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


def test_it_asks_stops_polling_and_goes_on_with_one_tap(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, complaints):
        begin(page, "Asks 1")
        steps.ask(question_json(about="Asks 1"))
        expect(page.get_by_role("status")).to_have_text("Which one did you mean?")
        expect(page).to_have_title("Which one? - Asks 1 - Doorstep")
        expect(page.get_by_role("progressbar")).to_have_count(0)
        polls: list[str] = []
        page.on("request", lambda request: polls.append(request.url))
        page.wait_for_timeout(2_500)
        assert polls == []
        page.get_by_role("button", name="Newport Town, Wales").click()
        expect(page.get_by_role("status")).to_contain_text("Yours is next")
        expect(page.locator(".stage")).to_have_count(14)
        steps.finish()
        page.wait_for_url(re.compile("/s/"))
        assert complaints == []


def test_it_asks_without_javascript(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url, java_script_enabled=False) as (page, _):
        begin(page, "Asks 2")
        steps.ask(question_json(about="Asks 2", may_be_left_out=True))
        page.get_by_role("link", name="Refresh now").click()
        expect(page.get_by_role("status")).to_have_text("Which one did you mean?")
        expect(page.get_by_text("This page refreshes by itself")).to_have_count(0)
        page.get_by_role("button", name="None of these").click()
        expect(page.get_by_role("status")).to_contain_text("Yours is next")
        steps.finish()
        page.get_by_role("link", name="Refresh now").click()
        page.wait_for_url(re.compile("/s/"))


def test_each_choice_is_a_target_for_a_thumb(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    narrow = {"width": 320, "height": 640}
    with fresh_page(browser, quiet_site.url, viewport=narrow) as (page, _):
        begin(page, "Asks 3")
        steps.ask(question_json(("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "town", "Wales")))
        choice = page.get_by_role("button", name="Llanfair")
        choice.wait_for()
        box = choice.bounding_box()
        assert box
        assert box["height"] >= 44
        assert box["width"] > 200
        assert overflow_px(page) == 0


def test_a_question_that_was_closed_meanwhile_says_so(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        begin(page, "Asks 4")
        steps.ask(question_json(about="Asks 4"))
        choice = page.get_by_role("button", name="Newport Town, Wales")
        choice.wait_for()
        (job,) = steps.store.list_jobs(Status.ASKING)
        steps.expire()
        choice.click()
        expect(page.get_by_role("alert")).to_contain_text("already cancelled")
        page.goto(f"/job/{job.job_id}")
        expect(page.locator("#panel")).to_contain_text("nobody answered within 24 hours")


def test_a_step_takes_nothing_but_a_panel_either(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        begin(page, "Step 1")
        for status in (200, 403, 404, 502):
            page.route("**/cancel", answering(status))
            with page.expect_response("**/cancel"):
                page.get_by_role("button", name="Cancel").click()
            page.wait_for_timeout(100)
            assert page.locator("h1").all_inner_texts() == ["Step 1"], status
            page.unroute("**/cancel")
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("status")).to_contain_text("was cancelled")


def answering(status: int) -> Callable[[Route], None]:
    """Return what answers in the place of Doorstep."""
    return lambda route: route.fulfill(status=status, body="<h1>Sign in</h1>")
