"""Headers on every answer, and the refusal of forms that other sites send."""

from __future__ import annotations

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface

from app.config import Config
from app.errors import DoorstepError

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
    """Signed cookies that stay on https wherever they were given over https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Follow the request: `http://127.0.0.1:8000` must work too."""
        return request.is_secure


def init_app(app: Flask, config: Config) -> None:
    """Guard every request and mark every answer."""
    app.session_interface = Cookies()

    @app.before_request
    def refuse_foreign_forms() -> None:
        if request.method not in SAFE_METHODS and _is_foreign():
            raise ForeignForm

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        if request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


def _is_foreign() -> bool:
    """Tell whether a browser says that another site sent this. Programs send neither header and are let through."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and origin != request.host_url.rstrip("/")
