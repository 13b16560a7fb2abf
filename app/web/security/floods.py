"""How many requests a client may send: one allowance for all web processes, whatever cookies it shows or drops.

A client is an address block (`clients.py`) or a token. Each kind of request has an allowance of its own, which fills
again steadily: a minute's worth may come at once.
"""

from __future__ import annotations

import hmac
import logging
import math
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, cast

from flask import Flask, current_app, request

from app.config import Config
from app.errors import TooManyRequests, WrongToken
from app.web import operators
from app.web.programs import tokens
from app.web.security.clients import client_key, key_of
from app.web.security.shared import SharedRecords
from app.web.services import config

log = logging.getLogger(__name__)

#: Methods that change nothing.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: What costs next to nothing and comes often is not counted: files, health, figures, and whoever watches a job. (The
#: polls of panels do not even come here: `web/polls.py`.)
UNCOUNTED = ("static", "health", "jobs", "metrics")
#: Pages that the operators' token opens; they say nothing of one that is wrong, as if there were no such page.
OF_OPERATORS = ("operators", "metrics")
#: A token that is wrong may be a typing error; a program that guesses is held to this.
GUESSES_PER_MINUTE = 10

#: Where the application keeps its rate limiter, and the file in the data folder that its processes share.
EXTENSION = "doorstep-rate-limiter"
FILE = "limits/requests"
#: 16,384 clients in 384 KB; the one that was idle longest is forgotten first, when its allowance is full again.
SETS, WAYS = 2_048, 8
#: A record is held for some microseconds, so whoever holds it for longer has been stopped.
PATIENCE_SECONDS = 0.05
LEVEL = struct.Struct("=d")


class Rate(NamedTuple):
    """How many requests may come at once, and how many a second after that."""

    burst: float
    per_second: float


def a_minute(requests: float) -> Rate:
    """Return the rate of so many requests a minute, all of which may come at once."""
    return Rate(requests, requests / 60)


class RateLimiter:
    """A bucket for each client that all processes share."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        size = {"payload_bytes": LEVEL.size, "sets": SETS, "ways": WAYS}
        self._buckets = SharedRecords(path, **size, patience_seconds=PATIENCE_SECONDS, clock=clock)

    def take(self, key: int, rate: Rate, requests: float = 1) -> float:
        """Take some requests and return 0.0, or take none and return the seconds until there are enough.

        More than a full bucket holds are taken as a full bucket. Taking 0 asks whether one would be left.
        """
        wanted = min(requests, rate.burst)
        with self._buckets.held(key) as bucket:
            # What is kept is how much was used, so that a bucket never used before, all zeros, is full.
            used = LEVEL.unpack(bucket.payload)[0] - bucket.idle_seconds * rate.per_second
            used = min(max(0.0, used), rate.burst)
            lacking = used + max(wanted, 1.0) - rate.burst
            allowed = not lacking > 0.0
            bucket.payload = LEVEL.pack(used + wanted if allowed else used)
        return 0.0 if allowed else lacking / rate.per_second


def init_app(app: Flask, config: Config) -> None:
    """Count every request before it is answered, and refuse what is too much."""
    app.extensions[EXTENSION] = RateLimiter(config.data_dir / FILE)

    @app.before_request
    def guard() -> None:
        if tokens.is_asked() and tokens.look_up() is None:
            count_wrong_token("a host's")
            raise WrongToken
        if request.blueprint in OF_OPERATORS and (shown := _shown_tokens()):
            refuse_guesses()
            if not any(hmac.compare_digest(one, token.encode()) for one in shown for token in operators.accepted()):
                count_wrong_token("an operators'")
        if tokens.current() is not None or request.method not in SAFE_METHODS:
            refuse_floods()
        elif request.endpoint is not None and request.endpoint.partition(".")[0] not in UNCOUNTED:
            _take("reads", a_minute(config.client_reads_per_minute))


def refuse_floods(requests: int = 1) -> None:
    """Raise TooManyRequests if the client's bucket for changes holds less than some: one each, one more for each job.

    What takes long to draw or work out counts as a change. A token has a bucket of its own, for whatever it sends.
    """
    token = tokens.current()
    if token is None:
        _take("changes", a_minute(config().client_changes_per_minute), requests)
    else:
        _refuse(_limiter().take(key_of("token", token.owner), a_minute(token.per_minute), requests))


# --- wrong tokens ----------------------------------------------------------------------------------


def refuse_guesses() -> None:
    """Raise TooManyRequests for a client that guessed too often: then not even the right token is looked at."""
    _take("guesses", a_minute(GUESSES_PER_MINUTE), 0)


def count_wrong_token(whose: str) -> None:
    """Count a wrong token and note it in the log, without the token; raise TooManyRequests when there were too many."""
    _take("guesses", a_minute(GUESSES_PER_MINUTE))
    log.warning("a wrong token was shown in place of %s one", whose)


def _shown_tokens() -> list[bytes]:
    """Return what the request shows as the operators' token."""
    shown = (request.args.get("token"), tokens.bearer_in(request.environ))
    return [token.encode(errors="replace") for token in shown if token]


def _take(kind: str, rate: Rate, requests: float = 1) -> None:
    _refuse(_limiter().take(client_key(kind), rate, requests))


def _limiter() -> RateLimiter:
    return cast(RateLimiter, current_app.extensions[EXTENSION])


def _refuse(wait_seconds: float) -> None:
    if wait_seconds > 0.0:
        seconds = math.ceil(wait_seconds)
        raise TooManyRequests(seconds=seconds, retry_after_seconds=seconds)
