"""Which regions the site has, which host holds which of them, and which jobs no host can serve.

A host is a data folder on a machine: its workers read the regions in it. What a host holds it is told by its workers;
what this process may claim follows from what it holds itself (`hold`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from app.queue.jobs import Job
from app.queue.store.base import AHEAD_SECONDS, StoreBase
from app.queue.store.workers import ASK_SECONDS, SILENT_SECONDS, forget_silent
from app.wording import title_of


class HeldRegion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a host holds of one region."""

    #: The build that its pages and evaluations use; "" where it holds only others.
    build: str
    title: str = ""
    #: An ISO date, "" where the map file carries none.
    data_date: str = ""
    #: Builds beside it, which jobs may need.
    others: tuple[str, ...] = ()

    @property
    def builds(self) -> tuple[str, ...]:
        """Return all builds of the region that the host holds."""
        return tuple(filter(None, (self.build, *self.others)))


@dataclass(frozen=True, slots=True)
class PublishedRegion:
    """A region of the site's catalogue."""

    name: str
    build: str
    #: The build before it, which does too until every host has the new one; "" for none.
    before: str
    #: Unix time.
    published_at: float

    def may_be(self, build: str) -> bool:
        """Return whether a build is good enough to work on."""
        return bool(build) and build in (self.build, self.before)


@dataclass(frozen=True, slots=True)
class Host:
    """A host, as its workers told of it last."""

    name: str
    regions: dict[str, HeldRegion]
    #: Seconds since then.
    silent_seconds: float

    @property
    def is_heard(self) -> bool:
        """Return whether it counts as one that works."""
        return self.silent_seconds <= SILENT_SECONDS

    def build(self, region: str) -> str:
        """Return the build that a region is there now, "" for none."""
        return self.regions[region].build if region in self.regions else ""

    def builds(self, region: str) -> tuple[str, ...]:
        """Return all builds that it holds of a region."""
        return self.regions[region].builds if region in self.regions else ()


@dataclass(frozen=True, slots=True)
class Unserved:
    """What a job waits for that no host can serve: data of these regions (their titles), since a Unix time."""

    regions: tuple[str, ...]
    since: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """The catalogue and the hosts at one moment (Unix time)."""

    catalogue: tuple[PublishedRegion, ...]
    hosts: tuple[Host, ...]
    at: float

    def lacking(self, host: Host, needs: str = "") -> tuple[str, ...]:
        """Return the regions whose data a host lacks for a job; none where it can serve it."""
        if needs:
            name, _, build = needs.partition("@")
            return () if build in host.builds(name) else (name,)
        return tuple(region.name for region in self.catalogue if not region.may_be(host.build(region.name)))

    def is_served(self, needs: str = "") -> bool:
        """Return whether a host that is heard of can serve a job; True where jobs need nothing."""
        if not (needs or self.catalogue):
            return True
        return any(host.is_heard and not self.lacking(host, needs) for host in self.hosts)

    def unserved(self, needs: str, queued_at: float) -> Unserved | None:
        """Return what a job that was queued at a Unix time waits for; None where a host can serve it."""
        if self.is_served(needs):
            return None
        heard = [self.lacking(host, needs) for host in self.hosts if host.is_heard]
        every = (needs.partition("@")[0],) if needs else tuple(region.name for region in self.catalogue)
        names = min(heard, key=len, default=every)
        # It was served until the newest of these was published, or the last host that could fell silent.
        published = (each.published_at for each in self.catalogue if each.name in names and not needs)
        silent = (self.at - host.silent_seconds for host in self.hosts if not self.lacking(host, needs))
        return Unserved(tuple(map(self.title, names)), max((queued_at, *published, *silent)))

    def title(self, region: str) -> str:
        """Return what people call a region: as any host does, else by what its short name says."""
        titles = (host.regions[region].title for host in self.hosts if region in host.regions)
        return next(filter(None, titles), title_of(region))


class HostStore(StoreBase):
    """The part of the store that knows regions by build, and hosts."""

    #: The coverage, and when it was looked up: every poll of a waiting job asks.
    _coverage: tuple[Coverage | None, float] = (None, -math.inf)

    # --- the catalogue ---

    def catalogue(self) -> tuple[PublishedRegion, ...]:
        """Return the regions of the site by name; none where each host has its own."""
        rows = self.db.read("SELECT name, build, before, published_at FROM region_builds ORDER BY name")
        return tuple(PublishedRegion(row["name"], row["build"], row["before"], row["published_at"]) for row in rows)

    def publish_build(self, name: str, build: str) -> None:
        """Make a build the one of a region; the one of before goes on doing until every host has the new one."""
        with self.db.write(durable=True) as connection:
            connection.execute(
                """
                INSERT INTO region_builds (name, build, before, published_at) VALUES (:name, :build, '', :now)
                ON CONFLICT (name) DO UPDATE SET build = :build, before = region_builds.build, published_at = :now
                WHERE region_builds.build <> :build
                """,
                {"name": name, "build": build, "now": self.clocks.unix()},
            )

    def unpublish_region(self, name: str) -> bool:
        """Take a region off the catalogue; return whether it was in it."""
        with self.db.write(durable=True) as connection:
            gone = connection.execute("DELETE FROM region_builds WHERE name = :name", {"name": name})
            return gone.rowcount == 1

    # --- the hosts ---

    def hold(self, regions: Mapping[str, HeldRegion]) -> None:
        """Let this process claim what may run on the builds that its host holds."""
        current = (f" ={name}@{region.build} " for name, region in sorted(regions.items()) if region.build)
        every = (f" {name}@{build} " for name, region in sorted(regions.items()) for build in region.builds)
        self.held = "".join((*current, *every))

    def say_held(self, host: str, regions: Mapping[str, HeldRegion]) -> None:
        """Note what a host holds, and that it was heard of."""
        now = self.clocks.steady()
        with self.db.write(durable=False) as connection:
            connection.execute(
                """
                INSERT INTO hosts (name, regions, seen_at) VALUES (:name, :regions, :now)
                ON CONFLICT (name) DO UPDATE SET regions = :regions, seen_at = :now
                """,
                {"name": host, "regions": msgspec.json.encode(regions).decode(), "now": now},
            )
            forget_silent(connection, "hosts", now)

    def hosts(self) -> tuple[Host, ...]:
        """Return the hosts by name, those included that have been silent for up to an hour."""
        now = self.clocks.steady()
        sql = "SELECT name, regions, seen_at FROM hosts WHERE seen_at <= :latest ORDER BY name"
        rows = self.db.read(sql, {"latest": now + AHEAD_SECONDS})
        return tuple(Host(row["name"], _regions_in(row["regions"]), max(now - row["seen_at"], 0.0)) for row in rows)

    # --- what they can serve ---

    def coverage(self) -> Coverage:
        """Return the catalogue and the hosts as they are now."""
        return Coverage(self.catalogue(), self.hosts(), self.clocks.unix())

    def needed_builds(self) -> frozenset[str]:
        """Return the builds ("name@build") that jobs need which have not ended."""
        rows = self.db.read(
            """
            SELECT DISTINCT needs FROM evaluation_jobs
            WHERE completed_at IS NULL AND status <> 'asking' AND needs <> ''
            UNION
            SELECT DISTINCT needs FROM evaluation_jobs WHERE status = 'asking' AND needs <> ''
            """
        )
        return frozenset(row["needs"] for row in rows)

    def unserved(self, job: Job) -> Unserved | None:
        """Return what a queued job waits for that no host has; None where one can serve it. A second old at most."""
        return self._lately().unserved(job.needs, job.queued_at or job.created_at)

    def unserved_jobs(self, coverage: Coverage) -> int:
        """Return how many queued jobs no host can serve."""
        rows = self.db.read(
            """
            SELECT needs, count(*) AS jobs FROM evaluation_jobs
            WHERE completed_at IS NULL AND status = 'queued' AND status <> 'asking' GROUP BY needs
            """
        )
        return sum(row["jobs"] for row in rows if not coverage.is_served(row["needs"]))

    def _lately(self) -> Coverage:
        coverage, asked_at = self._coverage
        if coverage is None or time.monotonic() - asked_at > ASK_SECONDS:
            coverage = self.coverage()
            self._coverage = (coverage, time.monotonic())
        return coverage


_REGIONS = msgspec.json.Decoder(dict[str, HeldRegion])


def _regions_in(text: str) -> dict[str, HeldRegion]:
    """Return what a host wrote; nothing where another version wrote it in a way of its own."""
    try:
        return _REGIONS.decode(text)
    except msgspec.MsgspecError:
        return {}
