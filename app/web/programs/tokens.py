"""The token that a program shows instead of a cookie: `Authorization: Bearer ...`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, g, has_request_context, request

from app.config import Config
from app.queue.tokens import Token
from app.web.services import store

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SCHEME = "bearer "
#: Blueprints that know no tokens of hosts: what operators see has tokens of its own, and health looks at nothing else.
WITHOUT = ("operators", "metrics", "health")
#: What a 401 asks for.
CHALLENGE = 'Bearer realm="Doorstep", error="invalid_token"'


def init_app(app: Flask, config: Config) -> None:
    """Let every 401 say what is asked for."""

    @app.after_request
    def challenge(response: Response) -> Response:
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = CHALLENGE
        return response


def bearer_in(environ: WSGIEnvironment) -> str | None:
    """Return the token that a request shows, whether it is one or not; None without one."""
    given: str = environ.get("HTTP_AUTHORIZATION", "")
    return given[len(SCHEME) :].strip() if given[: len(SCHEME)].lower() == SCHEME else None


def is_asked() -> bool:
    """Return whether this request shows a token that is to be looked up."""
    return bearer_in(request.environ) is not None and request.blueprint not in WITHOUT and request.endpoint != "static"


def look_up() -> Token | None:
    """Return the token that this request shows and remember it for the request; None if nobody knows it."""
    g.token = store().token_with(bearer_in(request.environ) or "")
    return current()


def current() -> Token | None:
    """Return the token of this request, None without one."""
    token: Token | None = g.get("token") if has_request_context() else None
    return token
