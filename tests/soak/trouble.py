"""What goes wrong and what is done on purpose while people use the site, and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.books import Books
from tests.soak.site import Site
from tests.support.folders import SAMPLES

KILL_EVERY_SECONDS = 30.0


@dataclass(slots=True)
class Plan:
    """The moments of one run on the monotonic clock, from how long it lasts (seconds)."""

    length: float
    began: float = field(default_factory=time.monotonic)

    def at(self, share: float) -> float:
        """Return the moment when this share of the run is over."""
        return self.began + share * self.length

    @property
    def settled(self) -> float:
        """Return when the processes that the reload started are warm: memory is compared from here on."""
        return min(self.at(0.5), self.at(0.1) + 120.0)


@dataclass(slots=True)
class Trouble:
    """Does it all, and writes down when connections may have broken for it."""

    site: Site
    books: Books
    plan: Plan
    saved: Path
    restored: Path
    kills: int = 0
    #: When a process was killed or replaced.
    moments: list[float] = field(default_factory=list)
    #: The jobs that had been promised when the backup began.
    promised: frozenset[str] = frozenset()
    done: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Do everything at its time."""
        acts = ((0.1, self.reload), (0.4, self.update), (0.6, self.back_up_and_restore), (0.75, self.update))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._kill_now_and_then())
            for share, act in acts:
                group.create_task(self._do(share, act))

    async def _do(self, share: float, act: Callable[[], None]) -> None:
        await asyncio.sleep(self.plan.at(share) - time.monotonic())
        await asyncio.to_thread(act)
        self.done.append(act.__name__)

    async def _kill_now_and_then(self) -> None:
        due = self.plan.at(0.1) + KILL_EVERY_SECONDS / 2
        while due < self.plan.at(1.0):
            await asyncio.sleep(due - time.monotonic())
            if "reload" in self.done and len(self.site.workers()) == 2:
                self.moments.append(time.monotonic())
                self.site.kill_the_newest()
                self.kills += 1
            due += KILL_EVERY_SECONDS

    def reload(self) -> None:
        """Start new web processes in place of those before, as after an upgrade."""
        self.site.reload()

    def update(self) -> None:
        """Import a region again."""
        self.site.flask("region", "update", "monaco", str(SAMPLES / "monaco.osm.pbf"))

    def back_up_and_restore(self) -> None:
        """Save the database while the site runs, and restore it into another data folder."""
        self.promised = frozenset(self.books.accepted)
        self.site.flask("backup", str(self.saved))
        self.site.flask("restore", str(self.saved), folder=self.restored)
