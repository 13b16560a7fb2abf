"""Which databases a test runs on: both, unless it says why only one."""

from __future__ import annotations

import pytest


def sqlite_alone(why: str) -> pytest.MarkDecorator:
    """Mark what is asked of a SQLite file as such; `why` tells what asks PostgreSQL, or why nothing need."""
    assert why
    return pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


def postgres_alone(why: str) -> pytest.MarkDecorator:
    """Mark what is asked of a PostgreSQL server as such."""
    assert why
    return pytest.mark.parametrize("dialect", ["postgres"], indirect=True)


#: For a module or a class: all of its tests run on both.
on_both = pytest.mark.usefixtures("dialect")
