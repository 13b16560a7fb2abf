"""Publish a build of a region, and fetch one: each file checked, the manifest last, in place only when it is whole."""

from __future__ import annotations

import errno
import shutil
import time
import zlib
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import msgspec

from app.atlas.atlas import meta_of
from app.atlas.files import MANIFEST_FILE, AtlasFiles, Manifest, Written, build_in, checksum, manifest_in
from app.atlas.published.stores import Store, chunks
from app.atlas.regions import BUILD, RegionStore
from app.errors import (
    AtlasOutdated,
    BuildNotInStore,
    BuildOutdated,
    NoRoomForRegion,
    RegionStoreTrouble,
    StoredBuildDamaged,
)

#: Called with the share done, 0 to 1, and the file that is under way.
Progress = Callable[[float, str], None]

MEGABYTE = 1_000_000
#: No manifest is larger: whatever is behind a key is not read into memory without end.
MOST_MANIFEST_BYTES = 64 << 20
#: How often a file whose transfer breaks off is gone on with, and the pause before (seconds).
TRIES, PAUSE_SECONDS = 4, 1.0
#: What a fetched file is called until it is whole.
COMING = ".coming"


class FetchStopped(Exception):
    """The fetch was stopped from outside; what is there stays for the next."""


def publish(
    store: Store,
    regions: RegionStore,
    name: str,
    progress: Progress = lambda share, what: None,
    *,
    again: bool = False,
) -> str:
    """Put the build that a region has now into a store, unless it is there; return its name.

    `again`: put every file there once more. The manifest goes last, so what was killed halfway is no build. Raises
    RegionNotFound, AtlasDamaged where the region here is not whole, RegionStoreTrouble.
    """
    directory = regions.directory(name)
    files = AtlasFiles(name, directory)
    manifest = files.check()
    prefix = _prefix(name, files.build)
    there = {} if again else store.sizes(prefix)
    lacking = [file for file, written in manifest.files.items() if there.get(prefix + file) != written.size]
    total, done = sum(manifest.files[file].size for file in lacking) or 1, 0
    for file in lacking:
        progress(done / total, file)
        store.put(directory / file, prefix + file)
        done += manifest.files[file].size
    if lacking or there.get(prefix + MANIFEST_FILE) != (directory / MANIFEST_FILE).stat().st_size:
        store.put(directory / MANIFEST_FILE, prefix + MANIFEST_FILE)
    # What went up is what was checked, unless somebody changed it meanwhile.
    files.check()
    progress(1.0, "done")
    return files.build


@dataclass(frozen=True, slots=True)
class Fetching:
    """One fetch of one build from a store."""

    store: Store
    regions: RegionStore
    name: str
    build: str
    progress: Progress = field(default=lambda share, what: None)
    stopping: Callable[[], bool] = field(default=lambda: False)
    #: What the disk must still have free afterwards.
    spare_bytes: int = 0

    def run(self, *, current: bool = True) -> None:
        """Fetch what is not here whole, and put the build in place; not as the region's own unless `current`.

        Raises BadRegionName, BuildNotInStore, StoredBuildDamaged, BuildOutdated, NoRoomForRegion, RegionStoreTrouble or
        FetchStopped; the build before stays then, and the next try goes on from here. A build in place that is not
        whole is mended.
        """
        if not BUILD.fullmatch(self.build):
            raise BuildNotInStore(store=self.store.name, name=self.name, build=self.build, file=MANIFEST_FILE)
        data = self._manifest_data()
        manifest = self._manifest_in(data)
        with self.regions.fetched_build(self.name, self.build, current=current) as directory:
            try:
                self._fetch_into(directory, manifest)
                (directory / MANIFEST_FILE).write_bytes(data)
                self._refuse_other_version(directory)
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                self.regions.drop_part(self.name, self.build)
                needed = sum(written.size for written in manifest.files.values())
                raise self._no_room(directory.parent, needed) from error

    def _refuse_other_version(self, directory: Path) -> None:
        """Raise BuildOutdated where this program cannot read a build: the one before is better than none."""
        try:
            meta_of(self.name, directory)
        except AtlasOutdated as error:
            raise BuildOutdated(name=self.name, build=self.build, why=error.why) from error

    def _fetch_into(self, directory: Path, manifest: Manifest) -> None:
        lacking = [file for file, written in manifest.files.items() if not _is_whole(directory / file, written)]
        needed = sum(manifest.files[file].size for file in lacking)
        if needed + self.spare_bytes > shutil.disk_usage(directory).free:
            raise self._no_room(directory, needed)
        _remove_others(directory, {*manifest.files, MANIFEST_FILE})
        done = 0
        for file in lacking:
            self.progress(done / (needed or 1), file)
            self._fetch_file(file, manifest.files[file], directory)
            done += manifest.files[file].size
        self.progress(1.0, "done")

    def _fetch_file(self, file: str, written: Written, directory: Path) -> None:
        target = directory / file
        target.parent.mkdir(parents=True, exist_ok=True)
        coming = target.with_name(target.name + COMING)
        try:
            size, crc32 = self._copied(file, written, coming)
            if size != written.size:
                raise self._damaged(file, f"has {size:,} bytes instead of {written.size:,}")
            if crc32 != written.crc32:
                raise self._damaged(file, "is not what was published")
            coming.replace(target)
        finally:
            coming.unlink(missing_ok=True)

    def _copied(self, file: str, written: Written, target: Path) -> tuple[int, int]:
        """Copy a file from the store, going on where a transfer breaks off; return its size and CRC-32."""
        size, crc32, tries = 0, 0, 1
        with target.open("wb") as copy:
            while True:
                before = size
                try:
                    with self.store.opened(self._key(file), size) as reader:
                        for chunk in chunks(reader):
                            copy.write(chunk)
                            size, crc32 = size + len(chunk), zlib.crc32(chunk, crc32)
                            if self.stopping():
                                raise FetchStopped
                            if size > written.size:
                                break
                    return size, crc32
                except FileNotFoundError as error:
                    raise self._missing(file) from error
                except RegionStoreTrouble:
                    tries = 1 if size > before else tries + 1
                    if size == written.size:  # it broke off behind the last byte
                        return size, crc32
                    if tries > TRIES or size == 0:
                        raise
                time.sleep(PAUSE_SECONDS)

    def _manifest_data(self) -> bytes:
        try:
            with self.store.opened(self._key(MANIFEST_FILE)) as reader:
                data = b""
                for chunk in chunks(reader):
                    data += chunk
                    if len(data) > MOST_MANIFEST_BYTES:
                        raise self._damaged(MANIFEST_FILE, "is too large")
        except FileNotFoundError as error:
            raise self._missing(MANIFEST_FILE) from error
        return data

    def _manifest_in(self, data: bytes) -> Manifest:
        if build_in(data) != self.build:
            raise self._damaged(MANIFEST_FILE, "is not what was published")
        try:
            manifest = manifest_in(data)
        except msgspec.MsgspecError as error:
            raise self._damaged(MANIFEST_FILE, "cannot be read") from error
        for file in manifest.files:
            if not _is_below(file):
                raise self._damaged(MANIFEST_FILE, "names a file outside the region")
        return manifest

    def _key(self, file: str) -> str:
        return _prefix(self.name, self.build) + file

    def _missing(self, file: str) -> BuildNotInStore:
        return BuildNotInStore(store=self.store.name, name=self.name, build=self.build, file=file)

    def _damaged(self, file: str, why: str) -> StoredBuildDamaged:
        return StoredBuildDamaged(store=self.store.name, name=self.name, build=self.build, file=file, why=why)

    def _no_room(self, directory: Path, needed: int) -> NoRoomForRegion:
        free = shutil.disk_usage(directory).free
        return NoRoomForRegion(name=self.name, needed=f"{needed / MEGABYTE:,.1f}", free=f"{free / MEGABYTE:,.1f}")


def _prefix(name: str, build: str) -> str:
    return f"{name}/{build}/"


def _is_whole(path: Path, written: Written) -> bool:
    """Return whether a file is here as it was published."""
    try:
        return path.stat().st_size == written.size and checksum(path) == written.crc32
    except OSError:
        return False


def _is_below(file: str) -> bool:
    """Return whether a path stays in the folder that it is read in."""
    path = PurePosixPath(file)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts) and "\0" not in file


def _remove_others(directory: Path, files: Collection[str]) -> None:
    """Remove what an earlier fetch left halfway."""
    for path in directory.rglob("*"):
        if not path.is_dir() and str(path.relative_to(directory)) not in files:
            with suppress(OSError):
                path.unlink()
