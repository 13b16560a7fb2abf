"""Every state is readable by everyone: axe finds nothing, and a narrow phone needs no sideways scrolling."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from tests.browser.conftest import TOKEN
from tests.support.looking import fresh_page, overflow_px, submit
from tests.support.others import rated, reported
from tests.support.questions import question_json
from tests.support.queue_steps import Steps
from tests.support.reports import commuting_report, unknown_report
from tests.support.serving import Site
from tests.support.surroundings import ADDRESS, Town, full_grid

Scene = Callable[[Page, Steps], None]


def home(page: Page, steps: Steps) -> None:
    page.goto("/")
    page.locator("details.options summary").click()


def refused(page: Page, steps: Steps) -> None:
    page.goto("/")
    page.get_by_label("Address", exact=True).fill(" , ")
    page.get_by_role("button", name="Evaluate").click()
    expect(page.locator("#problems")).to_contain_text("Type an address first")


def waiting(page: Page, steps: Steps) -> None:
    submit(page, "A street with quite a long name that goes on and on 127, A town with a long name")
    page.locator("#panel").wait_for()


def running(page: Page, steps: Steps) -> None:
    waiting(page, steps)
    steps.claim(stages_done=4)
    expect(page.get_by_role("status")).to_contain_text("Step 5 of 14")


def asking(page: Page, steps: Steps) -> None:
    waiting(page, steps)
    steps.ask(question_json(may_be_left_out=True))
    expect(page.get_by_role("status")).to_contain_text("Which one did you mean?")


def closed(page: Page, steps: Steps) -> None:
    asking(page, steps)
    steps.expire()
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("was closed")


def failed(page: Page, steps: Steps) -> None:
    waiting(page, steps)
    steps.fail()
    expect(page.get_by_role("status")).to_contain_text("stopped without a report")
    page.get_by_text("If you run this site").click()


def cancelled(page: Page, steps: Steps) -> None:
    waiting(page, steps)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status")).to_contain_text("was cancelled")


def finished(page: Page, steps: Steps) -> None:
    waiting(page, steps)
    url = page.url
    steps.finish()
    page.wait_for_url("**/s/*")
    page.goto(url)


def finish_unwatched(page: Page, steps: Steps, made: Report | None = None) -> str:
    """Finish the job that waits and return its report's path; its own page is left first, or it would go there too."""
    waiting(page, steps)
    page.goto("about:blank")
    return f"/s/{steps.finish(made)}"


def report(page: Page, steps: Steps) -> None:
    page.goto(finish_unwatched(page, steps))
    for details in page.locator("details").all():
        details.locator("summary").click()


def commuting(page: Page, steps: Steps) -> None:
    page.goto(finish_unwatched(page, steps, commuting_report()))


def unknown(page: Page, steps: Steps) -> None:
    page.goto(finish_unwatched(page, steps, unknown_report()))


def others(page: Page, steps: Steps) -> None:
    page.goto(finish_unwatched(page, steps, reported(rated(3_600))))
    for details in page.locator("details.worked-out").all():
        details.locator("summary").first.click()
    expect(page.locator(".official").first).to_contain_text("Walk Score®")


def ratings(page: Page, steps: Steps) -> None:
    others(page, steps)
    page.get_by_role("link", name="What people think of places near here").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rated places near")


def adjusted(page: Page, steps: Steps) -> None:
    made = evaluate_property(Listing(ADDRESS, must_haves=("park:10",)), Town(full_grid()))
    page.goto(f"{finish_unwatched(page, steps, made)}?profile=family&must=supermarket-5&weight.park=2&must=casino-5")
    expect(page.locator("#adjusted")).to_contain_text("Scored again for: Family")


def changed(page: Page, steps: Steps) -> None:
    page.goto(finish_unwatched(page, steps, commuting_report()))
    page.get_by_role("button", name="Evaluate again").click()
    page.locator("#panel").wait_for()
    page.goto("about:blank")
    page.goto(f"/s/{steps.finish(unknown_report())}")
    expect(page.locator("#changes")).to_contain_text("What changed since")


def comparing(page: Page, steps: Steps) -> None:
    made = evaluate_property(Listing(ADDRESS), Town(full_grid()))
    links = [finish_unwatched(page, steps, each) for each in (made, unknown_report(), made)]
    page.goto("/compare?" + "&".join(f"s={link.removeprefix('/s/')}" for link in links))
    expect(page.get_by_role("heading", level=1)).to_have_text("Which of these?")


def destination(page: Page, steps: Steps) -> None:
    page.goto(f"{finish_unwatched(page, steps, commuting_report())}/destination?change=station")
    page.get_by_label("Where do you go instead?").fill("x" * 201)
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("alert")).to_contain_text("shorten it")


def batch_form(page: Page, steps: Steps) -> None:
    page.goto("/batch")
    page.get_by_label("Addresses, one a line").fill(",")
    page.get_by_role("button", name="Evaluate them all").click()
    expect(page.locator("#problems")).to_contain_text("None of the lines")
    page.locator("details.options summary").click()


def batch_waiting(page: Page, steps: Steps) -> None:
    page.goto("/batch")
    page.get_by_label("Addresses, one a line").fill(
        "1 Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch\n2\n3\n,"
    )
    page.get_by_role("button", name="Evaluate them all").click()
    page.wait_for_url("**/batch/*")


def batch_ended(page: Page, steps: Steps) -> None:
    batch_waiting(page, steps)
    steps.finish(evaluate_property(Listing(ADDRESS, must_haves=("park:10", "motorway:300")), Town(full_grid())))
    steps.finish(unknown_report())
    steps.fail()
    expect(page.locator("#batch-ranking")).to_be_visible()


def shortlist(page: Page, steps: Steps) -> None:
    batch_ended(page, steps)
    page.get_by_role("button", name="Put all on my shortlist").click()
    page.get_by_role("button", name="Maybe", exact=True).first.click()
    page.locator("details.note summary").first.click()
    page.get_by_role("textbox").first.fill("Bright. " * 60)
    page.get_by_role("button", name="Keep this note").first.click()
    expect(page.locator(".my-note")).to_be_visible()
    for name in ("To read", "To decide together"):
        page.get_by_role("button", name=f"Make this link {name}").click()
        page.get_by_role("button", name=f"Stop sharing {name}").wait_for()


def shared_shortlist(page: Page, steps: Steps) -> None:
    shortlist(page, steps)
    link = page.locator(".permalink").last.inner_text()
    page.context.clear_cookies()
    page.goto(link)
    page.get_by_text("Is this your own list?").click()
    page.get_by_label("Give your name").fill("Bob")
    page.get_by_role("button", name="That is me").click()
    page.get_by_role("button", name="No", exact=True).last.click()


def read_shortlist(page: Page, steps: Steps) -> None:
    shortlist(page, steps)
    link = page.locator(".permalink").first.inner_text()
    page.context.clear_cookies()
    page.goto(link)


def empty_shortlist(page: Page, steps: Steps) -> None:
    page.goto("/shortlist")


def regions(page: Page, steps: Steps) -> None:
    page.goto("/regions")


def methods(page: Page, steps: Steps) -> None:
    page.goto("/methods")


def interface(page: Page, steps: Steps) -> None:
    page.goto("/api")
    for details in page.locator("details").all():
        details.locator("summary").click()


def own_reports(page: Page, steps: Steps) -> None:
    finish_unwatched(page, steps)
    finish_unwatched(page, steps, unknown_report())
    page.goto("/reports?limit=1")
    expect(page.get_by_role("link", name="Earlier reports")).to_be_visible()


def embedded(page: Page, steps: Steps) -> None:
    made = evaluate_property(Listing(ADDRESS), Town(full_grid()))
    page.goto(f"{finish_unwatched(page, steps, made)}/embed")


def operators(page: Page, steps: Steps) -> None:
    running(page, steps)
    page.goto(f"/queue?token={TOKEN}")


def failed_job(page: Page, steps: Steps) -> None:
    waiting(page, steps)
    steps.fail(code="evaluation-failed")
    page.goto(f"/queue?token={TOKEN}")
    page.get_by_role("region", name="Last failures").get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Try it again")).to_be_visible()


def nowhere(page: Page, steps: Steps) -> None:
    page.goto("/nowhere")


SCENES: tuple[Scene, ...] = (
    *(home, refused, waiting, running, asking, closed, failed, cancelled, finished),
    *(report, commuting, unknown, adjusted, changed, comparing, destination, regions, methods, operators, nowhere),
    failed_job,
    *(batch_form, batch_waiting, batch_ended, shortlist, shared_shortlist, read_shortlist, empty_shortlist),
    *(interface, own_reports, embedded, others, ratings),
)


#: Narrow phones, the usual one, and a window; 320 is also a window of 1280 at a zoom of 400 %.
WIDTHS = (320, 360, 390, 1280)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    browser: Browser, quiet_site: Site, steps: Steps, scene: Scene, scheme: str
) -> None:
    with fresh_page(browser, quiet_site.url, color_scheme=scheme, reduced_motion="reduce") as (page, _):
        scene(page, steps)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 740})
            assert overflow_px(page) == 0, f"wider than {width} px"
            found = Axe().run(page)
            assert found.violations_count == 0, f"{width} px: {found.generate_report()}"


#: Pages of forms and of the queue; the report has tests of its own.
PLAIN_SCENES = (
    *(home, refused, waiting, running, asking, failed, cancelled, regions, methods, operators, failed_job, nowhere),
    *(batch_form, batch_waiting, batch_ended, shortlist, shared_shortlist, read_shortlist, empty_shortlist),
)
#: Height and width that a thumb hits (WCAG 2.5.5), of links that stand alone, buttons and fields. What is smaller has
#: room around it (2.5.8): no two middles are nearer than 24 px.
TARGETS = """
() => {
  const shown = e => e.checkVisibility() && e.getBoundingClientRect().width > 1 && !e.closest(".hidden, .skip");
  const found = document.querySelectorAll("a[href], button, input, select, textarea, summary");
  const all = [...found].filter(shown).map(e => {
    const r = (e.closest("label") || e).getBoundingClientRect();
    const inline = e.matches("a") && getComputedStyle(e).display === "inline" && e.closest("p, dd, td, li");
    return {name: (e.id || e.textContent || e.name).trim().slice(0, 40), inline, w: r.width, h: r.height,
            x: r.x + r.width / 2, y: r.y + r.height / 2};
  });
  return all.filter(a => !a.inline && a.h < 44 && all.some(b => b !== a &&
    Math.abs(a.y - b.y) < 24 && Math.abs(a.x - b.x) < (a.w + b.w) / 2)).map(a => `${a.name} ${a.h}`);
}
"""


@pytest.mark.parametrize("scene", PLAIN_SCENES, ids=lambda scene: scene.__name__)
def test_targets_are_large_or_have_room_around_them(
    browser: Browser, quiet_site: Site, steps: Steps, scene: Scene
) -> None:
    with fresh_page(browser, quiet_site.url, viewport={"width": 390, "height": 844}) as (page, _):
        scene(page, steps)
        assert page.evaluate(TARGETS) == []


@pytest.mark.parametrize("scene", [home, running, asking], ids=lambda scene: scene.__name__)
def test_forced_colours_leave_every_control_an_edge(
    browser: Browser, quiet_site: Site, steps: Steps, scene: Scene
) -> None:
    with fresh_page(browser, quiet_site.url, forced_colors="active") as (page, _):
        scene(page, steps)
        edges = """all => all.filter(e => e.checkVisibility() && parseFloat(getComputedStyle(e).borderTopWidth) < 1)
                   .map(e => e.id || e.textContent.trim())"""
        assert page.locator("button, input[type=text], select, a.button").evaluate_all(edges) == []


def test_who_wants_less_motion_gets_none(browser: Browser, quiet_site: Site, steps: Steps) -> None:
    with fresh_page(browser, quiet_site.url, reduced_motion="reduce") as (page, _):
        running(page, steps)
        moving = "document.getAnimations().filter(a => a.playState === 'running').length"
        assert page.evaluate(moving) == 0
