"""How long locating and completing take, with one region and with many, and what the index costs on disk."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.sources.regions import ImportedRegions
from bench.geocoder.judging import FAILURES, Asked

SEED = 20240610
#: A slow program is measured for so long and no longer.
MOST_SECONDS = 60.0
WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Times:
    """Median and 99th percentile in milliseconds: on the wall's clock, and of the processor."""

    count: int
    wall_p50: float
    wall_p99: float
    cpu_p50: float
    cpu_p99: float

    def cells(self) -> list[str]:
        """Return the columns of a table."""
        return [f"{self.cpu_p50:.2f} / {self.cpu_p99:.2f}", f"{self.wall_p50:.2f} / {self.wall_p99:.2f}"]


def mixed(questions: Iterable[Asked], count: int) -> list[str]:
    """Return the texts of some questions, in an order that the fixed seed draws."""
    texts = [question.text for question in questions]
    return random.Random(SEED).sample(texts, min(count, len(texts)))


def locate_times(regions_dir: Path, texts: Sequence[str]) -> Times:
    """Locate each text in a folder of regions that were opened before."""
    source = ImportedRegions(regions_dir)
    return _times([partial(source.locate, text) for text in texts])


def complete_times(regions_dir: Path, texts: Sequence[str]) -> Times:
    """Type each text letter by letter."""
    source = ImportedRegions(regions_dir)
    return _times([partial(source.complete, text[:end]) for text in texts for end in range(1, len(text) + 1)])


def _times(actions: Sequence[Callable[[], object]]) -> Times:
    for action in actions[:WARM_UP]:
        _run(action)
    spent = []
    start = time.perf_counter()
    for action in actions:
        spent.append(_run(action))
        if time.perf_counter() - start > MOST_SECONDS:
            break
    wall, cpu = (sorted(column) for column in zip(*spent, strict=True))
    return Times(len(spent), at_share(wall, 0.5), at_share(wall, 0.99), at_share(cpu, 0.5), at_share(cpu, 0.99))


def _run(action: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds on the wall and of the processor that an action takes; it may fail."""
    wall, cpu = time.perf_counter(), time.process_time()
    with suppress(*FAILURES):
        action()
    return (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3


def at_share(ordered: Sequence[float], share: float) -> float:
    """Return the value that a share of the ordered values do not exceed."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def index_bytes(regions_dir: Path, name: str) -> int:
    """Return the bytes of the files that hold a region's addresses."""
    return sum(path.stat().st_size for path in (regions_dir / name).glob("addresses*"))


def shared_bytes(regions_dir: Path) -> int:
    """Return the bytes of what the regions share: files beside them that belong to none."""
    return sum(path.stat().st_size for path in regions_dir.iterdir() if path.is_file())
