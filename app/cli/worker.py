"""`flask worker`: evaluate jobs beside or instead of the web server's own workers."""

from __future__ import annotations

import importlib
import signal
import time
from types import FrameType

import click

from app import logs
from app.cli.errors import PlainCommand
from app.config import load_config
from app.queue import open_store, start_worker
from app.seeing import counts, files, sentry

#: How long `flask worker` waits for the stage under way when it is asked to stop (seconds).
STOP_SECONDS = 30.0


@click.command("worker", cls=PlainCommand)
def worker_command() -> None:
    """Evaluate jobs in this process until it is stopped, beside or instead of the web server's workers."""
    config = load_config()
    logs.configure(config)
    files.share(config.data_dir)
    importlib.reload(counts)  # the command line made the application first, which counted for itself
    sentry.start(config)
    open_store(config).check()
    worker = start_worker(config)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        worker.ask_to_stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    click.echo(f"Worker {worker.name} takes jobs. Stop it with Ctrl-C.")
    while not worker.stopping:
        time.sleep(0.2)
    worker.stop(STOP_SECONDS)
