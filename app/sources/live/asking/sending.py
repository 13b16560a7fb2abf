"""One request over HTTP, to the end or to a fault with a name: the only place from which Doorstep goes out.

Redirects are not followed, certificates are checked, and nothing of the environment is used: a proxy or a .netrc that
happens to be there would hand addresses, or a password, to a machine that no setting of ours names.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http.client import HTTPException
from socket import SHUT_RDWR, socket
from time import monotonic
from typing import TYPE_CHECKING, cast

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, InvalidURL, SSLError
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from app.sources.live.asking.queries import Query
from app.sources.live.services import Service

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

# Its warnings quote addresses of requests, in which the key stands.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)

CONNECT_SECONDS = 5.0
#: What is read at a time: what that unpacks to stays far below the memory there is, whatever is sent.
CHUNK_BYTES = 16_384
#: The only encodings that are asked for and understood.
ENCODINGS = ("", "identity", "gzip")


class Fault(StrEnum):
    """What may go wrong with a request: its code, and what is said of the service."""

    sentence: str

    def __new__(cls, code: str, sentence: str) -> Fault:
        """Make a fault that is equal to its code."""
        fault = str.__new__(cls, code)
        fault._value_ = code
        fault.sentence = sentence
        return fault

    UNREACHABLE = "unreachable", "cannot be reached"
    INSECURE = "insecure", "could not prove who it is"
    TIMEOUT = "timeout", "did not answer in time"
    CUT_OFF = "cut-off", "broke off in the middle of its answer"
    TOO_LARGE = "too-large", "sent more than an answer may hold"
    ELSEWHERE = "sent-elsewhere", "sent us to another place"
    TOO_MANY = "too-many", "asked to be left alone for a while"
    OVERLOADED = "overloaded", "has too much to do"
    BROKEN = "server-error", "has trouble of its own"
    DENIED = "denied", "does not accept our key, or who we are"
    BAD_QUESTION = "bad-question", "did not take the question"
    BAD_ANSWER = "bad-answer", "sent something that is no answer"


class Failed(Exception):
    """A request ended with a fault. Holds no text of the service's."""

    def __init__(self, fault: Fault, received: int = 0, retry_after_s: float | None = None) -> None:
        super().__init__(fault.value)
        self.fault, self.received, self.retry_after_s = fault, received, retry_after_s


@dataclass(frozen=True, slots=True)
class Received:
    """A whole answer: its body, unpacked, and the bytes that came over the wire for it."""

    body: bytes
    wire_bytes: int


def send(service: Service, query: Query, *, user_agent: str, seconds: float) -> Received:
    """Ask a service and return its whole answer. Raises Failed, after so many seconds at the latest."""
    with requests.Session() as session, _Deadline(seconds) as deadline:
        session.trust_env = False
        session.headers = {"User-Agent": user_agent, "Accept": "*/*", "Accept-Encoding": "gzip", "Connection": "close"}
        adapter = _Adapter(deadline)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        try:
            received = _ask(session, service, query, seconds)
        except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            # `from None`: the texts of these errors quote the whole address, with the key.
            fault = Fault.TIMEOUT if deadline.has_passed else _fault_of(error)
            raise Failed(fault, adapter.received_bytes) from None
        if deadline.has_passed:  # an answer of no stated length looks whole however early it was ended
            raise Failed(Fault.TIMEOUT, received.wire_bytes)
        return received


def _ask(session: requests.Session, service: Service, query: Query, seconds: float) -> Received:
    key = ((query.key_param, service.key),) if query.key_param else ()
    with session.request(
        "POST" if query.form else "GET",
        service.url + query.path,
        params=query.params + key,
        data=query.form or None,
        timeout=(min(CONNECT_SECONDS, seconds), seconds),
        allow_redirects=False,
        stream=True,
    ) as answer:
        _check_status(answer)
        return _read(answer, service.most_bytes)


def _check_status(answer: requests.Response) -> None:
    status = answer.status_code
    fault = _BY_STATUS.get(status) or _BY_CLASS.get(status // 100)
    if fault is not None:
        raise Failed(fault, retry_after_s=_retry_after(answer.headers.get("Retry-After", "")))
    if answer.headers.get("Content-Encoding", "").strip().lower() not in ENCODINGS:
        raise Failed(Fault.BAD_ANSWER)


_BY_STATUS = {
    401: Fault.DENIED,
    402: Fault.DENIED,
    403: Fault.DENIED,
    406: Fault.DENIED,  # Overpass says so to whoever does not say who he is
    408: Fault.TIMEOUT,
    429: Fault.TOO_MANY,
    502: Fault.BROKEN,
    503: Fault.OVERLOADED,
    504: Fault.OVERLOADED,
}
_BY_CLASS = {1: Fault.BAD_ANSWER, 3: Fault.ELSEWHERE, 4: Fault.BAD_QUESTION, 5: Fault.BROKEN}


def _read(answer: requests.Response, most_bytes: int) -> Received:
    """Return the body, of which no more is unpacked than it may hold."""
    parts, size = [], 0
    for part in answer.iter_content(CHUNK_BYTES):
        size += len(part)
        if size > most_bytes:
            raise Failed(Fault.TOO_LARGE, answer.raw.tell())
        parts.append(part)
    return Received(b"".join(parts), answer.raw.tell())


def _retry_after(text: str) -> float | None:
    """Return the seconds that the header asks for, given as such or as a date; None for neither."""
    if text.strip().isascii() and text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), 0.0)


def _fault_of(error: Exception) -> Fault:
    """Return which fault an error of the libraries is."""
    if isinstance(error, SSLError):
        return Fault.INSECURE
    if isinstance(error, requests.Timeout):
        return Fault.TIMEOUT
    if isinstance(error, InvalidURL):
        return Fault.UNREACHABLE
    cause = error.args[0] if error.args else None
    if isinstance(cause, ReadTimeoutError):
        return Fault.TIMEOUT
    if isinstance(error, requests.ConnectionError):
        never_there = isinstance(getattr(cause, "reason", None), NewConnectionError)
        return Fault.UNREACHABLE if never_there else Fault.CUT_OFF
    return Fault.CUT_OFF if isinstance(error, ChunkedEncodingError) else Fault.BAD_ANSWER


# --- the end of every wait --------------------------------------------------------------------------


class _Deadline:
    """Ends a request when its time is over, whatever it does: libraries only limit each single wait for bytes."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = monotonic() + seconds
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._sockets: list[socket] = []

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        for each in self._sockets:
            each.close()

    @property
    def has_passed(self) -> bool:
        """Return whether the time is over."""
        return monotonic() >= self._ends_at

    def watch(self, connected: socket) -> None:
        """Keep a second handle of a connection: the first goes from hand to hand, into TLS and into the answer."""
        self._sockets.append(connected.dup())
        if self.has_passed:
            self._end()

    def _end(self) -> None:
        for each in self._sockets:
            with suppress(OSError):  # the other side was quicker
                each.shutdown(SHUT_RDWR)


class _Adapter(HTTPAdapter):
    """Sends once, over connections that the deadline knows."""

    def __init__(self, deadline: _Deadline) -> None:
        super().__init__(max_retries=0)
        self._deadline = deadline
        self._answer: BaseHTTPResponse | None = None

    @property
    def received_bytes(self) -> int:
        """Return how many bytes of a body came over the wire so far."""
        return self._answer.tell() if self._answer is not None else 0

    def build_response(self, req: requests.PreparedRequest, resp: BaseHTTPResponse) -> requests.Response:
        """Remember the answer whose head has come."""
        self._answer = resp
        return super().build_response(req, resp)

    def get_connection_with_tls_context(self, *arguments: object, **named: object) -> HTTPConnectionPool:
        """Return the pool of a server, whose connections are watched."""
        # Their common base, which requests names, knows too little.
        pool = cast(HTTPConnectionPool, super().get_connection_with_tls_context(*arguments, **named))  # type: ignore[arg-type]
        watch = self._deadline.watch
        kind = HTTPSConnection if pool.scheme == "https" else HTTPConnection

        class Watched(kind):  # type: ignore[valid-type, misc]
            def _new_conn(self) -> socket:
                connected: socket = super()._new_conn()
                watch(connected)
                return connected

        pool.ConnectionCls = Watched
        return pool
