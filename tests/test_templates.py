"""What no template may hold: anything that needs eval or breaks under the content security policy."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.support.folders import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PICTURES = sorted((ROOT / "static").glob("*.svg"))
HTMX_SHA256 = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
PARTIALS = [path for path in TEMPLATES if path.parent.name == "partials"]
#: The longest that a template may be, a page or a section of one; and the longest that a partial may be.
MOST_LINES, MOST_PARTIAL_LINES = 100, 50

BANNED = {
    "an inline style": r"\sstyle\s*=|<style",
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline handler": r"\son[a-z]+\s*=",
    "hx-on": r"hx-on",
    "a script in an attribute": r"""["'\s](?:js|javascript):""",
    "a trigger filter": r"""hx-trigger="[^"]*\[(?!hx)""",
    "hours in a trigger": r"""every \d+h""",
    "a double-braced safe filter": r"\|\s*safe",
}


@pytest.mark.parametrize("what", BANNED)
@pytest.mark.parametrize("path", [*TEMPLATES, *PICTURES], ids=lambda path: path.name)
def test_it_holds_nothing_banned(path: Path, what: str) -> None:
    assert not re.search(BANNED[what], path.read_text())


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("an inline style", '<p style="color:red">'),
        ("an inline script", "<script>alert()</script>"),
        ("an inline handler", '<a onclick="x()">'),
        ("a script in an attribute", 'hx-vals="js:{a: b}"'),
        ("a trigger filter", 'hx-trigger="every 2s [visible]"'),
    ],
)
def test_the_bans_do_find_what_they_ban(what: str, text: str) -> None:
    assert re.search(BANNED[what], text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_it_is_short(path: Path) -> None:
    longest = MOST_PARTIAL_LINES if path in PARTIALS else MOST_LINES
    assert len(path.read_text().splitlines()) <= longest


@pytest.mark.parametrize("path", PARTIALS, ids=lambda path: path.name)
def test_its_partials_are_used_twice(path: Path) -> None:
    """Included, imported or rendered as an answer of its own; a macro named as its file may be called instead."""
    users = [*TEMPLATES, *(ROOT / "app").rglob("*.py")]
    text = "\n".join(user.read_text() for user in users)
    used, called = text.count(f'"partials/{path.name}"'), text.count(f" {path.stem}(") - 1
    assert max(used, called) >= 2


def test_it_ships_the_very_htmx_that_was_checked() -> None:
    content = (ROOT / "static" / "vendor" / "htmx-4.0.1.min.js").read_bytes()
    assert hashlib.sha256(content).hexdigest() == HTMX_SHA256


def test_it_ships_no_script_of_its_own() -> None:
    assert [path.name for path in (ROOT / "static").rglob("*.js")] == ["htmx-4.0.1.min.js"]
