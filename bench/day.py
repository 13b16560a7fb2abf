"""How many evaluations one core finishes in a day, and what a report takes on the disk: `python -m bench.day [NUMBER]`.

One `flask worker` with its evaluator finishes a number of evaluations (200) of addresses of the sample regions, with
all their maps. What counts is the processor time of both, so other work on the machine does not change the figure much.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.config import Config
from app.pipeline.listing import Listing
from app.pipeline.report import to_json
from app.queue import open_store
from app.queue.jobs import NewJob
from app.queue.store import JobStore
from tests.support.folders import ROOT, SAMPLES
from tests.support.gunicorn_site import children

REGIONS = ("monaco", "helsinki")
ADDRESSES = ("12 Bulevardi, Helsinki", "25 Annankatu, Helsinki", "45 Rue Grimaldi, Monaco", "7 Rue des Roses, Monaco")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def main(number: int) -> None:
    """Measure and print it."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(data_dir=Path(folder), max_live_jobs_per_owner=number + 1)
        for name in REGIONS:
            flask(folder, "region", "import", str(SAMPLES / f"{name}.osm.pbf"), "--name", name).wait()
        store = open_store(config)
        worker = flask(folder, "worker")
        try:
            finish(store, 8)  # everything is loaded and warm
            before, size = processor_seconds(worker.pid), grown(store, config)
            began = time.monotonic()
            finish(store, number)
            seconds = (processor_seconds(worker.pid) - before) / number
            tell(number, seconds, time.monotonic() - began, (grown(store, config) - size) / number)
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait()


def tell(number: int, seconds: float, wall: float, size: float) -> None:
    """Print what was measured, and what that makes of a day."""
    print(f"{number} evaluations with their maps in {wall:.0f} s, {1000 * seconds:.0f} ms of a processor each")
    print(f"{24 * 3600 / seconds:,.0f} a day on one core; {size / 1e6:.2f} MB on the disk for each")


def flask(folder: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start one of the commands on a data folder."""
    command = [sys.executable, "-m", "flask", "--app", "app", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DOORSTEP_DATA_DIR": folder})


def finish(store: JobStore, number: int) -> None:
    """Queue evaluations and wait until all are done."""
    before = store.stats().done
    for each in range(number):
        listing = Listing(ADDRESSES[each % len(ADDRESSES)], size_m2=float(before + each + 20))
        store.create_job(NewJob(listing.address, to_json(listing).decode(), listing.key(), "bench"))
        while store.stats().queued > 8:
            time.sleep(0.02)
    while store.stats().done < before + number:
        time.sleep(0.02)


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process and its children have used."""
    ticks = 0
    for each in (pid, *children(pid)):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def grown(store: JobStore, config: Config) -> int:
    """Return the size of the database once all of its log is in it."""
    store.db.read("PRAGMA wal_checkpoint(TRUNCATE)")
    return config.database_path.stat().st_size


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
