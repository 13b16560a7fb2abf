"""Bodies as they come from a service that is not well: a whole one with something missing, changed or cut off."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

#: What may stand in the place of a value.
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


@st.composite
def damaged(draw: st.DrawFn, whole: Any) -> bytes:
    """Return a body in which values are gone or odd, at any depth, and which may be cut off."""
    body = json.dumps(_changed(draw, whole)).encode()
    return body[: draw(st.integers(0, len(body)))] if draw(st.integers(0, 4)) == 0 else body


def _changed(draw: st.DrawFn, value: Any) -> Any:
    match draw(st.integers(0, 9)):
        case 0:
            return draw(ODD)
        case 1 if isinstance(value, dict):
            return {key: _changed(draw, each) for key, each in value.items() if draw(st.booleans())}
    if isinstance(value, dict):
        return {key: _changed(draw, each) for key, each in value.items()}
    return [_changed(draw, each) for each in value] if isinstance(value, list) else value
