"""The folder of imported regions: each name is a symbolic link to the folder that holds its atlas."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.atlas.files import MANIFEST_FILE, build_of
from app.errors import BadRegionName, RegionNotFound

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_NAME = 40
#: Where the builds and locks lie, beside the links.
BUILDS = ".builds"
#: What is being fetched lies in a folder that ends so.
PART = ".part"
#: Beside an imported build, once it was published: then a newer one from the region store may take its place.
PUBLISHED = ".published"
#: Held by the process that looks after what is fetched; no region has such a name.
FETCHING_LOCK = ".fetching.lock"
#: A build that is no longer needed stays for as long (seconds) as an evaluation that began on it may last.
LINGER_SECONDS = 3_600.0


class RegionStore:
    """Adds, swaps and removes regions so that a reader sees either the old atlas or the new one, never a part.

    A build that was imported lies in a folder with a random name, one that was fetched in a folder named by its build.
    """

    def __init__(self, regions_dir: Path) -> None:
        self._dir = regions_dir

    def names(self) -> tuple[str, ...]:
        """Return the names of all regions, in alphabetical order."""
        if not self._dir.is_dir():
            return ()
        # One whose folder is gone is a region still, if a damaged one.
        return tuple(sorted(path.name for path in self._dir.iterdir() if path.is_symlink()))

    def directory(self, name: str, build: str = "") -> Path:
        """Return the folder that a region's atlas is in now, or that of one build. Raises RegionNotFound."""
        if build:
            return self._directory_of(name, build)
        link = self._dir / name
        if not NAME.fullmatch(name) or not link.is_symlink():
            raise RegionNotFound(name=name)
        return self._dir / link.readlink()

    def builds(self, name: str) -> dict[str, Path]:
        """Return the folders of a region's whole builds by their names, the current one first; none where none is."""
        folders = [path for path in (self._dir / BUILDS).glob(f"{name}.*") if _is_build(path)]
        with suppress(RegionNotFound):
            current = self.directory(name)
            folders.sort(key=lambda folder: folder.name != current.name)
        found: dict[str, Path] = {}
        for folder in folders:
            with suppress(OSError):  # its manifest is missing: it is being built, or damaged
                found.setdefault(_build_named(name, folder) or build_of(folder), folder)
        return found

    def current_build(self, name: str) -> str:
        """Return the name of the build that a region has now. Raises RegionNotFound, or OSError where it is damaged."""
        directory = self.directory(name)
        return _build_named(name, directory) or build_of(directory)

    def held_names(self) -> tuple[str, ...]:
        """Return the names of all regions of which a build lies here, also of those that are no region any more."""
        builds = (path.name.partition(".")[0] for path in (self._dir / BUILDS).glob("*.*") if _is_build(path))
        return tuple(sorted({*self.names(), *builds}))

    def size(self, name: str) -> int:
        """Return the bytes of a region's builds, the one before included."""
        builds = (self._dir / BUILDS).glob(f"{name}.*")
        files = (file for build in builds for file in build.rglob("*") if file.is_file())
        return sum(file.stat().st_size for file in files)

    @contextmanager
    def new_build(self, name: str) -> Iterator[Path]:
        """Give an empty folder to build in; on leaving it without an error it becomes the region.

        Waits for another build of the same region. The folder before stays until the next build, for those who still
        read from it; folders that killed builds left behind are cleared away. What was published stays (`tidy`).
        """
        _check_name(name)
        with self._locked(name):
            self._clear(name)
            directory = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=self._dir / BUILDS))
            directory.chmod(0o755)
            try:
                yield directory
            except BaseException:
                shutil.rmtree(directory)
                raise
            _sync(directory)
            self._point(name, directory)

    @contextmanager
    def fetched_build(self, name: str, build: str, *, current: bool = True) -> Iterator[Path]:
        """Give the folder into which a build is fetched; on leaving it without an error it becomes the region.

        After an error the folder stays as it is, so that the next try goes on from there. What is not to become
        `current` only lies beside it, for those who ask for this build.
        """
        _check_name(name)
        with self._locked(name):
            whole = self._dir / BUILDS / f"{name}.{build}"
            part = whole.with_name(whole.name + PART)
            if not (whole / MANIFEST_FILE).exists():
                part.mkdir(exist_ok=True)
                yield part
                _sync(part)
                shutil.rmtree(whole, ignore_errors=True)
                part.rename(whole)
                _sync_folder(whole.parent)
            else:  # it is mended where it lies
                yield whole
                _sync(whole)
            if current:
                self._point(name, whole)

    def drop_part(self, name: str, build: str) -> None:
        """Remove what was fetched of a build so far."""
        shutil.rmtree(self._dir / BUILDS / f"{name}.{build}{PART}", ignore_errors=True)

    def is_own(self, name: str) -> bool:
        """Return whether a region was imported on this host, and never published."""
        try:
            directory = self.directory(name)
        except RegionNotFound:
            return False
        return self._is_only_here(name, directory)

    def note_published(self, name: str) -> None:
        """Note that the region store has the build that a region has now. Raises RegionNotFound."""
        self._mark_of(self.directory(name)).touch()

    def remove(self, name: str) -> None:
        """Remove a region; evaluations that are reading it can finish. Raises RegionNotFound."""
        self.directory(name)
        with self._locked(name):
            (self._dir / name).unlink()
            _sync_folder(self._dir)
            for path in (self._dir / BUILDS).glob(f"{name}.*"):
                if path.is_dir():
                    self._drop(path)

    def forget(self, name: str) -> None:
        """Let a region go; its builds stay until `tidy` finds that nobody needs them. Raises RegionNotFound."""
        with self._locked(name):
            _touch(self.directory(name))
            (self._dir / name).unlink()
            _sync_folder(self._dir)

    def tidy(self, needed: Collection[str]) -> None:
        """Remove fetched and published builds that are neither current nor needed ("name@build"), after an hour.

        So long an evaluation may read from what was current when it began.
        """
        for path in (self._dir / BUILDS).glob("*.*"):
            name, _, rest = path.name.partition(".")
            with suppress(OSError):
                if path.is_dir() and self._is_spent(name, path, rest.removesuffix(PART), needed):
                    with self._locked(name, wait=False):
                        self._drop(path)

    def _is_spent(self, name: str, folder: Path, build: str, needed: Collection[str]) -> bool:
        if self._is_only_here(name, folder):
            return False
        if not (_build_named(name, folder) or folder.name.endswith(PART)):
            build = build_of(folder)
        link = self._dir / name
        is_current = link.is_symlink() and link.readlink().name == folder.name
        is_recent = time.time() - folder.stat().st_mtime < LINGER_SECONDS
        return not is_current and not is_recent and f"{name}@{build}" not in needed

    def _directory_of(self, name: str, build: str) -> Path:
        if NAME.fullmatch(name) and (directory := self.builds(name).get(build)):
            return directory
        raise RegionNotFound(name=f"{name}@{build}")

    def _mark_of(self, directory: Path) -> Path:
        return self._dir / BUILDS / f"{directory.name}{PUBLISHED}"

    def _is_only_here(self, name: str, folder: Path) -> bool:
        """Return whether a build was imported and never published."""
        return not (_build_named(name, folder) or folder.name.endswith(PART) or self._mark_of(folder).exists())

    @contextmanager
    def _locked(self, name: str, *, wait: bool = True) -> Iterator[None]:
        """Let nobody else change a region meanwhile. Raises BlockingIOError where one that does is not waited for."""
        (self._dir / BUILDS).mkdir(parents=True, exist_ok=True)
        with (self._dir / BUILDS / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            yield

    @contextmanager
    def fetching(self) -> Iterator[bool]:
        """Give whether this process may look after the fetched regions: one at a time on each host may."""
        (self._dir / BUILDS).mkdir(parents=True, exist_ok=True)
        with (self._dir / BUILDS / FETCHING_LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _clear(self, name: str) -> None:
        """Remove the imported builds of a region that its link does not point to; others may be needed (`tidy`)."""
        link = self._dir / name
        current = link.readlink().name if link.is_symlink() else ""
        for path in (self._dir / BUILDS).glob(f"{name}.*"):
            if path.is_dir() and path.name != current and self._is_only_here(name, path):
                self._drop(path)

    def _drop(self, folder: Path) -> None:
        shutil.rmtree(folder)
        self._mark_of(folder).unlink(missing_ok=True)

    def _point(self, name: str, directory: Path) -> None:
        link = self._dir / name
        if link.is_symlink() and link.readlink().name != directory.name:
            _touch(self._dir / link.readlink())
        fresh = self._dir / BUILDS / f"{name}.link"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path(BUILDS) / directory.name)
        fresh.replace(link)
        _sync_folder(self._dir)


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise BadRegionName(name=name)


def _is_build(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not path.name.endswith(PART)


def _build_named(name: str, folder: Path) -> str:
    """Return the build that a fetched folder is named by, "" for the folder of one that was imported."""
    build = folder.name.removeprefix(f"{name}.")
    return build if BUILD.fullmatch(build) else ""


def _touch(folder: Path) -> None:
    """Note in a folder's time that it is no longer current from now on."""
    with suppress(OSError):
        os.utime(folder)


#: How a build is written; the random names of imported folders are shorter.
BUILD = re.compile(r"[0-9a-f]{16}")


def _sync(directory: Path) -> None:
    """Put every file of a build on the disk before anything points to it."""
    for folder, _, files in os.walk(directory):
        for file in files:
            with (Path(folder) / file).open("rb") as opened:
                os.fsync(opened.fileno())
        _sync_folder(Path(folder))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
