"""Who is let in where only operators go: by a token in a header, or by the cookie that it gave once."""

from __future__ import annotations

import hmac
import logging
from typing import NoReturn

from flask import abort, request

from app.web import visitor
from app.web.programs.tokens import bearer_in
from app.web.security import refuse_floods
from app.web.services import config

logger = logging.getLogger(__name__)

#: What a wrong token costs of what a client may send at once: as much as so many other requests.
GUESS_COSTS = 20


def shown_token() -> str:
    """Return the token that the request shows in its query (`?token=`) or its header, "" without one."""
    return request.args.get("token", "") or bearer_in(request.environ) or ""


def is_let_in(*tokens: str) -> bool:
    """Return whether the request shows one of these tokens, "" being none, or the visitor gave the first one before."""
    shown = shown_token()
    if any(token and _same(shown, token) for token in tokens):
        return True
    return bool(tokens[0]) and not shown and visitor.is_operator(tokens[0])


def turn_away() -> NoReturn:
    """Answer as if there were nothing. Whoever shows a wrong token may do so a few times only, and the log says it."""
    if shown_token() and (config().operator_token or config().metrics_token):
        refuse_floods(GUESS_COSTS)
        logger.warning("somebody showed a wrong operators' token")
    abort(404)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
