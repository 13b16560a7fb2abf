"""An application over a real SQLite store in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.queue.interface import JobStore
from app.routes.services import EXTENSION
from tests.web.queue_steps import Steps

TOKEN = "let-me-in"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path / "var", operator_token=TOKEN, secret_key="k" * 64)


@pytest.fixture
def app(config: Config) -> Flask:
    return create_app(config)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def store(app: Flask) -> JobStore:
    opened: JobStore = app.extensions[EXTENSION].store
    return opened


@pytest.fixture
def steps(store: JobStore) -> Steps:
    return Steps(store)
