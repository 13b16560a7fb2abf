"""What operators see of the queue: its figures, what runs, what failed, and one job's way. Ids only, no address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from app.bulk.tiles import PART_ADDRESSES
from app.errors import EvaluationFailed, typing_errors, waiting_errors
from app.queue.jobs import Event, Job, QueueStats, Status
from app.queue.store import JobStore
from app.queue.store.hosts import Coverage, HeldRegion, Host, PublishedRegion
from app.queue.store.runs import RunProgress
from app.queue.store.totals import Totals
from app.wording import duration

#: The most jobs that are listed.
MOST_RUNNING, MOST_FAILURES, MOST_RUNS = 100, 20, 10
#: The id under which the log holds more, as the sentence for the person ends with it.
ERROR_ID = re.compile(r"\b[0-9a-f]{8}(?=\.$)")


# --- the queue -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QueueOverview:
    """The queue at one moment."""

    stats: QueueStats
    since_beginning: QueueTotals
    running: tuple[RunningJob, ...]
    failures: tuple[FailedJob, ...]
    #: Queued jobs that no host can serve.
    unserved: int
    #: The regions of the site's catalogue; none where each host has its own.
    regions: tuple[CatalogueRegion, ...]
    hosts: tuple[HostStanding, ...]
    #: Evaluations of all addresses of a region, the newest first; their jobs are in none of the other figures.
    runs: tuple[RunLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueRegion:
    """A published region, and on how many of the hosts that are heard of it is of that build, or of the one before."""

    name: str
    build: str
    before: str
    published_at: float
    hosts: int
    hosts_before: int


#: How a region of a host stands to the catalogue.
Standing = Literal["published", "the one before", "not the published build", "missing", "not in the catalogue"]


@dataclass(frozen=True, slots=True)
class RegionOnHost:
    """A region on a host; "" where it is missing. Builds beside it are there for jobs that need them."""

    name: str
    build: str
    data_date: str
    standing: Standing
    others: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Return it in words: "newport 0123456789abcdef (data of 2026-01-01, the one before)"."""
        if not self.build:
            return f"{self.name} is missing"
        date = f"data of {self.data_date}" if self.data_date else "data of unknown date"
        said = "" if self.standing in ("published", "not in the catalogue") else f", {self.standing}"
        return f"{self.name} {self.build} ({date}{said})"


@dataclass(frozen=True, slots=True)
class HostStanding:
    """What a host holds, as its workers said last."""

    name: str
    silent_seconds: float
    #: Whether it was heard of lately.
    is_heard: bool
    #: Whether it may take any address: it holds every region of the catalogue, or there is none.
    is_whole: bool
    regions: tuple[RegionOnHost, ...]

    @property
    def sentence(self) -> str:
        """Return it in words, for whoever runs the site."""
        held = "; ".join(region.sentence for region in self.regions) or "no region"
        return f"Host {self.name}, heard of {duration(self.silent_seconds)} ago: {held}."


@dataclass(frozen=True, slots=True)
class QueueTotals:
    """What happened since the database was made. A job that was asked for again may have ended more than once."""

    created: int
    done: int
    failed: int
    #: Ended without a report because of what was typed or left unanswered: no failures of the site.
    typing_errors: int
    called_off: int
    #: Attempts that failed and were followed by another one; none that only had to wait for its turn.
    tried_again: int


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job under way, and the process that holds it."""

    job_id: str
    stage: str
    worker: str
    attempts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that ended without a report, and not because of what was typed."""

    job_id: str
    stage: str
    error_code: str
    attempts: int
    at: float


@dataclass(frozen=True, slots=True)
class RunLine:
    """An evaluation of all addresses of a region, and how far it is."""

    run_id: str
    region: str
    #: under way, whole, or ended: with addresses that were not evaluated
    state: str
    addresses: int
    addresses_done: int
    tiles: int
    tiles_failed: int
    created_at: float

    @property
    def may_be_cancelled(self) -> bool:
        """Return whether there is something to call off."""
        return self.state == UNDER_WAY


UNDER_WAY, WHOLE, ENDED = "under way", "whole", "ended"


def overview_of(store: JobStore, now: float) -> QueueOverview:
    """Return everything that the page shows, as of a Unix time."""
    coverage = store.coverage()
    return QueueOverview(
        store.stats(),
        _totals(store.totals()),
        tuple(_running(job, now) for job in store.list_jobs(Status.RUNNING, MOST_RUNNING)),
        tuple(_failed(job) for job in store.last_failures(MOST_FAILURES, apart_from=typing_errors())),
        unserved=store.unserved_jobs(coverage),
        regions=tuple(_published(region, coverage) for region in coverage.catalogue),
        hosts=hosts_of(coverage),
        runs=tuple(_run(progress) for progress in store.runs(MOST_RUNS, PART_ADDRESSES)),
    )


def hosts_of(coverage: Coverage) -> tuple[HostStanding, ...]:
    """Return how the hosts stand to the catalogue, those that are heard of first."""
    hosts = sorted(coverage.hosts, key=lambda host: (not host.is_heard, host.name))
    return tuple(_standing_of(host, coverage) for host in hosts)


def _standing_of(host: Host, coverage: Coverage) -> HostStanding:
    published = {region.name: region for region in coverage.catalogue}
    names = sorted({*published, *host.regions})
    regions = tuple(_region_on(host, name, published.get(name)) for name in names)
    return HostStanding(host.name, host.silent_seconds, host.is_heard, not coverage.lacking(host), regions)


def _region_on(host: Host, name: str, published: PublishedRegion | None) -> RegionOnHost:
    held = host.regions.get(name, HeldRegion(""))
    return RegionOnHost(name, held.build, held.data_date, _standing(held.build, published), held.others)


def _standing(build: str, published: PublishedRegion | None) -> Standing:
    if published is None:
        return "not in the catalogue"
    if not build:
        return "missing"
    if build == published.build:
        return "published"
    return "the one before" if build == published.before else "not the published build"


def _published(region: PublishedRegion, coverage: Coverage) -> CatalogueRegion:
    builds = [host.build(region.name) for host in coverage.hosts if host.is_heard]
    older = builds.count(region.before) if region.before else 0
    return CatalogueRegion(
        region.name, region.build, region.before, region.published_at, builds.count(region.build), older
    )


def _run(progress: RunProgress) -> RunLine:
    run = progress.run
    state = WHOLE if progress.is_whole else ENDED if progress.is_over else UNDER_WAY
    return RunLine(
        run_id=run.run_id,
        region=run.region,
        state=state,
        addresses=run.addresses,
        addresses_done=progress.addresses_done,
        tiles=run.tiles,
        tiles_failed=progress.failed,
        created_at=run.created_at,
    )


def _totals(totals: Totals) -> QueueTotals:
    typed, waiting = typing_errors(), waiting_errors()
    ended = (*totals.failed.items(), *totals.cancelled.items())
    return QueueTotals(
        created=totals.created,
        done=totals.done,
        failed=sum(jobs for code, jobs in totals.failed.items() if code not in typed),
        typing_errors=sum(jobs for code, jobs in ended if code in typed),
        called_off=sum(jobs for code, jobs in totals.cancelled.items() if code not in typed),
        tried_again=sum(jobs for code, jobs in totals.tried_again.items() if code not in waiting),
    )


def _running(job: Job, now: float) -> RunningJob:
    seconds = max(0.0, now - (job.started_at or now))
    return RunningJob(job.job_id, job.current_stage or "", job.worker or "unknown", job.attempts, seconds)


def _failed(job: Job) -> FailedJob:
    at = job.completed_at or job.created_at
    return FailedJob(job.job_id, job.current_stage or "", job.error_code or "unknown", job.attempts, at)


# --- one job ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JobHistory:
    """A job's way through the queue. Times are Unix seconds."""

    job_id: str
    status: Status
    attempts: int
    #: How often an attempt went on from what an earlier one had found.
    resumed: int
    #: "" where nothing failed.
    error_code: str
    #: The log holds more under this id; "" where there is none.
    error_id: str
    #: Not before this time is it tried again; 0 if it need not wait.
    run_after: float
    #: The live service that it asks, or waits to ask, and since when; "" and None where there is none.
    waits_for: str
    waits_since: float | None
    #: The build ("name@build") that it must run on; "" for none.
    needs: str
    #: The regions whose data it waits for, as no host has it, and since when; empty and None where one can serve it.
    unserved: tuple[str, ...]
    unserved_since: float | None
    created_at: float
    completed_at: float | None
    stages: tuple[StageTime, ...]
    events: tuple[Transition, ...]

    @property
    def may_be_retried(self) -> bool:
        """Return whether it can be asked for again."""
        return self.status in (Status.FAILED, Status.CANCELLED)

    @property
    def may_be_cancelled(self) -> bool:
        """Return whether there is something to call off."""
        return not self.status.ended


@dataclass(frozen=True, slots=True)
class StageTime:
    """A stage that began; `seconds` is None until it ends, and where it was broken off by the end of its attempt."""

    stage: str
    state: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Transition:
    """From one status to another; the first comes from "new"."""

    at: float
    before: str
    after: str
    stage: str
    worker: str
    #: The queue's own words; "" where the reason is a sentence for the person, which may quote what was typed.
    why: str


def history_of(store: JobStore, job_id: str) -> JobHistory:
    """Return a job's way. Raises JobNotFound."""
    job = store.get_job(job_id)
    unserved = store.unserved(job) if job.status is Status.QUEUED else None
    return JobHistory(
        job_id=job.job_id,
        status=job.status,
        attempts=job.attempts,
        resumed=job.resumed,
        error_code=job.error_code or "",
        error_id=_error_id(job),
        run_after=job.run_after,
        waits_for=job.waits_for or "",
        waits_since=job.waits_since,
        needs=job.needs,
        unserved=unserved.regions if unserved else (),
        unserved_since=unserved.since if unserved else None,
        created_at=job.created_at,
        completed_at=job.completed_at,
        stages=tuple(StageTime(each.stage, each.state_in(job.status), each.seconds) for each in store.stages(job_id)),
        events=tuple(map(_transition, store.events(job_id))),
    )


def _error_id(job: Job) -> str:
    found = ERROR_ID.search(job.error or "") if job.error_code == EvaluationFailed.code else None
    return found[0] if found else ""


def _transition(event: Event) -> Transition:
    before = event.from_status.value if event.from_status else "new"
    # Sentences for people begin with a capital letter, the queue's own words do not.
    why = event.why if event.why[:1].islower() else ""
    return Transition(event.at, before, event.to_status.value, event.stage or "", event.worker, why)
