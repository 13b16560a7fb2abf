"""Rows of PostgreSQL that are read as SQLite's are: by the name of a column, or by its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from psycopg import Cursor


class NamedRow(tuple[Any, ...]):
    """A row; `places` says where each column stands. Each set of columns has a class of its own."""

    __slots__ = ()
    places: dict[str, int] = {}  # noqa: RUF012 - each class has its own, and nobody changes it

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.places[key] if isinstance(key, str) else key)

    def keys(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(self.places)


@cache
def _row_class(names: tuple[str, ...]) -> type[NamedRow]:
    # Of two columns with the same name the first is meant, as in SQLite.
    places = {name: place for place, name in reversed(tuple(enumerate(names)))}
    ordered = {name: places[name] for name in names}
    return type("NamedRow", (NamedRow,), {"__slots__": (), "places": ordered})


def named_rows(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], NamedRow]:
    """Return what makes a row of the values that a cursor brings: a row factory of psycopg."""
    if cursor.description is None:
        return NamedRow
    return _row_class(tuple(column.name for column in cursor.description))
