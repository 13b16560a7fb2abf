"""Who the visitor is: a random id in a signed cookie, all that Doorstep knows of a person, or the owner of a token."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from flask import Flask, request, session

from app.web.programs import tokens

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Random bytes in an owner's id.
OWNER_BYTES = 18


def owner() -> str:
    """Return the visitor's id, first giving them one if they have none."""
    token = tokens.current()
    if token is not None:
        return token.owner
    known = session.get("owner")
    if not isinstance(known, str):
        known = secrets.token_urlsafe(OWNER_BYTES)
        session.permanent = True
        session["owner"] = known
    return known


def known_owner() -> str | None:
    """Return the visitor's id, or None if they have none: looking at a page sets no cookie."""
    token = tokens.current()
    if token is not None:
        return token.owner
    if "HTTP_COOKIE" not in request.environ:
        return None
    known = session.get("owner")
    return known if isinstance(known, str) else None


def owner_in(app: Flask, environ: WSGIEnvironment) -> str | None:
    """Return the visitor's id from a request that has not entered Flask."""
    if "HTTP_COOKIE" not in environ:
        return None
    opened_session = app.session_interface.open_session(app, app.request_class(environ))
    known = opened_session.get("owner") if opened_session is not None else None
    return known if isinstance(known, str) else None


def opened(job_id: str) -> bool:
    """Return whether this browser was already sent on to this job's report, and so may go back to the job's page."""
    return bool(session.get("opened") == job_id)


def remember_opened(job_id: str) -> None:
    """Remember that this browser was sent on to this job's report."""
    session["opened"] = job_id


def remember_operator(token: str) -> None:
    """Remember in the cookie that this visitor is an operator; the token itself does not go into it."""
    session["operator"] = _digest(token)


def is_operator(token: str) -> bool:
    """Return whether the visitor gave the token that is set now."""
    known = session.get("operator")
    return isinstance(known, str) and hmac.compare_digest(known, _digest(token))


def _digest(token: str) -> str:
    return sha256(f"doorstep operator {token}".encode()).hexdigest()
