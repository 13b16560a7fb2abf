"""Several addresses at once in a browser, from the paste to the ranking, with and without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.looking import fresh_page
from tests.support.queue_steps import Steps
from tests.support.serving import Site

LINES = "12 Bulevardi, Helsinki\nZzyzx Road 99, Nowhere\n,\nBoulevard des Moulins 27, Monaco\n"
BATCH = re.compile(r"/batch/[\w-]+$")


def begin(page: Page, lines: str) -> None:
    """Paste addresses, send them and wait for their page."""
    page.goto("/")
    page.get_by_role("link", name="Several addresses at once").click()
    page.get_by_label("Addresses, one a line").fill(lines)
    page.get_by_role("button", name="Evaluate them all").click()
    page.wait_for_url(BATCH)


@pytest.mark.parametrize("scripts", [True, False])
def test_it_goes_from_the_paste_to_the_ranking_and_the_shortlist(browser: Browser, site: Site, scripts: bool) -> None:
    with fresh_page(browser, site.url, java_script_enabled=scripts) as (page, complaints):
        begin(page, LINES)
        expect(page.locator("#line-3")).to_contain_text("Type an address first")
        expect(page.locator("#batch-ranking .figure-row")).to_have_count(2, timeout=45_000)
        status = "2 of 4 done, 1 stopped without a report, 1 not understood."
        expect(page.get_by_role("status")).to_have_text(status)
        expect(page.locator("#line-2")).to_contain_text("Nothing like that is on the map here")
        here = page.url
        page.get_by_role("link", name="Compare the first 2").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Which of these?")
        page.goto(here)
        page.get_by_role("button", name="Put all on my shortlist").click()
        expect(page.locator("#shortlist > li")).to_have_count(2)
        page.goto(here)
        page.get_by_role("link", name="Correct line 2").click()
        expect(page.get_by_label("Address", exact=True)).to_have_value("Zzyzx Road 99, Nowhere")
        assert complaints == []


def test_a_file_is_sent_and_its_profile_kept(browser: Browser, site: Site, tmp_path: Path) -> None:
    table = tmp_path / "homes.csv"
    table.write_text('address;rent\n"12 Bulevardi, Helsinki";£900\n')
    with fresh_page(browser, site.url, java_script_enabled=False) as (page, _):
        page.goto("/batch")
        page.get_by_label("Or a table from a file (CSV)").set_input_files(table)
        page.get_by_role("button", name="Evaluate them all").click()
        expect(page.locator("#batch-ranking .figure-row")).to_have_count(1, timeout=45_000)
        assert "900" not in page.locator("main").inner_text()


def test_it_is_followed_in_the_same_nodes_and_stops(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, complaints):
        begin(page, "1 Main\n2 Main\n3 Main")
        page.evaluate("document.querySelector('#line-2').mark = 'the same node'")
        status = page.get_by_role("status")
        steps.finish()
        expect(status).to_have_text("1 of 3 done.")
        expect(page).to_have_title("1/3 done - Doorstep")
        steps.ask()
        expect(status).to_have_text("1 of 3 done, 1 asks a question.")
        assert page.evaluate("document.querySelector('#line-2').mark") == "the same node"
        steps.finish()
        expect(page.locator("#batch-ranking")).to_be_visible()
        polls: list[str] = []
        page.on("request", lambda request: polls.append(request.url))
        page.wait_for_timeout(2_500)
        assert polls == []
        page.get_by_role("link", name="Answer the question of line 2").click()
        expect(page.get_by_role("status")).to_have_text("Which one did you mean?")
        assert complaints == []


@pytest.mark.parametrize("scripts", [True, False])
def test_all_are_cancelled_at_once(browser: Browser, quiet_site: Site, steps: Steps, scripts: bool) -> None:
    with fresh_page(browser, quiet_site.url, java_script_enabled=scripts) as (page, complaints):
        begin(page, "1 Main\n2 Main")
        page.get_by_role("button", name="Cancel all").click()
        expect(page.get_by_role("status")).to_have_text("0 of 2 done, 2 cancelled.")
        expect(page.get_by_role("button", name="Cancel all")).to_have_count(0)
        assert complaints == []


def test_without_javascript_reloading_can_be_stopped(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url, java_script_enabled=False) as (page, _):
        begin(page, "1 Main")
        with page.expect_navigation():
            page.get_by_role("link", name="Stop refreshing").click()
        steps.finish()
        expect(page.get_by_role("status")).to_have_text("0 of 1 done.")
        page.get_by_role("link", name="Refresh now").click()
        expect(page.get_by_role("status")).to_have_text("1 of 1 done.")
        expect(page.get_by_text("Refresh now")).to_have_count(0)
