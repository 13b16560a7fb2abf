"""What the tests of live services share: a server with faults, a ledger, and a client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Config
from app.queue.store import JobStore
from app.sources.live.asking.client import Client
from tests.support.building import open_at
from tests.support.live.faulty import FaultyServer, faulty_server

CONTACT = "operator@doorstep.example"


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as running:
        yield running


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path, live="on", contact=CONTACT)


@pytest.fixture
def ledger(tmp_path: Path, config: Config) -> Iterator[JobStore]:
    store = open_at(tmp_path, config)
    yield store
    store.db.close()


@pytest.fixture
def asking(config: Config, ledger: JobStore) -> Client:
    return Client(config, ledger)
