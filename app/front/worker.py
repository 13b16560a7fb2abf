"""The gunicorn worker: one thread holds all connections, and a few answer those that have asked."""

from __future__ import annotations

import os
import sys
import time
from threading import Thread
from types import FrameType
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from app.config import load_config
from app.front.answering import answer_of
from app.front.handover import HANDOVER
from app.front.limits import Limits, room_for_connections
from app.front.reception import Reception


class FrontWorker(Worker):  # type: ignore[misc]
    """Holds back requests that are not whole, and answers that are not taken, without a thread for them.

    Every wait for a client has an end (`Limits`), and where there are too many clients the one that takes most has to
    go. It speaks plain HTTP/1.1; TLS and HTTP/2 are for a proxy. The log never names a path, a query or an address.
    """

    limits = Limits()
    _told_again = False

    @classmethod
    def check_config(cls, settings: Any, log: Any) -> None:
        """Raise RuntimeError, which gunicorn shows, for what this worker cannot do."""
        if settings.is_ssl or settings.proxy_protocol not in (False, "off"):
            raise RuntimeError("Doorstep's worker speaks plain http. For https put a proxy in front.")

    def load_wsgi(self) -> None:
        """Load the application. What is wrong with the settings is one sentence, after which gunicorn stops."""
        # Imported here: the main process has this module from before a reload, and the application raises its own.
        from app.errors import DoorstepError

        try:
            super().load_wsgi()
        except DoorstepError as error:
            self.log.critical(error.message)
            sys.exit(Arbiter.APP_LOAD_ERROR)

    def run(self) -> None:
        """Serve until gunicorn says stop or is gone, then see the requests under way to their end."""
        self._reception = Reception(
            self.cfg,
            self.limits,
            self.sockets,
            self.PIPE,
            most=room_for_connections(self.cfg.worker_connections),
            # Behind a proxy all connections are the proxy's.
            tells_clients_apart=load_config().trusted_proxies == 0,
        )
        for number in range(self.cfg.threads):
            Thread(target=self._answer, name=f"answers-{number}", daemon=True).start()
        HANDOVER.ready(self.age)
        while self.alive and self.ppid == os.getppid() and self._reception.requests < self.max_requests:
            self._turn()
        self._hand_over()
        self._stop()

    def _answer(self) -> None:
        """Answer one request after the other, for ever."""
        while True:
            connection = self._reception.asked.get()
            answer, keeps = answer_of(self.wsgi, self.cfg, connection, last=self._reception.closing)
            self._reception.give(connection, answer, keeps)

    def _turn(self, *seconds: float) -> None:
        self.notify()
        self._reception.turn(*seconds)

    # --- the end -------------------------------------------------------------------------------------

    def handle_exit(self, number: int, frame: FrameType | None) -> None:
        """Begin to stop; when told again, without waiting for a successor."""
        self._told_again = not self.alive
        super().handle_exit(number, frame)

    def _hand_over(self) -> None:
        """After a reload go on until a new process serves: it has to load the application first."""
        until = time.monotonic() + self.cfg.graceful_timeout
        while HANDOVER.awaited_by(self.age) and not self._told_again and time.monotonic() < until:
            self._turn(0.1)

    def _stop(self) -> None:
        """Take no more connections in, and see those that are there to an end."""
        self._reception.close()
        until = time.monotonic() + self.cfg.graceful_timeout
        while not self._reception.empty and time.monotonic() < until:
            self._turn(0.05)
