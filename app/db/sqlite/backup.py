"""Copies of a database: one file, consistent while others write, checked, and put back without anything left over."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from app.db.owners import PRIVATE, give_to_owner_of
from app.db.sqlite.in_use import alone, enter, log_is_foreign, log_of
from app.db.sqlite.opening import Schema, check_identity, when_free
from app.errors import BackupRefused, BadBackup, DatabaseDamaged, DatabaseTooNew

#: What else is in a backup: small files of the data folder, as this table holds them. Only backups have it.
_MAKE_KEPT = "CREATE TABLE kept_files (name TEXT PRIMARY KEY, body BLOB NOT NULL)"
#: What SQLite may have left beside a file that is replaced.
SIDE_FILES = ("-wal", "-shm", "-journal", "-checked")


def back_up(database: Path, schema: Schema, target: Path, kept: Mapping[str, bytes], *, replace: bool) -> None:
    """Copy a database, which may be in use, into one file that only its owner may read, and check the copy.

    `kept` are small files that go with it, by name. What was deleted is not in the copy. Raises BackupRefused,
    DatabaseDamaged, QueueUnavailable, or OSError where the file cannot be written.
    """
    _check_target(database, target, replace=replace)
    copy = target.with_name(f"{target.name}.{os.getpid()}.part")
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    try:
        _copy_live(database, schema, copy)
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.execute(_MAKE_KEPT)
            connection.executemany("INSERT INTO kept_files (name, body) VALUES (?, ?)", kept.items())
            if _faults(connection):
                raise DatabaseDamaged(name=database.name)
        give_to_owner_of(copy, database)
        _put_in_place(copy, target)
    finally:
        copy.unlink(missing_ok=True)


def restore(database: Path, schema: Schema, source: Path) -> tuple[dict[str, bytes], Path | None]:
    """Put a backup in the place of a database that nobody uses, with nothing left of the one before.

    Return the small files that the backup holds, and where the database that was there is kept now, None if there was
    none. Raises BadBackup, DatabaseInUse, or OSError where a file cannot be written.
    """
    if source.exists() and database.exists() and source.samefile(database):
        raise BadBackup(file=source, why="it is the database itself")
    with alone(database):
        copy = database.with_name(database.name + ".restoring")
        copy.unlink(missing_ok=True)  # of a restore that was killed
        try:
            kept = _copy_checked(source, schema, copy)
            give_to_owner_of(copy, database)
            before = _keep_replaced(database)
            _put_in_place(copy, database)
        finally:
            copy.unlink(missing_ok=True)
        _remove_side_files(database)
        return kept, before


def kept_as(path: Path) -> Path:
    """Return the dated name under which a file is kept that a restore replaces now."""
    return path.with_name(f"{path.name}.before-restore-{time.strftime('%Y%m%d-%H%M%S')}")


# --- making a backup -------------------------------------------------------------------------------


def _check_target(database: Path, target: Path, *, replace: bool) -> None:
    if not database.is_file():
        raise BackupRefused(why=f"there is no database at {database} yet")
    if target.resolve().name.startswith(database.name) and target.resolve().parent == database.resolve().parent:
        raise BackupRefused(why=f"{target} is one of the files that the site itself uses")
    if target.is_dir():
        raise BackupRefused(why=f"{target} is a folder; name the file to write")
    if target.exists() and not replace:
        raise BackupRefused(why=f"{target} is there already; --force replaces it")


def _copy_live(database: Path, schema: Schema, copy: Path) -> None:
    """Copy what one reader sees, so that those who write meanwhile neither wait nor show up halfway."""
    mark = enter(database)
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            check_identity(connection, schema, database.name)
            mark.check()
            when_free(lambda: connection.execute("VACUUM INTO ?", (os.fspath(copy),)))
    except sqlite3.OperationalError as error:
        raise BackupRefused(why=str(error)) from error
    except sqlite3.DatabaseError as error:
        raise DatabaseDamaged(name=database.name) from error
    finally:
        mark.leave()


# --- putting one back ------------------------------------------------------------------------------


def _copy_checked(source: Path, schema: Schema, copy: Path) -> dict[str, bytes]:
    """Copy a backup that is whole and that this program can read; return the small files in it."""
    if not source.is_file():
        raise BadBackup(file=source, why="there is no such file" if not source.exists() else "it is not a file")
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    # A file at rest may lie on a disk that nobody can write to; one with a log beside it is read through that.
    at_rest = "" if log_of(source).exists() else "&immutable=1"
    try:
        with closing(sqlite3.connect(f"file:{quote(os.fspath(source.absolute()))}?mode=ro{at_rest}", uri=True)) as old:
            _check_readable(old, schema, source)
            with closing(sqlite3.connect(copy, isolation_level=None)) as new:
                old.backup(new)
                new.execute("PRAGMA journal_mode=DELETE").fetchall()
                if faults := _faults(new):
                    raise BadBackup(file=source, why=f"it is damaged ({faults})")
                return _take_kept(new)
    except sqlite3.DatabaseError as error:
        raise BadBackup(file=source, why=f"it is damaged or not a database ({error})") from error


def _check_readable(connection: sqlite3.Connection, schema: Schema, source: Path) -> None:
    try:
        version = check_identity(connection, schema, source.name)
    except DatabaseDamaged as error:
        raise BadBackup(file=source, why="it is the database of another program") from error
    if version == 0:
        raise BadBackup(file=source, why="it is empty")
    if version > len(schema.migrations):
        newer = DatabaseTooNew(name=source.name, version=version, known=len(schema.migrations))
        raise BadBackup(file=source, why=f"it is from a newer version of Doorstep (tables {version})") from newer


def _faults(connection: sqlite3.Connection) -> str:
    """Return the first thing that is wrong in a database, "" if nothing is."""
    first = str(connection.execute("PRAGMA integrity_check(1)").fetchall()[0][0])
    return "" if first == "ok" else first


def _take_kept(connection: sqlite3.Connection) -> dict[str, bytes]:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'kept_files'").fetchall():
        return {}
    kept = dict(connection.execute("SELECT name, body FROM kept_files").fetchall())
    connection.execute("PRAGMA secure_delete=1").fetchall()
    connection.execute("DROP TABLE kept_files")
    return kept


def _keep_replaced(database: Path) -> Path | None:
    """Give the database that is there a second, dated name, whole by itself; return that name."""
    if not database.exists():
        _remove_side_files(database)
        return None
    before = kept_as(database)
    foreign = log_is_foreign(database)
    folded = not foreign and _fold_log(database)
    _name_again(database, before)
    if not folded:
        with suppress(FileNotFoundError):
            log_of(database).rename(before.with_name(before.name + (".foreign-wal" if foreign else "-wal")))
    return before


def _name_again(database: Path, name: Path) -> None:
    """Give a file a second name; where the file system knows no such thing, a copy."""
    try:
        os.link(database, name)
    except OSError:
        shutil.copy2(database, name)
        give_to_owner_of(name, database)
        _sync(name, os.O_RDWR)


def _fold_log(database: Path) -> bool:
    """Write the log that is left into its database; return whether that was possible: not where it is damaged."""
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error:
        return False
    return True


def _put_in_place(copy: Path, target: Path) -> None:
    """Rename a finished file over another, so that after a power cut either is there, whole."""
    _sync(copy, os.O_RDWR)
    copy.replace(target)
    _sync(target.absolute().parent, os.O_RDONLY)


def _remove_side_files(database: Path) -> None:
    for suffix in SIDE_FILES:
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
