"""The site's own gunicorn configuration before a small application, with a worker that loses patience within seconds.

A configuration file, the worker and the application in one, as gunicorn reads all three.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.front.limits import Limits
from app.front.worker import FrontWorker
from gunicorn_config import (  # noqa: F401 - gunicorn reads them here
    errorlog,
    forwarded_allow_ips,
    forwarder_headers,
    keepalive,
    on_reload,
    secure_scheme_headers,
    threads,
    worker_connections,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

workers = 1
worker_class = "tests.support.front_site.ImpatientWorker"
wsgi_app = "tests.support.front_site:application()"
control_socket_disable = True
if "OPEN_FILES" in os.environ:
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(os.environ["OPEN_FILES"]),) * 2)
LARGE_BYTES = 8 * 1024 * 1024


class ImpatientWorker(FrontWorker):
    """The site's worker with small bounds."""

    limits = Limits(
        head_seconds=1.0,
        request_seconds=2.0,
        answer_seconds=1.0,
        answer_bytes_per_second=16 * 1024 * 1024,
        linger_seconds=0.5,
        waiting_per_client=20,
        held_bytes=64 * 1024 * 1024,
    )


def application() -> WSGIApplication:
    """Return the application, after the time that a larger one takes to load."""
    time.sleep(float(os.environ.get("STARTS_SECONDS", "0")))
    return answer


def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer by the path."""
    path, status, body = environ["PATH_INFO"], "200 OK", b"ok\n"
    match path:
        case "/echo":
            body = environ["wsgi.input"].read()
        case "/environ":
            names = ("wsgi.url_scheme", "SCRIPT_NAME", "REMOTE_ADDR", "PATH_INFO")
            body = json.dumps({name: environ[name] for name in names}).encode()
        case "/large":
            body = bytes(LARGE_BYTES)
        case "/slow":
            time.sleep(0.5)
        case "/none" | "/same":
            status = "204 No Content" if path == "/none" else "304 Not Modified"
        case "/fault":
            raise ValueError(environ["QUERY_STRING"])
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
