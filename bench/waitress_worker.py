"""Waitress behind gunicorn's hooks, for `bench.slow_clients` and `bench.poll`: what was tried and not taken."""

from __future__ import annotations

import os
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.server import create_server


class WaitressWorker(Worker):  # type: ignore[misc]
    """A gunicorn worker whose sockets waitress serves, with the limits that waitress knows."""

    def run(self) -> None:
        """Serve until gunicorn says stop or is gone."""
        sockets: dict[Any, Any] = {}
        server: Any = create_server(
            self.wsgi,
            map=sockets,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            connection_limit=self.cfg.worker_connections,
            channel_timeout=10,
            cleanup_interval=5,
            asyncore_use_poll=True,
            max_request_body_size=1024 * 1024,
            clear_untrusted_proxy_headers=False,
        )
        while self.alive and self.ppid == os.getppid():
            self.notify()
            wasyncore.poll2(1.0, sockets)
        server.task_dispatcher.shutdown()
