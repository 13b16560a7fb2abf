"""Where in a town wishes are met: `/where` with the question in its query, and the maps of the answer."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.errors import InvalidListing
from app.maps.squares import SIZES
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.wishes import MODES
from app.views.town.answer import WhereView, reaches_of, where_view
from app.views.town.document import WhereDocument, document_of
from app.web import pictures
from app.web.negotiation import Wanted, json_response, negotiated, wanted
from app.web.programs.describing import Operation, Query, described
from app.web.services import source
from app.web.towns import picture_of
from app.web.wishing import asked_in

bp = Blueprint("where", __name__)
TEXT, TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}


@bp.get("/where")
@described(
    Operation(
        "Tell where in a region wishes are met: homes, squares and the best streets.",
        WhereDocument,
        "Places",
        query=(
            Query("region", "The name of a region; with a single region it may be left out.", TEXT),
            Query("wish", "A wish: `park-5`, `motorway-300`, `stop_every_15-8`, `side_street`, `steps`...", TEXTS),
            Query("place", "A place to reach, once for each.", TEXTS),
            Query("by", "How the place is reached: the first of each together, and so on.", TEXTS),
            Query("within", "Within how many minutes.", TEXTS),
            Query("at", "When to be there by transit, such as `08:30`.", TEXTS),
            Query("profile", "Who it is for: what is short weighs by it.", TEXT),
        ),
        problems=(InvalidListing,),
        example_query="?region=helsinki&wish=park-5&wish=supermarket-10",
    )
)
def page() -> AnyResponse:
    """Show the form and the answer; what cannot be read is 422, with the form and the answer to the rest."""
    view = where_view(asked_in(request.args))
    kind = wanted()
    if kind is Wanted.JSON:
        return _document(view)
    if kind is Wanted.PAGE and not view.errors and request.args.to_dict(flat=False) != view.asked.query():
        # The link to share is the short one: a form sends what is open as well.
        return negotiated(redirect(view.link, 303))  # type: ignore[arg-type]
    template = "where/answer.html" if kind is Wanted.FRAGMENT else "where.html"
    shown = render_template(template, view=view, profiles=PROFILES, modes=MODES, is_news=kind is Wanted.FRAGMENT)
    response = make_response(shown, 422 if view.errors else 200)
    if kind is Wanted.FRAGMENT and not view.errors:
        response.headers["HX-Push-Url"] = view.link
    return _private(negotiated(response))


@bp.get("/where/<name>.svg")
def picture(name: str) -> Response:
    """Return the map of an answer."""
    view = where_view(asked_in(request.args))
    if name not in SIZES or view.choice is None or view.region is None:
        abort(404)
    atlas = source().whole_region(view.region.name)
    return pictures.answer_svg(picture_of(atlas, name, view.asked.judged, reaches_of(view), view.asked.profile))


def _document(view: WhereView) -> Response:
    """Answer a program. Raises InvalidListing naming each wrong field, and a region or wish that is missing."""
    errors = dict(view.errors)
    if view.region is None:
        errors.setdefault("region", "Choose a region; GET /regions lists them.")
    elif view.choice is None:
        errors.setdefault("wish", "Wish for something, such as “park-5”, or give a place to reach that can be found.")
    if errors or view.choice is None:
        first, *others = (InvalidListing(field=field, why=why) for field, why in errors.items())
        raise InvalidListing(field=first.field, why=first.message, others=tuple(others))
    return negotiated(json_response(msgspec.json.encode(document_of(view, view.choice))))


def _private(response: Response) -> Response:
    """The query may hold where somebody works: no cache that others share may keep the answer."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
