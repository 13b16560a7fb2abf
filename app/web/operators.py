"""Who is let in where only operators go: by a token in a header, or by the cookie that it gave once."""

from __future__ import annotations

import hmac

from flask import request

from app.web import visitor
from app.web.programs.tokens import bearer_in
from app.web.services import config

#: The blueprint that a token of its own opens, too.
METRICS = "metrics"


def accepted() -> tuple[str, ...]:
    """Return the tokens that open what is asked for; none where no token is set."""
    settings = config()
    tokens = (settings.operator_token, settings.metrics_token if request.blueprint == METRICS else "")
    return tuple(filter(None, tokens))


def is_let_in() -> bool:
    """Return whether the request shows such a token, or its visitor gave the operators' one before."""
    shown = request.args.get("token") or bearer_in(request.environ) or ""
    if any(hmac.compare_digest(shown.encode(errors="replace"), token.encode()) for token in accepted()):
        return True
    operator_token = config().operator_token
    return bool(operator_token) and visitor.is_operator(operator_token)
