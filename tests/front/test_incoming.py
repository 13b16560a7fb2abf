"""Requests as they come in: the same wherever the network cuts them, and refused where they are odd."""

from __future__ import annotations

from itertools import pairwise

from gunicorn.config import Config
from hypothesis import example, given
from hypothesis import strategies as st

from app.front.incoming import Incoming
from app.front.limits import Limits
from app.front.refusals import Unreadable

SETTINGS = Config()
LIMITS = Limits(head_bytes=4000, body_bytes=500)

bodies = st.binary(max_size=60)
targets = st.text("abc/%2Fäöü".replace("äöü", "?=&"), max_size=20).map(lambda text: f"/{text}")


def received(data: bytes, cuts: list[int]) -> list[object]:
    """Return each request in some bytes, then the status for what cannot be read, or whether a body is awaited."""
    incoming, found = Incoming(SETTINGS, ("192.0.2.1", 1), LIMITS), []
    for begin, end in pairwise([0, *sorted(cuts), len(data)]):
        incoming.buffer += data[begin:end]
        try:
            while (request := incoming.whole_request()) is not None:
                found.append((request.method, request.uri, request.body.read()))
        except Unreadable as error:
            return [*found, error.status]
    return [*found, incoming.in_body]


@st.composite
def requests(draw: st.DrawFn) -> tuple[bytes, tuple[str, str, bytes]]:
    """Draw the bytes of a request, and what is in it."""
    target, body = draw(targets), draw(bodies)
    head = f"POST {target} HTTP/1.1\r\nHost: site\r\n"
    if draw(st.booleans()):
        sent = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    else:
        chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
        sent = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk + b"0\r\n\r\n"
    return sent, ("POST", target, body)


@given(st.lists(requests(), max_size=4), st.data())
def test_requests_are_the_same_wherever_they_are_cut(drawn: list, data: st.DataObject) -> None:
    sent = b"".join(request for request, _ in drawn)
    cuts = data.draw(st.lists(st.integers(0, len(sent)), max_size=12))
    assert received(sent, cuts) == [*(said for _, said in drawn), False]


ODD = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from([b"GET", b" ", b"/", b"HTTP/1.1", b"\r\n", b"\n", b"\r", b"Host: a", b"Content-Length: 3", b":",
                         b"Transfer-Encoding: chunked", b"3", b"abc", b"0", b"\x00", b"\xff", b"Expect: 100-continue"]),
        max_size=30,
    ).map(b"".join),
)  # fmt: skip


@given(ODD, st.data())
@example(b"\r\n\r\n", None)
@example(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: \xb2\r\n\r\n", None)
def test_anything_is_read_or_refused_and_alike_in_one_piece_and_in_two(sent: bytes, data: st.DataObject | None) -> None:
    whole = received(sent, [])
    assert all(status in (400, 413, 414, 417, 431, 501) for status in whole if type(status) is int)
    cut = data.draw(st.integers(0, len(sent))) if data else 1
    assert received(sent, [cut]) == whole


def test_a_head_that_goes_on_is_refused_before_it_ends() -> None:
    assert received(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 1000, []) == [431]


def test_a_target_that_goes_on_is_refused_before_it_ends() -> None:
    assert received(b"GET /" + b"x" * 5000, []) == [414]
