"""Gunicorn's own log in the form of all other lines, and no access log: it would hold queries, which hold addresses."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from app import logs
from app.config import load_config


class Lines(Logger):  # type: ignore[misc]
    """What gunicorn calls its logger."""

    def setup(self, cfg: Any) -> None:
        """Send gunicorn's lines where all others go."""
        super().setup(cfg)
        logs.configure(load_config())

    def access(self, *_: object, **__: object) -> None:
        """Say nothing of requests, whatever gunicorn's settings say."""
