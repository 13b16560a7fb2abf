"""Imports many bad files in a process of its own: `... -m tests.support.importing_bad_files extract|feed FIRST COUNT`.

Prints JSON: what came of each, the seconds it took, whether the region of before was kept and a draft was left behind,
and the most memory that any process has taken until then.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path

from app.atlas.files import AtlasFiles
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import BUILDS, RegionStore
from app.errors import DoorstepError
from tests.support.bad_files import hostile_extract, hostile_feed
from tests.support.extracts import small_town


def main(kind: str, first: str, count: str) -> None:
    """Import so many files, each over the region that is there."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        good, store = small_town().write(place / "good.osm.pbf"), RegionStore(place / "regions")
        import_region(store, "town", RegionInput(good))
        cases = [_case(kind, seed, place, store, good) for seed in range(int(first), int(first) + int(count))]
    json.dump(cases, sys.stdout)


def _peak_mb() -> float:
    """Return the most memory that any process of the import has taken so far.

    Of this one `getrusage` would tell what its parent had when it started it, too.
    """
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own_kb, childrens_kb = int(status["VmHWM"].split()[0]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own_kb, childrens_kb) / 1024


def _case(kind: str, seed: int, folder: Path, store: RegionStore, good: Path) -> dict[str, object]:
    name, content = hostile_extract(seed) if kind == "extract" else hostile_feed(seed)
    path = folder / name
    path.write_bytes(content)
    region = RegionInput(path) if kind == "extract" else RegionInput(good, (path,))
    before = store.directory("town")
    began, outcome = time.monotonic(), "imported"
    try:
        import_region(store, "town", region)
    except DoorstepError as error:
        outcome = error.message
    except BaseException:  # noqa: BLE001 - this is what the test looks for
        outcome = "TRACEBACK " + traceback.format_exc()
    seconds = time.monotonic() - began
    path.unlink()
    builds = [each for each in (folder / "regions" / BUILDS).iterdir() if each.is_dir()]
    now = store.directory("town")
    AtlasFiles("town", now).check()
    kept = now == before if outcome != "imported" else before.is_dir()
    drafts = len(builds) > 2
    return {
        "seed": seed,
        "outcome": outcome,
        "seconds": seconds,
        "kept": kept,
        "drafts": drafts,
        "peak_mb": _peak_mb(),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
