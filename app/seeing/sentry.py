"""Reports of defects to a Sentry server, where the settings name one: types, places and ids, never what was typed.

Each event is put together here from a line of the log. None of Sentry's own integrations is used, as they look at
requests, local variables and the texts of exceptions.
"""

from __future__ import annotations

import logging
import traceback
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from app.config import Config
from app.errors import ConfigError
from app.logs import JOB, REQUEST, chain, short, why

if TYPE_CHECKING:
    from sentry_sdk import Client

SETTING = "DOORSTEP_SENTRY_DSN"
#: Loggers whose messages are templates of ours or gunicorn's, into which values are put later; others may hold values.
OURS = ("app", "gunicorn")


def check(config: Config) -> None:
    """Raise ConfigError if reports are wanted and cannot be sent."""
    if not config.sentry_dsn:
        return
    if find_spec("sentry_sdk") is None:
        raise ConfigError(name=SETTING, why="it needs the extra `sentry`; install it with pip install '.[sentry]'")
    from sentry_sdk.utils import BadDsn, Dsn  # an extra

    try:
        Dsn(config.sentry_dsn)
    except BadDsn:
        raise ConfigError(name=SETTING, why="it is not a DSN as Sentry gives it out") from None


def start(config: Config) -> None:
    """Report every error that this process logs from now on. Call it after any fork. Raises ConfigError."""
    check(config)
    if not config.sentry_dsn:
        return
    from sentry_sdk import Client  # an extra

    client = Client(
        dsn=config.sentry_dsn,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        send_default_pii=False,
        send_client_reports=False,
        auto_session_tracking=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
    )
    logging.getLogger().addHandler(Reporter(client))


class Reporter(logging.Handler):
    """Sends errors of the log, each as an event; the sending itself happens in a thread of Sentry's."""

    def __init__(self, client: Client) -> None:
        super().__init__(logging.ERROR)
        self._client = client

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record."""
        if not record.name.startswith("sentry_sdk"):
            self._client.capture_event(event(record))


def event(record: logging.LogRecord) -> Any:
    """Return a record as Sentry's event: the message without its values, exceptions without their texts."""
    is_ours = record.name.split(".")[0] in OURS
    error = record.exc_info[1] if record.exc_info else None
    tags = {"request_id": REQUEST.get(), "job_id": JOB.get()}
    return {
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": str(record.msg) if is_ours else record.name,
        "tags": {name: value for name, value in tags.items() if value},
        # Sentry wants the cause before what it led to.
        "exception": {"values": [_exception(each) for each in chain(error)][::-1]},
    }


def _exception(error: BaseException) -> dict[str, Any]:
    frames = [
        {
            "filename": short(frame.filename),
            "function": frame.name,
            "lineno": frame.lineno,
            "in_app": short(frame.filename).startswith("app/"),
        }
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return {
        "type": type(error).__qualname__,
        "module": type(error).__module__,
        "value": why(error),
        "stacktrace": {"frames": frames},
    }
