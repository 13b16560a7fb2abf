"""Databases that take no more writes, as their data moves elsewhere: how they say so, and to whom."""

from __future__ import annotations

from app.errors import SiteMoved, SiteMoving

#: Begin the text with which a closed database refuses a write: triggers say it, so that every version is refused.
IS_MOVING, HAS_MOVED = "doorstep-moving: ", "doorstep-moved: "
#: The error code of such a refusal in PostgreSQL.
SQLSTATE = "DSMVD"
#: The trigger on each table that refuses, and in PostgreSQL the function that it calls.
TRIGGER = "doorstep_closed"
#: The table of a database in which a move writes down how far it is: names and values.
NOTES = "doorstep_move"
MAKE_NOTES = f"CREATE TABLE IF NOT EXISTS {NOTES} (name TEXT PRIMARY KEY, value TEXT NOT NULL)"
#: Notes of a database whose data moves away: whether it is open (`copying`), `closed` or `moved`, and the sentence.
OUT_STATE, OUT_WHY = "out:state", "out:why"
#: The note of a database that is filled by a move: `receiving` until it is whole, then `arrived`.
IN_STATE = "in:state"
COPYING, CLOSED, MOVED = "copying", "closed", "moved"
RECEIVING, ARRIVED = "receiving", "arrived"


def refusal_in(text: str) -> SiteMoving | None:
    """Return the error that a refusal's text stands for, None for any other text."""
    for begin, error in ((IS_MOVING, SiteMoving), (HAS_MOVED, SiteMoved)):
        if text.startswith(begin):
            return error(why=text.removeprefix(begin))
    return None
