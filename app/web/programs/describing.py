"""What a route is to programs, declared beside it: `/api/openapi.json` and the page `/api` are made of these."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from flask import Flask

from app.errors import DoorstepError

View = TypeVar("View", bound=Callable[..., Any])
#: Where a view keeps its description.
ATTRIBUTE = "operation"
JSON = "application/json"
#: A part of a path that may be anything, as Flask writes it.
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class Who(Enum):
    """Whose request an operation takes."""

    #: Anyone's; with a cookie or a token it knows them again.
    ANYONE = "anyone"
    #: The owner's of the job, batch, report or list.
    OWNER = "owner"
    #: Whoever runs the site.
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Query:
    """A value in the query. `schema` is its JSON Schema; an array may be given more than once."""

    name: str
    about: str
    schema: dict[str, Any]
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    #: What it does, as the imperative sentence of a reference.
    summary: str
    #: The type of the answer, None where there is no body.
    answer: Any
    #: Key of the heading under which the page lists it.
    about: str
    status: int = 200
    media: str = JSON
    query: tuple[Query, ...] = ()
    #: The type of the body, None where it takes none. A form does as well as JSON.
    body: Any = None
    #: The expected failures of its own, beside those that every operation may meet.
    problems: tuple[type[DoorstepError], ...] = ()
    who: Who = Who.ANYONE
    #: Whether it makes an evaluation, and so takes an `Idempotency-Key`.
    creates: bool = False
    #: For the curl on the page: what follows the path, and the body.
    example_query: str = ""
    example_body: str = ""


def described(operation: Operation) -> Callable[[View], View]:
    """Describe a view to programs. Every view that answers JSON has this, under its route."""

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, operation)
        return view

    return mark


@dataclass(frozen=True, slots=True)
class Route:
    """An operation with its place: the path as OpenAPI writes it ("/s/{snapshot_id}.json")."""

    path: str
    method: str
    endpoint: str
    operation: Operation
    #: Names of the values in the path.
    parameters: tuple[str, ...]


def routes_of(app: Flask) -> tuple[Route, ...]:
    """Return every described route of an application, by path and method."""
    found = []
    for rule in app.url_map.iter_rules():
        operation = getattr(app.view_functions[rule.endpoint], ATTRIBUTE, None)
        if operation is None:
            continue
        path = PARAMETER.sub(r"{\1}", rule.rule)
        names = tuple(sorted(rule.arguments, key=path.index))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found.append(Route(path, method, rule.endpoint, operation, names))
    return tuple(sorted(found, key=lambda route: (route.path, route.method)))
