"""Turn what an evaluation raised into words for a person. Exception text goes to the log, never into a job."""

from __future__ import annotations

import logging
import secrets

from app.errors import DoorstepError, EvaluationFailed
from app.queue.interface import Failure

logger = logging.getLogger(__name__)


class Refused(Exception):
    """An evaluation that ended without a report, with the reason for the person who asked."""

    def __init__(self, failure: Failure, *, passing: bool) -> None:
        super().__init__(failure.code)
        self.failure = failure
        self.passing = passing


def refusal(error: Exception) -> Refused:
    """Explain an exception: expected ones in their own words, all others by an id that is also in the log."""
    if isinstance(error, Refused):
        return error
    if not isinstance(error, DoorstepError):
        error_id = secrets.token_hex(4)
        logger.error("evaluation failed, error %s", error_id, exc_info=error)
        error = EvaluationFailed(error_id=error_id)
    return Refused(Failure(error.code, error.message, error.suggestions), passing=error.passing)
