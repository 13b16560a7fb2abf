"""How often one address on the network may post: a token bucket per process, beside the queue's own limits."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from flask import Flask, current_app, request

from app.config import Config
from app.errors import DoorstepError

EXTENSION = "doorstep-rate"
#: A burst that many tabs of one household, or a script with a list of homes, may send at once.
BURST = 240
#: What each address gets back per second, in each web process: a quarter of a core of evaluations at most.
REFILL_PER_SECOND = 4.0
#: Addresses remembered at once; the one seen longest ago is forgotten first (its bucket is full again by then).
REMEMBERED = 10_000


class TooManyRequests(DoorstepError):
    """That was a lot of requests in a short time. Please wait {seconds} s and send this one again."""

    code = "too-many-requests"
    http_status = 429


class Buckets:
    """Token buckets by client; `take` says how many seconds are missing."""

    def __init__(self, burst: int, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._per_second, self._clock = float(burst), per_second, clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, client: str) -> float:
        """Take one token; return 0.0, or the seconds until there is one."""
        with self._lock:
            now = self._clock()
            level, then = self._levels.pop(client, (self._burst, now))
            level = min(self._burst, level + (now - then) * self._per_second)
            allowed = level >= 1
            self._levels[client] = (level - 1 if allowed else level, now)
            if len(self._levels) > REMEMBERED:
                self._levels.popitem(last=False)
        return 0.0 if allowed else (1 - level) / self._per_second


def init_app(app: Flask, config: Config) -> None:
    """Give the process its buckets."""
    app.extensions[EXTENSION] = Buckets(BURST, REFILL_PER_SECOND)


def refuse_floods() -> None:
    """Raise TooManyRequests where the client's bucket is empty."""
    buckets: Buckets = current_app.extensions[EXTENSION]
    seconds = math.ceil(buckets.take(request.remote_addr or ""))
    if seconds:
        raise TooManyRequests(seconds=seconds, retry_after_seconds=seconds)
