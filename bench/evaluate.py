"""Whole evaluations, the walk search alone, imports and memory, on every extract at hand: `python -m bench.evaluate`.

Each extract is imported by the real command into var/bench/. Then a process of its own evaluates addresses drawn with a
fixed seed, so that the memory it grows by is that of one worker. `--notebook PYTHON` adds the same question asked with
osmnx and networkx, in a virtual environment that has them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.regions import EXTRACTS, FEEDS, FOLDER, ROOT, Import, available, crops, import_region, sample_addresses


def main() -> None:
    """Import, measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=200, help="how many a region (default 200)")
    parser.add_argument("--notebook", help="a Python that has osmnx, networkx and osmium")
    parser.add_argument("--only", nargs="*", help="names of regions")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        measure(*options.child)
        return
    cases: dict[str, tuple[Path, Path | None]] = {name: (EXTRACTS[name], None) for name in available()}
    cases |= {name: (extract, None) for name, extract in crops().items()}
    cases |= {name: (EXTRACTS[base], feed) for name, (base, feed) in FEEDS.items() if feed.exists()}
    print("| region | import s | MB/s | peak MB | evaluate p50 / p99 ms | walk search p50 / p99 ms | grows by MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for name, (extract, feed) in cases.items():
        if options.only and name not in options.only:
            continue
        imported = import_region(name, extract, feed)
        addresses = sample_addresses(extract, options.addresses)
        print(row(name, imported, in_a_child(name, addresses)), flush=True)
    if options.notebook:
        compare_with_notebook(options.notebook)


def in_a_child(name: str, addresses: list[tuple[str, float, float]]) -> dict[str, Any]:
    """Measure in a fresh process and return what it printed."""
    command = [sys.executable, "-m", "bench.evaluate", "--child", name, json.dumps(addresses)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)  # type: ignore[no-any-return]


def row(name: str, imported: Import, took: dict[str, Any]) -> str:
    """Format one line of the table."""
    return (
        f"| {name} | {imported.seconds:.1f} | {imported.mb_per_second:.1f} | {imported.peak_mb:.0f} "
        f"| {in_ms(took['whole'])} | {in_ms(took['walk'])} | {took['grown_mb']:.0f} |"
    )


def in_ms(seconds: list[float]) -> str:
    """Format the median and the 99th percentile."""
    return f"{statistics.median(seconds) * 1e3:.1f} / {statistics.quantiles(seconds, n=100)[98] * 1e3:.1f}"


def resident_mb() -> float:
    """Return the memory that is this process's own (mapped atlas pages are shared by all workers)."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    return sum(int(fields[key].split()[0]) for key in ("Private_Dirty", "Private_Clean")) / 1024


def measure(name: str, text: str) -> None:
    """Evaluate the addresses of one region, print the seconds as JSON."""
    from app.atlas.atlas import Atlas
    from app.atlas.facts import WALK_LIMIT_S
    from app.atlas.regions import RegionStore
    from app.errors import AddressNotFound
    from app.pipeline.evaluate import evaluate_property
    from app.pipeline.listing import Listing
    from app.places import Kind, Location, Precision
    from app.sources.regions import ImportedRegions

    source = ImportedRegions(FOLDER / name / "regions")
    addresses = json.loads(text)
    before = resident_mb()
    whole, walk, places, refused = [], [], [], 0
    for label, _, _ in addresses:
        began = time.perf_counter()
        try:
            evaluate_property(Listing(label), source)
        except AddressNotFound:
            refused += 1
            continue
        whole.append(time.perf_counter() - began)
    grown = resident_mb() - before
    atlas = Atlas(name, RegionStore(FOLDER / name / "regions").directory(name))
    for _, lat, lon in addresses:
        (snap,) = atlas.network.snap([lat], [lon])
        if snap["edge"] >= 0:
            began = time.perf_counter()
            atlas.network.walk(snap, WALK_LIMIT_S)
            walk.append(time.perf_counter() - began)
    for _, lat, lon in addresses:
        here = Location(lat, lon, "", Precision.HOUSE, atlas.name)
        began = time.perf_counter()
        source.surroundings(here).walk_seconds(*Kind)
        places.append(time.perf_counter() - began)
    print(json.dumps({"whole": whole, "walk": walk, "places": places, "grown_mb": grown, "refused": refused}))


def compare_with_notebook(python: str) -> None:
    """Print the notebook way's seconds on Newport beside ours: the walks to all places, and a whole evaluation."""
    addresses = sample_addresses(EXTRACTS["newport-gb"], 20)
    points = [(lat, lon) for _, lat, lon in addresses]
    command = [python, "-m", "bench.notebook_way", str(EXTRACTS["newport-gb"]), json.dumps(points)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    theirs = json.loads(done.stdout)
    ours = in_a_child("newport-gb", addresses)
    notebook, walks, whole = (
        statistics.median(took) * 1e3 for took in (theirs["answer_s"], ours["places"], ours["whole"])
    )
    print(
        f"\nnewport-gb, walks to all places: osmnx + networkx {notebook:.0f} ms, once {theirs['load_s']:.0f} s to load;"
    )
    print(f"Doorstep {walks:.1f} ms, {notebook / walks:.0f} times faster; a whole evaluation takes it {whole:.0f} ms.")


if __name__ == "__main__":
    main()
