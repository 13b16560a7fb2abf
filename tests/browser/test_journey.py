"""From the form to the report, as people do it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.support.looking import fresh_page, submit
from tests.support.serving import Site

ADDRESSES = ("12 Bulevardi, Helsinki", "Boulevard des Moulins 27, Monaco")
JOB = re.compile(r"/job/[\w-]+$")
REPORT = re.compile(r"/s/[\w.-]+$")


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_goes_from_the_form_to_the_report_without_a_complaint(browser: Browser, site: Site, address: str) -> None:
    with fresh_page(browser, site.url) as (page, complaints):
        polls: list[str] = []
        page.on("request", lambda request: polls.append(request.url) if "/progress" in request.url else None)
        submit(page, address)
        page.wait_for_url(JOB)
        page.wait_for_url(REPORT)
        assert polls
        expect(page.locator(".verdict h1")).not_to_be_empty()
        assert complaints == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_goes_there_without_javascript_too(browser: Browser, site: Site, address: str) -> None:
    with fresh_page(browser, site.url, java_script_enabled=False) as (page, complaints):
        submit(page, address)
        page.wait_for_url(REPORT, timeout=30_000)
        expect(page.locator(".verdict h1")).not_to_be_empty()
        assert complaints == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_number_that_is_not_mapped_is_asked_about_and_one_tap_goes_on(
    browser: Browser, site: Site, scripts: bool
) -> None:
    with fresh_page(browser, site.url, java_script_enabled=scripts) as (page, complaints):
        submit(page, "Bulevardi 12x, Helsinki")
        page.get_by_role("button", name="Bulevardi 12, Helsinki").click(timeout=15_000)
        page.wait_for_url(REPORT, timeout=30_000)
        expect(page.locator(".verdict")).to_contain_text("You typed “Bulevardi 12x, Helsinki”")
        expect(page.locator(".verdict")).to_contain_text("You chose this one when asked.")
        assert complaints == []


def test_going_back_from_the_report_stays_on_the_job(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url) as (page, _):
        submit(page, ADDRESSES[0])
        page.wait_for_url(REPORT)
        page.evaluate("history.back()")
        expect(page).to_have_url(JOB)
        page.wait_for_timeout(3_000)
        expect(page).to_have_url(JOB)
        expect(page.get_by_role("link", name="Open your report")).to_be_visible()


def test_going_back_stays_when_the_browser_loads_the_page_anew(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url) as (page, _):
        submit(page, ADDRESSES[0])
        page.wait_for_url(JOB)
        job_url = page.url
        page.wait_for_url(REPORT)
        page.goto(job_url)
        page.wait_for_timeout(1_500)
        assert page.url == job_url


def test_it_completes_the_address_while_it_is_typed(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url) as (page, complaints):
        page.goto("/")
        page.get_by_label("Address", exact=True).press_sequentially("bulevardi 1", delay=30)
        option = page.locator("#address-options option").first
        option.wait_for(state="attached")
        assert "bulevardi 1" in str(option.get_attribute("value")).lower()
        assert complaints == []


def test_it_completes_each_destination_beside_the_address(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url) as (page, complaints):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "destinations=" in request.url else None)
        page.goto("/")
        page.get_by_label("Address", exact=True).fill(ADDRESSES[0])
        page.locator("details.options summary").click()
        page.get_by_label("Destination 2").press_sequentially("aleksanterink", delay=30)
        page.locator("#destination-2-options option").first.wait_for(state="attached")
        assert page.locator("#destination-1-options option").count() == 0
        assert parse_qs(urlsplit(asked[-1]).query) == {"destinations": ["aleksanterink"], "address": [ADDRESSES[0]]}
        assert complaints == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_destination_is_shown_as_matched_and_changed_in_one_field(
    browser: Browser, site: Site, scripts: bool
) -> None:
    with fresh_page(browser, site.url, java_script_enabled=scripts) as (page, complaints):
        page.goto("/")
        page.get_by_label("Address", exact=True).fill(ADDRESSES[0])
        page.locator("details.options summary").click()
        page.get_by_label("Destination 1").fill("Zzyzx Road 5, Nevada")
        page.get_by_label("Destination 2").fill("aleksanterinkatu 52")
        page.get_by_role("button", name="Evaluate").click()
        page.wait_for_url(REPORT, timeout=30_000)
        expect(page.locator(".trip").first).to_contain_text("You typed “aleksanterinkatu 52”.")
        page.locator(".trip").first.get_by_role("link", name="Not this? Change").click()
        field = page.get_by_label("Where do you go instead?")
        expect(field).to_be_focused()
        expect(field).to_have_value("aleksanterinkatu 52")
        field.fill("mannerheimintie 20")
        page.get_by_role("button", name="Change it").click()
        page.wait_for_url(REPORT, timeout=30_000)
        expect(page.locator(".trip").first).to_contain_text("You typed “mannerheimintie 20”.")
        expect(page.locator("#around")).to_contain_text("Zzyzx Road 5, Nevada")
        assert complaints == []


def test_it_names_the_regions_when_an_address_lies_outside(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url) as (page, complaints):
        submit(page, "Zzyzx Road 5, Nevada")
        expect(page.locator(".notice")).to_contain_text("Helsinki, Monaco")
        page.get_by_role("link", name="Change the address").click()
        expect(page.get_by_label("Address", exact=True)).to_have_value("Zzyzx Road 5, Nevada")
        assert complaints == []


def test_it_answers_bad_input_in_place(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url) as (page, _):
        page.goto("/")
        page.get_by_label("Address", exact=True).fill(ADDRESSES[0])
        page.locator("details.options summary").click()
        page.get_by_label("Rent a month").fill("much")
        page.get_by_role("button", name="Evaluate").click()
        expect(page.locator("#problems")).to_contain_text("The rent must be a number")
        expect(page.get_by_label("Rent a month")).to_be_focused()
        expect(page.get_by_label("Address", exact=True)).to_have_value(ADDRESSES[0])
        page.get_by_label("Rent a month").fill("950")
        page.get_by_role("button", name="Evaluate").click()
        page.wait_for_url(REPORT)
