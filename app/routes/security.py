"""Headers on every answer, and the refusal of forms that other sites send."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask, Request, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from app.config import Config
from app.errors import DoorstepError
from app.routes.rate import refuse_floods

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Nobody describes a home in more than this; a longer body is refused with 413.
MAX_BODY_BYTES = 64 * 1024
#: The owner's cookie lives for a year.
COOKIE_SECONDS = 365 * 24 * 3600

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Job and report links are secrets of the person who has them: tell no other site.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class ForeignForm(DoorstepError):
    """This request came from another site, so it was not carried out. Open Doorstep itself and send it from there."""

    code = "foreign-form"
    http_status = 403


class Cookies(SecureCookieSessionInterface):
    """Signed cookies that stay on https wherever they were given over https.

    Without a cookie nothing is verified, and the signer is made once: every poll passes here.
    """

    def __init__(self, app: Flask) -> None:
        self._serializer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the one signer."""
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the visitor's cookie, where there is one."""
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Follow the request: `http://127.0.0.1:8000` must work too."""
        return request.is_secure


class WithHeaders:
    """Middleware that marks every answer, files and errors included; below Flask, since each poll pays for it."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._plain = list(HEADERS.items())
        self._secure = [*self._plain, ("Strict-Transport-Security", "max-age=31536000")]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does, with the headers."""
        added = self._secure if environ["wsgi.url_scheme"] == "https" else self._plain

        def start(
            status: str, headers: list[tuple[str, str]], error: OptExcInfo | None = None
        ) -> Callable[[bytes], object]:
            return start_response(status, headers + added, error)

        return self._app(environ, start)


def init_app(app: Flask, config: Config) -> None:
    """Guard every request and mark every answer."""
    app.session_interface = Cookies(app)
    app.wsgi_app = WithHeaders(app.wsgi_app)  # type: ignore[method-assign]

    @app.before_request
    def guard() -> None:
        if request.method not in SAFE_METHODS:
            if _is_foreign():
                raise ForeignForm
            refuse_floods()


def _is_foreign() -> bool:
    """Tell whether a browser says that another site sent this. Programs send neither header and are let through."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and origin != request.host_url.rstrip("/")
