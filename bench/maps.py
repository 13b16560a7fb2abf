"""How long the maps of a report take to draw and how large they are: `python -m bench.maps`.

Each extract is imported by the real command into var/bench/. Times are of the processor; what else runs on the machine
still makes them longer, as it takes the caches. "All six" are drawn together, as at the end of an evaluation. The bars
are 250 ms for each picture and, at the median, for all six; 100 KB (gzip) for the map, 60 KB for that of narrow
screens, and 30 KB for the small ones.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from app.errors import DoorstepError
from app.maps.drawing import KEPT, compressed, draw, draw_all, draw_preview
from app.maps.preview import can_preview
from app.pipeline.evaluate import evaluate_property
from app.pipeline.evaluation import Asked
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from app.sources.regions import ImportedRegions
from bench.regions import EXTRACTS, FOLDER, SHARED, available, import_region, sample_addresses

MUNICH = SHARED / "regions/munich-center/munchen.osm.pbf"
USUAL = ("monaco", "helsinki", "munich", "newport-gb", "vancouver-ca")


def main() -> None:
    """Import, draw and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=15, help="how many a region (default 15)")
    parser.add_argument("--only", nargs="*", default=USUAL, help="names of regions")
    options = parser.parse_args()
    gc.freeze()  # as the process that evaluates does
    extracts: dict[str, Path] = {name: EXTRACTS[name] for name in available()}
    if MUNICH.exists():
        extracts["munich"] = MUNICH
    print("| region | map ms | KB | narrow ms | KB | small, at most ms | KB | all six ms | KB | preview ms | KB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for name in options.only:
        if name in extracts:
            import_region(name, extracts[name])
            source = ImportedRegions(FOLDER / name / "regions")
            reports = list(evaluated(source, extracts[name], options.addresses))
            print(row(name, source, reports), flush=True)


def evaluated(source: ImportedRegions, extract: Path, count: int) -> Iterator[Report]:
    """Yield reports on addresses of an extract, those left out that have to be asked about."""
    for _, lat, lon in sample_addresses(extract, count):
        try:
            yield evaluate_property(Listing(f"{lat:.5f}, {lon:.5f}"), source)
        except (Asked, DoorstepError):
            continue


def row(name: str, source: ImportedRegions, reports: list[Report]) -> str:
    """Draw all pictures of some reports and return one line: medians, and the most after a slash."""
    seconds, sizes = defaultdict(list), defaultdict(list)
    for number, report in enumerate(reports):
        around = source.surroundings(report.location)
        around.map_facts()
        began = time.process_time()
        drawn = draw_all(report, around)
        if number and drawn:
            seconds["all"].append(time.process_time() - began)
            sizes["all"].append(sum(len(compressed(svg)) for svg in drawn.values()))
        for picture in KEPT:
            around = source.surroundings(report.location)
            around.map_facts()
            began = time.process_time()
            svg = draw(report, around, picture)
            # The first picture of a process loads libraries.
            if number and svg is not None:
                seconds[picture].append(time.process_time() - began)
                sizes[picture].append(len(compressed(svg)))
        if number and can_preview():
            began = time.process_time()
            png = draw_preview(report, source.surroundings(report.location))
            seconds["preview"].append(time.process_time() - began)
            sizes["preview"].append(len(png or b""))
    small = [max(sizes[picture]) for picture in KEPT[2:]]
    slowest = [max(seconds[picture]) for picture in KEPT[2:]]
    return (
        f"| {name} | {_told(seconds['map.svg'], 1e3)} | {_told(sizes['map.svg'], 1e-3)} "
        f"| {_told(seconds['map-phone.svg'], 1e3)} | {_told(sizes['map-phone.svg'], 1e-3)} | {max(slowest) * 1e3:.0f} "
        f"| {max(small) / 1e3:.0f} "
        f"| {_told(seconds['all'], 1e3)} | {_told(sizes['all'], 1e-3)} "
        f"| {_told(seconds['preview'], 1e3)} | {_told(sizes['preview'], 1e-3)} |"
    )


def _told(values: list[float] | list[int], scale: float) -> str:
    return f"{statistics.median(values) * scale:.0f} / {max(values) * scale:.0f}" if values else "-"


if __name__ == "__main__":
    main()
