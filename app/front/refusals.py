"""What a client is told whose request never reaches the application: a status and a sentence, nothing of its own."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

from gunicorn.http import errors

SENTENCES = {
    400: "That request could not be read.",
    408: "The request did not arrive in time. Please send it again.",
    413: "That was too much text at once. An address and a few numbers are all that Doorstep needs.",
    414: "The address of that page is too long.",
    417: "That expectation cannot be met.",
    431: "The headers of that request are too long.",
    500: "Something went wrong on our side, and it has been noted. Please try again in a moment.",
    501: "That transfer coding is not known here.",
}
#: What gunicorn's parser raises, where the answer is not 400.
STATUS = {
    errors.LimitRequestLine: 414,
    errors.LimitRequestHeaders: 431,
    errors.ExpectationFailed: 417,
    errors.UnsupportedTransferCoding: 501,
}


class Unreadable(Exception):
    """A request that will never be a right one. `status` says why."""

    def __init__(self, status: int = 400) -> None:
        self.status = status
        super().__init__(status)


def status_of(error: Exception) -> int:
    """Return the status for an error of gunicorn's parser."""
    return STATUS.get(type(error), 400)


@cache
def refusal(status: int) -> bytes:
    """Return the whole answer, after which the connection is closed."""
    body = f"{SENTENCES[status]}\n".encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nConnection: close\r\nCache-Control: no-store\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
