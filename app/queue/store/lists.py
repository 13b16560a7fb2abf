"""Shortlists: reports in an order, with a mark and a note of each person who has a say on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.db.interface import Connection, Row
from app.errors import InvalidListing, ListFull, ListNotFound, NotOnList, SnapshotNotFound
from app.queue.jobs import Snapshot
from app.queue.store.base import StoreBase, seq_in

#: Whoever changes a list takes this turn: several people share one, and what is there decides what comes next.
LISTS = "lists"
#: Reports on a list.
MOST_ENTRIES = 100


class Mark(StrEnum):
    """What a person thinks of a report; none at all is ""."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Sharing(StrEnum):
    """What a link allows: to read, or to mark and note together."""

    READING = "reading"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has a say on a list; an owner may have given no name ("")."""

    person_id: int
    name: str
    is_owner: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person says of one report; `changed_at` is Unix time."""

    person: Person
    mark: str
    note: str
    changed_at: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A report on a list, with what people say of it, who came first first."""

    snapshot: Snapshot
    added_at: float
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A list as one visitor sees it. `me` is None for somebody who may only read, or gave no name yet."""

    reading_link: str | None
    together_link: str | None
    me: Person | None
    people: tuple[Person, ...]
    entries: tuple[Entry, ...]


class ListStore(StoreBase):
    """The part of the store that keeps shortlists.

    `link` None means the visitor's own list; any other must be one that allows marks, where something is changed.
    """

    # --- look ---

    def shortlist(self, visitor: str) -> Shortlist | None:
        """Return the visitor's own list, None if they have none."""
        rows = self.db.read(OWNED, {"visitor": visitor})
        return self._load(rows[0], visitor) if rows else None

    def shared_list(self, link: str, visitor: str | None) -> tuple[Shortlist, Sharing]:
        """Return the list behind a link, and what that link allows. Raises ListNotFound."""
        rows = self.db.read("SELECT * FROM lists WHERE reading_link = :link OR together_link = :link", {"link": link})
        if not rows:
            raise ListNotFound
        sharing = Sharing.TOGETHER if rows[0]["together_link"] == link else Sharing.READING
        return self._load(rows[0], visitor), sharing

    def shortlist_size(self, visitor: str) -> int:
        """Return how many reports are on the visitor's own list."""
        return int(self.db.read(_SIZE, {"visitor": visitor})[0]["entries"])

    def is_listed(self, visitor: str, snapshot_id: str) -> bool:
        """Return whether a report is on the visitor's own list."""
        return bool(self.db.read(_LISTED, {"visitor": visitor, "seq": seq_in(snapshot_id)}))

    # --- its entries ---

    def add_to_list(self, visitor: str, snapshot_ids: Sequence[str]) -> int:
        """Put reports at the end of the visitor's own list, making it if need be; return how many found no room.

        What is on it already stays where it is. Raises SnapshotNotFound, or ListFull if there was room for none.
        """
        with self.db.write(durable=True, turn=LISTS) as connection:
            seqs = [_report(connection, snapshot_id) for snapshot_id in dict.fromkeys(snapshot_ids)]
            list_id = self._own_or_new(connection, visitor)
            there = {row["job_seq"] for row in entries(connection, list_id)}
            new = [seq for seq in seqs if seq not in there]
            fitting = new[: MOST_ENTRIES - len(there)]
            if new and not fitting:
                raise ListFull(most=MOST_ENTRIES, what="reports")
            for seq in fitting:
                connection.execute(_APPEND, {"list_id": list_id, "seq": seq, "now": self.clocks.unix()})
        return len(new) - len(fitting)

    def move_entry(self, visitor: str, snapshot_id: str, *, up: bool) -> None:
        """Let a report change places with its neighbour; nothing at the end. Raises ListNotFound or NotOnList."""
        with self.db.write(durable=True, turn=LISTS) as connection:
            list_id = owned(connection, visitor)
            rows = entries(connection, list_id)
            entry_id = _entry(connection, list_id, snapshot_id)
            at = [row["entry_id"] for row in rows].index(entry_id)
            other = at - 1 if up else at + 1
            if 0 <= other < len(rows):
                for one, two in ((rows[at], rows[other]), (rows[other], rows[at])):
                    connection.execute(
                        "UPDATE list_entries SET place = :place WHERE entry_id = :entry_id",
                        {"place": two["place"], "entry_id": one["entry_id"]},
                    )

    def remove_entry(self, visitor: str, snapshot_id: str) -> None:
        """Take a report off the list, with what was said of it. Raises ListNotFound or NotOnList."""
        with self.db.write(durable=True, turn=LISTS) as connection:
            entry_id = _entry(connection, owned(connection, visitor), snapshot_id)
            connection.execute("DELETE FROM list_entries WHERE entry_id = :entry_id", {"entry_id": entry_id})

    def say(
        self,
        visitor: str,
        link: str | None,
        snapshot_id: str,
        *,
        mark: Mark | str | None = None,
        note: str | None = None,
    ) -> None:
        """Keep a person's mark or note on a report; None leaves the one as it is, "" takes it away.

        Raises ListNotFound, NotOnList, or InvalidListing where the person has given no name yet.
        """
        with self.db.write(durable=True, turn=LISTS) as connection:
            list_id, person_id = _speaker(connection, visitor, link)
            said: dict[str, object] = {"entry_id": _entry(connection, list_id, snapshot_id), "person_id": person_id}
            words = {"mark": None if mark is None else str(mark), "note": note, "now": self.clocks.unix()}
            connection.execute(_SAY, said | words)
            connection.execute(_FORGET_NOTHING_SAID, said)

    # --- steps ---

    def _own_or_new(self, connection: Connection, visitor: str) -> int:
        own = connection.execute(OWNED, {"visitor": visitor}).fetchone()
        if own is not None:
            return int(own["list_id"])
        list_id = connection.insert(
            "INSERT INTO lists (created_at) VALUES (:now)", {"now": self.clocks.unix()}, "list_id"
        )
        new_person(connection, list_id, visitor, "", is_owner=True)
        return list_id

    def _load(self, head: Row, visitor: str | None) -> Shortlist:
        list_id = head["list_id"]
        people = {row["person_id"]: _person_from(row) for row in self.db.read(_PEOPLE, {"list_id": list_id})}
        mine = self.db.read(PERSON_OF, {"visitor": visitor, "list_id": list_id}) if visitor else []
        opinions: defaultdict[int, list[Opinion]] = defaultdict(list)
        for row in self.db.read(_OPINIONS, {"list_id": list_id}):
            if person := people.get(row["person_id"]):
                opinions[row["entry_id"]].append(Opinion(person, row["mark"], row["note"], row["changed_at"]))
        entries = self.db.read(_WITH_REPORTS, {"list_id": list_id})
        return Shortlist(
            reading_link=head["reading_link"],
            together_link=head["together_link"],
            me=people.get(mine[0]["person_id"]) if mine else None,
            people=tuple(people.values()),
            entries=tuple(
                Entry(Snapshot(*row[2:]), row["added_at"], tuple(opinions[row["entry_id"]])) for row in entries
            ),
        )


NAME_FIRST = "Please give your name first, so that the others see who says it."

OWNED = """
SELECT lists.* FROM list_visitors JOIN lists USING (list_id) WHERE visitor = :visitor AND is_owner = 1
"""
_SIZE = """
SELECT count(*) AS entries FROM list_visitors JOIN list_entries USING (list_id)
WHERE visitor = :visitor AND is_owner = 1
"""
_LISTED = """
SELECT 1 FROM list_visitors JOIN list_entries USING (list_id)
WHERE visitor = :visitor AND is_owner = 1 AND job_seq = :seq
"""
_PEOPLE = "SELECT * FROM list_people WHERE list_id = :list_id ORDER BY person_id"
PERSON_OF = "SELECT person_id FROM list_visitors WHERE visitor = :visitor AND list_id = :list_id"
_OPINIONS = """
SELECT list_opinions.* FROM list_opinions JOIN list_entries USING (entry_id)
WHERE list_id = :list_id ORDER BY entry_id, person_id
"""
_WITH_REPORTS = """
SELECT entry_id, added_at, snapshot_id, job_id, owner, address, created_at, report, again_of
FROM list_entries JOIN snapshots USING (job_seq) WHERE list_id = :list_id ORDER BY place
"""
_APPEND = """
INSERT INTO list_entries (list_id, job_seq, place, added_at)
VALUES (:list_id, :seq, (SELECT coalesce(max(place), 0) + 1 FROM list_entries WHERE list_id = :list_id), :now)
"""
_SAY = """
INSERT INTO list_opinions (entry_id, person_id, mark, note, changed_at)
VALUES (:entry_id, :person_id, coalesce(:mark, ''), coalesce(:note, ''), :now)
ON CONFLICT (entry_id, person_id)
DO UPDATE SET mark = coalesce(:mark, list_opinions.mark), note = coalesce(:note, list_opinions.note), changed_at = :now
"""
_FORGET_NOTHING_SAID = """
DELETE FROM list_opinions WHERE entry_id = :entry_id AND person_id = :person_id AND mark = '' AND note = ''
"""


def _person_from(row: Row) -> Person:
    return Person(row["person_id"], row["name"], bool(row["is_owner"]))


def owned(connection: Connection, visitor: str) -> int:
    """Return the number of the visitor's own list. Raises ListNotFound."""
    row = connection.execute(OWNED, {"visitor": visitor}).fetchone()
    if row is None:
        raise ListNotFound
    return int(row["list_id"])


def together(connection: Connection, link: str) -> int:
    """Return the number of the list on which a link allows marks. Raises ListNotFound."""
    row = connection.execute("SELECT list_id FROM lists WHERE together_link = :link", {"link": link}).fetchone()
    if row is None:
        raise ListNotFound
    return int(row["list_id"])


def _speaker(connection: Connection, visitor: str, link: str | None) -> tuple[int, int]:
    """Return the numbers of a list and of who the visitor is on it. Raises ListNotFound or InvalidListing."""
    list_id = owned(connection, visitor) if link is None else together(connection, link)
    row = connection.execute(PERSON_OF, {"visitor": visitor, "list_id": list_id}).fetchone()
    if row is None:
        raise InvalidListing(field="name", why=NAME_FIRST)
    return list_id, int(row["person_id"])


def people(connection: Connection, list_id: int) -> list[Person]:
    return [_person_from(row) for row in connection.execute(_PEOPLE, {"list_id": list_id}).fetchall()]


def entries(connection: Connection, list_id: int) -> list[Row]:
    sql = "SELECT entry_id, job_seq, place FROM list_entries WHERE list_id = :list_id ORDER BY place"
    return connection.execute(sql, {"list_id": list_id}).fetchall()


def _entry(connection: Connection, list_id: int, snapshot_id: str) -> int:
    """Return the number of a report's entry. Raises NotOnList."""
    row = connection.execute(
        """
        SELECT entry_id FROM list_entries JOIN snapshots USING (job_seq)
        WHERE list_id = :list_id AND job_seq = :seq AND snapshot_id = :snapshot_id
        """,
        {"list_id": list_id, "seq": seq_in(snapshot_id), "snapshot_id": snapshot_id},
    ).fetchone()
    if row is None:
        raise NotOnList
    return int(row["entry_id"])


def _report(connection: Connection, snapshot_id: str) -> int:
    """Return a report's number. Raises SnapshotNotFound."""
    row = connection.execute(
        "SELECT job_seq FROM snapshots WHERE job_seq = :seq AND snapshot_id = :snapshot_id",
        {"seq": seq_in(snapshot_id), "snapshot_id": snapshot_id},
    ).fetchone()
    if row is None:
        raise SnapshotNotFound
    return int(row["job_seq"])


def new_person(connection: Connection, list_id: int, visitor: str, name: str, *, is_owner: bool) -> None:
    """Add somebody to a list, as who the visitor is on it."""
    person_id = connection.insert(
        "INSERT INTO list_people (list_id, name, is_owner) VALUES (:list_id, :name, :is_owner)",
        {"list_id": list_id, "name": name, "is_owner": int(is_owner)},
        "person_id",
    )
    connection.execute(
        """
        INSERT INTO list_visitors (visitor, list_id, person_id, is_owner)
        VALUES (:visitor, :list_id, :person_id, :is_owner)
        """,
        {"visitor": visitor, "list_id": list_id, "person_id": person_id, "is_owner": int(is_owner)},
    )
