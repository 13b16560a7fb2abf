"""The one client of all live services: whose turn it is, what is known already, what a fault means, and no retries.

A passing fault is raised with the time to try again, and the queue waits: nothing here asks a second time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from app.config import Config
from app.errors import DoorstepError, ServiceBusy, ServiceDenied, ServiceResting, ServiceSpent, ServiceTrouble
from app.seeing import counts
from app.sources.live.asking.ledger import Ended, Ledger, NotYet, ToKeep, Turn, Why, digest_about
from app.sources.live.asking.queries import Answered, BadAnswer, Denied, Query, Tired, Value
from app.sources.live.asking.sending import Failed, Fault, Received, send
from app.sources.live.asking.waiting import TimeLeft, Wait, Waiting, Waits, tell_nobody
from app.sources.live.services import Service
from app.version import program_version

logger = logging.getLogger(__name__)

#: How long (seconds) one evaluation waits for its turn where it is; beyond that, and all others, join the line again.
TURN_SECONDS = 10.0
#: How often (seconds) it looks meanwhile, at most and at least.
LOOK_SECONDS = (0.05, 0.25)
#: The longest wait (seconds) that is asked of the queue, which takes more for a clock that was put back.
LONGEST_RETRY_SECONDS = 290
#: These faults say that the service needs a rest.
TIRING = (Fault.TOO_MANY, Fault.OVERLOADED)
#: A request is given this long (seconds) however little is left: it would not be worth its turn.
LEAST_SECONDS = 0.5
DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class _Asked(Generic[Value]):
    """What is asked of a service, and how its answer is read."""

    service: Service
    query: Query
    parse: Callable[[bytes], Value]
    #: Whether a kept answer will not do.
    anew: bool = False

    @property
    def question(self) -> bytes:
        """Return the hash by which the answer is kept."""
        return question_of(self.service, self.query)


class _Place:
    """The place of the one evaluation that waits for its turn where it is; it is taken when it is needed first."""

    def __init__(self, ledger: Ledger, service: str, seconds: float) -> None:
        self._ledger, self._service, self._seconds = ledger, service, seconds
        self._ends_at = time.monotonic() + seconds
        self._token = ""

    def __enter__(self) -> _Place:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def is_ours_for(self, seconds: float) -> bool:
        """Return whether one may wait here for so many seconds more."""
        if time.monotonic() + seconds > self._ends_at:
            return False
        self._token = self._token or self._ledger.take_place(self._service, self._seconds)
        return bool(self._token)

    def leave(self) -> None:
        """Let another wait."""
        token, self._token = self._token, ""
        if token:
            self._ledger.leave_place(self._service, token)


class Client:
    """Asks live services for one try of an evaluation, which may do so from several threads."""

    def __init__(self, config: Config, ledger: Ledger, waits: Waits = tell_nobody) -> None:
        self._ledger = ledger
        self._waiting = Waiting(waits)
        self._user_agent = f"Doorstep/{program_version()} (+{config.contact})"
        self._left = TimeLeft(config.live_seconds_per_job)

    def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        """Return what `parse` makes of the body, which is kept for later unless it raises.

        `parse` raises BadAnswer, Tired or Denied. Raises ServiceTrouble (it passes, and says when to try again),
        ServiceBusy (it is another job's turn, or the service rests), ServiceSpent (the day's budget) or ServiceDenied.
        """
        asked = _Asked(service, query, parse)
        return self._kept(asked) or self._ask_when_due(asked)

    def ask_anew(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        """Do the same without looking for a kept answer, as whoever checks the service wants."""
        return self._ask_when_due(_Asked(service, query, parse, anew=True))

    def let_go(self, service: Service, query: Query) -> None:
        """Drop the kept body of an answer, as something better was made of it; that it came is still known."""
        self._ledger.drop_body(service.name, question_of(service, query))

    def _kept(self, asked: _Asked[Value]) -> Answered[Value] | None:
        """Return what is known; None where nothing is."""
        kept = None if asked.anew else self._ledger.kept_answer(asked.service.name, asked.question)
        if kept is None:
            return None
        try:
            answered = Answered(asked.parse(kept.body), kept.fetched_at, was_kept=True)
        except (BadAnswer, Tired, Denied):  # a version that took less care has kept it
            self._ledger.drop_body(asked.service.name, asked.question)
            return None
        counts.KEPT_ANSWERS.labels(asked.service.name).inc()
        return answered

    def _ask_when_due(self, asked: _Asked[Value]) -> Answered[Value]:
        """Ask once it is our turn, unless somebody else has got the answer by then. Raises what keeps us for long."""
        service = asked.service
        with self._left.spending(service), self._waiting.one(service.name) as wait, self._place(service) as place:
            while True:
                turn = self._ledger.take_turn(service, asked.question, anew=asked.anew)
                if isinstance(turn, Turn):
                    place.leave()
                    return self._ask_in_turn(turn, asked, wait)
                answered = self._kept(asked)
                if answered is not None:
                    return answered
                if turn.why is not Why.BUSY or not place.is_ours_for(turn.seconds):
                    raise _error_of(service, turn)
                wait.for_turn()
                _look_again_in(turn.seconds)

    def _place(self, service: Service) -> _Place:
        return _Place(self._ledger, service.name, min(TURN_SECONDS, self._left.seconds))

    def _ask_in_turn(self, turn: Turn, asked: _Asked[Value], wait: Wait) -> Answered[Value]:
        """Send the question and note what came of it, whatever that is."""
        service = asked.service
        began, outcome, ended = time.perf_counter(), "defect", _ended(service, Failed(Fault.BAD_ANSWER))
        try:
            wait.for_answer()
            seconds = max(min(service.read_s, self._left.seconds), LEAST_SECONDS)
            received = send(service, asked.query, user_agent=self._user_agent, seconds=seconds)
            value = _parsed(asked.parse, received)
            outcome, ended = "answered", _good(asked, received)
            return Answered(value, time.time())
        except Failed as failed:
            outcome, ended = failed.fault.value, _ended(service, failed)
            logger.warning("live service %s: %s after %.1f s", service.name, outcome, time.perf_counter() - began)
            raise _error_after(service, failed) from None
        finally:
            counts.SERVICE_REQUESTS.labels(service.name, outcome).observe(time.perf_counter() - began)
            counts.SERVICE_BYTES.labels(service.name).inc(ended.received)
            self._ledger.end_turn(turn, ended)


def question_of(service: Service, query: Query) -> bytes:
    """Return the hash by which the answer to a question is kept; the key is no part of it."""
    asked = (service.url, query.path, query.params, query.form)
    return hashlib.sha256(json.dumps(asked).encode()).digest()


def _look_again_in(seconds: float) -> None:
    least, most = LOOK_SECONDS
    time.sleep(min(max(seconds, least), most) * random.uniform(0.9, 1.1))  # noqa: S311 - jitter, no secret


def _parsed(parse: Callable[[bytes], Value], received: Received) -> Value:
    """Return what a body says. Raises Failed for one that says nothing."""
    try:
        return parse(received.body)
    except (BadAnswer, RecursionError):  # brackets within brackets are no answer either
        fault = Fault.BAD_ANSWER
    except Tired:
        fault = Fault.TOO_MANY
    except Denied:
        fault = Fault.DENIED
    raise Failed(fault, received.wire_bytes)  # outside, so that nothing of the service's text comes with it


# --- what came of it --------------------------------------------------------------------------------


def _good(asked: _Asked[Value], received: Received) -> Ended:
    """Return how a good answer is noted and kept."""
    seconds = asked.service.keep_days * DAY_SECONDS
    kept = ToKeep(asked.question, digest_about(asked.query.about), received.body, seconds) if seconds else None
    return Ended("", received.wire_bytes, asked.service.pause_s, answer=kept)


def _ended(service: Service, failed: Failed) -> Ended:
    """Return how a faulty request is noted."""
    rest_s = _rest(service, failed)
    return Ended(
        failed.fault.value,
        failed.received,
        max(service.pause_s, rest_s),
        rests=rest_s > 0,
        counts=failed.fault is not Fault.BAD_QUESTION,
    )


def _rest(service: Service, failed: Failed) -> float:
    """Return for how long (seconds) to leave a service alone after a fault; 0 where its pause is enough."""
    asked = failed.retry_after_s or 0.0
    return max(service.rest_s, asked) if failed.fault in TIRING else asked


def _error_after(service: Service, failed: Failed) -> DoorstepError:
    if failed.fault is Fault.DENIED:
        return ServiceDenied(service=service.title, why=f"it {failed.fault.sentence}")
    rest_s = _rest(service, failed)
    return ServiceTrouble(
        service=service.title, why=failed.fault.sentence, retry_after_seconds=_retry_in(rest_s) if rest_s else None
    )


def _error_of(service: Service, wait: NotYet) -> DoorstepError:
    """Return what is told to whoever cannot ask now."""
    if wait.why is Why.SPENT:
        return ServiceSpent(service=service.title)
    if wait.why is Why.RESTING:
        return ServiceResting(service=service.title, retry_after_seconds=_retry_in(wait.seconds))
    if wait.why is Why.CLOSED:
        why = "gave no proper answer several times in a row"
        return ServiceTrouble(service=service.title, why=why, retry_after_seconds=_retry_in(wait.seconds))
    return ServiceBusy(service=service.title, retry_after_seconds=_retry_in(wait.seconds + _patience(service)))


def _patience(service: Service) -> float:
    """Return after how many seconds to come back to a service that others ask: they part, and none comes in vain often.

    A worker looks at each of them in turn, so coming back soon would keep it from what need not wait.
    """
    least = float(ServiceBusy.usual_retry_seconds or 0)
    return random.uniform(least, least + service.read_s / 3)  # noqa: S311 - jitter, no secret


def _retry_in(seconds: float) -> int:
    return min(math.ceil(seconds), LONGEST_RETRY_SECONDS)
