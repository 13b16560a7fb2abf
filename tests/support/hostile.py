"""Requests that no honest program sends: built as a server hands them on, for every route of an application."""

from __future__ import annotations

import io
import itertools
import json
import random
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from flask import Flask
from werkzeug.routing import Rule

from tests.support.odd_values import ACCEPTS, BODIES, FORM, HEADERS, IDS, JSON, METHODS, NAMES, PATHS, QUERIES, TEXTS


@dataclass(frozen=True, slots=True)
class Request:
    """One request; the path is not quoted yet."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = ""

    @classmethod
    def get(cls, path: str, query: Mapping[str, str]) -> Request:
        """Return what a form sends by its link."""
        return cls("GET", path, urlencode(query))

    @classmethod
    def form(cls, path: str, fields: Mapping[str, str]) -> Request:
        """Return what a form sends."""
        return cls("POST", path, body=urlencode(fields).encode(), content_type=FORM)

    @classmethod
    def json(cls, path: str, body: object) -> Request:
        """Return what a program sends."""
        return cls("POST", path, body=json.dumps(body).encode(), content_type=JSON)

    def environ(self) -> dict[str, object]:
        """Return it as a WSGI server hands it on."""
        environ: dict[str, object] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": latin(self.path),
            "QUERY_STRING": self.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "CONTENT_TYPE": self.content_type,
            "CONTENT_LENGTH": str(len(self.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{key}"] = value
        return environ


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def media(self) -> str:
        """Return the type of its body."""
        return self.headers.get("content-type", "").partition(";")[0]


def ask(app: Flask, request: Request, cookie: str = "") -> Answer:
    """Send a request through the whole application, its middleware included."""
    environ = request.environ()
    if cookie and "HTTP_COOKIE" not in environ:
        environ["HTTP_COOKIE"] = cookie
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], error: object = None) -> object:
        begun.append((status, headers))
        return None

    body = app.wsgi_app(environ, start)  # type: ignore[arg-type]
    try:
        data = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    status, headers = begun[-1]
    for name, value in headers:
        assert not set("\r\n\0") & set(name + value), (name, value)
        (name + value).encode("latin-1")
    return Answer(int(status[:3]), {name.lower(): value for name, value in headers}, data.decode(errors="replace"))


def latin(text: str) -> str:
    """Return a text as WSGI hands paths on: its bytes as characters."""
    return text.encode(errors="surrogateescape").decode("latin-1")


# --- for every route --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ids:
    """What there is, by the name of the parameter in a path."""

    known: Mapping[str, tuple[str, ...]]

    def of(self, name: str) -> tuple[str, ...]:
        """Return the values that a parameter may have; one for a parameter that nobody thought of."""
        return self.known.get(name, ("x",))


def rules_of(app: Flask) -> list[Rule]:
    """Return every route, so that a new one is among them."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def path_of(rule: Rule, values: Mapping[str, str]) -> str:
    """Return a rule's path with values in the place of its parameters, whatever they are."""
    parts = [values[part] if is_parameter else part for is_parameter, part in rule._trace]
    return "".join(parts).removeprefix("|")


def hand_picked(app: Flask, ids: Ids) -> Iterator[Request]:
    """Yield odd requests to every route: ids, queries, bodies, headers and methods, each oddity at least once."""
    texts, odd_ids, headers = itertools.cycle(TEXTS), itertools.cycle(IDS), itertools.cycle(HEADERS)
    accepts, bodies = itertools.cycle(ACCEPTS), itertools.cycle(BODIES)
    yield from (Request(method, path) for path in PATHS for method in ("GET", "POST"))
    for rule in rules_of(app):
        good = {name: ids.of(name)[0] for name in rule.arguments}
        path, methods = path_of(rule, good), sorted((rule.methods or set()) - {"OPTIONS"})
        for name in rule.arguments:
            for odd in (*ids.of(name), *itertools.islice(odd_ids, 6)):
                yield Request(methods[0], path_of(rule, {**good, name: odd}), headers={"Accept": next(accepts)})
        for at, name in enumerate(NAMES):
            pairs = [(name, next(texts)), ("address", next(texts))]
            if "GET" in methods:
                yield Request("GET", path, urlencode(pairs[:1], errors="replace"), next(headers))
            elif at % 2:
                body = urlencode([pairs[0], *pairs], errors="replace").encode()
                yield Request("POST", path, "", {"Accept": next(accepts)}, body, FORM)
            else:
                yield Request("POST", path, "", next(headers), json.dumps(dict(pairs)).encode(), JSON)
        for _ in range(len(BODIES) if "POST" in methods else 2):
            kind, body = next(bodies)
            yield Request("POST", path, "", {"Accept": next(accepts)}, body, kind)
        for query in QUERIES:
            yield Request("GET", path, query, {"Accept": next(accepts)})
        for method in METHODS:
            yield Request(method, path, "", {**next(headers), "Accept": next(accepts)})


def generated(app: Flask, ids: Ids, seed: int) -> Iterator[Request]:
    """Yield requests at random without end: any route, with odd and honest parts mixed."""
    random_ = random.Random(seed)
    rules = rules_of(app)
    while True:
        rule = random_.choice(rules)
        values = {
            name: random_.choice(ids.of(name)) if random_.random() < 0.8 else random_.choice(IDS)
            for name in rule.arguments
        }
        pairs = [(random_.choice(NAMES), odd_text(random_)) for _ in range(random_.randrange(5))]
        headers = {**random_.choice(HEADERS), "Accept": random_.choice(ACCEPTS)} if random_.random() < 0.7 else {}
        method = random_.choice([*sorted(rule.methods or {"GET"}), "POST"])
        query = urlencode(pairs, errors="replace") if random_.random() < 0.6 else random_.choice(QUERIES)
        kind, body = random_.choice(BODIES)
        if random_.random() < 0.6:
            kind, body = FORM, urlencode(pairs, errors="replace", quote_via=quote).encode()
        yield Request(method, path_of(rule, values), query, headers, body if method != "GET" else b"", kind)


def odd_text(random_: random.Random) -> str:
    """Return one of the odd texts, a mixture of two, or one made of characters of all kinds."""
    if random_.random() < 0.4:
        return random_.choice(TEXTS)
    if random_.random() < 0.5:
        one, other = random_.choice(TEXTS), random_.choice(TEXTS)
        return one[: random_.randrange(60)] + other[: random_.randrange(60)]
    return "".join(
        chr(random_.choice((random_.randrange(32, 127), random_.randrange(0xD800))))
        for _ in range(random_.randrange(80))
    )
