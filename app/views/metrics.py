"""The site as figures for Prometheus: what the database knows, what each process counted, and what the machine says."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from app.errors import DoorstepError, typing_errors
from app.pipeline.rules.profiles import METHODS_VERSION
from app.queue.jobs import Status
from app.queue.store import JobStore
from app.queue.store.totals import StageTotals, Totals
from app.seeing import files
from app.seeing.counts import REGISTRY
from app.sources.live.services import all_of, services_in
from app.sources.regions import CoveredRegion, ImportedRegions
from app.version import program_version

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
#: What a process is, by a word of its command line; the first that fits.
ROLES = (("app.queue.evaluator", "evaluator"), ("gunicorn", "web"), ("worker", "worker"))


def exposition(store: JobStore, source: ImportedRegions) -> bytes:
    """Return all figures in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(_Everything(store, source))
    return generate_latest(registry)


class _Everything(Collector):
    """Looks once, when it is asked."""

    def __init__(self, store: JobStore, source: ImportedRegions) -> None:
        self._store, self._source = store, source

    def describe(self) -> Iterable[Metric]:
        """Return nothing: what there is to say is only known when it is asked."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        yield _build()
        yield from _queue(self._store)
        yield from _disk(self._store)
        yield from _regions(self._source.covered())
        yield from _services(self._store)
        yield from _processes()
        yield from _counted()


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"doorstep_{name}", about, value=value)


def _build() -> Metric:
    build = GaugeMetricFamily("doorstep_build_info", "What runs here; always 1.", labels=("version", "methods"))
    build.add_metric((program_version(), METHODS_VERSION), 1)
    return build


# --- the queue, from the database ------------------------------------------------------------------


def _queue(store: JobStore) -> Iterator[Metric]:
    """Yield what the database knows, or that it cannot be asked. The error is caught here because it is the answer."""
    about = "1 if the database answers, else 0; then what it knows is missing below."
    try:
        stats, totals, workers = store.stats(), store.totals(), store.workers_at_work()
    except DoorstepError:
        yield _gauge("database_up", about, 0)
        return
    yield _gauge("database_up", about, 1)
    jobs = GaugeMetricFamily("doorstep_jobs", "Jobs that are kept now, by status.", labels=("status",))
    for status in Status:
        jobs.add_metric((status.value,), getattr(stats, status))
    yield jobs
    oldest = stats.oldest_queued_seconds or 0.0
    yield _gauge("queue_oldest_seconds", "How long the job that waits longest has waited; 0 if none waits.", oldest)
    yield _workers(workers)
    yield from _totals(totals)


def _workers(workers: dict[str, float]) -> Metric:
    about = "When a worker last said that it looks for work or is busy with it (Unix time), every ten seconds."
    family = GaugeMetricFamily("doorstep_worker_seen_timestamp_seconds", about, labels=("worker", "pid"))
    for name, silent_seconds in sorted(workers.items()):
        family.add_metric((name, name.rsplit(":", 2)[1]), time.time() - silent_seconds)
    return family


def _totals(totals: Totals) -> Iterator[Metric]:
    yield CounterMetricFamily("doorstep_jobs_created", "Jobs ever made.", value=totals.created)
    yield CounterMetricFamily("doorstep_jobs_done", "Jobs that ended with a report.", value=totals.done)
    typed = typing_errors()
    about = "Jobs that failed, by error code, but for those whose reason is what was typed."
    yield _by_reason("job_failures", about, {code: n for code, n in totals.failed.items() if code not in typed})
    about = "Jobs that ended without a report because of what was typed or left unanswered, by error code."
    ended = (*totals.failed.items(), *totals.cancelled.items())
    yield _by_reason("job_typing_errors", about, {code: n for code, n in ended if code in typed})
    called_off = sum(n for code, n in totals.cancelled.items() if code not in typed)
    yield CounterMetricFamily("doorstep_jobs_called_off", "Jobs that were called off.", value=called_off)
    about = "Attempts that failed and were followed by another one, by error code."
    yield _by_reason("job_retries", about, totals.tried_again)
    yield _stage_seconds(totals.stages)


def _by_reason(name: str, about: str, counts: dict[str, int]) -> Metric:
    family = CounterMetricFamily(f"doorstep_{name}", about, labels=("reason",))
    for reason, jobs in sorted(counts.items()):
        family.add_metric((reason or "unknown",), jobs)
    return family


#: The upper bounds of the triggers that sort durations (tables/sqlite/07.sql), in seconds.
STAGE_BOUNDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 120.0, float("inf"))


def _stage_seconds(stages: dict[str, StageTotals]) -> Metric:
    family = HistogramMetricFamily("doorstep_stage_seconds", "Durations of evaluations' stages.", labels=("stage",))
    for name, totals in sorted(stages.items()):
        counts, buckets, so_far = dict(totals.stages), [], 0
        for bound in STAGE_BOUNDS:
            so_far += counts.get(bound, 0)
            buckets.append(("+Inf" if bound == float("inf") else str(bound), float(so_far)))
        family.add_metric((name,), buckets, totals.seconds)
    return family


# --- the disk and the regions ----------------------------------------------------------------------


def _disk(store: JobStore) -> Iterator[Metric]:
    sizes = store.sizes()
    yield _gauge("database_bytes", "Size of the database's file.", sizes.database)
    yield _gauge("wal_bytes", "Size of the database's log; it is cut back to 32 MB now and then.", sizes.log)
    if store.config.data_dir.exists():
        free = shutil.disk_usage(store.config.data_dir).free
        yield _gauge("disk_free_bytes", "What is free where the data folder lies.", free)


def _regions(regions: Iterable[CoveredRegion]) -> Iterator[Metric]:
    usable = GaugeMetricFamily("doorstep_region_usable", "1 for a sound region, 0 for a damaged.", labels=("region",))
    about = "Day of a region's map data (Unix time)."
    dates = GaugeMetricFamily("doorstep_region_data_timestamp_seconds", about, labels=("region",))
    for region in regions:
        usable.add_metric((region.name,), int(region.usable))
        if region.data_date:
            day = datetime.fromisoformat(region.data_date).replace(tzinfo=UTC)
            dates.add_metric((region.name,), day.timestamp())
    return iter((usable, dates))


# --- live services ---------------------------------------------------------------------------------


def _services(store: JobStore) -> Iterator[Metric]:
    """Yield how things are with each live service that is on, or nothing where the database cannot be asked."""
    about = "1 for a live service that is not asked for some minutes after faults in a row, else 0."
    closed = GaugeMetricFamily("doorstep_service_closed", about, labels=("service",))
    about = "Requests that a live service may be sent today (UTC)."
    requests = GaugeMetricFamily("doorstep_service_requests_left", about, labels=("service",))
    about = "Bytes that may be fetched from a live service today (UTC)."
    size = GaugeMetricFamily("doorstep_service_bytes_left", about, labels=("service",))
    try:
        for service in all_of(services_in(store.config)):
            standing = store.standing(service.name)
            closed.add_metric((service.name,), int(standing.closed_s > 0))
            requests.add_metric((service.name,), max(service.requests_per_day - standing.requests_today, 0))
            size.add_metric((service.name,), max(service.bytes_per_day - standing.bytes_today, 0))
    except DoorstepError:  # `database_up` says so
        return
    yield from (closed, requests, size)


# --- the processes ---------------------------------------------------------------------------------


def _processes() -> Iterator[Metric]:
    about = "Resident memory of the site's processes."
    memory = GaugeMetricFamily("doorstep_process_resident_bytes", about, labels=("role", "pid"))
    for pid in files.processes():
        resident = _resident_bytes(pid)
        if resident:
            memory.add_metric((_role(pid), str(pid)), resident)
    yield memory


def _resident_bytes(pid: int) -> int:
    """Return a process's resident memory; 0 where the system does not tell, or it has just ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _role(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return "other"
    return next((role for word, role in ROLES if word in command), "other")


def _counted() -> Iterator[Metric]:
    """Yield what all processes counted, those that are gone included."""
    with files.gathered() as folder:
        metrics = REGISTRY.collect() if folder is None else _added_up(folder)
        yield from metrics


def _added_up(folder: Path) -> Iterable[Metric]:
    collector = MultiProcessCollector(None, os.fspath(folder))
    return list(collector.collect())
