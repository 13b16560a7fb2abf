"""A page in a fresh browser profile that notes every complaint of the console."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

#: Longest wait for anything (milliseconds).
PATIENCE_MS = 15_000


@contextmanager
def fresh_page(browser: Browser, url: str, **context: object) -> Iterator[tuple[Page, list[str]]]:
    """Open a page in a context of its own; the list fills with errors of the console and of scripts."""
    profile = browser.new_context(base_url=url, **context)  # type: ignore[arg-type]
    profile.set_default_timeout(PATIENCE_MS)
    page = profile.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page, complaints
    finally:
        profile.close()


def submit(page: Page, address: str) -> None:
    """Type an address on the front page and send it."""
    page.goto("/")
    page.get_by_label("Address", exact=True).fill(address)
    page.get_by_role("button", name="Evaluate").click()


def overflow_px(page: Page) -> int:
    """Return how much wider than the window the page is."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
