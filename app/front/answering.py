"""The application's answer to a whole request, as bytes."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING, Any

from gunicorn.http import wsgi

from app.front.connection import Connection
from app.front.refusals import refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger("gunicorn.error")


class _Sheet:
    """What gunicorn writes an answer on, instead of a socket."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        """Add some bytes."""
        self.parts.append(data)

    def send(self, data: bytes) -> int:
        """Add some bytes; return how many."""
        self.parts.append(data)
        return len(data)


def answer_of(application: WSGIApplication, settings: Any, connection: Connection, last: bool) -> tuple[bytes, bool]:
    """Return the answer to a connection's request, and whether another one may follow; none may after the last.

    What the application raises becomes a 500. Only the way to the fault is logged: its message, like the path and the
    query, may hold an address.
    """
    try:
        return _answer(application, settings, connection, last)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the thread goes on, and its message is not logged
        way = "".join(traceback.format_tb(error.__traceback__))
        log.error("A request failed with %s:\n%s", type(error).__name__, way.rstrip())
        return refusal(500), False


def _answer(application: WSGIApplication, settings: Any, connection: Connection, last: bool) -> tuple[bytes, bool]:
    sheet = _Sheet()
    response, environ = wsgi.create(connection.request, sheet, connection.address or "", connection.server, settings)
    environ["wsgi.multithread"] = True
    if last:
        response.force_close()
    body = application(environ, response.start_response)
    try:
        for part in body:
            response.write(part)
        response.close()
    finally:
        if hasattr(body, "close"):
            body.close()
    return b"".join(sheet.parts), not response.should_close()
