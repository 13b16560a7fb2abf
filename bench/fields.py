"""Measures the town-wide fields: `python -m bench.fields [FOLDER OF REGIONS]`.

For each imported region: the points, how far each need is (median and middle half, in minutes), whether it counts as
mapped, and how far the fields are from the search that an evaluation makes for one address. Then what it would cost to
count, for each point, the places within 15 minutes too: one more search a way into a place. Without a folder the
samples are imported, and the larger regions where they lie beside the repository.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from app.atlas.atlas import NETWORK_DIR, Atlas
from app.atlas.fields.fields import UNKNOWN
from app.atlas.fields.town import ADDRESSES
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.streets.arrays import NetworkFiles
from app.atlas.streets.snapping import SNAP, Snaps
from app.atlas.surroundings import AtlasSurroundings
from app.needs import NEEDS
from app.pipeline.rules.mapped import is_mapped
from app.places import Location, Precision
from bench.regions import ROOT, SHARED

#: Points of each region at which the fields are compared with an evaluation.
COMPARED = 200
#: The walk within which places would be counted.
COUNTED_S = 15 * 60.0


def import_all(folder: Path) -> None:
    """Import every region that is here, with the timetables beside it."""
    found = [*(ROOT / "data" / "samples").glob("*.osm.pbf"), *SHARED.glob("regions/*/*.osm.pbf")]
    for extract in sorted(found):
        feeds = () if extract.parent.name == "registry-files" else tuple(sorted(extract.parent.glob("*.gtfs.zip")))
        name = "-".join(part for part in extract.name.split(".")[0].lower().replace("_", "-").split("-") if part)
        import_region(RegionStore(folder), name, RegionInput(extract, feeds))


def differences(atlas: Atlas) -> tuple[int, int]:
    """Return how many walks were compared with an evaluation of the same point, and how many differ by a second."""
    lats, lons = atlas.fields.degrees()
    points = np.random.default_rng(1).choice(len(lats), min(COMPARED, len(lats)), replace=False)
    wrong = 0
    for point in points.tolist():
        street = atlas.town.street_of(point) if atlas.town.sample == ADDRESSES else ""
        around = AtlasSurroundings(
            atlas, Location(lats[point], lons[point], "", Precision.HOUSE, atlas.name, street=street)
        )
        for need in NEEDS:
            seconds = (
                np.array([stop.walk_s for stop in around.transit_stops()[:1]])
                if need.key == "stop"
                else around.walk_seconds(*need.kinds)
            )
            stored = int(atlas.fields.of(need.key)[point])
            wrong += stored < UNKNOWN if not len(seconds) else abs(stored - int(np.ceil(seconds[0] - 1e-5))) > 1
    return len(points) * len(NEEDS), wrong


def counting_seconds(atlas: Atlas) -> tuple[int, float]:
    """Return how many ways lead into the places of all needs, and the seconds that a search from each takes."""
    files = NetworkFiles.open(atlas.directory / NETWORK_DIR)
    kinds = {int(kind) for need in NEEDS for kind in need.kinds}
    rows = atlas.tables().execute("SELECT kind, access FROM places").fetchall()
    snaps: Snaps = np.frombuffer(b"".join(access for kind, access in rows if kind in kinds), dtype=SNAP)
    ends = np.unique(np.concatenate((files.edges.tail[snaps["edge"]], files.edges.head[snaps["edge"]])))
    size = len(files.nodes.lat)
    arcs = csr_array((files.walk.costs.astype(np.float64), files.walk.heads, files.walk.starts), shape=(size, size))
    began = time.perf_counter()
    for start in range(0, len(ends), 64):
        dijkstra(arcs, indices=ends[start : start + 64].astype(np.int64), limit=COUNTED_S)
    return len(snaps), time.perf_counter() - began


def show(atlas: Atlas) -> None:
    """Print one region."""
    fields, counts = atlas.fields, atlas.fields.facts.counts
    compared, wrong = differences(atlas)
    ways_in, seconds = counting_seconds(atlas)
    print(
        f"\n{atlas.name}: {len(fields.rows.positions):,} {fields.facts.sample}; {counts.addresses:,} addresses, "
        f"{counts.street_km:,.0f} km of streets; {wrong} of {compared:,} seconds differ from an evaluation; "
        f"counting within 15 min: {ways_in:,} ways in, {seconds:.2f} s"
    )
    print(f"  {'need':18}{'places':>8}{'mapped':>8}{'unknown':>9}{'none':>7}{'quarter':>9}{'median':>8}{'3/4':>7}")
    for town in fields.facts.towns:
        minutes = "".join(
            f"{'-' if value is None else format(value, '.1f'):>8}"
            for value in (town.quarter_min, town.median_min, town.three_quarter_min)
        )
        is_known = "yes" if is_mapped(town.need, counts) else "no"
        shares = f"{town.unknown_share:>9.2f}{town.none_share:>7.2f}"
        print(f"  {town.need:18}{town.places:>8,}{is_known:>8}{shares}{minutes}")


def main(arguments: list[str]) -> None:
    """Print every region of a folder, or of those that are imported for this."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(arguments[0]) if arguments else Path(scratch)
        if not arguments:
            import_all(folder)
        store = RegionStore(folder)
        for name in store.names():
            show(Atlas(name, store.directory(name)))


if __name__ == "__main__":
    main(sys.argv[1:])
