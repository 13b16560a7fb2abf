"""What guards the site: the key that signs cookies, headers on every answer, floods and foreign forms refused."""

from __future__ import annotations

import math
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask, Request, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from app.config import Config
from app.errors import ConfigError, DoorstepError

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FILE_NAME = "secret.key"

EXTENSION = "doorstep-rate"
#: A burst that many tabs of one household, or a script with a list of homes, may send at once.
BURST = 240
#: What each address gets back per second, in each web process: a quarter of a core of evaluations at most.
REFILL_PER_SECOND = 4.0
#: Addresses remembered at once; the one seen longest ago is forgotten first (its bucket is full again by then).
REMEMBERED = 10_000

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


def kept_in(data_dir: Path) -> str:
    """Return the key kept in a folder, making it first where there is none. Raises ConfigError where it cannot."""
    path = data_dir / FILE_NAME
    try:
        if not path.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            _make(path)
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        why = f"the cookie key cannot be kept in that folder ({error.strerror})"
        raise ConfigError(name="DOORSTEP_DATA_DIR", why=why) from None
    if len(key) < 32:
        raise ConfigError(name="DOORSTEP_DATA_DIR", why=f"the file {FILE_NAME} in it holds no usable key; delete it")
    return key


def _make(path: Path) -> None:
    """Write a whole key under another name and link it: of several processes exactly one wins, none reads half."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


class TooManyRequests(DoorstepError):
    """That was a lot of requests in a short time. Please wait {seconds} s and send this one again."""

    code = "too-many-requests"
    http_status = 429


class Buckets:
    """Token buckets by client; `take` says how many seconds are missing."""

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._per_second, self._clock = float(burst), per_second, clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, client: str) -> float:
        """Take one token; return 0.0, or the seconds until there is one."""
        with self._lock:
            now = self._clock()
            level, then = self._levels.pop(client, (self._burst, now))
            level = min(self._burst, level + (now - then) * self._per_second)
            allowed = level >= 1
            self._levels[client] = (level - 1 if allowed else level, now)
            if len(self._levels) > REMEMBERED:
                self._levels.popitem(last=False)
        return 0.0 if allowed else (1 - level) / self._per_second


def refuse_floods() -> None:
    """Raise TooManyRequests where the client's bucket is empty."""
    buckets: Buckets = current_app.extensions[EXTENSION]
    seconds = math.ceil(buckets.take(request.remote_addr or ""))
    if seconds:
        raise TooManyRequests(seconds=seconds, retry_after_seconds=seconds)


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
    app.extensions[EXTENSION] = Buckets(BURST, REFILL_PER_SECOND)
    app.wsgi_app = WithHeaders(app.wsgi_app)  # type: ignore[method-assign]

    @app.before_request
    def guard() -> None:
        if request.method not in SAFE_METHODS:
            if _is_foreign():
                raise ForeignForm
            refuse_floods()


def _is_foreign() -> bool:
    """Return whether a browser says that another site sent this. Programs send neither header and are let through."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and origin != request.host_url.rstrip("/")
