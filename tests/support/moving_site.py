"""The site's own gunicorn configuration and application, with a small evaluator in place of the pipeline.

A configuration file for gunicorn, and the evaluator's process: `python -m tests.support.moving_site SOCKET`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app.queue
from app.config import Config
from app.pipeline.report import to_json
from app.queue.evaluator import serve
from app.queue.runner import StageObserver
from gunicorn_config import (  # noqa: F401 - gunicorn reads them here
    control_socket_disable,
    graceful_timeout,
    logger_class,
    on_reload,
    on_starting,
    post_worker_init,
    preload_app,
    threads,
    timeout,
    worker_class,
    worker_exit,
    worker_int,
    workers,
    wsgi_app,
)
from tests.support.evaluations import slowly
from tests.support.reports import report


def evaluator_command(_config: Config) -> tuple[str, ...]:
    """Return the command that starts the evaluator of the tests."""
    return (sys.executable, "-m", "tests.support.moving_site")


app.queue.production_command = evaluator_command


def evaluate(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
    """Go through five stages of a moment, and draw; the report is the same for all addresses."""
    slowly(listing, finished, progress)
    return to_json(report())


if __name__ == "__main__":
    serve(evaluate, int(sys.argv[1]))
