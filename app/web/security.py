"""What guards the site: foreign forms and floods are refused, every answer has its headers, cookies are signed."""

from __future__ import annotations

import math
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask, Request, Response, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

from app.config import Config
from app.db.owners import give_to_owner_of, make_folder
from app.errors import ConfigError, ForeignForm, TooManyRequests, WrongToken
from app.web.programs import tokens

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Methods that change nothing, so that anyone may send them at any rate.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Nobody describes a home in more than this; a longer body is refused with 413.
MAX_BODY_BYTES = 64 * 1024


def init_app(app: Flask, config: Config) -> None:
    """Check every request and add the headers to every answer."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config.update(cookie_settings(config))
    app.session_interface = SignedCookies(app)
    app.extensions[RATE_LIMITER] = RateLimiter(BURST, REFILL_PER_SECOND)
    app.wsgi_app = WithHeaders(app.wsgi_app)  # type: ignore[method-assign]

    @app.before_request
    def guard() -> None:
        if tokens.is_asked() and tokens.look_up() is None:
            refuse_floods()
            raise WrongToken
        if request.method not in SAFE_METHODS:
            refuse_foreign_forms()
        if request.method not in SAFE_METHODS or tokens.current() is not None:
            refuse_floods()


# --- foreign forms ---------------------------------------------------------------------------------


def refuse_foreign_forms() -> None:
    """Raise ForeignForm if a browser says that another site sent this. Programs say nothing and are let through."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        foreign = site not in ("same-origin", "none")
    else:
        foreign = origin is not None and origin != request.host_url.rstrip("/")
    if foreign:
        raise ForeignForm


# --- floods ----------------------------------------------------------------------------------------

#: Where the application keeps its rate limiter.
RATE_LIMITER = "doorstep-rate-limiter"
#: A burst that many tabs of one household, or a script with a list of homes, may send at once.
BURST = 240
#: Tokens that a client gets back per second in each web process. An evaluation with its maps takes about a third of a
#: second of a processor: at this rate one client keeps an evaluator busy, and no more. What waits is held by the limits
#: on live jobs.
REFILL_PER_SECOND = 4.0
#: Clients remembered at once; the one seen longest ago is forgotten first (its bucket is full again by then).
MOST_CLIENTS = 10_000


def refuse_floods(requests: int = 1) -> None:
    """Raise TooManyRequests if the client's bucket holds less than some requests: one each, and one more for each job.

    A token has a bucket of its own, that holds a minute's.
    """
    limiter: RateLimiter = current_app.extensions[RATE_LIMITER]
    token = tokens.current()
    if token is None:
        seconds = math.ceil(limiter.take(request.remote_addr or "", requests))
    else:
        seconds = math.ceil(limiter.take(token.owner, requests, Rate(token.per_minute, token.per_minute / 60)))
    if seconds:
        raise TooManyRequests(seconds=seconds, retry_after_seconds=seconds)


class Rate(NamedTuple):
    """How many requests may come at once, and how many a second after that."""

    burst: float
    per_second: float


class RateLimiter:
    """A token bucket for each client, by its network address or its token's owner."""

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._usual, self._clock = Rate(burst, per_second), clock
        #: Tokens left and when they were counted, the client seen longest ago first.
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, client: str, requests: int = 1, rate: Rate | None = None) -> float:
        """Take some requests and return 0.0, or take none and return the seconds until there are enough."""
        burst, per_second = rate or self._usual
        with self._lock:
            now = self._clock()
            level, then = self._levels.pop(client, (burst, now))
            level = min(burst, level + (now - then) * per_second)
            allowed = level >= requests
            self._levels[client] = (level - requests if allowed else level, now)
            if len(self._levels) > MOST_CLIENTS:
                self._levels.popitem(last=False)
        return 0.0 if allowed else (requests - level) / per_second


# --- headers ---------------------------------------------------------------------------------------

POLICY = "Content-Security-Policy"
#: An answer that has one of these of its own keeps that: pictures have a stricter policy, and what other sites show
#: says so.
HEADERS = {
    POLICY: (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Links to jobs and reports are secrets of those who have them, so no other site may learn them.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: Sent over https only: for a year the browser then asks for this site over nothing else.
HTTPS_HEADER = ("Strict-Transport-Security", "max-age=31536000")


class WithHeaders:
    """Middleware that adds the headers to every answer, files and errors included, at less cost than in Flask."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._http = list(HEADERS.items())
        self._https = [*self._http, HTTPS_HEADER]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does, with the headers."""
        added = self._https if environ["wsgi.url_scheme"] == "https" else self._http

        def start(
            status: str, headers: list[tuple[str, str]], error: OptExcInfo | None = None
        ) -> Callable[[bytes], object]:
            own = HEADERS.keys() & {name for name, _ in headers}
            others = [(name, value) for name, value in added if name not in own] if own else added
            return start_response(status, headers + others, error)

        return self._app(environ, start)


# --- cookies ---------------------------------------------------------------------------------------

#: The owner's cookie lives for a year.
COOKIE_SECONDS = 365 * 24 * 3600


def cookie_settings(config: Config) -> dict[str, object]:
    """Return Flask's settings for the one cookie. Raises ConfigError if its key cannot be kept."""
    return {
        "SECRET_KEY": config.secret_key or kept_key(config.data_dir),
        "SESSION_COOKIE_NAME": "doorstep",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": COOKIE_SECONDS,
    }


class SignedCookies(SecureCookieSessionInterface):
    """Signed cookies; one that was set over https is only ever sent over https.

    Without a cookie nothing is verified, and the signer is made once: every poll comes through here.
    """

    def __init__(self, app: Flask) -> None:
        self._serializer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the one signer."""
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session in the visitor's cookie, an empty one if there is none, or a token beside it."""
        if "HTTP_COOKIE" not in request.environ or tokens.bearer_in(request.environ) is not None:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where something in it changed, but none beside a token."""
        if tokens.bearer_in(request.environ) is None:
            super().save_session(app, session, response)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Return whether the request came over https: `http://127.0.0.1:8000` must work too."""
        return request.is_secure


# --- the key that signs them -----------------------------------------------------------------------

KEY_FILE = "secret.key"
#: Characters of the shortest key that is taken from the file.
SHORTEST_KEY = 32


def kept_key(data_dir: Path) -> str:
    """Return the key kept in a folder, first making one if there is none. Raises ConfigError if that fails."""
    path = data_dir / KEY_FILE
    try:
        if not path.exists():
            make_folder(data_dir)
            _make_key(path)
            give_to_owner_of(path, data_dir)
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        why = f"the cookie key cannot be kept in that folder ({error.strerror})"
        raise ConfigError(name="DOORSTEP_DATA_DIR", why=why) from None
    if len(key) < SHORTEST_KEY:
        raise ConfigError(name="DOORSTEP_DATA_DIR", why=f"the file {KEY_FILE} in it holds no usable key; delete it")
    return key


def _make_key(path: Path) -> None:
    """Write the key to a draft and link that: of several processes exactly one succeeds, and none reads half a key."""
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
