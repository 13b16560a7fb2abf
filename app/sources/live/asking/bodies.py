"""Bodies of answers: JSON read by type, and what is said of one that is none."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from app.sources.live.asking.queries import BadAnswer

T = TypeVar("T")


def decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Return a body as its type. Raises BadAnswer where it is no JSON, or not of that form.

    Decoders are made when modules are loaded: where the first decodings of a type race, msgspec crashes the process.
    """
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadAnswer("answered in a form that cannot be read") from None
