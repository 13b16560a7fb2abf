"""The site's own gunicorn configuration and application, with an evaluator of the tests instead of the pipeline."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app.queue
from app.config import Config
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


def evaluator_command(_config: Config) -> tuple[str, ...]:
    """Return the command that starts the evaluator of the tests."""
    return (sys.executable, "-m", "tests.support.evaluations", os.environ["TEST_EVALUATION"])


app.queue.production_command = evaluator_command
