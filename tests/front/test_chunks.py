"""Bodies in chunks, however they are cut on their way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.front.chunks import Chunks
from app.front.refusals import Unreadable


def taken(data: bytes, cuts: list[int], most_bytes: int = 1000) -> tuple[Chunks, bytearray, bool]:
    """Give a body piece by piece; return it, what is left over, and whether it is whole."""
    chunks, buffer, whole = Chunks(most_bytes), bytearray(), False
    places = [0, *sorted(cuts), len(data)]
    for begin, end in pairwise(places):
        buffer += data[begin:end]
        if not whole:
            whole = chunks.take(buffer)
    return chunks, buffer, whole


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.data())
def test_it_is_put_together_wherever_it_is_cut(pieces: list[bytes], data: st.DataObject) -> None:
    sent = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\nnext"
    cuts = data.draw(st.lists(st.integers(0, len(sent)), max_size=10))
    chunks, left, whole = taken(sent, cuts)
    assert (bytes(chunks.body), bytes(left), whole) == (b"".join(pieces), b"next", True)


@given(st.binary(max_size=60))
def test_cutting_anything_changes_nothing(data: bytes) -> None:
    def outcome(cuts: list[int]) -> object:
        try:
            chunks, left, whole = taken(data, cuts)
        except Unreadable as error:
            return error.status
        return bytes(chunks.body), bytes(left), whole

    assert outcome([]) == outcome(list(range(len(data))))


@pytest.mark.parametrize(
    "data", [b"5\nhello", b"\r\n", b"0x5\r\n", b"+5\r\n", b"5 5\r\n", b"3\r\nabcd", b"3\r\nabc\n", b"5;\x01\r\n"]
)
def test_it_refuses_what_two_readers_may_read_differently(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        taken(data, [])
    assert refused.value.status == 400


def test_it_refuses_too_much_before_it_comes() -> None:
    with pytest.raises(Unreadable) as refused:
        taken(b"3e9\r\n", [])
    assert refused.value.status == 413
