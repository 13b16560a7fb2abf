"""A loopback server that stands in for a live service: it counts questions, and fails or dawdles when told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

#: Answers one question: its path and parameters.
Answers = Callable[[str, Mapping[str, str]], "Reply"]

#: User-Agents of libraries, which public services refuse: they say nothing of who asks.
STOCK_AGENTS = ("python-requests", "python-urllib", "curl", "wget", "java", "okhttp", "go-http-client")


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: a body as it is, or something written as JSON."""

    content: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The bytes of the body."""
        return self.content if isinstance(self.content, bytes) else json.dumps(self.content).encode()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that came in. The key is among its parameters, as it would be."""

    path: str
    params: Mapping[str, str]
    #: When it came in, on the monotonic clock (seconds).
    at: float
    agent: str


class StandIn:
    """A running stand-in."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.url = ""
        self.asked: list[Asked] = []
        #: Seconds added to each answer.
        self.latency_s = 0.0
        #: What is answered instead of the truth.
        self.failure: Reply | None = None

    def fail(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer everything so from now on: `fail(429, Retry_After="30")`."""
        self.failure = Reply(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    def recover(self) -> None:
        """Answer truly again."""
        self.failure = None

    def reply(self, target: str, agent: str) -> Reply:
        """Return the answer to one request, and count it."""
        parts = urlsplit(target)
        params = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.asked.append(Asked(parts.path, params, time.monotonic(), agent))
        time.sleep(self.latency_s)
        return self.failure or self._answers(parts.path, params)


def refused_agent(agent: str) -> bool:
    """Return whether a service would refuse who asks so."""
    return not agent.strip() or agent.lower().startswith(STOCK_AGENTS)


@contextmanager
def standing_in(answers: Answers, *, wants_agent: bool = False) -> Iterator[StandIn]:
    """Run a stand-in on a free port until the block ends. With `wants_agent` it refuses who does not say who it is."""
    stand_in = StandIn(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            agent = self.headers.get("User-Agent") or ""
            reply = stand_in.reply(self.path, agent)
            if wants_agent and refused_agent(agent):
                reply = Reply(b"<html><body>Access blocked</body></html>", 403, {"Content-Type": "text/html"})
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json; charset=utf-8", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: what is asked holds addresses."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
