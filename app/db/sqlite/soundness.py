"""Whether a database file is whole: what `/readyz` looks at every time, and the thorough check once a day."""

from __future__ import annotations

import os
import sqlite3
import struct
import time
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from app.db.sqlite.in_use import log_of
from app.db.sqlite.opening import Schema

#: The parts of SQLite's log (https://www.sqlite.org/fileformat2.html#walformat), in bytes.
LOG_HEADER, FRAME_HEADER = 32, 24
#: A log is begun anew this often at most before its file goes: leftovers of earlier rounds carry a salt near its own.
MOST_ROUNDS = 1_000_000
#: How often the thorough check asks whether its time is up (virtual machine steps).
STEPS = 100_000


def fault_in(connection: sqlite3.Connection, schema: Schema, path: Path) -> str:
    """Return what is wrong with a file that is in use, as far as a few milliseconds tell; "" if nothing is."""
    return lacking(connection, schema) or _cut_short(connection, path) or odd_log(log_of(path))


def lacking(connection: sqlite3.Connection, schema: Schema) -> str:
    """Return the first table or column that is missing, in words; "" if none is."""
    there = _columns(connection)
    for table, columns in _expected(schema).items():
        if table not in there:
            return f"it lacks the table {table}"
        if missing := columns - there[table]:
            return f"the table {table} lacks the column {min(missing)}"
    return ""


def odd_log(log: Path) -> str:
    """Return that something else was written into the log: its frames carry the two salts of its head, in one run.

    Behind them lie at most frames of earlier rounds.
    """
    try:
        descriptor = os.open(log, os.O_RDONLY)
    except OSError:
        return ""
    try:
        header = os.pread(descriptor, LOG_HEADER, 0)
        odd = bool(header) and (not _is_header(header) or _odd_frames(descriptor, header))
        still = os.pread(descriptor, LOG_HEADER, 0) == header  # else it was begun anew while we looked
        return "something else was written into its log" if odd and still else ""
    finally:
        os.close(descriptor)


def thorough_check(path: Path, seconds: float) -> str:
    """Go through the whole file, for some seconds at most; return the first thing that is wrong, "" if none was met."""
    deadline = time.monotonic() + seconds
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
        try:
            first = str(connection.execute("PRAGMA quick_check(1)").fetchall()[0][0])
        except sqlite3.OperationalError:  # out of time, or out of reach, which others tell
            return ""
        except sqlite3.DatabaseError as error:
            return str(error)
    return "" if first == "ok" else first


def _columns(connection: sqlite3.Connection) -> dict[str, set[str]]:
    rows = connection.execute(
        """
        SELECT tables.name, columns.name FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table'
        """
    ).fetchall()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    return found


@lru_cache(maxsize=4)
def _expected(schema: Schema) -> dict[str, set[str]]:
    """Return the columns of each table as the migrations make them."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statements in schema.migrations:
            for statement in statements:
                connection.execute(statement)
        return _columns(connection)


def _cut_short(connection: sqlite3.Connection, path: Path) -> str:
    """Return that pages are missing at the file's end, where neither the file nor its log can hold them."""
    pages = int(connection.execute("PRAGMA page_count").fetchall()[0][0])
    page_bytes = int(connection.execute("PRAGMA page_size").fetchall()[0][0])
    try:
        in_log = log_of(path).stat().st_size // page_bytes
    except OSError:
        in_log = 0
    return "a part of the file is missing" if path.stat().st_size // page_bytes + in_log < pages else ""


def _is_header(header: bytes) -> bool:
    """Return whether the first bytes of a log are as SQLite writes them, by their checksum."""
    if len(header) < LOG_HEADER:
        return False
    words = struct.unpack(">8I", header)
    if words[0] & ~1 != 0x377F0682:
        return False
    one = two = 0
    summed = struct.unpack((">" if words[0] & 1 else "<") + "6I", header[:24])
    for first, second in zip(summed[::2], summed[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return (one, two) == words[6:]


def _odd_frames(descriptor: int, header: bytes) -> bool:
    page_bytes, salt = struct.unpack_from(">8xI4xI", header)
    step = FRAME_HEADER + page_bytes
    run_over = False
    for at in range(LOG_HEADER, os.fstat(descriptor).st_size - step + 1, step):
        salts = os.pread(descriptor, 8, at + 8)
        if salts == header[16:24]:
            if run_over:
                return True
        else:
            run_over = True
            if len(salts) == 8 and (salt - int.from_bytes(salts[:4], "big")) % 2**32 > MOST_ROUNDS:
                return True
    return False
