"""The regions of a folder, each opened once: what was imported again, removed, damaged or mended since is noticed."""

from __future__ import annotations

import gc
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from app.atlas.atlas import Atlas
from app.atlas.files import OUT_OF_FILES, AtlasFiles, Manifest, read_manifest
from app.atlas.regions import RegionStore
from app.errors import AtlasReplaced, AtlasUnreadable, DoorstepError, RegionNotFound, TooManyOpenFiles

#: Seconds for which a region stays as it was seen: a look at its files takes 0.4 ms, and a page asks many times.
LOOK_AGAIN_S = 1.0
#: Seconds between two looks at regions that nobody asks about.
WATCH_EVERY_S = 5.0
#: How often the collector is run for an atlas that is still held, by a circle or by somebody who reads it for long.
MOST_COLLECTIONS = 5

Answer = TypeVar("Answer")
#: The regions that can be read, by name, and what is the matter with the others.
Regions = tuple[tuple[Atlas, ...], tuple[AtlasUnreadable, ...]]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Seen:
    """A build of a region: its atlas or why there is none, as of the last look."""

    directory: Path
    files: AtlasFiles
    looked_at: float = float("-inf")
    atlas: Atlas | None = None
    problem: AtlasUnreadable | None = None


class OpenRegions:
    """Opens and watches the regions of a folder. Threads may share it.

    With `most_open` no more than so many are kept open: of those, the ones that were asked for last.
    """

    def __init__(
        self, regions_dir: Path, clock: Callable[[], float] = time.monotonic, most_open: int | None = None
    ) -> None:
        self._store = RegionStore(regions_dir)
        self._clock = clock
        self._most_open = most_open
        self._lock = threading.Lock()
        self._seen: dict[str, _Seen] = {}
        #: Regions whose trouble is in the log, with the sentence that told it.
        self._told: dict[str, str] = {}
        self._local = threading.local()
        #: Of these regions the build that is asked, in place of the current one.
        self._pinned: dict[str, str] = {}
        #: Atlases that were let go of, and how often the collector is still to look for what holds them.
        self._left: dict[weakref.ref[Atlas], int] = {}

    def atlas(self, name: str) -> Atlas:
        """Return a region as it is now. Raises RegionNotFound or AtlasUnreadable."""
        return self._looked_at(name, LOOK_AGAIN_S)

    def all(self) -> Regions:
        """Return all regions as they are now. Those that were removed are closed."""
        whole: list[Atlas] = []
        troubled: list[AtlasUnreadable] = []
        names = self._names()
        for name in names:
            try:
                whole.append(self.atlas(name))
            except RegionNotFound:  # removed a moment ago
                continue
            except AtlasUnreadable as problem:
                troubled.append(problem)
        self._forget_others(names)
        return tuple(whole), tuple(troubled)

    def undisturbed(self, ask: Callable[[tuple[Atlas, ...]], Answer]) -> Answer:
        """Return the answer of all regions that can be read.

        Where asking fails because one was damaged or replaced a moment ago, the others are asked again.
        """
        before: tuple[Atlas, ...] | None = None
        while True:
            whole = self._as_used(self.all()[0])
            try:
                return ask(whole)
            except Exception as error:
                is_expected = isinstance(error, DoorstepError) and not isinstance(error, AtlasUnreadable)
                if is_expected or whole == before or all(self._is_still(atlas) for atlas in whole):
                    raise
            before = whole

    def watch(self) -> None:
        """Look at all regions every few seconds, so that a process that nobody asks lets go of what was replaced."""
        threading.Thread(target=_watch, args=(weakref.ref(self),), name="regions", daemon=True).start()

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Let what the block makes of regions count only where their files stayed as they were written.

        It is about those that the block gets by `used`. Raises AtlasUnreadable where one did not, whatever became of
        the block, and AtlasReplaced where it failed on a build that was cleared away.
        """
        self._local.used = used = dict[str, Atlas]()
        try:
            yield
        except Exception as error:
            self._refuse_disturbed(used, error)
            raise
        else:
            self._refuse_disturbed(used)
        finally:
            self._local.used = None

    def build_directory(self, name: str, build: str) -> Path:
        """Return the folder of a build. Raises RegionNotFound where it is not here."""
        return self._store.directory(name, build)

    @contextmanager
    def pinned(self, name: str, build: str) -> Iterator[None]:
        """Let a region be one of its builds, whichever is current; one evaluation at a time may ask so."""
        self._pinned = {name: build}
        try:
            yield
        finally:
            self._pinned = {}

    def used(self, name: str) -> Atlas:
        """Return a region whose files are to stay as they are: within `settled` the same build always. As `atlas`."""
        used: dict[str, Atlas] | None = getattr(self._local, "used", None)
        if used is None:
            return self._looked_at(name, LOOK_AGAIN_S)
        if name not in used:
            used[name] = self._looked_at(name, LOOK_AGAIN_S)
        return used[name]

    def use(self, atlas: Atlas) -> None:
        """Let `used` give this build of its region, unless it gave another one before."""
        if (used := getattr(self._local, "used", None)) is not None:
            used.setdefault(atlas.name, atlas)

    def builds_used(self) -> tuple[str, ...]:
        """Return the builds ("name@build") that were used within `settled` so far."""
        used: dict[str, Atlas] = getattr(self._local, "used", None) or {}
        return tuple(f"{name}@{atlas.build}" for name, atlas in sorted(used.items()))

    def _as_used(self, atlases: tuple[Atlas, ...]) -> tuple[Atlas, ...]:
        used: dict[str, Atlas] = getattr(self._local, "used", None) or {}
        return tuple(used.get(atlas.name, atlas) for atlas in atlases)

    def manifest(self, name: str) -> Manifest | None:
        """Return what is written down about a region that may be damaged, None where that cannot be read either."""
        try:
            return read_manifest(self._store.directory(name))
        except (OSError, msgspec.MsgspecError, RegionNotFound):
            return None

    def _names(self) -> tuple[str, ...]:
        try:
            return tuple(sorted({*self._store.names(), *self._pinned}))
        except OSError as error:
            if error.errno in OUT_OF_FILES:
                return tuple(sorted(self._seen))
            raise

    def _looked_at(self, name: str, at_most_s: float) -> Atlas:
        """Return a region as it was no more than so many seconds ago. Raises RegionNotFound or AtlasUnreadable."""
        with self._lock:
            seen = self._current(name)
            self._close_others(name)
            if self._clock() - seen.looked_at >= at_most_s:
                self._look(name, seen)
            if seen.atlas is not None:
                return seen.atlas
            if seen.problem is not None:
                raise seen.problem.again()
        return self._looked_at(name, at_most_s)  # replaced while it was opened

    def _current(self, name: str) -> _Seen:
        """Return the build that a region has now; the one before is closed when its last reader lets go of it."""
        try:
            directory = self._directory(name)
        except RegionNotFound:
            self._leave(self._seen.pop(name, None))
            raise
        seen = self._seen.get(name)
        if seen is None or seen.directory != directory:
            self._leave(seen)
            seen = self._seen[name] = _Seen(directory, AtlasFiles(name, directory))
        return seen

    def _close_others(self, name: str) -> None:
        """Note that a region was asked for; close the one that was asked for longest ago where too many are open."""
        self._seen[name] = self._seen.pop(name)
        if self._most_open is not None and len(self._seen) > self._most_open:
            self._leave(self._seen.pop(next(iter(self._seen))))

    def _look(self, name: str, seen: _Seen) -> None:
        """Look at the files of a build and open it unless it is open. Raises TooManyOpenFiles, which tells nothing."""
        try:
            if seen.atlas is None:
                seen.atlas = Atlas(name, seen.directory, seen.files)
            else:
                seen.files.check()
        except TooManyOpenFiles as problem:
            self._tell(name, problem.finding)
            raise
        except AtlasUnreadable as problem:
            self._leave(seen)
            seen.atlas, seen.problem = None, problem.again()
            if self._directory(name) != seen.directory:
                seen.problem = None
                return
            self._tell(name, problem.finding)
        else:
            seen.problem = None
            self._tell(name, "")
        seen.looked_at = self._clock()

    def _tell(self, name: str, finding: str) -> None:
        """Log what is the matter with a region, "" for nothing, once until that changes."""
        if finding != self._told.get(name, ""):
            self._told[name] = finding
            log.warning("%s", finding or f"The region {name} can be read again.")

    def _is_still(self, atlas: Atlas) -> bool:
        """Return whether a region is as it was written, by a look at it now."""
        try:
            return self._looked_at(atlas.name, 0.0) is atlas
        except (RegionNotFound, AtlasUnreadable):
            return False

    def _directory(self, name: str) -> Path:
        return self._store.directory(name, self._pinned.get(name, ""))

    def _refuse_disturbed(self, used: dict[str, Atlas], error: Exception | None = None) -> None:
        for atlas in used.values():
            try:
                atlas.files.check()
            except AtlasUnreadable:
                if self._is_current(atlas):
                    raise
                if error is not None:
                    raise AtlasReplaced(name=atlas.name) from error

    def _is_current(self, atlas: Atlas) -> bool:
        try:
            return self._directory(atlas.name) == atlas.directory
        except RegionNotFound:
            return False

    def _forget_others(self, names: tuple[str, ...]) -> None:
        with self._lock:
            for name in self._seen.keys() - set(names):
                self._leave(self._seen.pop(name))

    def _leave(self, seen: _Seen | None) -> None:
        if seen is not None and seen.atlas is not None:
            self._left[weakref.ref(seen.atlas)] = MOST_COLLECTIONS

    def collect(self) -> None:
        """Free atlases that were let go of and hold each other in a circle with an error: their databases are open."""
        with self._lock:
            self._left = {left: times - 1 for left, times in self._left.items() if left() is not None and times}
        if self._left:
            gc.collect()


def _watch(regions: weakref.ref[OpenRegions]) -> None:
    """Look at regions for as long as somebody holds them."""
    while True:
        time.sleep(WATCH_EVERY_S)
        if (held := regions()) is None:
            return
        with suppress(OSError):  # the folder cannot be read at the moment
            held.all()
        held.collect()
        del held
