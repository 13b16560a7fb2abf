"""Odd requests to every route there is: never an error of ours, never a hang, nothing unescaped, nothing lost."""

from __future__ import annotations

import csv
import io
import itertools
import logging
import re
import resource
import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.queue.jobs import Status
from tests.hostile.conftest import World
from tests.support.hostile import Answer, Request, ask, generated, hand_picked, path_of, rules_of
from tests.support.odd_values import ATTRIBUTE, FORM, FORMULAS, JSON, TAG

#: The requests made at random, beside some 5,000 that are hand-picked; and the seconds and bytes that none may take.
GENERATED, SEED = 1_000, 20
MOST_SECONDS, MOST_BYTES = 5.0, 300_000_000
#: What an answer of an honest server may be: refused, or not to be had just now, but never a defect.
HONEST_5XX = {503}
MARKUP = ("text/html", "image/svg+xml")
UNESCAPED = (f"<{TAG}", f'" {ATTRIBUTE}=', f"' {ATTRIBUTE}=")


def wrong_with(request: Request, answer: Answer, seconds: float) -> str:
    """Return what is wrong with an answer, "" if nothing."""
    if answer.status >= 500 and answer.status not in HONEST_5XX:
        return f"status {answer.status}"
    if seconds > MOST_SECONDS:
        return f"{seconds:.1f} s"
    if answer.media in MARKUP and any(mark in answer.text for mark in UNESCAPED):
        return "unescaped"
    if answer.media == "text/csv" and (cell := formula_in(answer.text)):
        return f"the cell {cell!r} is a formula"
    if not leads_here(answer.headers.get("location", "/")) or not leads_here(answer.headers.get("hx-redirect", "/")):
        return "leads elsewhere"
    return ""


def formula_in(text: str) -> str:
    """Return a cell that a spreadsheet would run, "" without one."""
    cells = itertools.chain.from_iterable(csv.reader(io.StringIO(text)))
    return next((cell for cell in cells if cell.startswith(FORMULAS)), "")


def leads_here(link: str) -> bool:
    """Return whether a link stays on this site."""
    return bool(re.match(r"(?:http://localhost(?::\d+)?)?/(?![/\\])", link)) or link.startswith("?")


def asked(world: World, request: Request, *, known: bool) -> str:
    """Send a request and return what is wrong with the answer, with the request."""
    began = time.monotonic()
    answer = ask(world.app, request, world.cookie if known else "")
    wrong = wrong_with(request, answer, time.monotonic() - began)
    return f"{wrong}: {request!r:.600}" if wrong else ""


def spares_what_there_is(request: Request) -> bool:
    """Return whether a request leaves the world to those after it."""
    return not request.path.endswith(("/delete", "/remove", "/stop"))


def resident() -> int:
    """Return the most bytes of memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Keep some thousand expected lines off the report; the level goes back afterwards."""
    caplog.set_level(logging.CRITICAL, "app")


def test_every_route_bears_every_oddity(world: World) -> None:
    before, started = resident(), jobs(world)
    requests = [*hand_picked(world.app, world.ids), *itertools.islice(generated(world.app, world.ids, SEED), GENERATED)]
    assert len(requests) > 5_000
    kept = [request for request in requests if spares_what_there_is(request)]
    answers = [asked(world, request, known=number % 3 > 0) for number, request in enumerate(kept)]
    assert list(filter(None, answers)) == []
    assert resident() - before < MOST_BYTES
    # Whatever happened: no evaluation that was there is gone, and those that were made meanwhile are there.
    assert {job_id for job_id in started if world.store.get_job(job_id)} == started
    # Then what takes things away, so that nothing was spared in the end.
    last = [request for request in requests if not spares_what_there_is(request)]
    assert list(filter(None, [asked(world, request, known=True) for request in last])) == []


def test_every_route_was_asked(world: World) -> None:
    asked_for = Counter(request.path for request in hand_picked(world.app, world.ids))
    for rule in rules_of(world.app):
        pattern = path_of(rule, dict.fromkeys(rule.arguments, ".+"))
        assert any(re.fullmatch(pattern, path) for path in asked_for), rule


ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=300)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(ANY_TEXT, ANY_TEXT)
def test_any_text_can_be_typed(world: World, one: str, other: str) -> None:
    fields = {"address": one, "destinations": other, "rent": other, "budget": one, "size_m2": other, "must_haves": one}
    towns = {"region": "monaco", "wish": one, "place": other, "by": one, "within": other, "at": one}
    for path, query in (("/", fields), ("/suggest", fields), ("/where", towns), ("/compare", {"s": one})):
        assert asked(world, Request.get(path, query), known=True) == ""
    assert asked(world, Request.form("/", fields), known=True) == ""
    assert asked(world, Request.form("/batch", {"addresses": f"{one}\n{other}"}), known=False) == ""


# Werkzeug leaves the file of a form that breaks off to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile")
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400), st.sampled_from([FORM, JSON, "multipart/form-data; boundary=b", "text/csv"]))
def test_any_bytes_can_be_sent(world: World, body: bytes, kind: str) -> None:
    for path in ("/", "/batch", "/shortlist/add", f"/job/{world.ids.of('job_id')[1]}/answer"):
        for sent in (body, b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + body):
            assert asked(world, Request("POST", path, "", {}, sent, kind), known=True) == ""


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.sampled_from(["address", "destinations", "rent", "listings", "s", "choice", "name"]), JSON_VALUES
    )
)
def test_any_json_can_be_sent(world: World, body: dict[str, object]) -> None:
    for path in ("/", "/batch", "/shortlist/add", "/shortlist/name", f"/job/{world.ids.of('job_id')[1]}/answer"):
        assert asked(world, Request.json(path, body), known=True) == ""


def jobs(world: World) -> set[str]:
    """Return the ids of all jobs."""
    return {job.job_id for status in Status for job in world.store.list_jobs(status)}
