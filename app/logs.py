"""The log: one line an event, with the ids of the request and the job that it belongs to, and without any address.

Exceptions are told by their type and where they arose. Their text is left out: it may quote what a person typed.
"""

from __future__ import annotations

import json
import logging
import logging.config
import sqlite3
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.config import Config
from app.errors import DoorstepError

#: The request that this thread answers, and the job that it evaluates; "" for none.
REQUEST: ContextVar[str] = ContextVar("request", default="")
JOB: ContextVar[str] = ContextVar("job", default="")

_ROOT = Path(__file__).resolve().parents[1]


def configure(config: Config) -> None:
    """Send all that this process logs to standard error, in the configured form."""
    logging.config.dictConfig(settings(config))
    logging.captureWarnings(True)


def settings(config: Config) -> dict[str, Any]:
    """Return the logging's configuration. Debugging is for our own lines: gunicorn's would hold paths and queries."""
    level = config.log_level.upper()
    others = "INFO" if level == "DEBUG" else level
    through = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonLines if config.log_format == "json" else TextLines}},
        "filters": {"quotes": {"()": WithoutQuotes}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"level": others, "handlers": ["stderr"]},
        "loggers": {
            "app": {"level": level, **through},
            "gunicorn.error": {"level": others, "filters": ["quotes"], **through},
        },
    }


#: How gunicorn's lines begin that go on with what a client sent.
QUOTING = ("Invalid request from ip=", "Error handling request")


class WithoutQuotes(logging.Filter):
    """Leaves out of gunicorn's lines what a client sent: queries hold addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the line and let it through."""
        begun = next(filter(str(record.msg).startswith, QUOTING), None)
        if begun is not None:
            record.msg, record.args = f"{begun.removesuffix(' from ip=')}: what was sent is left out", ()
        return True


class WithoutRequests(logging.Filter):
    """Leaves out the development server's line for each request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let through what is not about a request."""
        return " HTTP/" not in record.getMessage()


_without_requests = WithoutRequests()


def quiet_development_server() -> None:
    """Keep `flask run` from logging requests: their lines hold queries, and these hold addresses."""
    logging.getLogger("werkzeug").addFilter(_without_requests)


@contextmanager
def about_job(job_id: str) -> Iterator[None]:
    """Let the lines that are logged meanwhile carry a job's id."""
    token = JOB.set(job_id)
    try:
        yield
    finally:
        JOB.reset(token)


class TextLines(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the time (UTC), process, level, logger and message, the ids, and below them where an error arose."""
        head = f"{_time(record)} [{record.process}] [{record.levelname}] {record.name}: {record.getMessage()}"
        ids = "".join(f" {name}={value}" for name, value in _ids().items())
        return "\n".join([head + ids, *(_as_text(error) for error in _errors(record))])


class JsonLines(logging.Formatter):
    """Lines for programs: one JSON object each."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        said: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
            **_ids(),
            **getattr(record, "fields", {}),
        }
        errors = _errors(record)
        if errors:
            said["errors"] = errors
        return json.dumps(said, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ids() -> dict[str, str]:
    """Return the ids that there are."""
    return {name: value for name, value in (("request_id", REQUEST.get()), ("job_id", JOB.get())) if value}


# --- exceptions ------------------------------------------------------------------------------------


def _errors(record: logging.LogRecord) -> list[dict[str, Any]]:
    """Return the exception of a record and those that led to it, the last first."""
    error = record.exc_info[1] if record.exc_info else None
    return [described(each) for each in chain(error)]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def described(error: BaseException) -> dict[str, Any]:
    """Return an exception's type, what can be said of it, and its frames as "file:line function", the last one last."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "type": type(error).__qualname__,
        "why": why(error),
        "frames": [f"{short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def why(error: BaseException) -> str:
    """Return what an exception says, where that cannot hold what a person typed; else ""."""
    if isinstance(error, DoorstepError):
        return error.code
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", "")
    return error.strerror or "" if isinstance(error, OSError) else ""


def short(filename: str) -> str:
    """Return a source file as seen from the program, or from the folder of its package."""
    path = Path(filename)
    if path.is_relative_to(_ROOT):
        return path.relative_to(_ROOT).as_posix()
    folders = [Path(entry) for entry in sys.path if entry and path.is_relative_to(entry)]
    return path.relative_to(max(folders, key=lambda folder: len(folder.parts))).as_posix() if folders else path.name


def _as_text(error: Mapping[str, Any]) -> str:
    head = f"  {error['type']}" + (f" ({error['why']})" if error["why"] else "")
    return "\n".join([head, *(f"    {frame}" for frame in error["frames"])])
