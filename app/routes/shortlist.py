"""The shortlist: `/shortlist` is the visitor's own, `/list/<link>` one that somebody shares."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.errors import DoorstepError, InvalidListing, ListFull, ListNotFound, ListShared, NotOnList, SnapshotNotFound
from app.queue.store.lists import MOST_ENTRIES, Mark, Sharing
from app.views.shortlist import MARK_TEXTS, NOTHING, ListDocument, ListView, list_csv, list_json, shared_url
from app.views.shown import kept
from app.web import visitor
from app.web.errors import answer, with_retry_after
from app.web.forms import sent_in_request
from app.web.negotiation import NOT_KEPT, Wanted, json_response, negotiated, wanted
from app.web.programs.bodies import (
    MOST_NAME,
    MOST_NOTE,
    MarkBody,
    MoveBody,
    NameBody,
    NoteBody,
    ReportsBody,
    SharingBody,
)
from app.web.programs.describing import Operation, Who, described
from app.web.services import store

bp = Blueprint("shortlist", __name__)

SHORTLISTS = "Shortlists"
#: What an owner, or who decides with them, does on a list: the answer is the list as it is then.
ListOperation = partial(Operation, answer=ListDocument, about=SHORTLISTS, who=Who.OWNER)


# --- one's own list --------------------------------------------------------------------------------


@bp.get("/shortlist")
@described(ListOperation("Return one's own shortlist."))
def page() -> AnyResponse:
    """Show the visitor's own list; looking at it makes none."""
    return _shown(_own())


@bp.get("/shortlist.csv")
def table() -> AnyResponse:
    """Return the visitor's own list as a table."""
    return _as_csv(_own())


@bp.post("/shortlist/add")
@described(
    ListOperation(
        "Put reports at the end of one's own list.",
        body=ReportsBody,
        problems=(SnapshotNotFound, ListFull, InvalidListing),
        example_body='{"s": ["SNAPSHOT"]}',
    )
)
def add() -> AnyResponse:
    """Put reports on the visitor's own list, each named by `s`."""
    ids = [snapshot_id for snapshot_id in sent_in_request().getlist("s") if snapshot_id]
    if not ids and wanted() is Wanted.JSON:
        raise InvalidListing(field="s", why="Name at least one report by its id.")
    left_out = store().add_to_list(visitor.owner(), ids)
    if wanted() is not Wanted.PAGE:
        return _changed(None)
    anchor = f"entry-{ids[0]}" if len(ids) == 1 else None
    return redirect(url_for(".page", left_out=left_out or None, _anchor=anchor), 303)


@bp.post("/shortlist/<snapshot_id>/mark")
@described(
    ListOperation(
        "Mark a report on one's own list.",
        body=MarkBody,
        problems=(ListNotFound, NotOnList, InvalidListing),
        example_body='{"mark": "yes"}',
    )
)
def mark(snapshot_id: str) -> AnyResponse:
    """Mark a report on one's own list."""
    store().say(visitor.owner(), None, snapshot_id, mark=_mark())
    return _changed(None, f"entry-{snapshot_id}")


@bp.post("/shortlist/<snapshot_id>/note")
@described(
    ListOperation(
        "Note something on a report of one's own list.",
        body=NoteBody,
        problems=(ListNotFound, NotOnList, InvalidListing),
        example_body='{"note": "Ask about the cellar"}',
    )
)
def note(snapshot_id: str) -> AnyResponse:
    """Note something on a report of one's own list."""
    store().say(visitor.owner(), None, snapshot_id, note=_note())
    return _changed(None, f"entry-{snapshot_id}")


@bp.post("/shortlist/<snapshot_id>/move")
@described(
    ListOperation(
        "Let a report change places with the one above or below it.",
        body=MoveBody,
        problems=(ListNotFound, NotOnList, InvalidListing),
        example_body='{"to": "up"}',
    )
)
def move(snapshot_id: str) -> AnyResponse:
    """Let a report change places with the one above or below it."""
    store().move_entry(visitor.owner(), snapshot_id, up=_one_of("to", ("up", "down")) == "up")
    return _changed(None, f"entry-{snapshot_id}")


@bp.post("/shortlist/<snapshot_id>/remove")
@described(ListOperation("Take a report off one's own list.", problems=(ListNotFound, NotOnList)))
def remove(snapshot_id: str) -> AnyResponse:
    """Take a report off one's own list."""
    store().remove_entry(visitor.owner(), snapshot_id)
    return _changed(None)


@bp.post("/shortlist/name")
@described(
    ListOperation(
        "Give the name under which the owner's marks are shown.",
        body=NameBody,
        problems=(ListNotFound, ListFull, InvalidListing),
        example_body='{"name": "Ann"}',
    )
)
def name() -> AnyResponse:
    """Give the name under which the owner's marks are shown to others; an empty one takes it away."""
    store().give_name(visitor.owner(), None, _name(needed=False))
    return _changed(None, "share")


@bp.post("/shortlist/share")
@described(
    ListOperation(
        "Make a link of one's own list, or let it lead nowhere.",
        body=SharingBody,
        problems=(ListNotFound, InvalidListing),
        example_body='{"sharing": "together"}',
    )
)
def share() -> AnyResponse:
    """Make a link, or with `stop` make it lead nowhere."""
    sharing = Sharing(_one_of("sharing", tuple(Sharing)))
    if _one_of("stop", ("yes", ""), "") == "yes":
        store().stop_sharing(visitor.owner(), sharing)
    else:
        store().share_list(visitor.owner(), sharing)
    return _changed(None, "share")


@bp.post("/shortlist/people/<int:person_id>/remove")
def remove_person(person_id: int) -> AnyResponse:
    """Take somebody's name off one's own list, with what they said."""
    store().remove_person(visitor.owner(), person_id)
    return redirect(url_for(".page", _anchor="share"), 303)


@bp.post("/shortlist/delete")
@described(ListOperation("Delete one's own list; the reports stay.", problems=(ListNotFound,)))
def delete() -> AnyResponse:
    """Delete one's own list; the reports on it stay."""
    store().delete_list(visitor.owner())
    return _changed(None)


# --- a list that somebody shares -------------------------------------------------------------------


@bp.get("/list/<link>")
@described(
    Operation("Return a list that somebody shares.", answer=ListDocument, about=SHORTLISTS, problems=(ListNotFound,))
)
def shared(link: str) -> AnyResponse:
    """Show a list to whoever has a link of it."""
    return _shown(_behind(link))


@bp.get("/list/<link>.csv")
def shared_table(link: str) -> AnyResponse:
    """Return a shared list as a table."""
    return _as_csv(_behind(link))


@bp.post("/list/<link>/name")
@described(
    ListOperation(
        "Give the name by which one marks and notes.",
        body=NameBody,
        problems=(ListNotFound, ListFull, InvalidListing),
        example_body='{"name": "Ben"}',
    )
)
def shared_name(link: str) -> AnyResponse:
    """Give the name by which one marks and notes."""
    _behind(link)  # a wrong name is told on the list's page, so the list comes first
    store().give_name(visitor.owner(), link, _name(needed=True))
    return _changed(link)


@bp.post("/list/<link>/<snapshot_id>/mark")
@described(
    ListOperation(
        "Mark a report on a list that is kept together.",
        body=MarkBody,
        problems=(ListNotFound, NotOnList, InvalidListing),
        example_body='{"mark": "maybe"}',
    )
)
def shared_mark(link: str, snapshot_id: str) -> AnyResponse:
    """Mark a report on a list that is kept together."""
    store().say(visitor.owner(), link, snapshot_id, mark=_mark())
    return _changed(link, f"entry-{snapshot_id}")


@bp.post("/list/<link>/<snapshot_id>/note")
@described(
    ListOperation(
        "Note something on a list that is kept together.",
        body=NoteBody,
        problems=(ListNotFound, NotOnList, InvalidListing),
        example_body='{"note": "Too far from school"}',
    )
)
def shared_note(link: str, snapshot_id: str) -> AnyResponse:
    """Note something on a list that is kept together."""
    store().say(visitor.owner(), link, snapshot_id, note=_note())
    return _changed(link, f"entry-{snapshot_id}")


@bp.post("/list/<link>/adopt")
@described(
    ListOperation("Make a list that is kept together one's own, too.", problems=(ListNotFound, ListFull, ListShared))
)
def adopt(link: str) -> AnyResponse:
    """Make the list this browser's own too: its owner lost the cookie, or has a new device."""
    store().adopt_list(link, visitor.owner())
    return _changed(None)


# --- what is sent ----------------------------------------------------------------------------------


def _one_of(field: str, values: tuple[str, ...], unsaid: str | None = None) -> str:
    """Return a field's value, `unsaid` where it is not sent. Raises InvalidListing for any other."""
    text = sent_in_request().get(field, unsaid)
    if text is None or text not in values:
        raise InvalidListing(
            field=field, why=f"Please send one of these as “{field}”: {', '.join(filter(None, values))}."
        )
    return text


def _sent(field: str) -> str:
    """Return a field's text, "" for one that was left empty. Raises InvalidListing where it is not sent."""
    text = sent_in_request().get(field)
    if text is None:
        raise InvalidListing(field=field, why=f"Please send a text as “{field}”.")
    return text


def _mark() -> str:
    return _one_of("mark", ("", *Mark))


def _note() -> str:
    """Return the note. Raises InvalidListing for one that is too long, or no text."""
    text = "\n".join(_sent("note").strip().splitlines())
    if len(text) > MOST_NOTE:
        why = f"That note is {len(text):,} characters long; please shorten it to {MOST_NOTE}."
        raise InvalidListing(field="note", why=why)
    if not all(letter.isprintable() or letter in "\n\t" for letter in text):
        raise InvalidListing(field="note", why="That note holds characters that cannot be read; please type it again.")
    return text


def _name(*, needed: bool) -> str:
    """Return the name. Raises InvalidListing for one that is missing, too long, or no text."""
    text = " ".join(_sent("name").split())
    if needed and not any(letter.isalnum() for letter in text):
        raise InvalidListing(field="name", why="Please give a name, such as “Ann”.")
    if len(text) > MOST_NAME or not text.isprintable():
        raise InvalidListing(field="name", why=f"Please give a name of at most {MOST_NAME} letters.")
    return text


# --- what is shown ---------------------------------------------------------------------------------


@bp.errorhandler(DoorstepError)
def refuse(error: DoorstepError) -> Response:
    """Answer a refused name with the page and what is wrong with it."""
    naming = (f"{bp.name}.name", f"{bp.name}.shared_name")
    if not isinstance(error, InvalidListing) or request.endpoint not in naming or wanted() is not Wanted.PAGE:
        return answer(error)
    link = (request.view_args or {}).get("link")
    response = _page(_own() if link is None else _behind(link), error)
    response.status_code = error.http_status
    response.headers["Cache-Control"] = "no-store"
    return with_retry_after(negotiated(response), error)


def _own() -> ListView:
    owner = visitor.known_owner()
    return ListView((store().shortlist(owner) if owner else None) or NOTHING)


def _behind(link: str) -> ListView:
    found, sharing = store().shared_list(link, visitor.known_owner())
    return ListView(found, link, sharing)


def _changed(link: str | None, anchor: str | None = None) -> AnyResponse:
    """Answer a step: htmx with the list as it is now, programs with its JSON, others are sent back to where it was."""
    if wanted() is Wanted.PAGE:
        here = url_for(".page", _anchor=anchor) if link is None else url_for(".shared", link=link, _anchor=anchor)
        return redirect(here, 303)
    view = _own() if link is None else _behind(link)
    if wanted() is Wanted.JSON:
        return negotiated(json_response(list_json(view)))
    return Response(render_template("shortlist/entries.html", view=view, **_CONSTANTS), headers=NOT_KEPT)


def _shown(view: ListView) -> AnyResponse:
    if wanted() is Wanted.JSON:
        return negotiated(json_response(list_json(view)))
    return kept(negotiated(_page(view)))


def _page(view: ListView, error: InvalidListing | None = None) -> Response:
    return make_response(
        render_template(
            "shortlist.html",
            view=view,
            name_error=error.message if error else "",
            typed_name=request.form.get("name"),
            left_out=request.args.get("left_out", type=int),
            most_entries=MOST_ENTRIES,
            shared_url=shared_url,
            **_CONSTANTS,
        )
    )


_CONSTANTS = {"marks": MARK_TEXTS, "most_note": MOST_NOTE, "most_name": MOST_NAME}


def _as_csv(view: ListView) -> AnyResponse:
    response = Response(list_csv(view), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="doorstep-shortlist.csv"'
    return kept(response)
