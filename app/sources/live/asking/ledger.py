"""The ledger of all requests to live services: whose turn it is, what today's budget holds, which answers are kept.

It lies in the database of the jobs, so that it binds every thread, process and container of an installation. What it
must be able to do is said here; the store does it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.sources.live.services import Service

#: So many faults in a row close a service, for so many seconds; then one request tries whether it is well again.
FAULTS_THAT_CLOSE = 5
CLOSED_SECONDS = 300.0
#: The longest rest (seconds) that a service may ask for: more is taken for a slip, or for a clock that was put back.
LONGEST_REST_SECONDS = 86_400.0


def digest_about(text: str) -> bytes:
    """Return the hash of a text that something was asked about, the same however it is spaced and cased; b"" for none.

    What is kept of an answer is found by it when the job is deleted that it was fetched for.
    """
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(words.encode(errors="replace")).digest() if words else b""


class Why(StrEnum):
    """Why it is not one's turn."""

    BUSY = "busy"  # another request is under way, or the pause after it
    RESTING = "resting"  # the service asked to be left alone
    CLOSED = "closed"  # too many faults in a row
    SPENT = "spent"  # the day's budget


@dataclass(frozen=True, slots=True)
class NotYet:
    """It is not one's turn, and will not be for so many seconds at least."""

    why: Why
    seconds: float


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to send one request to a service."""

    service: str
    token: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is kept: its body, and when it was fetched (Unix seconds)."""

    body: bytes
    fetched_at: float


@dataclass(frozen=True, slots=True)
class ToKeep:
    """An answer to keep: hashes of its question and of the text that it is about (b"" for none), and for how long."""

    question: bytes
    about: bytes
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """How a request ended."""

    #: The fault's code, "" for a good answer.
    fault: str
    #: Bytes that came over the wire.
    received: int
    #: Seconds that the next request has to wait from now on.
    pause_s: float
    #: Whether those are a rest that the service needs.
    rests: bool = False
    #: Whether the fault is the service's: a question that it does not take is not.
    counts: bool = True
    answer: ToKeep | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How things are with a service: what it was asked today, and what came of it."""

    name: str
    requests_today: int = 0
    bytes_today: int = 0
    #: Seconds for which it is not asked after too many faults in a row; 0 if it is.
    closed_s: float = 0.0
    #: Seconds until the next request may be sent, and whether those are a rest that it asked for.
    waits_s: float = 0.0
    rests: bool = False
    faults_in_a_row: int = 0
    #: The code of the last fault, "" if there was none; and when it answered well last (Unix seconds), None if never.
    last_fault: str = ""
    last_success_at: float | None = None


class Ledger(Protocol):
    """What the client asks of the store. Every method raises QueueUnavailable where the database cannot be reached."""

    def take_turn(self, service: Service, question: bytes, *, anew: bool = False) -> Turn | NotYet:
        """Take the turn to ask a service, or say why not. With `anew` a kept answer is no reason not to."""

    def end_turn(self, turn: Turn, ended: Ended) -> None:
        """Give the turn back and note how the request ended. An answer is kept even where the turn was lost."""

    def take_place(self, service: str, seconds: float) -> str:
        """Become the one who waits for the turn where he is, for so many seconds; return "" if somebody does already.

        Else return a token with which to leave.
        """

    def leave_place(self, service: str, token: str) -> None:
        """Let another wait."""

    def kept_answer(self, service: str, question: bytes) -> Kept | None:
        """Return the answer to a question, if one is kept that is not too old."""

    def drop_body(self, service: str, question: bytes) -> None:
        """Drop the body of an answer, so that the question may be asked again; when it came stays known."""

    def standing(self, service: str) -> Standing:
        """Return how things are with a service."""
