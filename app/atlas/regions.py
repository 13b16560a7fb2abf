"""The folder of imported regions: each name is a symbolic link to the folder that holds its atlas."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import BadRegionName, RegionNotFound

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_NAME = 40
#: Where the builds and locks lie, beside the links.
BUILDS = ".builds"


class RegionStore:
    """Adds, swaps and removes regions so that a reader sees either the old atlas or the new one, never a part."""

    def __init__(self, regions_dir: Path) -> None:
        self._dir = regions_dir

    def names(self) -> tuple[str, ...]:
        """Return the names of all regions, in alphabetical order."""
        if not self._dir.is_dir():
            return ()
        # One whose folder is gone is a region still, if a damaged one.
        return tuple(sorted(path.name for path in self._dir.iterdir() if path.is_symlink()))

    def directory(self, name: str) -> Path:
        """Return the folder that a region's atlas is in now. Raises RegionNotFound."""
        link = self._dir / name
        if not NAME.fullmatch(name) or not link.is_symlink():
            raise RegionNotFound(name=name)
        return self._dir / link.readlink()

    def size(self, name: str) -> int:
        """Return the bytes of a region's builds, the one before included."""
        builds = (self._dir / BUILDS).glob(f"{name}.*")
        files = (file for build in builds for file in build.rglob("*") if file.is_file())
        return sum(file.stat().st_size for file in files)

    @contextmanager
    def new_build(self, name: str) -> Iterator[Path]:
        """Give an empty folder to build in; on leaving it without an error it becomes the region.

        Waits for another build of the same region. The folder before stays until the next build, for those who still
        read from it; folders that killed builds left behind are cleared away.
        """
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise BadRegionName(name=name)
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

    def remove(self, name: str) -> None:
        """Remove a region; evaluations that are reading it can finish. Raises RegionNotFound."""
        self.directory(name)
        with self._locked(name):
            (self._dir / name).unlink()
            _sync_folder(self._dir)
            self._clear(name)

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        (self._dir / BUILDS).mkdir(parents=True, exist_ok=True)
        with (self._dir / BUILDS / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _clear(self, name: str) -> None:
        """Remove the builds of a region that its link does not point to."""
        link = self._dir / name
        current = link.readlink().name if link.is_symlink() else ""
        for path in (self._dir / BUILDS).glob(f"{name}.*"):
            if path.is_dir() and path.name != current:
                shutil.rmtree(path)

    def _point(self, name: str, directory: Path) -> None:
        fresh = self._dir / BUILDS / f"{name}.link"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path(BUILDS) / directory.name)
        fresh.replace(self._dir / name)
        _sync_folder(self._dir)


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
