"""How fast polls are answered: `python -m bench.poll` (needs wrk and the sample regions' extracts).

Prints requests per second of an unchanged and of a changed poll beside a bare Flask view (gunicorn, 2 processes with 8
threads; bars: 0.8 and 0.55 of it), the p99 of paced polls idle and while both workers evaluate (bar: 3 times idle),
and 1,000 watchers at 2 s for a minute (bars: no error, p99 of 250 ms).

`python -m bench.poll NAME ...` compares the rates of gunicorn's workers instead, in turns: gthread, waitress, Doorstep.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.config import Config
from app.pipeline.evaluate import STAGES
from app.pipeline.listing import Listing
from app.pipeline.report import to_json
from app.queue import open_store
from app.queue.jobs import Job, NewJob, StageRecord, StageState, Status
from app.queue.store import JobStore
from app.views.job import TICK_SECONDS, Waiting, panel_mark
from bench.watchers import watch
from tests.support.folders import ROOT
from tests.support.serving import Site, serve

#: Two processes of eight threads, as in production.
PAGES = (*("--workers", "2", "--threads", "8"), *("--keep-alive", "5", "--worker-connections", "2000"))
PAGES_APP = "bench.poll_app:application()"
#: Gunicorn's flags for each kind of worker. What is not in the environment is installed for the run only.
WORKERS = {
    "gthread": ("-k", "gthread"),
    "waitress": ("-k", "bench.waitress_worker.WaitressWorker"),
    "gevent": ("-k", "gevent"),
    "Doorstep": ("-k", "app.front.worker.FrontWorker"),
}
PEERS = ("waitress==3.0.2", "gevent==26.9.0")
ROUNDS, WRK_SECONDS = 5, 4
ADDRESSES = ("12 Bulevardi, Helsinki", "Boulevard des Moulins 27, Monaco")


def main() -> None:
    """Run everything and print it."""
    with serving("Doorstep") as site:
        rates({"": site})
        watchers(site)
    with tempfile.TemporaryDirectory() as folder:
        under_evaluation(Path(folder))


def beside(names: list[str]) -> None:
    """Compare the rates of several kinds of workers."""
    with ExitStack() as stack:
        rates({name: stack.enter_context(serving(name)) for name in names})


@contextmanager
def serving(worker: str) -> Iterator[Site]:
    """Run the site, and the bare view beside it, by a kind of worker."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as peers:
        if worker not in ("gthread", "Doorstep"):
            subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", peers, *PEERS], check=True)
        with serve(Path(folder), *PAGES, *WORKERS[worker], PAGES_APP, PYTHONPATH=peers) as site:
            yield site


def rates(sites: Mapping[str, Site]) -> None:
    """Compare saturated rates, in turns so that each meets the same machine."""
    jobs = {name: running_job(open_store(Config(data_dir=site.data_dir)), "Rates 1") for name, site in sites.items()}
    found: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, site in sites.items():
            job = jobs[name]
            wait_for_tick(job)
            found[name, "unchanged poll"].append(wrk(f"{site.url}{poll_path(job)}"))
            found[name, "bare Flask view"].append(wrk(f"{site.url}/bare/"))
            found[name, "changed poll"].append(wrk(f"{site.url}/job/{job.job_id}/progress"))
    for (name, what), values in sorted(found.items()):
        rate, bare = statistics.median(values), statistics.median(found[name, "bare Flask view"])
        print(f"{name:<10}{what:<28}{rate:>9,.0f} requests/s   {rate / bare:.2f} of the bare view", flush=True)


def watchers(site: Site) -> None:
    """Let a thousand people watch a hundred jobs."""
    store = open_store(Config(data_dir=site.data_dir))
    jobs = [new_job(store, f"Watched {number}", f"watcher-{number}") for number in range(100)]
    paths = [f"/job/{jobs[number % len(jobs)].job_id}/progress?seen=no" for number in range(1_000)]
    seen = watch(port_of(site.url), paths, 2.0, 60.0)
    print(
        f"1,000 watchers at 2 s, 60 s  {len(seen.seconds):>9,} polls, {seen.errors} errors, "
        f"p50 {seen.percentile_ms(50):.1f} ms, p99 {seen.percentile_ms(99):.1f} ms",
        flush=True,
    )


def under_evaluation(folder: Path) -> None:
    """Pace 200 watchers at 2 s, first idle, then while both workers evaluate without a pause."""
    for name in ("monaco", "helsinki"):
        extract = str(ROOT / "data" / "samples" / f"{name}.osm.pbf")
        command = [sys.executable, "-m", "flask", "--app", "app", "region", "import", extract, "--name", name]
        subprocess.run(command, cwd=ROOT, env={"DOORSTEP_DATA_DIR": str(folder)}, check=True, capture_output=True)
    with serve(folder, "-c", "gunicorn_config.py", "app:create_app()") as site:
        store = open_store(Config(data_dir=folder))
        job = new_job(store, ADDRESSES[0], "watched")
        while store.get_job(job.job_id).status.live:
            time.sleep(0.1)
        paths = [f"/job/{job.job_id}/progress"] * 200
        idle = watch(port_of(site.url), paths, 2.0, 30.0)
        with feeding(store) as finished:
            busy = watch(port_of(site.url), paths, 2.0, 30.0)
        print(
            f"200 watchers                 idle p99 {idle.percentile_ms(99):.1f} ms, while evaluating p99 "
            f"{busy.percentile_ms(99):.1f} ms ({busy.percentile_ms(99) / idle.percentile_ms(99):.1f} times), "
            f"{finished():,} evaluations meanwhile, {idle.errors + busy.errors} errors",
            flush=True,
        )


@contextmanager
def feeding(store: JobStore) -> Iterator[Callable[[], int]]:
    """Keep some jobs waiting all the time; yields a function that counts the finished ones."""
    stop = threading.Event()
    before = store.stats().done

    def feed() -> None:
        number = 0
        while not stop.wait(0.02):
            while store.stats().queued < 8:
                number += 1
                new_job(store, ADDRESSES[number % 2], f"feeder-{number}")

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield lambda: store.stats().done - before
    finally:
        stop.set()
        thread.join()


def new_job(store: JobStore, address: str, owner: str) -> Job:
    """Queue an address."""
    listing = Listing(address)
    job, _ = store.create_job(NewJob(address, to_json(listing).decode(), listing.key(), owner))
    return job


def running_job(store: JobStore, address: str) -> Job:
    """Queue an address, claim it and finish five of its stages, as a worker would."""
    job = new_job(store, address, "runner")
    claim = store.claim_next_job("bench")
    assert claim is not None
    finished: StageRecord | None = None
    for stage in STAGES[:6]:
        store.update_job_stage(claim, stage.name, finished, b"{}" if finished else None)
        finished = StageRecord(stage.name, StageState.DONE, 0.1)
    running = store.get_job(job.job_id)
    assert running.status is Status.RUNNING
    return running


def poll_path(job: Job) -> str:
    """Return the poll that answers 204 until the next tick."""
    return f"/job/{job.job_id}/progress?seen={panel_mark(job, Waiting(), time.time())}"


def wait_for_tick(job: Job) -> None:
    """Wait until the mark has just changed, so that it stays for the whole run of wrk."""
    begun = job.started_at or job.created_at
    time.sleep(TICK_SECONDS - (time.time() - begun) % TICK_SECONDS + 0.05)


def wrk(url: str) -> float:
    """Return the requests per second of 16 connections."""
    command = ["wrk", "-t1", "-c16", f"-d{WRK_SECONDS}s", "-H", "HX-Request: true", "-H", "Accept: text/html", url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in printed:
        raise SystemExit(f"{url} answered with errors:\n{printed}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])  # type: ignore[index]


def port_of(url: str) -> int:
    """Return the port of a site."""
    return int(url.rsplit(":", 1)[1])


if __name__ == "__main__":
    beside(sys.argv[1:]) if sys.argv[1:] else main()
