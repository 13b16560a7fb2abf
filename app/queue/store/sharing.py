"""Sharing a shortlist: links that nobody can guess, who speaks by which name, and taking a list over to a new browser.

A list may belong to several browsers: whoever has the link that allows marks may make it theirs, and nobody loses it.
"""

from __future__ import annotations

import secrets

from app.db.interface import Connection, Row
from app.errors import InvalidListing, ListFull, ListShared
from app.queue.store.lists import (
    LISTS,
    MOST_ENTRIES,
    OWNED,
    PERSON_OF,
    ListStore,
    Sharing,
    entries,
    new_person,
    owned,
    people,
    together,
)

#: People who have a say on a list, the owner included.
MOST_PEOPLE = 20
#: Random bytes in a link.
LINK_BYTES = 18
NAME_TAKEN = "Somebody on this list has that name already. Please give one that tells you apart."


class SharingStore(ListStore):
    """The part of the store by which people share a list."""

    def share_list(self, visitor: str, sharing: Sharing) -> str:
        """Return the link of the visitor's own list, making it if there is none. Raises ListNotFound."""
        with self.db.write(durable=True, turn=LISTS) as connection:
            list_id = owned(connection, visitor)
            new = {"list_id": list_id, "link": secrets.token_urlsafe(LINK_BYTES)}
            connection.execute(_SHARE[sharing], new)
            found = connection.execute("SELECT * FROM lists WHERE list_id = :list_id", {"list_id": list_id}).fetchone()
            return str(found[f"{sharing}_link"])

    def stop_sharing(self, visitor: str, sharing: Sharing) -> None:
        """Make a link lead nowhere, for good; what was said stays. Raises ListNotFound."""
        with self.db.write(durable=True, turn=LISTS) as connection:
            connection.execute(_STOP_SHARING[sharing], {"list_id": owned(connection, visitor)})

    def delete_list(self, visitor: str) -> None:
        """Delete the visitor's own list with all that was said on it; the reports stay. Raises ListNotFound."""
        with self.db.write(durable=True, turn=LISTS) as connection:
            connection.execute("DELETE FROM lists WHERE list_id = :list_id", {"list_id": owned(connection, visitor)})

    # --- people ---

    def give_name(self, visitor: str, link: str | None, name: str) -> None:
        """Give or change the name by which a visitor marks and notes; "" only for the owner.

        Raises ListNotFound, ListFull, or InvalidListing for a name that somebody else has.
        """
        with self.db.write(durable=True, turn=LISTS) as connection:
            list_id = owned(connection, visitor) if link is None else together(connection, link)
            known = people(connection, list_id)
            row = connection.execute(PERSON_OF, {"visitor": visitor, "list_id": list_id}).fetchone()
            person_id = row["person_id"] if row else None
            taken = {p.name.casefold() for p in known if p.person_id != person_id and p.name}
            if name.casefold() in taken:
                raise InvalidListing(field="name", why=NAME_TAKEN)
            if person_id is not None:
                connection.execute(
                    "UPDATE list_people SET name = :name WHERE person_id = :person_id",
                    {"name": name, "person_id": person_id},
                )
                return
            if len(known) >= MOST_PEOPLE:
                raise ListFull(most=MOST_PEOPLE, what="names")
            new_person(connection, list_id, visitor, name, is_owner=False)

    def remove_person(self, visitor: str, person_id: int) -> None:
        """Take a name off the own list, with all that was said by it; nothing for the owner. Raises ListNotFound."""
        with self.db.write(durable=True, turn=LISTS) as connection:
            connection.execute(
                "DELETE FROM list_people WHERE list_id = :list_id AND person_id = :person_id AND is_owner = 0",
                {"list_id": owned(connection, visitor), "person_id": person_id},
            )

    def adopt_list(self, link: str, visitor: str) -> None:
        """Make the list behind a link that allows marks this browser's own too; what it had kept goes to the end.

        Raises ListNotFound, ListFull, or ListShared where the browser's own list is shared.
        """
        with self.db.write(durable=True, turn=LISTS) as connection:
            list_id = together(connection, link)
            owner = next(person for person in people(connection, list_id) if person.is_owner)
            own = connection.execute(OWNED, {"visitor": visitor}).fetchone()
            if own is not None and own["list_id"] != list_id:
                _merge(connection, own, list_id, owner.person_id)
            connection.execute(
                """
                INSERT INTO list_visitors (visitor, list_id, person_id, is_owner)
                VALUES (:visitor, :list_id, :person_id, 1)
                ON CONFLICT (visitor, list_id) DO UPDATE SET person_id = :person_id, is_owner = 1
                """,
                {"visitor": visitor, "list_id": list_id, "person_id": owner.person_id},
            )


_SHARE = {
    Sharing.READING: "UPDATE lists SET reading_link = coalesce(reading_link, :link) WHERE list_id = :list_id",
    Sharing.TOGETHER: "UPDATE lists SET together_link = coalesce(together_link, :link) WHERE list_id = :list_id",
}
_STOP_SHARING = {
    Sharing.READING: "UPDATE lists SET reading_link = NULL WHERE list_id = :list_id",
    Sharing.TOGETHER: "UPDATE lists SET together_link = NULL WHERE list_id = :list_id",
}


def _merge(connection: Connection, own: Row, list_id: int, person_id: int) -> None:
    """Put the entries of a list that nobody else uses at the end of another, with what its owner said of them."""
    if own["reading_link"] or own["together_link"] or len(people(connection, own["list_id"])) > 1:
        raise ListShared
    there = {row["job_seq"]: row["entry_id"] for row in entries(connection, list_id)}
    coming = entries(connection, own["list_id"])
    if len(there) + sum(row["job_seq"] not in there for row in coming) > MOST_ENTRIES:
        raise ListFull(most=MOST_ENTRIES, what="reports")
    for row in coming:
        if row["job_seq"] in there:
            entry_id = there[row["job_seq"]]
        else:
            entry_id = row["entry_id"]
            connection.execute(_APPEND_MOVED, {"list_id": list_id, "entry_id": entry_id})
        connection.execute(
            _MOVE_OPINIONS,
            {"to": entry_id, "person_id": person_id, "entry_id": row["entry_id"]},
        )
    connection.execute("DELETE FROM lists WHERE list_id = :list_id", {"list_id": own["list_id"]})


#: Where the other list's owner has said something of the same report that stays.
_MOVE_OPINIONS = """
UPDATE list_opinions SET entry_id = :to, person_id = :person_id
WHERE entry_id = :entry_id AND NOT EXISTS (
    SELECT 1 FROM list_opinions AS there WHERE there.entry_id = :to AND there.person_id = :person_id
)
"""
_APPEND_MOVED = """
UPDATE list_entries
SET place = (SELECT coalesce(max(place), 0) + 1 FROM list_entries WHERE list_id = :list_id), list_id = :list_id
WHERE entry_id = :entry_id
"""
