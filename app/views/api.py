"""The interface for programs: as OpenAPI 3.1 and as its page lists it, both from what stands beside the routes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

import msgspec
from flask import Flask

from app import errors
from app.errors import DoorstepError
from app.pipeline.report import Report
from app.views.shown import SnapshotDocument
from app.web.errors import SENTENCES, TITLES, Problem
from app.web.programs.describing import JSON, Operation, Query, Route, Who, routes_of
from app.web.programs.idempotency import HEADER, LONGEST

OPENAPI = "3.1.0"
#: Of the interface, not of the program: it grows when programs have to change.
VERSION = "1"
PROBLEM_JSON = "application/problem+json"
FORM = "application/x-www-form-urlencoded"
REF = "#/components/schemas/{name}"

#: What every operation may meet, and every one that changes something.
ALWAYS = (
    *(
        errors.WrongHost,
        errors.WrongToken,
        errors.TooManyRequests,
        errors.QueueUnavailable,
        errors.DiskFull,
        errors.SiteMoving,
        errors.SiteMoved,
    ),
    *(errors.DatabaseSwapped, errors.DatabaseDamaged, errors.DatabaseFaulty, errors.DatabaseTooNew),
)
CHANGING = (errors.ForeignForm,)
CREATING = (
    errors.BadIdempotencyKey,
    errors.InvalidListing,
    errors.IdempotencyKeyReused,
    errors.IdempotencyKeyWithoutOwner,
    errors.TooManyJobs,
    errors.TooManyJobsHere,
    errors.QueueFull,
    errors.SiteFull,
    errors.JobNotFound,
)
#: Statuses of HTTP itself, for every operation and for those with a body.
HTTP_ALWAYS, HTTP_BODY = (400, 414, 500), (413, 415)

#: What stands in a path.
IN_PATH = {
    "job_id": "The job's id, as the answer that created it gave it.",
    "snapshot_id": "The report's id, the last part of its link.",
    "batch_id": "The batch's id, as the answer that created it gave it.",
    "link": "The last part of a list's link.",
}
#: What a curl of the page says in the place of an id.
PLACEHOLDERS = {"job_id": "JOB", "snapshot_id": "SNAPSHOT", "batch_id": "BATCH", "link": "LIST"}
SECURITY: dict[Who, list[dict[str, list[str]]]] = {
    Who.ANYONE: [{}, {"cookie": []}, {"token": []}],
    Who.OWNER: [{"cookie": []}, {"token": []}],
    Who.OPERATOR: [{"operator": []}],
}
SCHEMES = {
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "doorstep",
        "description": "Comes with the first answer; whoever keeps it owns what was sent with it.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "For hosts: whoever runs the site gives it out. It is the owner, with limits of its own.",
    },
    "operator": {"type": "http", "scheme": "bearer", "description": "Of whoever runs the site."},
}


# --- OpenAPI ---------------------------------------------------------------------------------------


def openapi(app: Flask, server: str) -> dict[str, Any]:
    """Return the description of an application's interface (OpenAPI 3.1); `server` is the site's address."""
    return {**_described(app), "servers": [{"url": server}]}


@lru_cache(maxsize=2)
def _described(app: Flask) -> dict[str, Any]:
    """Return what is the same under every address of the site: working out the schemas takes 40 ms."""
    routes = routes_of(app)
    schemas = Schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "Doorstep",
            "version": VERSION,
            "summary": "What daily life is like at an address.",
            "description": (
                "Send `Accept: application/json`. Errors are problem details (RFC 9457) with a stable `code`. "
                "Show “© OpenStreetMap contributors” wherever you show what came from the map."
            ),
        },
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": SCHEMES},
    }


class Schemas:
    """The JSON Schemas of all types that go in and out."""

    def __init__(self, routes: Sequence[Route]) -> None:
        types = [Problem, Report, SnapshotDocument]
        for route in routes:
            types += [kind for kind in (route.operation.answer, route.operation.body) if kind is not None]
        self._types = types
        self._schemas, self.components = msgspec.json.schema_components(types, ref_template=REF)
        # The stored bytes go out as they are, so their type is named here.
        self.components["SnapshotDocument"]["properties"]["report"] = self.of(Report)

    def of(self, kind: Any) -> dict[str, Any]:
        """Return the schema of a type, mostly a reference."""
        return self._schemas[self._types.index(kind)]


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    operation = route.operation
    return {
        "operationId": route.endpoint.replace(".", "_"),
        "summary": operation.summary,
        "tags": [operation.about],
        "security": SECURITY[operation.who],
        "parameters": [
            *(_path_parameter(name) for name in route.parameters),
            *map(_query_parameter, operation.query),
            *([_KEY] if operation.creates else []),
        ],
        **({"requestBody": _body(operation, schemas)} if operation.body is not None else {}),
        "responses": _responses(route, schemas),
    }


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "description": IN_PATH[name], "schema": schema}


def _query_parameter(query: Query) -> dict[str, Any]:
    return {
        "name": query.name,
        "in": "query",
        "required": query.is_required,
        "description": query.about,
        "schema": query.schema,
    }


_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Sent again under the same key within a day, the request gets the same answer and counts once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST},
}


def _body(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    schema = {"schema": schemas.of(operation.body)}
    return {"required": True, "content": {JSON: schema, FORM: schema}}


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    operation = route.operation
    content = (
        {} if operation.answer is None else {"content": {operation.media: {"schema": schemas.of(operation.answer)}}}
    )
    good = {str(operation.status): {"description": operation.summary, **content}}
    problem = {PROBLEM_JSON: {"schema": schemas.of(Problem)}}
    codes = sorted(problems_of(route), key=lambda code: (code.status, code.code))
    bad = {
        str(status): {
            "description": "\n".join(f"- `{code.code}`: {code.sentence}" for code in same),
            "content": problem,
        }
        for status, same in groupby(codes, key=lambda code: code.status)
    }
    return good | bad


# --- problems --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Code:
    """A problem as it is told to programs."""

    status: int
    code: str
    sentence: str


#: The sentences that are put together when the error is: what they say then.
INSTEAD = {"invalid-listing": "A field is wrong: `errors` names every wrong one, with what to do about it."}
VALUE = re.compile(r"\{\w+\}")


def code_of(error: type[DoorstepError]) -> Code:
    """Return the code of an expected failure, "…" for what its sentence says of the case."""
    sentence = INSTEAD.get(error.code) or VALUE.sub("…", " ".join((error.__doc__ or "").split()))
    return Code(error.http_status, error.code, sentence)


def http_code(status: int) -> Code:
    """Return the code of an error of HTTP itself."""
    return Code(status, "internal" if status == 500 else f"http-{status}", SENTENCES[status])


def problems_of(route: Route) -> set[Code]:
    """Return every problem that a route may answer with."""
    operation = route.operation
    changes = route.method != "GET"
    expected = (
        *ALWAYS,
        *operation.problems,
        *(CHANGING if changes else ()),
        *(CREATING if operation.creates else ()),
    )
    missing = (404,) if operation.who is Who.OPERATOR else ()
    of_http = (*HTTP_ALWAYS, *(HTTP_BODY if changes else ()), *missing)
    return {*map(code_of, expected), *map(http_code, of_http)}


def all_codes() -> tuple[Code, ...]:
    """Return every code that a program may meet, as a problem or as a job's `error_code`, by status."""
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, DoorstepError)]
    told = {code_of(kind) for kind in classes if not kind.for_operators and kind is not DoorstepError}
    return tuple(sorted(told | {http_code(status) for status in SENTENCES}, key=lambda code: (code.status, code.code)))


def title_of(status: int) -> str:
    """Return the `title` of all problems of a status."""
    return TITLES[status]


# --- the page --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An operation as the page shows it."""

    method: str
    path: str
    operation: Operation
    curl: str
    codes: tuple[Code, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of the fields of the body."""
        body = self.operation.body
        return tuple(field.name for field in msgspec.structs.fields(body)) if body else ()


def endpoints(app: Flask, server: str) -> dict[str, list[Endpoint]]:
    """Return every operation by what it is about, in the order of the headings."""
    found: dict[str, list[Endpoint]] = {heading: [] for heading in HEADINGS}
    for route in routes_of(app):
        own = {*map(code_of, route.operation.problems), *(map(code_of, CREATING) if route.operation.creates else ())}
        codes = tuple(sorted(own, key=lambda code: (code.status, code.code)))
        shown = Endpoint(route.method, route.path, route.operation, _curl(route, server), codes)
        found.setdefault(route.operation.about, []).append(shown)
    return {heading: listed for heading, listed in found.items() if listed}


#: What operations are about, in the order of the page; and where it matters who asks.
HEADINGS = ("Evaluations", "Batches", "Reports", "Shortlists", "Places", "This interface", "Operators")
OF_AN_OWNER = HEADINGS[:4]


def _curl(route: Route, server: str) -> str:
    """Return a command that can be pasted, with JOB and SNAPSHOT for ids."""
    path, operation = route.path, route.operation
    for name, placeholder in PLACEHOLDERS.items():
        path = path.replace(f"{{{name}}}", placeholder)
    link = f"{server}{path}{operation.example_query}"
    words = ["curl -s -H 'Accept: application/json'"]
    if operation.about in OF_AN_OWNER:
        words.append("-b cookies -c cookies")
    if operation.who is Who.OPERATOR:
        words.append("-H 'Authorization: Bearer OPERATOR-TOKEN'")
    if operation.example_body:
        words.append(f"--json '{operation.example_body}'")
    elif route.method != "GET":
        words.append(f"-X {route.method}")
    return " ".join([*words, f"'{link}'" if "?" in link else link])
