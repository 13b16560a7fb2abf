"""Regions by build and hosts: who may claim what, what nobody can serve, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.queue.jobs import Job, NewJob, Status
from app.queue.store import JobStore
from app.queue.store.attempts import BEGUN_ANEW
from app.queue.store.hosts import HeldRegion, Unserved
from app.queue.store.workers import SILENT_SECONDS
from tests.support.building import SetClock, create, ended, new_job, open_at

OLD, NEW, NEWEST = "0" * 16, "1" * 16, "2" * 16

Opened = Callable[[str], JobStore]


@pytest.fixture
def host(tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """Give a function that opens the store of a host: all hosts share one file."""
    monkeypatch.setattr("app.queue.store.hosts.ASK_SECONDS", -1.0)
    stores: list[JobStore] = []

    def opened(name: str) -> JobStore:
        stores.append(open_at(tmp_path, clock=clock))
        return stores[-1]

    yield opened
    for store in stores:
        store.db.close()


def holds(store: JobStore, name: str, **builds: str | tuple[str, ...]) -> None:
    """Let a host hold regions, each in its current build and others beside it, and say so."""
    held = {}
    for region, build in builds.items():
        current, *others = (build,) if isinstance(build, str) else build
        held[region] = HeldRegion(current, region.title(), "2026-01-02", tuple(others))
    store.hold(held)
    store.say_held(name, held)


def needing(store: JobStore, needs: str, key: str | None = None) -> Job:
    plain = new_job(key=key)
    return store.create_job(NewJob(plain.address, plain.listing, plain.listing_key, plain.owner, needs=needs))[0]


def claimed(store: JobStore) -> str | None:
    claim = store.claim_next_job("w")
    return claim.job_id if claim else None


# --- the catalogue ---


def test_a_new_build_leaves_the_one_before_beside_it(store: JobStore, clock: SetClock) -> None:
    for build in (OLD, NEW):
        clock.pass_seconds(5)
        store.publish_build("newport", build)
    (region,) = store.catalogue()
    assert (region.name, region.build, region.before) == ("newport", NEW, OLD)
    assert region.published_at == clock.unix_seconds


def test_publishing_a_build_again_changes_nothing(store: JobStore, clock: SetClock) -> None:
    store.publish_build("newport", OLD)
    store.publish_build("newport", NEW)
    before = store.catalogue()
    clock.pass_seconds(5)
    store.publish_build("newport", NEW)
    assert store.catalogue() == before


def test_going_back_to_the_build_before_is_publishing_it(store: JobStore) -> None:
    for build in (OLD, NEW, OLD):
        store.publish_build("newport", build)
    assert (store.catalogue()[0].build, store.catalogue()[0].before) == (OLD, NEW)


def test_a_region_is_taken_off_once(store: JobStore) -> None:
    store.publish_build("newport", OLD)
    assert store.unpublish_region("newport")
    assert not store.unpublish_region("newport")
    assert store.catalogue() == ()


# --- who may claim ---


def test_without_a_catalogue_any_host_may(host: Opened) -> None:
    store = host("a")
    job = create(store)
    assert claimed(store) == job.job_id


@pytest.mark.parametrize(("build", "may"), [(OLD, False), (NEW, True), (NEWEST, True)])
def test_a_host_may_that_holds_the_build_or_the_one_before(host: Opened, build: str, may: bool) -> None:
    store = host("a")
    for each in (OLD, NEW, NEWEST):
        store.publish_build("newport", each)
    holds(store, "a", newport=build)
    job = create(store)
    assert claimed(store) == (job.job_id if may else None)


def test_a_build_that_only_lies_beside_the_current_one_is_not_what_addresses_are_told_from(host: Opened) -> None:
    store = host("a")
    store.publish_build("newport", NEW)
    holds(store, "a", newport=("f" * 16, NEW))
    create(store)
    assert claimed(store) is None


def test_a_host_may_that_holds_every_region(host: Opened) -> None:
    one, both = host("one"), host("both")
    one.publish_build("newport", NEW)
    one.publish_build("monaco", OLD)
    holds(one, "one", newport=NEW)
    holds(both, "both", newport=NEW, monaco=OLD, elsewhere=OLD)
    job = create(one)
    assert claimed(one) is None
    assert claimed(both) == job.job_id


def test_no_name_is_taken_for_a_part_of_another(host: Opened) -> None:
    store = host("a")
    store.publish_build("port", NEW)
    holds(store, "a", newport=NEW)
    create(store)
    needing(store, f"port@{NEW}")
    needing(store, f"newport@{NEW[:8]}")
    assert claimed(store) is None


def test_a_job_that_needs_a_build_goes_to_a_host_that_holds_it(host: Opened) -> None:
    old, new = host("old"), host("new")
    holds(old, "old", newport=OLD)
    holds(new, "new", newport=NEW)
    job = needing(old, f"newport@{NEW}")
    assert claimed(old) is None
    claim = new.claim_next_job("w")
    assert claim
    assert (claim.job_id, claim.needs) == (job.job_id, f"newport@{NEW}")


def test_it_may_be_a_build_beside_the_current_one(host: Opened) -> None:
    store = host("a")
    holds(store, "a", newport=(NEW, OLD))
    job = needing(store, f"newport@{OLD}")
    assert claimed(store) == job.job_id


def test_it_needs_none_of_the_other_regions(host: Opened) -> None:
    store = host("a")
    store.publish_build("monaco", NEW)
    holds(store, "a", newport=NEW)
    create(store)
    job = needing(store, f"newport@{NEW}")
    assert claimed(store) == job.job_id, "the first in the line is for another host"


def test_the_next_job_after_a_report_is_one_that_the_host_may_take(host: Opened) -> None:
    store, other = host("a"), host("b")
    holds(store, "a", newport=OLD)
    holds(other, "b", newport=NEW)
    needing(store, f"newport@{OLD}")
    theirs = needing(store, f"newport@{NEW}")
    ours = needing(store, f"newport@{OLD}")
    claim = store.claim_next_job("w")
    assert claim
    _, following = store.complete_and_claim(claim, b"{}", "w")
    assert following
    assert following.job_id == ours.job_id
    assert store.complete_and_claim(following, b"{}", "w")[1] is None
    assert claimed(other) == theirs.job_id


def test_what_a_host_lets_go_of_it_claims_no_longer(host: Opened) -> None:
    store = host("a")
    store.publish_build("newport", NEW)
    holds(store, "a", newport=NEW)
    holds(store, "a")
    create(store)
    assert claimed(store) is None


# --- what nobody can serve ---


def test_without_a_catalogue_everything_is_served(store: JobStore) -> None:
    assert store.unserved(create(store)) is None
    assert store.unserved_jobs(store.coverage()) == 0


def test_a_region_that_no_host_has_is_named_as_people_call_it(host: Opened, clock: SetClock) -> None:
    store = host("a")
    holds(store, "a", newport=OLD)
    store.publish_build("newport", NEW)
    store.publish_build("monaco", NEW)
    clock.pass_seconds(7)
    job = create(store)
    assert store.unserved(job) == Unserved(("Monaco", "Newport"), clock.unix_seconds)
    assert store.unserved_jobs(store.coverage()) == 1


def test_it_is_so_since_the_region_was_published_where_the_job_is_older(host: Opened, clock: SetClock) -> None:
    store = host("a")
    holds(store, "a", newport=NEW)
    store.publish_build("newport", NEW)
    job = create(store)
    clock.pass_seconds(7)
    assert store.unserved(job) is None
    store.publish_build("monaco", NEW)
    since = clock.unix_seconds
    clock.pass_seconds(7)
    assert store.unserved(job) == Unserved(("Monaco",), since)
    holds(store, "a", newport=NEW, monaco=NEW)
    assert store.unserved(job) is None
    assert claimed(store) == job.job_id


def test_it_is_so_since_the_last_host_that_had_it_was_heard_of(host: Opened, clock: SetClock) -> None:
    store, other = host("a"), host("b")
    store.publish_build("newport", NEW)
    holds(other, "b")
    holds(store, "a", newport=NEW)
    job, heard = create(store), clock.unix_seconds
    clock.pass_seconds(SILENT_SECONDS)
    holds(other, "b")
    assert store.unserved(job) is None, "it may be busy"
    clock.pass_seconds(1)
    assert store.unserved(job) == Unserved(("Newport",), heard)


def test_a_job_that_needs_a_build_waits_for_that_alone(host: Opened, clock: SetClock) -> None:
    store = host("a")
    holds(store, "a", newport=NEW)
    clock.pass_seconds(3)
    assert store.unserved(needing(store, f"newport@{OLD}")) == Unserved(("Newport",), clock.unix_seconds)
    assert store.unserved(needing(store, f"newport@{NEW}")) is None
    store.publish_build("monaco", NEW)
    assert store.unserved(needing(store, f"newport@{NEW}")) is None
    assert store.unserved_jobs(store.coverage()) == 1


def test_the_host_that_lacks_least_says_what_is_lacking(host: Opened) -> None:
    store, other = host("a"), host("b")
    for name in ("bern", "monaco", "newport"):
        store.publish_build(name, NEW)
    holds(store, "a", bern=NEW)
    holds(other, "b", bern=NEW, monaco=NEW)
    unserved = store.unserved(create(store))
    assert unserved
    assert unserved.regions == ("Newport",)


def test_a_host_whose_clock_reads_a_moment_ahead_is_there(host: Opened, clock: SetClock) -> None:
    """Two processes may read a server's clock some milliseconds apart."""
    ours, theirs = host("a"), host("b")
    clock.steady_seconds += 0.05
    holds(theirs, "b", newport=OLD)
    clock.steady_seconds -= 0.05
    holds(ours, "a", newport=OLD)
    assert [(each.name, each.is_heard, each.silent_seconds) for each in ours.hosts()] == [
        *(("a", True, 0.0), ("b", True, 0.0)),
    ]


def test_a_host_that_has_been_silent_for_an_hour_is_forgotten(host: Opened, clock: SetClock) -> None:
    store, other = host("a"), host("b")
    holds(store, "a", newport=NEW)
    clock.pass_seconds(3_601)
    holds(other, "b")
    assert [each.name for each in store.hosts()] == ["b"]


def test_what_another_version_wrote_of_a_host_is_passed_over(store: JobStore) -> None:
    store.say_held("a", {"newport": HeldRegion(NEW)})
    with store.db.write(durable=False) as connection:
        connection.execute("""UPDATE hosts SET regions = '{"newport": 3}'""")
    assert store.hosts()[0].regions == {}


def test_builds_are_needed_until_their_jobs_have_ended(store: JobStore) -> None:
    store.hold({"newport": HeldRegion(NEW, others=(OLD,))})
    needing(store, f"newport@{OLD}")
    needing(store, f"newport@{NEW}")
    create(store)
    assert store.needed_builds() == {f"newport@{OLD}", f"newport@{NEW}"}
    claim = store.claim_next_job("w")
    assert claim
    assert store.needed_builds() == {f"newport@{OLD}", f"newport@{NEW}"}, "it runs"
    assert store.ask_job(claim, '{"about": "x"}')
    assert store.needed_builds() == {f"newport@{OLD}", f"newport@{NEW}"}, "it asks"
    store.cancel_job(claim.job_id, None)
    assert store.needed_builds() == {f"newport@{NEW}"}


# --- beginning anew ---


def test_what_was_kept_of_another_build_is_forgotten(store: JobStore) -> None:
    job = create(store)
    first = store.claim_next_job("w")
    assert first
    store.update_job_stage(first, "geocode", None, None)
    store.update_job_stage(first, "schools", ended("geocode").record, b"here")
    store.release_job(first)
    second = store.claim_next_job("w")
    assert second
    assert (second.resumed, store.checkpoints(job.job_id)) == (1, (b"here",))
    assert store.begin_anew(second)
    now = store.get_job(job.job_id)
    assert (now.resumed, now.current_stage, now.status) == (0, None, Status.RUNNING)
    assert (store.checkpoints(job.job_id), store.stages(job.job_id)) == ((), ())
    assert store.events(job.job_id)[-1].why == BEGUN_ANEW
    assert not store.begin_anew(first), "its claim is lost"
    assert store.update_job_stage(second, "geocode", None, None)
    assert store.complete_job(second, b"{}")
