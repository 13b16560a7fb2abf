"""A stand-in for Overpass: a loopback server that answers our queries from an extract, or fails as that does."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import msgspec

from tests.support.live.overpass_language import NotUnderstood, run
from tests.support.live.overpass_world import Ids, World, world_of


class Fault(Enum):
    """How the next request fails."""

    TOO_MANY = "429"
    TIMEOUT = "504"
    REMARK = "200, and a remark that the query timed out"
    PAGE = "200, and a page that says the server is too busy"
    CUT_OFF = "200, and half of the answer"
    NO_NODES = "200, and ways without their nodes"


class OverpassStandIn:
    """What was asked of a running stand-in, and how it is to answer next."""

    def __init__(self, world: World) -> None:
        self.url = ""
        #: The queries that came, answered or not.
        self.asked: list[str] = []
        self.most_in_flight = 0
        #: Failures of the next requests, first to last; then it answers again.
        self.faults: list[Fault] = []
        #: Added to each answer.
        self.latency_s = 0.0
        self.sent_bytes = 0
        self._world = world
        self._in_flight = 0
        self._lock = threading.Lock()
        self._bodies: dict[str, bytes] = {}

    def answer(self, query: str, agent: str) -> tuple[int, bytes]:
        """Return status and body for a query."""
        with self._lock:
            self.asked.append(query)
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            is_alone = self._in_flight == 1
            fault = self.faults.pop(0) if self.faults else None
        try:
            time.sleep(self.latency_s)
            return self._answered(query, agent, fault, is_alone)
        finally:
            with self._lock:
                self._in_flight -= 1

    def _answered(self, query: str, agent: str, fault: Fault | None, is_alone: bool) -> tuple[int, bytes]:
        if not agent or agent.startswith(STOCK_AGENTS):
            return 406, _page("Not Acceptable")
        if fault is Fault.TOO_MANY or not is_alone:
            return 429, _page(
                "Error: runtime error: open64: 0 Success Dispatcher_Client::request_read_and_idx::rate_limited."
            )
        if fault is Fault.TIMEOUT:
            return 504, _page(BUSY)
        if fault is Fault.PAGE:
            return 200, _page(BUSY)
        try:
            body = self._body(query)
        except NotUnderstood as error:
            return 400, _page(f"Error: line 1: parse error: {error}")
        if fault is Fault.REMARK:
            remark = 'runtime error: Query timed out in "query" at line 3 after 25 seconds.'
            return 200, document(self._world, [], remark)
        if fault is Fault.NO_NODES:
            return 200, document(self._world, [Ids(ways=printed.ways) for printed in run(query, self._world)])
        return 200, body[: len(body) // 2] if fault is Fault.CUT_OFF else body

    def _body(self, query: str) -> bytes:
        if query not in self._bodies:
            self._bodies[query] = document(self._world, run(query, self._world))
        return self._bodies[query]


STOCK_AGENTS = ("python-requests", "python-urllib", "curl", "Mozilla")
BUSY = (
    "Error: runtime error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::request_read_and_idx::timeout. "
    "The server is probably too busy to handle your request."
)


def _page(text: str) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html><head><title>OSM3S Response</title></head>'
    return f"{head}\n<body>\n<p><strong>{text}</strong></p>\n</body>\n</html>\n".encode()


def document(world: World, printed: list[Ids], remark: str = "") -> bytes:
    """Return the JSON of an answer, laid out as the server does it."""
    elements = [text for ids in printed for text in _elements(world, ids)]
    end = f',\n"remark": {_quoted(remark)}\n' if remark else "\n"
    about = f'"timestamp_osm_base": "{world.timestamp}",\n    "copyright": "{COPYRIGHT}"'
    head = f'{{\n  "version": 0.6,\n  "generator": "Overpass API 0.7.62",\n  "osm3s": {{\n    {about}\n  }},\n'
    return (head + '  "elements": [\n\n' + ",\n".join(elements) + "\n\n  ]" + end + "}\n").encode()


COPYRIGHT = "The data included in this document is from www.openstreetmap.org. The data is made available under ODbL."


def _elements(world: World, ids: Ids) -> Iterator[str]:
    for node in sorted(ids.nodes, key=lambda node: world.positions[node]):  # by place, not by id, as `qt` has it
        lat, lon = world.positions[node]
        yield _element("node", node, f'"lat": {lat:.7f},\n  "lon": {lon:.7f}', world.node_tags.get(node, {}))
    for way in sorted(ids.ways, reverse=True):
        refs, tags = world.ways[way]
        yield _element("way", way, '"nodes": [\n    ' + ",\n    ".join(map(str, refs)) + "\n  ]", tags)
    for relation in sorted(ids.relations, reverse=True):
        members, tags = world.relations[relation]
        told = ",\n".join(
            f'    {{\n      "type": "{kind}",\n      "ref": {ref},\n      "role": {_quoted(role)}\n    }}'
            for kind, ref, role in members
        )
        yield _element("relation", relation, f'"members": [\n{told}\n  ]', tags)


def _element(kind: str, number: int, body: str, tags: dict[str, str]) -> str:
    told = ",\n".join(f"    {_quoted(key)}: {_quoted(value)}" for key, value in tags.items())
    end = f',\n  "tags": {{\n{told}\n  }}' if tags else ""
    return f'{{\n  "type": "{kind}",\n  "id": {number},\n  {body}{end}\n}}'


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, stand_in: OverpassStandIn) -> None:
        self.stand_in = stand_in
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        stand_in = self.server.stand_in
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        if self.path != "/api/interpreter" or list(form) != ["data"]:
            status, body = 404, _page("Not Found")
        else:
            status, body = stand_in.answer(form["data"][0], self.headers.get("User-Agent", ""))
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if body.startswith(b"{") else "text/html; charset=utf-8")
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        stand_in.sent_bytes += len(body)
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def overpass_stand_in(extract: Path) -> Iterator[OverpassStandIn]:
    """Run a stand-in that knows an extract, which is read once in a process."""
    stand_in = OverpassStandIn(world_of(extract))
    server = _Server(stand_in)
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
