"""How much one request may hold; what is larger is refused before it is read. Forms limit their fields themselves."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.exceptions import RequestURITooLarge

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

    @app.before_request
    def guard() -> None:
        if len(request.query_string) + len(request.path) > MAX_LINK_BYTES:
            raise RequestURITooLarge
