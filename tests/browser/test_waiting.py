"""The line of the panel that says which live service is asked, as polls renew it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from app.config import Config
from app.pipeline.evaluate import STAGES
from app.queue import open_store
from tests.browser.test_steadiness import OBSERVE, shifts
from tests.support.looking import fresh_page, overflow_px, submit
from tests.support.queue_steps import Steps
from tests.support.serving import Site, serve


@pytest.fixture(scope="module")
def live_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the pages of a site that asks live services, without a worker: the tests move the jobs themselves."""
    data_dir = tmp_path_factory.mktemp("live")
    settings = {"DOORSTEP_LIVE": "on", "DOORSTEP_CONTACT": "ops@example.org"}
    with serve(data_dir, "--threads", "8", "app:create_app()", **settings) as served:
        yield served


@pytest.mark.parametrize("width", [320, 1280])
def test_the_seconds_move_and_nothing_else_does(browser: Browser, live_site: Site, width: int) -> None:
    steps = Steps(open_store(Config(data_dir=live_site.data_dir)))
    with fresh_page(browser, live_site.url, viewport={"width": width, "height": 844}) as (page, complaints):
        page.add_init_script(OBSERVE)
        submit(page, f"{width} Far Away")
        page.locator("#panel").wait_for()
        claim = steps.claim(stages_done=1)
        line = page.locator("#panel-wait")
        steps.store.note_wait(claim, "overpass", turn=True)
        expect(line).to_have_text(
            re.compile("^Waiting for its turn to ask OpenStreetMap's Overpass server .*, [0-9]+ s")
        )
        page.evaluate("document.querySelector('#panel-status').mark = 'the same node'")
        steps.store.note_wait(claim, "overpass")
        for seconds in ("[0-2]", "[3-9]"):
            expect(line).to_have_text(re.compile(f"^Asking OpenStreetMap's Overpass server .*, {seconds} s"))
        assert overflow_px(page) == 0
        steps.store.note_wait(claim, None)
        expect(line).to_have_text("")
        steps.store.update_job_stage(claim, STAGES[2].name, None, None)
        expect(page.get_by_role("status")).to_contain_text("Step ")
        assert page.evaluate("document.querySelector('#panel-status').mark") == "the same node"
        assert page.locator("#panel-wait").count() == 1
        assert shifts(page) == ""
        assert complaints == []
        steps.store.release_job(claim)
        steps.store.cancel_job(claim.job_id, None)
