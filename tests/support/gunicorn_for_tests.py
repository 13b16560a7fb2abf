"""The site's own gunicorn configuration, with a bare page and an evaluator of the tests instead of the pipeline."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import app.queue
from app.config import Config
from gunicorn_config import (  # noqa: F401 - gunicorn reads them here
    forwarded_allow_ips,
    forwarder_headers,
    graceful_timeout,
    on_reload,
    post_worker_init,
    preload_app,
    secure_scheme_headers,
    threads,
    timeout,
    worker_class,
    worker_connections,
    worker_exit,
    worker_int,
    workers,
)

bind = f"unix:{os.environ['DOORSTEP_DATA_DIR']}/http"
wsgi_app = "tests.support.gunicorn_for_tests:page"
loglevel = "warning"


def evaluator_command(_config: Config) -> tuple[str, ...]:
    """Return the command that starts the evaluator of the tests."""
    return (sys.executable, "-m", "tests.support.evaluations", os.environ["TEST_EVALUATION"])


app.queue.production_command = evaluator_command


def page(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer anything."""
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
