"""`flask run`: the development server works on the queue, too, as gunicorn's processes do."""

from __future__ import annotations

import atexit
import os

import click
from flask.helpers import get_debug_flag

from app.config import Config
from app.queue import start_worker

#: How long the end of the server waits for the stage under way (seconds).
STOP_SECONDS = 5.0


def work_beside_pages(config: Config) -> None:
    """Start a worker if this is the process of `flask run` that serves: exactly one, whether it reloads or not.

    There is none where the setting says so.
    """
    if config.worker == "off":
        return
    context = click.get_current_context(silent=True)
    if context is None or context.info_name != "run" or _is_reloaders_parent(context):
        return
    worker = start_worker(config)
    atexit.register(worker.stop, STOP_SECONDS)


def _is_reloaders_parent(context: click.Context) -> bool:
    """Return whether this process only starts another one, again after each change of the code."""
    reload = context.params.get("reload")
    return (get_debug_flag() if reload is None else bool(reload)) and os.environ.get("WERKZEUG_RUN_MAIN") != "true"
