"""The benchmark of the queue on PostgreSQL: that each part runs and counts rightly, not how fast anything is."""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter

import pytest

from bench.scale import OURS, PARTS, TINY, drain
from bench.scale_crew import DURABLE, Site, crew, finish
from bench.scale_model import DAYS, Load, quantiles, service_times, simulated, simulated_day, workers_needed
from bench.scale_scenarios import longest_gap, rates
from tests.support import postgres


@pytest.fixture(scope="module")
def site() -> Site:
    with postgres.server(**DURABLE) as server:
        yield Site(server)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["stages", "count", "held", "connections"])
def test_each_part_runs_without_procrastinate(site: Site, part: str, capsys: pytest.CaptureFixture[str]) -> None:
    PARTS[part](site, TINY)
    assert capsys.readouterr().out.strip()


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario", ["worker crash", "repeated kills", "server restart", "backends killed, all every 2 s"]
)
def test_nothing_is_lost_or_doubled_while_things_go_wrong(site: Site, scenario: str) -> None:
    drained = drain(site, OURS, 400, 2, scenario=scenario)
    assert drained.lost == 0
    assert drained.rate > 0


@pytest.mark.slow
def test_a_job_that_nobody_finished_is_seen(site: Site) -> None:
    with site.database(OURS, 20) as url, crew(OURS, url, 1) as started:
        unfinished = finish(started, url, 21, started.go(), limit=3.0)  # one more than there are
    assert unfinished.lost == 1


@pytest.mark.slow
def test_the_workers_records_are_those_of_the_jobs(site: Site) -> None:
    with site.database(OURS, 50) as url, crew(OURS, url, 2) as started:
        finish(started, url, 50, started.go())
        assert Counter(number for number, _ in started.records()) == Counter(range(50))
        assert all(at <= time.monotonic() for _, at in started.records())


def test_rates_between_edges() -> None:
    assert rates([0.5, 1.5, 1.6, 2.5], [0.0, 1.0, 2.0, 4.0]) == [1.0, 2.0, 0.5]
    assert longest_gap([3.0, 1.0, 1.5]) == 1.5
    assert longest_gap([]) == 0.0


def test_one_worker_with_exponential_times_is_the_textbook_queue() -> None:
    """M/M/1: all wait with the chance rho, and p95 is ln(20 rho) / (mu - lambda)."""
    load = Load(arrivals=0.8, workers=1, seconds=1.0, variation=1.0)
    assert load.busy == pytest.approx(0.8)
    assert load.waiting_share == pytest.approx(0.8)
    assert load.wait_quantile(0.95) == pytest.approx(13.8629, abs=1e-3)
    assert load.wait_quantile(0.1) == 0.0


def test_two_workers_wait_as_erlang_says() -> None:
    """For two servers the chance to wait is 2 rho^2 / (1 + rho)."""
    assert Load(arrivals=1.5, workers=2, seconds=1.0).waiting_share == pytest.approx(2 * 0.75**2 / 1.75)


def test_more_work_than_workers_waits_for_ever() -> None:
    assert Load(arrivals=3.0, workers=2, seconds=1.0).wait_quantile(0.5) == float("inf")


@pytest.mark.parametrize(("workers", "busy"), [(1, 0.8), (4, 0.8)])
def test_the_model_agrees_with_its_simulation(workers: int, busy: float) -> None:
    load = Load(busy * workers, workers, seconds=1.0)
    (_, p95) = quantiles(simulated(load, 60_000))
    assert load.wait_quantile(0.95) == pytest.approx(p95, rel=0.15)


def test_times_of_evaluations_have_the_mean_and_the_variation_that_are_asked_for() -> None:
    times = service_times(2.0, 0.5, random.Random(3))
    drawn = [next(times) for _ in range(50_000)]
    assert statistics.mean(drawn) == pytest.approx(2.0, rel=0.02)
    assert statistics.stdev(drawn) == pytest.approx(1.0, rel=0.05)


def test_a_day_has_its_busiest_hour() -> None:
    waits = simulated_day(20_000, workers_needed(20_000))
    assert 1_500 < len(waits) < 2_400  # 54 of 558 parts of the day


def test_larger_sites_need_no_fewer_workers() -> None:
    needed = [workers_needed(evaluations) for evaluations in DAYS]
    assert needed == sorted(needed)
