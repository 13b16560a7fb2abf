"""The report in a browser: short enough to be read at once, on a phone, on paper, and by everyone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.queue import open_store
from app.queue.jobs import NewJob
from app.sources.regions import ImportedRegions
from tests.browser.test_journey import ADDRESSES, REPORT
from tests.support.folders import REGIONS
from tests.support.looking import fresh_page, overflow_px, submit
from tests.support.queue_steps import Steps
from tests.support.real_reports import LARGER, PICKY
from tests.support.serving import Site, serve

PHONE = {"width": 390, "height": 844}
MOST_SCREENS, MOST_WORDS, MOST_PAGES = 6, 600, 2
#: What a thumb hits: lines of a list that open (pixels).
THUMB_PX = 44
#: Words that are seen: without those for screen readers alone. A closed `details` has none but its summary's.
WORDS = """() => {
  const page = document.body.cloneNode(true);
  document.querySelector("body").replaceWith(page);
  page.querySelectorAll(".hidden, .skip").forEach(hidden => hidden.remove());
  return page.innerText.trim().split(/\\s+/).length;
}"""


@pytest.fixture(scope="module")
def links(browser: Browser, site: Site) -> Iterator[list[str]]:
    """Evaluate both sample addresses once."""
    with fresh_page(browser, site.url) as (page, _):
        found = []
        for address in ADDRESSES:
            submit(page, address)
            page.wait_for_url(REPORT)
            found.append(page.url)
        yield found


def opened(page: Page, links: list[str], number: int) -> Page:
    page.goto(links[number])
    return page


@pytest.mark.parametrize("number", range(len(ADDRESSES)))
def test_it_is_understood_in_six_screens_and_six_hundred_words(
    browser: Browser, site: Site, links: list[str], number: int
) -> None:
    with fresh_page(browser, site.url, viewport=PHONE) as (page, _):
        opened(page, links, number)
        assert page.evaluate("document.documentElement.scrollHeight") <= MOST_SCREENS * PHONE["height"]
        assert page.evaluate(WORDS) <= MOST_WORDS


#: Of the larger regions, addresses with the longest reports.
LONGEST = (
    ("newport-gb", "51.5763, -3.0309"),
    ("queens-village-ny-us", "203-06 109th Avenue"),
    ("milan", "45.4780, 9.2040"),
)


@pytest.fixture(scope="module")
def long_reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, list[str]]]:
    """Serve reports on the longest addresses of larger regions, for a person with many wishes and places to go to."""
    data_dir = tmp_path_factory.mktemp("larger")
    regions = RegionStore(data_dir / "regions")
    files = {name: files for name, files, _ in LARGER}
    for name, _ in LONGEST:
        extract, *feeds = (REGIONS / name / file for file in files[name])
        import_region(regions, name, RegionInput(extract, tuple(feeds)))
    source, store = ImportedRegions(data_dir / "regions"), open_store(Config(data_dir=data_dir))
    found = []
    for _, address in LONGEST:
        for listing in (
            PICKY(address),
            Listing(address, profile="car-free", destinations=(address, "Nowhere Street 99")),
        ):
            store.create_job(NewJob(address, "{}", str(len(found)), "owner"))
            found.append(f"/s/{Steps(store).finish(evaluate_property(listing, source))}")
    with serve(data_dir, "app:create_app()") as served:
        yield served, found


@pytest.mark.slow
@pytest.mark.skipif(not (REGIONS / "newport-gb").exists(), reason="the larger regions are not beside this repository")
@pytest.mark.parametrize("number", range(2 * len(LONGEST)))
def test_the_longest_reports_of_larger_regions_are_as_short(
    browser: Browser, long_reports: tuple[Site, list[str]], number: int
) -> None:
    site, links = long_reports
    with fresh_page(browser, site.url, viewport=PHONE) as (page, _):
        paper = opened(page, links, number).pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= MOST_PAGES
        assert page.evaluate("document.documentElement.scrollHeight") <= MOST_SCREENS * PHONE["height"]
        assert page.evaluate(WORDS) <= MOST_WORDS


@pytest.mark.parametrize("number", range(len(ADDRESSES)))
def test_it_takes_six_screens_in_wide_fonts_too(
    wide_browser: Browser, site: Site, links: list[str], number: int
) -> None:
    with fresh_page(wide_browser, site.url, viewport=PHONE) as (page, _):
        opened(page, links, number)
        assert page.evaluate("document.documentElement.scrollHeight") <= MOST_SCREENS * PHONE["height"]


#: A phone; a small one; a screen of 1280 px at 200 % and at 400 % (which is the small phone's width).
@pytest.mark.parametrize("width", [390, 360, 640, 320])
def test_it_needs_no_sideways_scrolling(browser: Browser, site: Site, links: list[str], width: int) -> None:
    with fresh_page(browser, site.url, viewport={"width": width, "height": 740}) as (page, _):
        opened(page, links, 0)
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        assert overflow_px(page) == 0


@pytest.mark.parametrize("number", range(len(ADDRESSES)))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_prints_on_two_pages(browser: Browser, site: Site, links: list[str], number: int, scheme: str) -> None:
    with fresh_page(browser, site.url, color_scheme=scheme) as (page, _):
        paper = opened(page, links, number).pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= MOST_PAGES


def test_paper_shows_what_fails_and_nothing_to_press(browser: Browser, site: Site, links: list[str]) -> None:
    with fresh_page(browser, site.url) as (page, _):
        opened(page, links, 1).emulate_media(media="print")
        expect(page.locator("#quiet .check-head").first).to_be_visible()
        for pressed in (".again", ".save", ".steps", ".adjust"):
            expect(page.locator(pressed).first).not_to_be_visible()


def test_each_line_opens_to_what_its_number_rests_on_without_scripts(
    browser: Browser, site: Site, links: list[str]
) -> None:
    with fresh_page(browser, site.url, viewport=PHONE, java_script_enabled=False) as (page, complaints):
        line = opened(page, links, 0).locator("#door details.row").first
        expect(line.get_by_text("map data of")).not_to_be_visible()
        line.locator("summary").press("Enter")
        expect(line.get_by_text("map data of")).to_be_visible()
        expect(line.locator(".place a").first).to_have_attribute("href", re.compile("openstreetmap.org/"))
        assert complaints == []


def test_each_line_is_a_target_for_a_thumb(browser: Browser, site: Site, links: list[str]) -> None:
    with fresh_page(browser, site.url, viewport=PHONE) as (page, _):
        heights = [
            box["height"] for row in opened(page, links, 0).locator(".row summary").all() if (box := row.bounding_box())
        ]
        assert heights
        assert min(heights) >= THUMB_PX


@pytest.mark.parametrize("colours", ["none", "active"])
def test_axe_finds_nothing_with_everything_open(browser: Browser, site: Site, links: list[str], colours: str) -> None:
    with fresh_page(browser, site.url, viewport=PHONE, forced_colors=colours, reduced_motion="reduce") as (page, _):
        opened(page, links, 1)
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}})
        assert found.violations_count == 0, found.generate_report()
