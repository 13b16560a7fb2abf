"""Measures the page of where to look and its map: `python -m bench.where_page FOLDER [NAME ...]`.

FOLDER holds imported regions (`var/regions`). For each: random questions of eight wishes, alone and with a place by
each way, through the whole application in one process; medians and the most after a slash, in milliseconds, and the
bytes of the map (gzip). The bars are 150 ms for the page and 40 KB for the map. The first question of a process is told
apart: it opens what the others share.
"""

from __future__ import annotations

import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.pipeline.rules.wishes import MODES, MOST_WISHES, WISHES
from app.web.services import services_of

QUESTIONS = 12


def questions(region: str, client: FlaskClient, by: str) -> Iterator[str]:
    """Yield the queries of random questions, each with another home as the place to reach; `by` "" for none."""
    chosen = random.Random(f"{region} {by}")
    town = services_of(client.application).source.whole_region(region).town
    for number in range(QUESTIONS):
        query: list[tuple[str, str]] = [("region", region)]
        query += [("wish", text) for text in chosen.sample(sorted(WISHES), MOST_WISHES)]
        home = chosen.randrange(town.count)
        place = f"{town.lats[home]:.6f}, {town.lons[home]:.6f}"
        at = f"08:{10 + number:02d}"
        yield urlencode([*query, *((("place", place), ("by", by), ("within", "30"), ("at", at)) if by else ())])


def measured(client: FlaskClient, link: str) -> tuple[float, int]:
    """Return the milliseconds of an answer and its bytes."""
    began = time.perf_counter()
    answer = client.get(link, headers={"HX-Request": "true", "Accept-Encoding": "gzip"})
    return (time.perf_counter() - began) * 1_000, len(answer.data)


def show(client: FlaskClient, region: str) -> None:
    """Print one region."""
    parts = []
    maps: list[tuple[float, int]] = []
    for by in ("", *MODES):
        pages = []
        for query in questions(region, client, by):
            pages.append(measured(client, f"/where?{query}")[0])
            maps.append(measured(client, f"/where/map.svg?{query}"))
        first, *others = pages
        parts.append(f"{MODES[by] if by else f'first {first:.0f}, then'} {told(others)}")  # type: ignore[index]
    drawn = [spent for spent, size in maps[1:] if size]
    print(f"{region}: page {', '.join(parts)}; map {told(drawn)} ms, {max(size for _, size in maps):,} bytes at most")


def told(values: list[float]) -> str:
    """Return the median and the most."""
    return f"{statistics.median(values):.0f} / {max(values):.0f}"


def main() -> None:
    """Measure the regions of a folder."""
    folder, *names = sys.argv[1:] or ["var/regions"]
    with tempfile.TemporaryDirectory() as empty:
        shutil.copytree(folder, Path(empty) / "regions", symlinks=True)
        for name in names or sorted(path.name for path in Path(folder).iterdir() if path.is_symlink()):
            free = Config(data_dir=Path(empty), client_changes_per_minute=1_000_000, client_reads_per_minute=1_000_000)
            show(create_app(free).test_client(), name)


if __name__ == "__main__":
    main()
