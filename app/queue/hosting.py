"""What this host holds of the regions, told to the site; and what it lacks, fetched from the region store.

A host is a data folder: its processes all read the regions in it. Several folders on one machine are several hosts, and
so are several machines that share one folder.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app.config import Config
from app.db.owners import give_to_owner_of, make_folder
from app.errors import DatabaseDamaged, DoorstepError, QueueUnavailable, RegionNotFound
from app.queue.store import JobStore
from app.queue.store.hosts import HeldRegion, PublishedRegion
from app.queue.store.workers import SAY_SECONDS

if TYPE_CHECKING:
    from app.atlas.held import HeldBuilds
    from app.atlas.regions import RegionStore

logger = logging.getLogger(__name__)

#: In the data folder: what tells this host from others whose machines have the same name.
ID_FILE = "host-id"
ID_BYTES = 4
#: How often the regions of this host are looked at, and the catalogue for what it lacks (seconds).
LOOK_SECONDS, FETCH_SECONDS = 2.0, 30.0
#: The longest pause after fetches that failed: each failure doubles it.
LONGEST_PAUSE_SECONDS = 600.0


def host_name(data_dir: Path) -> str:
    """Return the name of the host that a data folder makes: the machine's name, and an id that is kept there."""
    return f"{socket.gethostname()}-{_kept_id(data_dir / ID_FILE)}"


def _kept_id(path: Path) -> str:
    """Return the id in a file, which is made where there is none: by one of several processes that ask at once."""
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    make_folder(path.parent)
    coming = path.with_name(f"{path.name}.{secrets.token_hex(ID_BYTES)}")
    coming.write_text(secrets.token_hex(ID_BYTES))
    give_to_owner_of(coming, path.parent)
    try:
        os.link(coming, path)
    except FileExistsError:
        pass
    finally:
        coming.unlink()
    return path.read_text().strip()


class Hosting:
    """Two threads beside a worker: one tells what this host holds, one fetches what it lacks.

    Start it after any fork. `works` returns whether this process takes jobs; one that takes none tells nothing.
    """

    def __init__(self, store: JobStore, config: Config, works: Callable[[], bool] = lambda: False) -> None:
        self._store, self._config, self._works = store, config, works
        self._held: dict[str, HeldRegion] = {}
        self._said_at = float("-inf")
        self._stopped = threading.Event()
        self._told = {"telling": "", "fetching": ""}
        self._failures = 0

    @cached_property
    def name(self) -> str:
        """The name of this host. Raises OSError where the data folder cannot be written to."""
        return host_name(self._config.data_dir)

    # Imported when first needed: the evaluator loads this package before it yields to the pages, and whoever has no
    # region needs none of the libraries that read one.

    @cached_property
    def _regions(self) -> RegionStore:
        from app.atlas.regions import RegionStore

        return RegionStore(self._config.regions_dir)

    @cached_property
    def _builds(self) -> HeldBuilds:
        from app.atlas.held import HeldBuilds

        return HeldBuilds(self._regions)

    def start(self) -> None:
        """Start the threads."""
        for name, task, seconds in (
            ("doorstep-regions", self._tell, LOOK_SECONDS),
            ("doorstep-fetch", self._look_after, FETCH_SECONDS),
        ):
            threading.Thread(target=self._repeat, args=(task, seconds), name=name, daemon=True).start()

    def stop(self) -> None:
        """Stop; a fetch under way goes on from where it is at the next start."""
        self._stopped.set()

    def _repeat(self, task: Callable[[], None], seconds: float) -> None:
        doing = "telling" if task == self._tell else "fetching"
        while not self._stopped.is_set():
            try:
                task()
            except (QueueUnavailable, DatabaseDamaged):  # the database has logged these
                pass
            except Exception as error:  # noqa: BLE001 - a border: `_note` logs it
                self._note(doing, error)
            else:
                self._told[doing] = ""
            pause = seconds * 2.0**self._failures if doing == "fetching" else seconds
            self._stopped.wait(min(pause, LONGEST_PAUSE_SECONDS))

    def _note(self, doing: str, error: Exception) -> None:
        """Log what went wrong, once as long as it is the same."""
        told = repr(error)
        if self._told[doing] == told:
            return
        self._told[doing] = told
        if isinstance(error, DoorstepError):
            logger.error("%s", error.terminal_message)
        else:
            logger.error("looking after the regions goes on after an error", exc_info=error)

    # --- what is here ---

    def _tell(self) -> None:
        """Let this process claim what may run on what is here, and tell the site every few seconds."""
        held = self._held_now() if self._config.regions_dir.is_dir() else {}
        is_news = held != self._held
        self._held = held
        self._store.hold(held)
        now = time.monotonic()
        if self._works() and (is_news or now - self._said_at >= SAY_SECONDS):
            self._store.say_held(self.name, held)
            self._said_at = now

    def _held_now(self) -> dict[str, HeldRegion]:
        """Return what is here, as the site is told it."""
        return {
            name: HeldRegion(region.build, region.title, region.data_date, region.others)
            for name, region in self._builds.now().items()
        }

    # --- what is not here ---

    def _look_after(self) -> None:
        """Fetch what the catalogue and jobs need, and let go of what neither does. One process of a host at a time."""
        if not self._config.region_store and not os.access(self._config.regions_dir, os.W_OK):
            return
        with self._regions.fetching() as is_ours:
            if not is_ours:
                return
            catalogue, needed = self._store.catalogue(), self._store.needed_builds()
            failed = self._fetch_lacking(catalogue, needed) if self._config.region_store else None
            if catalogue and self._config.region_store:
                self._forget_unpublished(catalogue)
            published = {f"{each.name}@{build}" for each in catalogue for build in (each.build, each.before)}
            self._regions.tidy(published | needed)
        self._failures = self._failures + 1 if failed else 0
        if failed:
            raise failed

    def _fetch_lacking(
        self, catalogue: tuple[PublishedRegion, ...], needed: frozenset[str]
    ) -> DoorstepError | OSError | None:
        """Fetch one build after the other; one that fails does not keep others back. Return the last error."""
        failed: DoorstepError | OSError | None = None
        current = [(each.name, each.build) for each in catalogue if self._is_lacking(each)]
        others = [(name, build) for name, _, build in (each.partition("@") for each in sorted(needed))]
        for name, build in [*current, *(each for each in others if each not in current)]:
            is_current = (name, build) in current
            if not is_current and build in self._regions.builds(name):
                continue
            try:
                self._fetch(name, build, current=is_current)
            except (DoorstepError, OSError) as error:
                failed = error
            if self._stopped.is_set():
                return None
        return failed

    def _is_lacking(self, region: PublishedRegion) -> bool:
        """Return whether a region here is another build than the catalogue's, and not one that was imported here."""
        try:
            is_sound = self._regions.directory(region.name) not in self._builds.damaged
            if is_sound and self._regions.current_build(region.name) == region.build:
                return False
        except (RegionNotFound, OSError):
            return True
        if self._regions.is_own(region.name):
            self._tell_own(region.name)
            return False
        return True

    def _tell_own(self, name: str) -> None:
        key = f"own {name}"
        if key not in self._told:
            self._told[key] = name
            logger.warning(
                "the region %s was imported on this host and not published, so it is left as it is: publish it (flask "
                "region publish %s), or fetch the published one (flask region fetch %s)",
                *(name, name, name),
            )

    def _fetch(self, name: str, build: str, *, current: bool) -> None:
        from app.atlas.published.builds import MEGABYTE, Fetching, FetchStopped
        from app.atlas.published.stores import store_at

        began, spare = time.monotonic(), int(self._config.least_free_mb * MEGABYTE)
        store, stopping = store_at(self._config.region_store), self._stopped.is_set
        try:
            Fetching(store, self._regions, name, build, stopping=stopping, spare_bytes=spare).run(current=current)
        except FetchStopped:
            return
        logger.warning("fetched the region %s, build %s, in %.0f s", name, build, time.monotonic() - began)

    def _forget_unpublished(self, catalogue: tuple[PublishedRegion, ...]) -> None:
        """Let go of regions that were fetched and are on the catalogue no longer; never of all, nor of own imports."""
        published = {each.name for each in catalogue}
        for name in self._regions.names():
            if name not in published and not self._regions.is_own(name):
                self._regions.forget(name)
                logger.warning("let go of the region %s, which is on the site's catalogue no longer", name)
