"""The pipeline as an evaluation that a worker can run: JSON in, JSON out, a word at each stage's ends."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.pipeline import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, State, finding_from_json, to_json
from app.queue.jobs import StageRecord, StageState
from app.queue.runner import Evaluation, Progress, StageEnded
from app.sources.base import Source
from app.sources.embedded import EmbeddedSource


def from_regions(regions_dir: Path) -> Evaluation:
    """Evaluate with what is imported in a folder."""
    return from_source(EmbeddedSource(regions_dir))


def from_source(source: Source) -> Evaluation:
    """Evaluate with the facts of a source."""

    def evaluation(listing: str, finished: Sequence[bytes], progress: Progress) -> bytes:
        report = evaluate_property(
            msgspec.json.decode(listing, type=Listing),
            source,
            on_stage=_Stopwatch(progress).note,
            finished=tuple(finding_from_json(finding) for finding in finished),
        )
        return to_json(report)

    return evaluation


class _Stopwatch:
    """Times the stages on their way to the worker."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._began_at = 0.0

    def note(self, stage: str, finding: Finding | None) -> None:
        """Take the pipeline's word: a stage begins (no finding yet), or has ended."""
        if finding is None:
            self._began_at = time.perf_counter()
            self._progress.began(stage)
        else:
            seconds = time.perf_counter() - self._began_at
            self._progress.ended(StageEnded(_record(stage, finding, seconds), to_json(finding)))


def _record(stage: str, finding: Finding, seconds: float) -> StageRecord:
    if finding.state in (State.MEASURED, State.PARTIAL):
        return StageRecord(stage, StageState.DONE, seconds)
    reason = finding.gaps[0].why if finding.gaps else finding.summary
    return StageRecord(stage, StageState.MISSING, seconds, reason)
