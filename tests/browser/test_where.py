"""Where in a town wishes are met, in a real browser: with scripts each change asks again, without them a button."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support.looking import fresh_page, overflow_px
from tests.support.serving import Site

SCRIPTS = pytest.mark.parametrize("scripts", [True, False])
ASKED = "/where?region=monaco&wish=park-5&wish=cafe-5&wish=station-10"
PLACE = "/where?region=monaco&wish=cafe-5&place=Boulevard+Albert&by=walk&within=15"


def meeting(page: Page) -> int:
    """Return the number of homes that the count tells."""
    found = re.search(r"met at ([\d,]+|none) of", str(page.locator("#count").text_content()))
    assert found
    return 0 if found[1] == "none" else int(found[1].replace(",", ""))


@SCRIPTS
def test_a_wish_more_asks_again(browser: Browser, site: Site, scripts: bool) -> None:
    with fresh_page(browser, site.url, java_script_enabled=scripts) as (page, complaints):
        page.goto("/where?region=monaco&wish=cafe-5")
        before = meeting(page)
        page.get_by_label("Park", exact=True).select_option("park-5")
        if not scripts:
            page.get_by_role("button", name="Show where").click()
        expect(page).to_have_url(re.compile(r"/where\?region=monaco&wish=park-5&wish=cafe-5$"))
        expect(page.locator("#count")).to_contain_text("Both wishes are met")
        assert meeting(page) <= before
        expect(page.locator("#map img")).to_have_js_property("complete", value=True)
        assert page.locator("#map img").evaluate("image => image.naturalWidth") > 300
        assert complaints == []


def test_with_scripts_the_focus_stays_and_back_shows_the_answer_before(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url) as (page, complaints):
        page.goto("/where?region=monaco&wish=cafe-5")
        before = page.locator("#count").text_content()
        page.evaluate("window.stayed = true")
        page.get_by_label("Park", exact=True).focus()
        page.get_by_label("Park", exact=True).select_option("park-5")
        expect(page.locator("#count")).to_contain_text("Both")
        expect(page.get_by_label("Park", exact=True)).to_be_focused()
        assert page.evaluate("window.stayed") is True
        page.evaluate("history.back()")
        expect(page.locator("#count")).to_have_text(str(before))
        expect(page.get_by_label("Park", exact=True)).to_have_value("")
        assert complaints == []


@SCRIPTS
def test_a_place_that_may_be_several_is_asked_about_beside_its_field(
    browser: Browser, site: Site, scripts: bool
) -> None:
    with fresh_page(browser, site.url, java_script_enabled=scripts) as (page, complaints):
        page.goto("/where?region=monaco&wish=cafe-5")
        page.get_by_text("Places to reach").click()
        page.get_by_label("Work, family, school").first.fill("Boulevard Albert")
        page.get_by_label("Work, family, school").first.blur()
        if not scripts:
            page.get_by_role("button", name="Show where").click()
        note = page.locator("#place-note-1")
        expect(note.get_by_role("link").first).to_be_visible()
        # The wish is judged all the same.
        expect(page.locator("#count")).to_contain_text("Your wish is met at")
        note.get_by_role("link").first.click()
        expect(page.locator("#count")).to_contain_text("Both wishes are")
        assert complaints == []


@SCRIPTS
def test_a_street_leads_to_the_form_filled_in(browser: Browser, site: Site, scripts: bool) -> None:
    with fresh_page(browser, site.url, java_script_enabled=scripts) as (page, complaints):
        page.goto(ASKED)
        page.get_by_role("link", name="Evaluate an address here").first.click()
        expect(page.get_by_label("Address", exact=True)).to_have_value(re.compile(r"\d.*Monaco|Monaco.*\d|\d"))
        expect(page.get_by_label("Park", exact=True)).to_have_value("park:5")
        assert complaints == []


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_window(browser: Browser, site: Site, width: int) -> None:
    with fresh_page(browser, site.url, viewport={"width": width, "height": 800}) as (page, _):
        for path in ("/where", "/where?region=helsinki", ASKED, PLACE):
            page.goto(path)
            assert overflow_px(page) <= 0, path


def test_nothing_moves_while_the_map_comes(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url, viewport={"width": 1280, "height": 800}) as (page, _):
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => "
            "window.moved += entry.value)).observe({type: 'layout-shift', buffered: true})"
        )
        page.goto(ASKED)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.moved") == 0


def test_what_is_wrong_is_said_and_the_rest_is_answered(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url) as (page, _):
        page.goto("/where?region=monaco&wish=cafe-5&wish=castle-5")
        expect(page.get_by_role("alert")).to_contain_text("“castle-5” cannot be wished for")
        expect(page.locator("#count")).to_contain_text("Your wish is met at")
        expect(page.get_by_label("Café", exact=True)).to_have_value("cafe-5")


def test_targets_are_large_enough_for_a_thumb(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url, viewport={"width": 360, "height": 800}) as (page, _):
        page.goto(ASKED)
        small = page.evaluate(
            "Array.from(document.querySelectorAll('.where select, .where input, .where button, .where-evaluate a, "
            ".where summary')).filter(each => each.offsetParent && each.getBoundingClientRect().height < 44)"
            ".map(each => each.outerHTML.slice(0, 80))"
        )
        assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(browser: Browser, site: Site, scheme: str, width: int) -> None:
    window = {"width": width, "height": 800}
    with fresh_page(browser, site.url, color_scheme=scheme, viewport=window) as (page, _):
        for path in ("/where", "/where?region=helsinki", ASKED, PLACE, f"{ASKED}&wish=castle-5&wish=stop_every_15-8"):
            page.goto(path)
            found = Axe().run(page)
            assert found.violations_count == 0, (path, found.generate_report())


def test_without_colours_every_kind_of_square_has_its_mark(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url, forced_colors="active") as (page, _):
        page.goto(ASKED)
        looks = page.locator(".where-legend .where-mark").evaluate_all(
            "marks => marks.map(mark => { const look = getComputedStyle(mark);"
            " return look.backgroundColor + look.backgroundImage + look.borderTopColor })"
        )
        assert len(looks) >= 3
        assert len(set(looks)) == len(looks)


def test_on_paper_the_map_the_legend_and_the_list_are_one_page(browser: Browser, site: Site) -> None:
    with fresh_page(browser, site.url) as (page, _):
        page.goto(ASKED, wait_until="networkidle")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 718, "height": 1000})
        end = page.locator(".where-streets > li").last.evaluate("item => item.getBoundingClientRect().bottom")
        assert end + page.evaluate("scrollY") <= 1_000
        assert not page.locator(".where-form").is_visible()
