"""Lines of the log, for people and for programs."""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
from collections.abc import Iterator

import pytest

from app.config import Config
from app.errors import AddressNotFound
from app.logs import REQUEST, JsonLines, TextLines, WithoutQuotes, about_job, settings, why


@pytest.fixture(autouse=True)
def no_request() -> Iterator[None]:
    """Forget the request that another test sent in this thread."""
    token = REQUEST.set("")
    yield
    REQUEST.reset(token)


def record(message: str = "it broke", *values: object, error: bool = False) -> logging.LogRecord:
    return logging.LogRecord("app.test", logging.ERROR, "x.py", 1, message, values, sys.exc_info() if error else None)


def broken() -> logging.LogRecord:
    """Return the record of an exception whose texts hold an address."""
    try:
        try:
            int("12 Bulevardi")
        except ValueError as cause:
            raise RuntimeError("no 12 Bulevardi") from cause
    except RuntimeError:
        return record(error=True)


def test_a_text_line_tells_when_who_and_what() -> None:
    line = TextLines().format(record("%d jobs", 3))
    assert line.endswith("] [ERROR] app.test: 3 jobs")


def test_lines_carry_the_ids_of_request_and_job() -> None:
    token = REQUEST.set("r1")
    with about_job("j1"):
        text, line = TextLines().format(record()), json.loads(JsonLines().format(record()))
    REQUEST.reset(token)
    assert text.endswith("it broke request_id=r1 job_id=j1")
    assert (line["request_id"], line["job_id"]) == ("r1", "j1")
    assert "job_id" not in json.loads(JsonLines().format(record()))


def test_exceptions_are_told_by_type_and_place_alone() -> None:
    text, line = TextLines().format(broken()), JsonLines().format(broken())
    assert "Bulevardi" not in text + line
    errors = json.loads(line)["errors"]
    assert [error["type"] for error in errors] == ["RuntimeError", "ValueError"]
    assert errors[0]["frames"][0].startswith("tests/test_logs.py:")
    assert "\n  RuntimeError\n    tests/test_logs.py:" in text


def test_a_line_of_json_stays_one_line() -> None:
    assert "\n" not in JsonLines().format(record("two\nlines"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (AddressNotFound(regions=("Monaco",)), "address-not-found"),
        (FileNotFoundError(2, "No such file or directory", "/12 Bulevardi"), "No such file or directory"),
        (sqlite3.OperationalError('fts5: syntax error near "Bulevardi"'), ""),
        (ValueError("12 Bulevardi"), ""),
    ],
)
def test_it_says_why_where_that_cannot_quote_anybody(error: Exception, said: str) -> None:
    assert why(error) == said


def test_what_a_client_sent_to_gunicorn_is_left_out() -> None:
    line = record("Invalid request from ip=10.0.0.1: Invalid HTTP request line: 'GET /?address=12+Bulevardi'")
    handled = record("Error handling request %s", "/?address=12+Bulevardi")
    usual = record("Booting worker with pid: %s", 7)
    for each in (line, handled, usual):
        assert WithoutQuotes().filter(each)
    assert line.getMessage() == "Invalid request: what was sent is left out"
    assert handled.getMessage() == "Error handling request: what was sent is left out"
    assert usual.getMessage() == "Booting worker with pid: 7"


def test_only_our_own_lines_are_debugged() -> None:
    found = settings(Config(log_level="debug"))
    levels = {name: logger["level"] for name, logger in found["loggers"].items()}
    assert (found["root"]["level"], levels) == ("INFO", {"app": "DEBUG", "gunicorn.error": "INFO"})
