"""Turn every error into a page, a fragment or a problem document that says what to do next."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any

import msgspec
from flask import Flask, Response, current_app, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from app.config import Config
from app.errors import DoorstepError, InvalidListing, QueueUnavailable
from app.front.refusals import SENTENCES as AT_THE_DOOR
from app.logs import REQUEST
from app.web.measuring import route
from app.web.negotiation import Wanted, json_response, negotiated, wanted

ExcInfo = tuple[type, BaseException, TracebackType | None] | tuple[None, None, None]

#: The sentences for errors that come from HTTP itself.
SENTENCES = {
    400: "That request could not be read. Go back, reload the page and send it again.",
    401: "This needs a token. Ask whoever runs this site for one.",
    404: "There is no page at this address. Check the link, or start from the front page.",
    405: "This address cannot be used that way. Go to the front page and start from there.",
    413: AT_THE_DOOR[413],
    414: "That link is too long to be read. Start from the front page.",
    415: "Send the address as a form or as JSON.",
    500: AT_THE_DOOR[500],
}
TITLES = {
    400: "Unreadable request",
    401: "Not recognised",
    403: "Not allowed",
    404: "Nothing here",
    405: "Not possible here",
    409: "No longer possible",
    413: "Too much at once",
    414: "Too long",
    422: "Please check your input",
    429: "One moment, please",
    500: "Something went wrong",
    503: "Not available right now",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """An error in the form of RFC 9457; the pages show the same fields."""

    title: str
    status: int
    detail: str
    code: str
    instance: str
    field: str | None = None
    #: Every wrong field with what to do about it; `field` and `detail` are the first of them.
    errors: dict[str, str] | None = None
    retry_after_seconds: int | None = None
    #: Set if the log holds more under the same id.
    error_id: str | None = None
    #: The request's id, which the log's lines about it and the header X-Request-ID carry.
    request_id: str | None = None
    type: str = "about:blank"

    @property
    def comes_back_by_itself(self) -> bool:
        """Whether the same page is worth another look soon, as only the database is away."""
        return self.code == QueueUnavailable.code and self.retry_after_seconds is not None


def init_app(app: Flask, config: Config) -> None:
    """Register the handlers: every error is answered here."""
    app.log_exception = log_unexpected  # type: ignore[method-assign]
    app.register_error_handler(DoorstepError, answer)
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(InternalServerError, answer_unexpected)


def answer(error: DoorstepError) -> Response:
    """Answer an expected failure."""
    field = error.field if isinstance(error, InvalidListing) else None
    problem = _problem(
        error.http_status,
        error.message,
        error.code,
        field=field,
        errors=error.by_field if isinstance(error, InvalidListing) else None,
        retry_after_seconds=error.retry_after_seconds,
    )
    if error.http_status >= 500 and error.retry_after_seconds is None:  # else its cause is logged, once
        current_app.logger.warning("%s %s: %s", request.method, route(), error.code)
    return with_retry_after(_in_shape(problem), error)


def answer_http(error: HTTPException) -> Response:
    """Answer an error of HTTP itself, keeping headers such as Allow."""
    status = error.code or 500
    detail = SENTENCES.get(status, SENTENCES[400] if status < 500 else SENTENCES[500])
    response = _in_shape(_problem(status, detail, f"http-{status}"))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def answer_unexpected(error: InternalServerError) -> Response:
    """Answer a defect with the id that the log holds too.

    An expected failure that was met while another one was being answered is no defect.
    """
    met = error.original_exception
    if isinstance(met, DoorstepError):
        return answer(met)
    if isinstance(met, HTTPException):
        return answer_http(met)
    return _in_shape(_problem(500, SENTENCES[500], "internal", error_id=g.get("error_id")))


def log_unexpected(exc_info: ExcInfo) -> None:
    """Log a defect under an id that its page will name: by the route, as paths and queries may hold what was typed."""
    g.error_id = secrets.token_hex(4)
    current_app.logger.error("error id %s: %s %s", g.error_id, request.method, route(), exc_info=exc_info)


def with_retry_after(response: Response, error: DoorstepError) -> Response:
    """Add the seconds after which to come back, where the error knows them."""
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def _problem(status: int, detail: str, code: str, **known: Any) -> Problem:
    """Return what is wrong with the request that is answered just now."""
    title, request_id = _title(status), REQUEST.get() or None
    return Problem(title, status, detail, code, request.path, request_id=request_id, **known)


def _in_shape(problem: Problem) -> Response:
    match wanted():
        case Wanted.JSON:
            response = json_response(msgspec.json.encode(problem), problem.status, "application/problem+json")
        case Wanted.FRAGMENT:
            response = make_response(render_template("partials/error.html", problem=problem), problem.status)
        case Wanted.PAGE:
            response = make_response(render_template("error.html", problem=problem), problem.status)
    negotiated(response).headers["Cache-Control"] = "no-store"
    return response


def _title(status: int) -> str:
    return TITLES.get(status) or HTTPStatus(status).phrase.capitalize()
