"""A job that waits for data which no host has, as people read it; and the operators' table of hosts."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.config import Config
from app.queue import open_store
from app.queue.store import JobStore
from app.queue.store.hosts import HeldRegion
from tests.browser.conftest import TOKEN
from tests.support.looking import PATIENCE_MS, fresh_page, overflow_px, submit
from tests.support.serving import Site, serve

OLD, NEW = "0" * 16, "1" * 16
SENTENCE = re.compile(
    r"^Waiting since .* UTC for the data of Newport on the Hill, which no machine of this site has yet\. "
    r"It starts by itself as soon as one does\.$"
)
HELD = {
    "monaco": HeldRegion(NEW, "Monaco", "2026-01-02"),
    "newport": HeldRegion(NEW, "Newport on the Hill", "2026-02-03", (OLD,)),
}


@pytest.fixture(scope="module")
def hosts_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the pages of a site of several hosts, without a worker: the tests play the hosts."""
    data_dir = tmp_path_factory.mktemp("hosts")
    with serve(data_dir, "--threads", "8", "app:create_app()", DOORSTEP_OPERATOR_TOKEN=TOKEN) as served:
        yield served


@pytest.fixture
def store(hosts_site: Site) -> Iterator[JobStore]:
    """A site with two regions, of which one host has one."""
    store = open_store(Config(data_dir=hosts_site.data_dir))
    store.publish_build("monaco", NEW)
    for build in (OLD, NEW):
        store.publish_build("newport", build)
    say(store, lacking="newport")
    yield store
    for job in store.list_jobs(None):
        if not job.status.ended:
            store.cancel_job(job.job_id, None)
    store.db.close()


def say(store: JobStore, lacking: str = "") -> None:
    """Let two hosts tell what they hold, one of them in other builds, and a worker that it works."""
    store.say_at_work("box:1:1")
    store.say_held("box-0a1b2c3d", {name: held for name, held in HELD.items() if name != lacking})
    store.say_held("a-host-with-a-long-name-4e5f6a7b", {"newport": HeldRegion("f" * 16, "Newport on the Hill")})


def wait_for_data(page: Page, store: JobStore, address: str) -> None:
    """Ask about an address, and let it have waited for a minute."""
    submit(page, address)
    page.locator("#panel").wait_for()
    with store.db.write(durable=False) as connection:
        connection.execute("UPDATE evaluation_jobs SET queued_at = queued_at - 60 WHERE completed_at IS NULL")
        connection.execute("UPDATE region_builds SET published_at = :at", {"at": time.time() - 45})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390])
def test_the_panel_says_so_and_goes_on_by_itself(
    browser: Browser, hosts_site: Site, store: JobStore, width: int, scheme: str
) -> None:
    window = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    with fresh_page(browser, hosts_site.url, **window) as (page, complaints):
        wait_for_data(page, store, f"{width} {scheme} Street")
        expect(page.get_by_role("status")).to_have_text(SENTENCE)
        assert overflow_px(page) == 0
        say(store)
        expect(page.get_by_role("status")).to_have_text("Yours is next. It starts in a moment.")
        assert complaints == []


@pytest.mark.parametrize("width", [320, 390])
def test_it_says_so_without_scripts(browser: Browser, hosts_site: Site, store: JobStore, width: int) -> None:
    window = {"viewport": {"width": width, "height": 844}, "java_script_enabled": False}
    with fresh_page(browser, hosts_site.url, **window) as (page, _):
        wait_for_data(page, store, f"{width} Plain Street")
        # What hosts hold is looked up once a second, and the page reloads itself every five.
        page.get_by_role("link", name="Refresh now").click()
        expect(page.get_by_role("status")).to_have_text(SENTENCE, timeout=PATIENCE_MS)
        say(store)
        expect(page.get_by_role("status")).to_have_text("Yours is next. It starts in a moment.", timeout=PATIENCE_MS)


@pytest.mark.parametrize("width", [320, 1280])
def test_operators_see_which_host_lacks_what(browser: Browser, hosts_site: Site, store: JobStore, width: int) -> None:
    with fresh_page(browser, hosts_site.url, viewport={"width": width, "height": 844}) as (page, complaints):
        wait_for_data(page, store, f"{width} Lacking Street")
        page.goto(f"/queue?token={TOKEN}")
        expect(page.get_by_text("1 job waits for data of regions that no host has.")).to_be_visible()
        hosts = page.get_by_role("region", name="Hosts and their regions")
        expect(hosts.get_by_role("row").nth(2)).to_contain_text("newport: missing")
        say(store)
        expect(hosts.get_by_role("row").nth(2)).to_contain_text("every address")
        assert overflow_px(page) == 0
        assert complaints == []
