"""Databases that Doorstep must refuse with a sentence, and leave alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.db.postgres.database import PostgresDatabase
from app.errors import DatabaseFaulty, DatabaseTooNew, QueueUnavailable
from app.queue.store.tables import POSTGRES_SCRIPTS
from tests.support.postgres import Server

NAME = "odd"


@pytest.fixture
def server(postgres_server: Server) -> Iterator[Server]:
    yield postgres_server
    postgres_server.run(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def opened(server: Server) -> PostgresDatabase:
    return PostgresDatabase(server.url(NAME), POSTGRES_SCRIPTS, patience_seconds=0.5)


def test_one_of_a_newer_version_is_left_alone(server: Server) -> None:
    server.run(f"CREATE DATABASE {NAME}")
    first = opened(server)
    first.check()
    first.close()
    server.run("UPDATE doorstep_tables SET version = 99", database=NAME)
    with pytest.raises(DatabaseTooNew, match="99"):
        opened(server).check()
    assert server.run("SELECT version FROM doorstep_tables", database=NAME) == [(99,)]


def test_one_that_keeps_no_unicode_is_refused(server: Server) -> None:
    server.run(f"CREATE DATABASE {NAME} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    with pytest.raises(DatabaseFaulty, match="SQL_ASCII"):
        opened(server).check()
    assert server.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database=NAME) == []


def test_tables_that_are_dropped_under_the_site_are_named(server: Server) -> None:
    server.run(f"CREATE DATABASE {NAME}")
    db = opened(server)
    db.check()
    server.run("DROP TABLE snapshots CASCADE", database=NAME)
    with pytest.raises(DatabaseFaulty, match="missing"):
        db.read("SELECT * FROM snapshots")
    db.close()


def test_one_that_is_not_there_is_waited_for(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    db = opened(server)
    with pytest.raises(QueueUnavailable):
        db.check()
    server.run(f"CREATE DATABASE {NAME}")
    db.check()
    db.close()
    begins, over = (record.getMessage() for record in caplog.records)
    assert ("no such database" in begins, "works again" in over, NAME in begins) == (True, True, False)
