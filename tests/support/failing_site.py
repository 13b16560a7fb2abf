"""Doorstep with a page and an evaluation that raise what was typed, to see what of it reaches a log or a report.

As gunicorn's configuration it is the site's own. `python -m tests.support.failing_site` is the evaluator.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import gunicorn_config
from gunicorn_config import *  # noqa: F403 - all settings and hooks

wsgi_app = "tests.support.failing_site:application()"


def application() -> Any:
    """Make the site; `/broken` raises its query."""
    from flask import request

    from app import create_app

    site = create_app()

    @site.get("/broken")
    def broken() -> NoReturn:
        typed = request.args["address"]
        raise ValueError(f"cannot read {typed!r}") from KeyError(typed)

    return site


def post_worker_init(worker: Any) -> None:
    """Start the worker with this module as its evaluator."""
    import app.queue

    usual = app.queue.production_command
    app.queue.production_command = lambda config: (
        sys.executable,
        "-m",
        "tests.support.failing_site",
        *usual(config)[3:],
    )
    gunicorn_config.post_worker_init(worker)


def main() -> None:
    """Run the evaluator with an evaluation that raises its listing."""
    from app.queue import evaluation, evaluator

    def fails(listing: str, *_: object) -> NoReturn:
        raise ValueError(f"cannot evaluate {listing}")

    evaluation.as_configured = lambda _: fails  # type: ignore[assignment]
    evaluator.main(*sys.argv[1:])


if __name__ == "__main__":
    main()
