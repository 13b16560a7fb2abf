"""A shortlist in two browsers at once, with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.looking import fresh_page, submit
from tests.support.queue_steps import Steps
from tests.support.serving import Site


def keep(page: Page, steps: Steps, amount: int = 2) -> list[str]:
    """Evaluate so many addresses and keep their reports; return their ids."""
    found = []
    for number in range(amount):
        submit(page, f"{number} Main")
        page.locator("#panel").wait_for()
        page.goto("about:blank")
        found.append(steps.finish())
        page.goto(f"/s/{found[-1]}")
        page.get_by_role("button", name="Keep on my shortlist").click()
        page.wait_for_url("**/shortlist#entry-*")
    return found


def entry(page: Page, snapshot_id: str) -> Locator:
    return page.locator(f"#entry-{snapshot_id}")


@pytest.mark.parametrize("scripts", [True, False])
def test_two_people_decide_together(browser: Browser, quiet_site: Site, steps: Steps, scripts: bool) -> None:
    ours = {"java_script_enabled": scripts}
    with (
        fresh_page(browser, quiet_site.url, **ours) as (ann, complaints),
        fresh_page(browser, quiet_site.url, **ours) as (bob, others),
    ):
        first, second = keep(ann, steps)
        entry(ann, first).get_by_role("button", name="Yes", exact=True).click()
        expect(entry(ann, first).get_by_role("button", name="Yes", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        ann.get_by_role("button", name="Make this link To decide together").click()
        bob.goto(ann.locator(".permalink").inner_text())
        expect(bob.get_by_role("button", name="Maybe", exact=True)).to_have_count(0)
        bob.get_by_label("Give your name, then mark and note").fill("Bob")
        bob.get_by_role("button", name="That is me").click()
        expect(entry(bob, first)).to_contain_text("The owner: Yes")
        entry(bob, first).get_by_role("button", name="No", exact=True).click()
        expect(entry(bob, first).get_by_role("button", name="No", exact=True)).to_have_attribute("aria-pressed", "true")
        entry(bob, first).get_by_text("Write a note").click()
        entry(bob, first).get_by_role("textbox").fill("Too far.\nAnd loud.")
        entry(bob, first).get_by_role("button", name="Keep this note").click()
        expect(entry(bob, first).locator(".my-note")).to_contain_text("And loud.")
        # Ann marks on a page that is older than what Bob said.
        entry(ann, first).get_by_role("button", name="Maybe", exact=True).click()
        expect(entry(ann, first).locator(".opinions")).to_contain_text("Bob: No")
        expect(entry(ann, first).locator(".opinions")).to_contain_text("Too far.")
        bob.reload()
        expect(entry(bob, first)).to_contain_text("The owner: Maybe")
        expect(entry(bob, first).locator(".my-note")).to_contain_text("Too far.")
        assert complaints == others == []
        assert second


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_put_in_order_compared_and_emptied(
    browser: Browser, quiet_site: Site, steps: Steps, scripts: bool
) -> None:
    with fresh_page(browser, quiet_site.url, java_script_enabled=scripts) as (page, complaints):
        first, second = keep(page, steps)
        entry(page, second).get_by_role("button", name="up").click()
        expect(page.locator("#shortlist > li").first).to_have_id(f"entry-{second}")
        if scripts:
            expect(page.locator(f"#up-{second}")).to_be_focused()
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="Compare the ticked ones").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Which of these?")
        page.goto("/shortlist")
        for each in (first, second):
            entry(page, each).get_by_role("button", name="Remove").click()
            expect(entry(page, each)).to_have_count(0)
        page.goto("/shortlist")
        expect(page.get_by_role("heading", level=2).first).to_have_text("Nothing is kept yet")
        assert complaints == []


def test_a_browser_that_forgot_takes_the_list_over(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        keep(page, steps)
        page.get_by_role("button", name="Make this link To decide together").click()
        link = page.locator(".permalink").inner_text()
        page.context.clear_cookies()
        page.goto("/shortlist")
        expect(page.get_by_text("Nothing is kept yet")).to_be_visible()
        page.goto(link)
        page.get_by_text("Is this your own list?").click()
        page.get_by_role("button", name="This is my list: take it over here").click()
        expect(page.locator("#shortlist > li")).to_have_count(2)
        expect(page.get_by_role("heading", level=1)).to_have_text("Your shortlist")


def test_what_is_refused_is_said_beside_its_entry(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url) as (page, _):
        first, second = keep(page, steps)
        other = page.context.new_page()
        other.goto("/shortlist")
        entry(other, first).get_by_role("button", name="Remove").click()
        expect(entry(other, first)).to_have_count(0)
        entry(page, first).get_by_role("button", name="Yes", exact=True).click()
        expect(entry(page, first).get_by_role("alert")).to_contain_text("not on this shortlist, or no longer")
        entry(page, second).get_by_role("button", name="Yes", exact=True).click()
        expect(entry(page, second).get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
        expect(entry(page, first)).to_have_count(0)
