"""The move itself: copy while people work, stop for a moment, compare all, and never leave a site without its data."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain

from app.db.closed import ARRIVED, COPYING, IN_STATE, MOVED, OUT_STATE, RECEIVING
from app.errors import DoorstepError, MoveFailed, MoveRefused, MoveUnsure
from app.moving.tables import (
    NOT_MOVED,
    SETTLED,
    AlreadyThere,
    Key,
    Row,
    Side,
    Table,
    Target,
    Total,
    key_as_text,
    key_from_text,
)

#: What one transaction copies: so many rows or bytes at most, and what a row takes beside its texts.
CHUNK_ROWS = 5_000
CHUNK_BYTES = 8_000_000
ROW_BYTES = 100
#: Copying goes on in rounds until one finds no more new rows than this, or has been the last.
FEW_ROWS = 1_000
MOST_ROUNDS = 5
#: How often (rows) a long step says how far it is.
SAY_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Sentences:
    """What a closed side says to those who want to write: in the stop, after the move, and once it is taken back."""

    while_moving: str
    after_moving: str
    when_taken_back: str


@dataclass(slots=True)
class Outcome:
    """What came of a move."""

    stopped_seconds: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)
    #: Jobs that ran and are in line again.
    put_back: int = 0
    #: What else there is to tell.
    remark: str = ""


#: Told of each step: its name, what it is about, and how many of how many (0: not known).
Said = Callable[[str, str, int, int], None]


class Move:
    """One move from a side to another. Begun again after whatever ended it, it goes on where it was."""

    def __init__(self, source: Side, target: Target, sentences: Sentences, said: Said) -> None:
        self._source = source
        self._target = target
        self._sentences = sentences
        self._said = said
        self._may_be_there = False
        self._outcome = Outcome()

    def run(self) -> Outcome:
        """Move all. Raises MoveRefused, MoveFailed (the source is open again) or MoveUnsure (nobody knows yet)."""
        move = self._begin()
        if self._target.has_arrived(move):  # killed between the last two steps
            if self._source.notes().get(OUT_STATE) == COPYING:
                why = f"{self._target.name} holds what was moved there from a copy of {self._source.name}"
                raise MoveRefused(why=why)
            self._source.mark_moved(self._sentences.after_moving)
            return self._outcome
        self._target.begin_to_receive(move)
        self._check_alike()
        self._said("begun", "", 0, 0)
        self._copy_all()
        self._stop_and_finish(move)
        return self._outcome

    def undo(self) -> str:
        """Open the source again, if nothing was written to the target since; return what was done, in words."""
        notes = self._source.notes()
        state, move = notes.get(OUT_STATE), notes.get("out:id", "")
        if state is None:
            raise MoveRefused(why=f"{self._source.name} is open, and no move has begun there")
        if self._target.has_arrived(move) or state == MOVED:
            receipt = json.loads(self._target.notes().get("in:receipt", "{}"))
            differs = self._target.take_back(receipt, self._sentences.when_taken_back)
            if differs:
                why = f"the site has written to {self._target.name} since (table {differs}), so move the data back"
                raise MoveRefused(why=why)
            self._said("taken back", "", 0, 0)
        self._source.reopen()
        return f"{self._source.name} is open again."

    # --- while the site runs ---

    def _begin(self) -> str:
        """Return the id of this move, which both sides know; it is kept over all tries."""
        notes = self._source.notes()
        if notes.get(OUT_STATE) == MOVED and not self._target.has_arrived(notes["out:id"]):
            raise MoveRefused(why=f"the data of {self._source.name} has moved already, to another place")
        if notes.get(IN_STATE) == RECEIVING:
            raise MoveRefused(why=f"{self._source.name} itself is being filled by a move that is not finished")
        if "out:id" not in notes:
            notes = {**notes, "out:id": secrets.token_hex(16)}
            self._source.put_notes({"out:id": notes["out:id"], OUT_STATE: COPYING})
        return notes["out:id"]

    def _check_alike(self) -> None:
        """Raise MoveRefused unless both sides have the same tables, columns and keys."""
        here, there = self._source.tables(), self._target.tables()
        for name in sorted(here.keys() | there.keys()):
            if here.get(name) != there.get(name):
                why = f"the table {name} is not the same in {self._source.name} and in {self._target.name}"
                raise MoveRefused(why=why)

    def _moved_tables(self) -> list[Table]:
        return [table for name, table in sorted(self._source.tables().items()) if name not in NOT_MOVED]

    def _copy_all(self) -> None:
        for _ in range(MOST_ROUNDS):
            if sum(self._copy(table) for table in self._moved_tables()) <= FEW_ROWS:
                return

    def _copy(self, table: Table) -> int:
        """Copy the rows after the last one that was copied, in chunks; return how many there were."""
        note, copied = f"in:at:{table.name}", 0
        text = self._target.notes().get(note)
        key, total = key_from_text(text) if text else None, self._source.count(table)
        before = self._target.count(table)
        while True:
            rows = self._source.rows_after(table, key)
            found = False
            while first := next(rows, None):
                chunk = _Chunk(chain((first,), rows))
                try:
                    with self._target.transaction():
                        self._target.insert(table, chunk)
                        key = table.key_of(chunk.last)
                        self._target.put_notes({note: key_as_text(key)})
                except AlreadyThere:
                    return copied  # a row that has changed since stands in the way: the stop sees to it
                copied, found = copied + chunk.rows, True
                self._said("copied", table.name, before + copied, total)
            if not found:
                return copied

    # --- the stop ---

    def _stop_and_finish(self, move: str) -> None:
        began = time.monotonic()
        self._said("closing", "", 0, 0)
        try:
            self._source.shut(self._sentences.while_moving)
            self._said("closed", "", 0, 0)
            self._transfer_rest(move)
        except BaseException as error:  # noqa: BLE001 - raised again once the source is open
            self._open_again(move, error)
        self._outcome.stopped_seconds = time.monotonic() - began
        self._said("arrived", "", 0, 0)
        self._source.mark_moved(self._sentences.after_moving)
        self._said("done", "", 0, 0)

    def _transfer_rest(self, move: str) -> None:
        with self._target.filling():
            found = self._repair()
            for table in self._moved_tables():
                self._compare(table, found[table.name])
            numbers = self._source.last_numbers()
            kept, there = self._target.set_last_numbers(numbers), self._target.last_numbers()
            if any(there[name] != numbers[name] for name in kept):
                raise MoveFailed(why="the numbers that come next are not the same")
            self._said("compared", "", 0, 0)
            self._target.wake_triggers()
            self._outcome.put_back = self._target.settle()
            self._said("settled", "", 0, 0)
            self._target.put_notes({**self._arrival(found), IN_STATE: ARRIVED})
            self._may_be_there = True
        self._said("committed", "", 0, 0)
        self._outcome.remark = self._target.put_in_place()

    def _repair(self) -> dict[str, _Differences]:
        """Make the target's rows those of the source, which nobody changes any more; return what was found, by table.

        All that is to go goes first: a new row may say what only one row may.
        """
        differing = {table.name: _Differences() for table in self._moved_tables()}
        for table in self._moved_tables():
            self._look_for_differences(table, differing[table.name])
        for table in self._moved_tables():
            self._target.delete(table, differing[table.name].gone)
        for table in self._moved_tables():
            if keys := differing[table.name].new:
                self._target.insert(table, self._source.rows_of(table, keys))
            self._said("repaired", table.name, len(keys), 0)
        return differing

    def _look_for_differences(self, table: Table, found: _Differences) -> None:
        here, there = self._source.digests(table), self._target.digests(table)
        mine, other = next(here, None), next(there, None)
        while mine is not None or other is not None:
            if mine is not None and (other is None or mine[0] < other[0]):
                found.note(mine[0], mine[1], is_new=True)
                mine = next(here, None)
            elif other is not None and (mine is None or other[0] < mine[0]):
                found.goes(other[0])
                other = next(there, None)
            elif mine is not None and other is not None:
                if mine[1] != other[1]:
                    found.goes(other[0])
                found.note(mine[0], mine[1], is_new=mine[1] != other[1])
                mine, other = next(here, None), next(there, None)
            if found.total.rows % SAY_ROWS == 0:
                self._said("looked", table.name, found.total.rows, 0)

    def _compare(self, table: Table, found: _Differences) -> None:
        """Raise MoveFailed unless all rows arrived.

        Up to the first that was mended they were compared one by one, and nobody else can change them: from there on
        the target sums up what it has now.
        """
        rows = self._target.count(table)
        if rows != found.total.rows:
            raise MoveFailed(why=f"the table {table.name} has {found.total.rows} rows, and {rows} arrived")
        if found.first is not None and self._target.total(table, found.first) != found.since_first:
            raise MoveFailed(why=f"what arrived of the table {table.name} is not what it holds")
        self._outcome.rows[table.name] = rows
        self._said("compared", table.name, rows, 0)

    def _arrival(self, compared: Mapping[str, _Differences]) -> Mapping[str, str | None]:
        """Return the notes of a target that is whole: what it holds, and no longer how far the copying was."""
        receipt = {
            table.name: (self._target.total(table) if table.name in SETTLED else compared[table.name].total).as_text()
            for table in self._moved_tables()
        }
        progress = (name for name in self._target.notes() if name.startswith("in:at:"))
        return {**dict.fromkeys(progress), "in:receipt": json.dumps(receipt)}

    def _open_again(self, move: str, error: BaseException) -> None:
        """Open the source after a failure, unless all has arrived in spite of it. Raises what tells of it."""
        why = _in_words(error)
        if self._may_be_there:
            try:
                arrived = self._target.has_arrived(move)
            except Exception:  # noqa: BLE001 - whatever it is, it is not known
                raise MoveUnsure(why=why) from error
            if arrived:
                return
        try:
            self._source.reopen()
        except Exception:  # noqa: BLE001 - what is told is what broke the move
            raise MoveUnsure(why=why) from error
        with suppress(DoorstepError):
            self._said("opened again", "", 0, 0)
        if isinstance(error, Exception):
            raise MoveFailed(why=why) from error
        raise error


class _Differences:
    """Of one table: rows of the target that go, rows of the source that come, and the source's totals."""

    def __init__(self) -> None:
        self.gone: list[Key] = []
        self.new: list[Key] = []
        self.total = Total()
        #: The first key at which anything differs, and the total of the source's rows from there on.
        self.first: Key | None = None
        self.since_first = Total()

    def goes(self, key: Key) -> None:
        """Note a row of the target that the source has not, or not so."""
        self.gone.append(key)
        self.first = key if self.first is None else self.first

    def note(self, key: Key, digest: bytes, *, is_new: bool) -> None:
        """Note a row of the source; `is_new`: the target has it not, or not so."""
        self.total = self.total.plus(digest)
        if is_new:
            self.new.append(key)
            self.first = key if self.first is None else self.first
        if self.first is not None:
            self.since_first = self.since_first.plus(digest)


class _Chunk:
    """Rows up to some number and size; once they were read, `rows` and `last` say what there was."""

    def __init__(self, source: Iterator[Row]) -> None:
        self._source = source
        self.rows = 0
        self.last: Row = ()

    def __iter__(self) -> Iterator[Row]:
        size = 0
        for row in self._source:
            self.rows += 1
            self.last = row
            yield row
            size += ROW_BYTES + sum(len(value) for value in row if isinstance(value, (str, bytes)))
            if self.rows >= CHUNK_ROWS or size >= CHUNK_BYTES:
                return


def _in_words(error: BaseException) -> str:
    """Return what broke a move: sentences of ours, else only the kind, as texts of databases may hold addresses."""
    if isinstance(error, (MoveFailed, MoveRefused)):
        return str(error.details["why"])
    if isinstance(error, DoorstepError):
        return error.terminal_message.rstrip(".")
    if isinstance(error, KeyboardInterrupt):
        return "it was stopped"
    return f"{type(error).__name__} {getattr(error, 'sqlstate', None) or ''}".strip()
