"""Empty databases to move to."""

from __future__ import annotations

import itertools

import pytest

from tests.support import postgres

_numbers = itertools.count(1)


@pytest.fixture
def url(postgres_server: postgres.Server) -> str:
    """Give the address of an empty database."""
    name = f"moving_{next(_numbers)}"
    postgres_server.run(f"CREATE DATABASE {name}")
    return postgres_server.url(name)
