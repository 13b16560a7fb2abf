"""How long an evaluation usually takes, from past runs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from app.queue.interface import JobStore

#: Past runs change slowly: asked for again after this long (seconds).
KEPT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds for all stages: the sums of their 25th and of their 90th percentiles."""

    low_seconds: float
    high_seconds: float

    @property
    def sentence(self) -> str:
        """Say the range in words that promise no more than is known."""
        low, high = max(1, round(self.low_seconds)), max(1, round(self.high_seconds))
        if high == 1:
            return "usually about a second"
        if high < 90:
            return f"usually {low} to {high} seconds" if low < high else f"usually about {high} seconds"
        low, high = max(1, round(low / 60)), round(high / 60)
        return f"usually {low} to {high} minutes" if low < high else f"usually about {high} minutes"


def estimate_from(stage_seconds: Mapping[str, tuple[float, float]]) -> Estimate | None:
    """Add up the stages; None where no run has finished yet."""
    if not stage_seconds:
        return None
    return Estimate(sum(low for low, _ in stage_seconds.values()), sum(high for _, high in stage_seconds.values()))


class Estimates:
    """The estimate, kept for some seconds so that a thousand watchers do not each add up the history."""

    def __init__(self) -> None:
        self._kept: Estimate | None = None
        self._until = 0.0
        self._lock = Lock()

    def usual(self, store: JobStore) -> Estimate | None:
        """Return the estimate of a whole evaluation."""
        with self._lock:
            now = time.monotonic()
            if now >= self._until:
                self._kept = estimate_from(store.stage_seconds())
                self._until = now + KEPT_SECONDS
            return self._kept
