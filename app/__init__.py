"""Doorstep: type an address, learn what daily life is like there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config


def create_app(config: Config | None = None) -> Flask:
    """Wire the web application.

    Opens no database: the first request that needs one does. Only `flask run` starts a worker with it.
    """
    # Imported here: whatever imports `app.pipeline` alone, as the evaluation process does, stays free of Flask.
    from app.web.wiring import wire

    return wire(config)
