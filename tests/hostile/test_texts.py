"""Odd texts as addresses: looked up, completed and evaluated, with a bound on the work, and nothing fetched."""

from __future__ import annotations

import ast
import random
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.atlas.geocoder.language import vocabulary
from app.atlas.geocoder.search.query import MAX_TOKENS, read_text
from app.errors import DoorstepError
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import MAX_ADDRESS_LENGTH
from app.sources.regions import ImportedRegions
from app.web.forms import FormValues, listing_from
from tests.hostile.conftest import KNOWN
from tests.support.folders import ROOT
from tests.support.hostile import odd_text
from tests.support.odd_values import TEXTS

MOST_SECONDS = 2.0
STREETS = (
    "Rue Grimaldi",
    "Boulevard des Moulins",
    "Avenue Princesse Grace",
    "Rue Caroline",
    "Place d'Armes",
    "Via Roma",
)
#: Letters to Python that the tables of SQLite's full-text search take for marks between words.
UNKNOWN_LETTERS = ("rueᦺgrimaldi", "a꧞b ᧀ", "ᳲrue ᳲ", "ᦰ" * 50)


def odd_texts() -> list[str]:
    """Return texts as long as an address may be."""
    draw = random.Random(7)
    streets = [" ".join(draw.choices(STREETS, k=20)) for _ in range(40)] + [f"{street} " * 30 for street in STREETS]
    return [
        text[:MAX_ADDRESS_LENGTH]
        for text in (*TEXTS, *UNKNOWN_LETTERS, *streets, *(odd_text(draw) for _ in range(200)))
    ]


@pytest.mark.parametrize("way", ["locate", "complete"])
def test_looking_up_any_text_ends_soon(source: ImportedRegions, way: str) -> None:
    slow = []
    for text in odd_texts():
        began = time.monotonic()
        with suppress(DoorstepError):
            getattr(source, way)(text)
        if time.monotonic() - began > MOST_SECONDS:
            slow.append(text)
    assert slow == []


def test_no_more_words_are_read_than_an_address_has() -> None:
    assert len(read_text("rue de la paix " * 13).query(vocabulary(("fr",))).tokens) == MAX_TOKENS == 16


def test_any_text_is_evaluated_or_refused_with_a_sentence(source: ImportedRegions) -> None:
    for text in odd_texts()[::3]:
        with suppress(DoorstepError):
            report = evaluate_property(listing_from(FormValues({"address": text}, (text,))), source)
            assert report.location.region == "monaco"


# --- nothing is fetched -----------------------------------------------------------------------------

#: What Python tells of before it looks up a name or opens a connection.
OUTGOING = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request")
LINKS = (
    "https://www.openstreetmap.org/#map=19/43.7384/7.4246",
    "https://maps.app.goo.gl/abcdef",
    "https://www.google.com/maps/place/Monaco/@43.7384,7.4246,17z",
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1:1/?ll=43.7384,7.4246",
    "http://localhost:1/43.7384,7.4246",
    "file:///etc/passwd",
    "gopher://evil.example/_43.7384,7.4246",
)
_heard: list[str] = []
_listening: list[bool] = []
_hooks: list[object] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _listening and event in OUTGOING:
        _heard.append(f"{event} {arguments[1:]}")


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Note every connection that this process opens meanwhile; an audit hook cannot be taken away again."""
    if not _hooks:
        _hooks.append(_hear)
        sys.addaudithook(_hear)
    _heard.clear()
    _listening.append(True)
    yield _heard
    _listening.clear()


def test_links_that_people_paste_are_read_and_never_fetched(source: ImportedRegions, heard: list[str]) -> None:
    for link in LINKS:
        for fields in (FormValues({"address": link}), FormValues({"address": KNOWN}, (link,))):
            with suppress(DoorstepError):
                evaluate_property(listing_from(fields), source)
    assert heard == []


def test_a_connection_would_be_heard(heard: list[str]) -> None:
    with socket.socket() as one, pytest.raises(ConnectionRefusedError):
        one.connect(("127.0.0.1", 1))
    assert heard == ["socket.connect (('127.0.0.1', 1),)"]


def test_no_module_can_fetch() -> None:
    """The queue's processes talk over sockets of the same machine; one module goes out, to the services of Config."""
    fetching = {"requests", "urllib.request", "http.client", "ftplib", "smtplib", "socket", "ssl", "asyncio", "aiohttp"}
    found = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {path.relative_to(ROOT / "app").as_posix() for name in names if name in fetching}
    listening = {"front/connection.py", "front/limits.py", "front/reception.py"}
    own_machine = {
        "queue/wake/datagrams.py",
        "queue/child.py",
        "queue/evaluator.py",
        "queue/worker.py",
        "queue/hosting.py",
    }
    assert found - listening - own_machine == {"sources/live/asking/sending.py"}
