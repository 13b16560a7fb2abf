"""Links to static files that change with the file's content, so browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for

from app.config import Config

MAX_AGE_SECONDS = 365 * 24 * 3600


def init_app(app: Flask, config: Config) -> None:
    """Give templates `asset(name)`."""
    folder = Path(str(app.static_folder))

    @cache
    def digest(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=digest(name))

    app.add_template_global(asset)
