"""What is read of a request at all: how much it may hold, and in which form. Its fields have limits of their own."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest, NotFound, RequestURITooLarge

from app.config import Config

#: Nobody describes a home in more than this; a longer body is refused with 413. Batches with their files have a limit
#: of their own (`routes/batch.py`).
MAX_BODY_BYTES = 64 * 1024
#: Of a form, the bytes of all fields that are no file, and how many parts there may be; the longest has some sixty.
MAX_FIELDS_BYTES, MAX_PARTS = 400 * 1024, 200
#: Bytes of path and query. The longest, a question to a town with all its wishes, has about 2,000.
MAX_LINK_BYTES = 8_000


def init_app(app: Flask, config: Config) -> None:
    """Set the limits."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_FIELDS_BYTES
    app.config["MAX_FORM_PARTS"] = MAX_PARTS
    app.json = StrictJson(app)

    @app.before_request
    def guard() -> None:
        if len(request.query_string) + len(request.path) > MAX_LINK_BYTES:
            raise RequestURITooLarge
        if "\0" in request.path:  # PostgreSQL keeps no text with it, so nothing is looked for by such a name
            raise NotFound
        if not request.query_string.isascii():  # a link says other letters by percent signs
            raise BadRequest


class StrictJson(DefaultJSONProvider):
    """Reads JSON as its standard has it.

    Python's own reader takes half of a letter (`\\ud800`), which no page can be written with, as well as NaN and
    numbers of any length.
    """

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return what the JSON says. Raises ValueError for what is none, and for what is nested without sense."""
        try:
            return msgspec.json.decode(s)
        except RecursionError:
            raise ValueError("nested too deep") from None
