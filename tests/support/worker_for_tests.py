"""`flask worker` with an evaluator of the tests (TEST_EVALUATION) in place of the pipeline."""

from __future__ import annotations

import os
import sys

import app.queue
from app.cli.worker import worker_command
from app.config import Config


def evaluator_command(_config: Config) -> tuple[str, ...]:
    """Return the command that starts the evaluator of the tests."""
    return (sys.executable, "-m", "tests.support.evaluations", os.environ["TEST_EVALUATION"])


if __name__ == "__main__":
    app.queue.production_command = evaluator_command
    worker_command(prog_name="flask worker", args=[])
