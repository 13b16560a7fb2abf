"""Check what reports on all regions at hand say: `python -m tests.truth`, with `TRUTH_SEED` for other addresses."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.truth.addresses import Extract, drawn, larger, region_of, reports_on, samples
from tests.truth.near_by import Region
from tests.truth.table import Pages, Row, check, pages_in, table


def rows_of(extract: Extract, folder: Path, pages: Pages, seed: int) -> Iterator[Row]:
    """Yield a row for each address of a region."""
    region = Region(*region_of(extract))
    listings = (*extract.listings, *drawn(extract, region.world, seed))
    for report in reports_on(listings, extract.import_into(folder / extract.name)):
        yield Row(extract.name, report.location.label, tuple(check(report, region, pages.render(report))))


def main() -> int:
    """Print the table; return how many statements are false, at most 1."""
    rows: list[Row] = []
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        pages = pages_in(Path(folder) / "site")
        for extract in (*samples(), *larger()):
            if not wanted or extract.name in wanted:
                started = time.monotonic()
                rows += rows_of(extract, Path(folder) / "regions", pages, int(os.environ.get("TRUTH_SEED", "1")))
                print(f"{extract.name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    print("\n".join(table(rows)))
    return int(any(row.false for row in rows))


if __name__ == "__main__":
    sys.exit(main())
