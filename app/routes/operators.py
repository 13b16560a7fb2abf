"""The operators' page: how the queue stands. Behind a token; without one set there is no such page."""

from __future__ import annotations

import hmac

import msgspec
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.routes import visitor
from app.routes.negotiation import Wanted, json_response, negotiated, wanted
from app.routes.queue_board import board
from app.routes.services import config, store

bp = Blueprint("operators", __name__, url_prefix="/queue")


@bp.before_request
def let_in() -> AnyResponse | None:
    """Let in by bearer token or cookie; `?token=` once gives the cookie. Everyone else sees no such page."""
    token = config().operator_token
    if token and _same(request.args.get("token", ""), token):
        visitor.let_in_operator(token)
        return redirect(url_for("operators.page"), 303)
    if not token or not (visitor.is_operator(token) or _same(_bearer(), token)):
        abort(404)
    return None


@bp.get("")
def page() -> AnyResponse:
    """Show depth, rates, what runs where, and what failed last."""
    match wanted():
        case Wanted.JSON:
            response = json_response(msgspec.json.encode(board(store())))
        case Wanted.FRAGMENT:
            response = make_response(render_template("partials/queue_board.html", board=board(store())))
        case Wanted.PAGE:
            response = make_response(render_template("queue.html", board=board(store())))
    return _private(negotiated(response))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _bearer() -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
