"""Which kind of answer the client wants: a fragment for htmx, JSON for a program, or a whole page."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from flask import Response, request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Headers of an answer that depends on the request and that no cache may keep.
NOT_KEPT = {"Cache-Control": "no-store", "Vary": "HX-Request, Accept"}


#: How the query of a panel's poll begins, and what htmx accepts: a browser that opens a page itself, and a program,
#: accept more or something else.
SEEN, HTMX_ACCEPTS = "seen=", "text/html"


class Wanted(Enum):
    """The three kinds of answer."""

    PAGE = "page"
    FRAGMENT = "fragment"
    JSON = "json"


def wanted() -> Wanted:
    """Return which kind the request asks for; a client with no preference gets a page."""
    if request.headers.get("HX-Request") == "true":
        # Going back to a page that htmx pushed must give the whole page.
        restoring = request.headers.get("HX-History-Restore-Request") == "true"
        return Wanted.PAGE if restoring else Wanted.FRAGMENT
    accept = request.accept_mimetypes
    best = accept.best_match(["text/html", "application/json", "application/problem+json"], default="text/html")
    if best != "text/html" and accept[best] > accept["text/html"]:
        return Wanted.JSON
    return Wanted.PAGE


def comes_from_a_panel(environ: WSGIEnvironment) -> bool:
    """Return whether htmx sent a poll. A proxy may drop its header, but a panel also says what it shows."""
    if environ.get("HTTP_HX_REQUEST") == "true":
        return True
    return environ["QUERY_STRING"].startswith(SEEN) and environ.get("HTTP_ACCEPT") == HTMX_ACCEPTS


def negotiated(response: Response) -> Response:
    """Add the headers that the answer depends on, and keep fragments and JSON out of caches."""
    if wanted() is Wanted.PAGE:
        response.headers["Vary"] = NOT_KEPT["Vary"]
    else:
        response.headers.update(NOT_KEPT)
    return response


def kept_by_browser(response: Response) -> Response:
    """Let the browser, but no shared cache, keep an answer; it asks each time whether that has changed or is gone."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def json_response(body: bytes, status: int = 200, mimetype: str = "application/json") -> Response:
    """Return a response with encoded JSON."""
    return Response(body, status=status, mimetype=mimetype)
