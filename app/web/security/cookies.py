"""The one cookie: signed, kept from scripts, and named after the site, so that two sites on one host keep their own."""

from __future__ import annotations

import os
import secrets
from hashlib import sha256
from pathlib import Path

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.config import Config
from app.db.owners import give_to_owner_of, make_folder
from app.errors import ConfigError
from app.web.programs import tokens

#: The owner's cookie lives for a year.
COOKIE_SECONDS = 365 * 24 * 3600
#: What the cookie was called before it carried the site's name; it is read as long as such cookies live.
OLD_NAME = "doorstep"
#: With this a browser takes a cookie over https alone, for this host alone and all its paths, from nobody beside it.
HOST_PREFIX = "__Host-"


def init_app(app: Flask, config: Config) -> None:
    """Set the one cookie up. Raises ConfigError if its key cannot be kept."""
    key = config.secret_key or kept_key(config.data_dir)
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME=cookie_name(key),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=COOKIE_SECONDS,
    )
    app.session_interface = SignedCookies(app)


def cookie_name(key: str) -> str:
    """Return the name of the cookie that is signed with a key: of two sites on one host, each has its own."""
    return f"{OLD_NAME}-{sha256(f'doorstep cookie {key}'.encode()).hexdigest()[:8]}"


class Session(SecureCookieSession):
    """What the cookie holds."""

    #: The name under which it came, where that is not the one under which it is kept from now on.
    moved_from: str | None = None


class SignedCookies(SecureCookieSessionInterface):
    """Signed cookies; one that was set over https is only ever sent over https.

    Without a cookie nothing is verified, and the signer is made once: every poll comes through here.
    """

    session_class = Session

    def __init__(self, app: Flask) -> None:
        self._serializer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the one signer."""
        return self._serializer

    def open_session(self, app: Flask, request: Request) -> Session:
        """Return the session in the visitor's cookie, an empty one if there is none, or a token beside it."""
        if "HTTP_COOKIE" not in request.environ or tokens.bearer_in(request.environ) is not None:
            return Session()
        plain, now = str(app.config["SESSION_COOKIE_NAME"]), _name_for(app, request)
        for name in dict.fromkeys((now, plain, OLD_NAME)):
            session = self._session_in(request.cookies.get(name, ""))
            if session is not None:
                session.moved_from = name if name != now else None
                return session
        return Session()

    def _session_in(self, value: str) -> Session | None:
        """Return what a cookie holds, None if it is not one of ours, or too old."""
        if not value or self._serializer is None:
            return None
        try:
            return Session(self._serializer.loads(value, max_age=COOKIE_SECONDS))
        except BadSignature:
            return None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie where something in it changed, or it came under an older name; but none beside a token."""
        if tokens.bearer_in(request.environ) is not None:
            return
        moved_from = session.moved_from if isinstance(session, Session) and session.accessed else None
        if moved_from is not None:
            session.modified = True
            response.delete_cookie(moved_from)
        super().save_session(app, session, response)

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name for the way this request came."""
        return _name_for(app, request)

    def get_cookie_path(self, app: Flask) -> str:
        """Return the path below which the site lies."""
        return request.script_root or "/"

    def get_cookie_secure(self, app: Flask) -> bool:
        """Return whether the request came over https: `http://127.0.0.1:8000` must work too."""
        return request.is_secure


def _name_for(app: Flask, request: Request) -> str:
    plain = str(app.config["SESSION_COOKIE_NAME"])
    return HOST_PREFIX + plain if request.is_secure and not request.script_root else plain


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
