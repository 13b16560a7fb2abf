"""Debian's PostgreSQL for tests: a server of their own on loopback, with a database for each data folder.

Where no server can be had the tests that need one are skipped, and the run says so at its end.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from app.db.postgres.opening import prepare
from app.queue.store.tables import POSTGRES_SCRIPTS

#: Tells `open_at`, in this process and in those that it starts, to use this server in place of a file.
VARIABLE = "TEST_POSTGRES_PORT"
MISSING = (
    "NO POSTGRESQL: everything that concerns several hosts was NOT tested. "
    "Install Debian's package `postgresql` (as .ci/run does) and run the tests again."
)
TEMPLATE = "doorstep_template"
#: How the names of databases begin that wait for a test.
SPARE = "spare_"
#: A database that is larger is not used again.
MOST_BYTES = 20_000_000
_IN_USE = "SELECT datname, pg_database_size(oid) FROM pg_database WHERE datname LIKE 'd\\_%%'"
#: What tables, columns, indexes and triggers there are.
_SHAPE = """
SELECT md5(string_agg(thing, ' ' ORDER BY thing)) FROM (
    SELECT format('%%s %%s %%s', relname, attname, atttypid) AS thing FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped
    UNION ALL
    SELECT tgname FROM pg_trigger
    UNION ALL
    SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS things
"""
#: All rows go but those that a new database has; numbers begin anew.
_EMPTY = """
SET session_replication_role = replica;
DO $$ DECLARE each RECORD; BEGIN
    FOR each IN SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'doorstep_tables'
    LOOP EXECUTE format('DELETE FROM %I', each.relname); END LOOP;
    FOR each IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
    LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', each.relname); END LOOP;
    INSERT INTO probe VALUES (1, 0);
END $$
"""
#: Durable enough for tests that kill processes; a power cut does not happen.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "warning",
}
#: Tells where Debian's packages put the programs of each version of the server.
PROGRAMS = "TEST_POSTGRES_PROGRAMS"


def programs() -> Path | None:
    """Return the folder of the newest server's programs, None where there is none."""
    found = sorted(
        Path(os.environ.get(PROGRAMS, "/usr/lib/postgresql")).glob("*/bin/initdb"), key=lambda file: int(file.parts[-3])
    )
    return found[-1].parent if found else None


class Server:
    """One PostgreSQL server with a folder of its own. Everyone who can reach it may do everything."""

    def __init__(self, folder: Path, port: int | None = None, settings: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.port = port or _free_port()
        self._settings = {**SETTINGS, **(settings or {})}
        self._bin = programs() or pytest.skip(MISSING)

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self.folder / "data"

    def make(self) -> None:
        """Make an empty cluster."""
        _give_to_postgres(self.folder)
        self._run("initdb", "-D", self.data, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres", "-N")

    def copy(self) -> Server:
        """Return a copy of this server, in a new folder, that will follow all that it does."""
        copy = Server(Path(tempfile.mkdtemp(prefix="doorstep-replica-")))
        _give_to_postgres(copy.folder)
        copy._run("pg_basebackup", "-D", copy.data, "-d", self.url(), "-R", "-X", "stream", "-c", "fast")
        return copy

    def promote(self) -> None:
        """Take the place of the server that it followed."""
        self._run("pg_ctl", "-D", self.data, "-w", "promote")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        options = f"-p {self.port} -c unix_socket_directories={self.folder} {options}"
        self._run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", self.folder / "log", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: "smart", "fast", or "immediate" as a crash would."""
        self._run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop", check=False)

    def restart(self, mode: str = "fast") -> None:
        """Stop the server and start it again."""
        self.stop(mode)
        self.start()

    def kill(self) -> None:
        """Kill the server with everything that it runs, as if its machine had lost power."""
        with suppress(FileNotFoundError, ProcessLookupError):
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
            for each in (pid, *map(int, children.stdout.split())):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str, *values: object, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the server's owner, outside any transaction; return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def database_for(self, folder: Path) -> str:
        """Return the name of the database that stands for a data folder, made with its tables if it is new."""
        name = "d_" + hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:20]
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(1)")  # two processes of a test may come at once
            names = {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}
            if TEMPLATE not in names:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
                with psycopg.connect(self.url(TEMPLATE), autocommit=True) as template:
                    template.execute("CREATE EXTENSION amcheck")  # by which `assert_whole` looks through the indexes
                    prepare(template, POSTGRES_SCRIPTS)
            spare = min((each for each in names if each.startswith(SPARE)), default="")
            if name not in names and spare:
                renamed = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                connection.execute(renamed.format(sql.Identifier(spare), sql.Identifier(name)))
            elif name not in names:
                made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
                connection.execute(made.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        return name

    def clear_databases(self) -> None:
        """End the use of all databases that stand for data folders; the next test gets them as if they were new.

        Making one takes ten times as long as emptying it. One that grew, or whose tables are not ours any more, goes.
        """
        used = self.run(_IN_USE)
        shape = self.run(_SHAPE, database=TEMPLATE) if used else []
        for number, (name, size) in enumerate(used):
            self.break_connections(name)
            if size < MOST_BYTES and self.run(_SHAPE, database=name) == shape:
                self._empty(name)
                self.run(f'ALTER DATABASE "{name}" RENAME TO "{SPARE}{os.getpid()}_{time.monotonic_ns()}_{number}"')
            else:
                self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _empty(self, database: str) -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(_EMPTY.encode())

    def break_connections(self, database: str) -> int:
        """End the connections to a database by `pg_terminate_backend`; return how many there were."""
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        return len(self.run(ending, database))

    def _run(self, program: str, *arguments: object, check: bool = True) -> None:
        command = [str(self._bin / program), *map(str, arguments)]
        if os.getuid() == 0:  # it refuses to run as root
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", stdin=subprocess.DEVNULL, timeout=90)
        if check and done.returncode:
            raise RuntimeError(f"{program}: {done.stdout[-2000:]} {done.stderr[-2000:]}")


def url_for(folder: Path) -> str:
    """Return the address of the database that stands for a data folder; "" where the test is of SQLite."""
    port = os.environ.get(VARIABLE)
    if not port:
        return ""
    running = Server(folder, int(port))
    return running.url(running.database_for(folder))


def environment(folder: Path) -> dict[str, str]:
    """Return what tells a site on a data folder to use the database that stands for it; nothing for SQLite."""
    url = url_for(folder)
    return {"DOORSTEP_DATABASE_URL": url} if url else {}


@contextmanager
def server(**settings: str) -> Iterator[Server]:
    """Run a server of its own as long as the block lasts; skip the test, loudly, where there is none."""
    if programs() is None:
        pytest.skip(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="doorstep-postgres-"))
    running = Server(folder, settings=settings)
    try:
        running.make()
        running.start()
        yield running
    finally:
        running.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _give_to_postgres(folder: Path) -> None:
    folder.chmod(0o755)
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(server: Server, seconds: float = 30.0) -> None:
    """Wait until a server answers that something else starts."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, "the server did not come back"
            time.sleep(0.1)
        else:
            return
