"""A report shown on another site: in a frame and as a badge, in a real browser under the policies of both sites."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from playwright.sync_api import Browser, Page

from tests.support.asking import ADDRESS, JSON
from tests.support.queue_steps import Steps
from tests.support.serving import Site


@pytest.fixture
def link(quiet_site: Site, steps: Steps) -> str:
    requests.post(f"{quiet_site.url}/", data={"address": ADDRESS}, headers=JSON, timeout=10).raise_for_status()
    return f"{quiet_site.url}/s/{steps.finish()}"


@pytest.fixture
def agent(link: str) -> Iterator[str]:
    """Serve an agent's page with all that may and may not be shown there, on another origin."""
    html = (
        "<!DOCTYPE html><title>Homes</title><h1>Homes</h1>"
        f'<img id="badge" src="{link}/badge.svg" alt="badge">'
        f'<iframe id="embed" src="{link}/embed" title="embed" width="340" height="500"></iframe>'
        f'<iframe id="report" src="{link}" title="report" width="340" height="200"></iframe>'
    ).encode()

    class Agent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Agent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, agent: str) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(agent)
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def test_the_frame_shows_the_report_in_its_own_style(page: Page) -> None:
    frame = page.frame_locator("#embed")
    assert "78 of 100" in frame.locator("body").inner_text()
    colour = frame.locator(".figures").evaluate("node => getComputedStyle(node).color")
    assert colour == "rgb(255, 255, 255)", "the style sheet came through"


def test_the_badge_is_drawn(page: Page) -> None:
    assert page.locator("#badge").evaluate("node => node.naturalWidth") > 100
    assert page.locator("#badge").evaluate("node => node.naturalHeight") == 20


def test_the_report_itself_cannot_be_framed(page: Page) -> None:
    frame = page.frame(url=lambda url: url.endswith("/embed") is False and "/s/" in url)
    assert frame is None or "78 of 100" not in frame.content()


def test_neither_sets_a_cookie(page: Page) -> None:
    assert page.context.cookies() == []


@pytest.mark.parametrize("width", [240, 340, 900])
def test_the_embed_needs_no_scrolling_sideways(browser: Browser, link: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 600})
    page.goto(f"{link}/embed")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
