"""How gunicorn runs Doorstep: a few processes with threads for pages, each with one worker for the queue.

With DOORSTEP_WORKER=off they have none, and `flask worker` processes do the work, on this host or on others.

The address to listen on is 127.0.0.1 and port PORT (8000); HOST sets another one, as hosting services need
(HOST=0.0.0.0 in the Procfile), or a local socket (HOST=unix:/run/doorstep.sock). WEB_CONCURRENCY sets the number of
processes (2).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType
from typing import Any

from app.config import load_config
from app.errors import ConfigError, SiteMoving
from app.front.handover import HANDOVER
from app.front.listening import bind_address, processes
from app.seeing import files, sentry
from app.sources.live.services import services_in

try:
    _config = load_config()
    sentry.check(_config)
    services_in(_config)
    bind = bind_address(os.environ)
    workers = processes(os.environ)
except ConfigError as error:
    sys.exit(error.message)
# Holds back what slow clients send and take, without a thread for each: docs/performance.md compares it with others.
worker_class = "app.front.worker.FrontWorker"
threads = 8
# Connections of each process. Those above this take the place of whoever takes most and waits longest.
worker_connections = 2000
# Each process opens its own database connections, so nothing may be opened before the fork.
preload_app = False
# A process is never retired by a count of requests: that would interrupt evaluations for nothing.
max_requests = 0
timeout = 60
graceful_timeout = 25
keepalive = 5
# Query strings hold addresses, which are personal data: no access log.
accesslog = None
errorlog = "-"
wsgi_app = "app:create_app()"
# Whom to believe what a proxy says is one setting, DOORSTEP_TRUSTED_PROXIES, which the application reads.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# Two sites of one user would fight for the same socket in the home folder.
control_socket_disable = True

# Gunicorn's own lines take the form of all others.
logger_class = "app.web.gunicorn_log.Lines"

#: Of the graceful time, what is kept back for ending the processes (seconds).
_RESERVE_SECONDS = 5.0
_asked_at = float("inf")


def on_starting(_server: Any) -> None:
    """Refuse to start where the data has moved away (a reload goes on); forget what an earlier run counted."""
    from app.queue import refuse_moved

    try:
        refuse_moved(_config)
    except SiteMoving as error:
        sys.exit(error.terminal_message)
    files.begin_anew(_config.data_dir)


def post_fork(_server: Any, _worker: Any) -> None:
    """Let the processes share their counts, before anything counts."""
    # A reload runs new code: what the main process imported for itself is of the code from before.
    for name in [name for name in sys.modules if name.partition(".")[0] == "app"]:
        del sys.modules[name]
    from app.config import load_config
    from app.seeing import files

    files.share(load_config().data_dir)


def on_reload(server: Any) -> None:
    """Let the processes of before serve until the new ones do."""
    HANDOVER.replace(server.worker_age + 1)


def post_worker_init(worker: Any) -> None:
    """Start the queue's worker once the application is loaded, and tell it as soon as gunicorn wants to stop.

    Where `flask worker` processes do all the work, only the regions are looked after that the pages need.
    """
    from app import logs
    from app.config import load_config
    from app.queue import keep_regions, start_worker
    from app.seeing import sentry

    config = load_config()
    logs.configure(config)
    sentry.start(config)
    if config.worker == "off":
        keep_regions(config)
        return
    worker.doorstep = start_worker(config)
    gunicorns_own = signal.getsignal(signal.SIGTERM)

    def on_sigterm(number: int, frame: FrameType | None) -> None:
        _ask_to_stop(worker)
        if callable(gunicorns_own):
            gunicorns_own(number, frame)

    signal.signal(signal.SIGTERM, on_sigterm)
    signal.siginterrupt(signal.SIGTERM, False)


def worker_int(worker: Any) -> None:
    """Begin to stop on Ctrl-C and SIGQUIT."""
    if hasattr(worker, "doorstep"):
        _ask_to_stop(worker)


def worker_exit(_server: Any, worker: Any) -> None:
    """Hand the job under way back before the process ends. Gunicorn may call this in its main process, too."""
    if hasattr(worker, "doorstep") and worker.pid == os.getpid():
        asked_ago = max(time.monotonic() - _asked_at, 0.0)
        worker.doorstep.stop(max(graceful_timeout - _RESERVE_SECONDS - asked_ago, 1.0))


def _ask_to_stop(worker: Any) -> None:
    global _asked_at  # gunicorn's hooks share nothing else
    _asked_at = min(_asked_at, time.monotonic())
    worker.doorstep.ask_to_stop()
