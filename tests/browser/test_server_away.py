"""A PostgreSQL server that goes away under a panel: the page keeps what it shows, and goes on by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support import postgres
from tests.support.building import wait_for
from tests.support.hosts import Host
from tests.support.looking import fresh_page, submit
from tests.support.serving import free_port, wait_until_up


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    with postgres.server() as server:
        yield server


@pytest.fixture
def host(server: postgres.Server, tmp_path: Path) -> Iterator[Host]:
    host = Host(tmp_path / "host", server.url())
    wait_until_up(host.serve(port=str(free_port())), host.log)
    yield host
    host.kill()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_a_panel_recovers(scripts: bool, server: postgres.Server, host: Host, browser: Browser) -> None:
    with fresh_page(browser, host.url, java_script_enabled=scripts) as (page, _):
        submit(page, "Far Street 1, Faraway")
        page.wait_for_url(re.compile("/job/"))
        expect(page.locator("main")).to_contain_text("Far Street 1")
        server.stop("fast")
        if scripts:
            page.wait_for_timeout(8_000)
            expect(page.locator("#panel")).to_contain_text("Far Street 1")
        else:
            expect(page.locator("main")).to_contain_text("cannot be reached right now", timeout=30_000)
        server.start()
        host.work("well")
        wait_for(lambda: server.run("SELECT status FROM evaluation_jobs") == [("done",)], 60)
        page.wait_for_url(re.compile("/s/"), timeout=60_000)
