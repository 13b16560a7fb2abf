"""A folder as a store of builds: one on a disk that all hosts see."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.atlas.published.stores import CHUNK, Reader
from app.errors import RegionStoreTrouble

#: What a file is called until it is whole.
COMING = ".coming"
#: What a killed publisher left is cleared away after these seconds.
LEFT_SECONDS = 86_400.0


class FolderStore:
    """What `app.atlas.published.stores.Store` promises."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self._folder)

    def sizes(self, prefix: str) -> dict[str, int]:
        """Return the bytes of every file whose key begins so, by key. Raises RegionStoreTrouble."""
        with self._explained():
            self._refuse_absent()
            found = ((path, path.stat()) for path in (self._folder / prefix).rglob("*") if not path.is_dir())
            return {str(path.relative_to(self._folder)): stat.st_size for path, stat in found if path.suffix != COMING}

    def put(self, path: Path, key: str) -> None:
        """Put a file there, in place of one of the same key. Raises RegionStoreTrouble."""
        with self._explained():
            self._refuse_absent()
            target = self._folder / key
            target.parent.mkdir(parents=True, exist_ok=True)
            _clear_left(target.parent)
            coming = target.with_name(f"{target.name}.{secrets.token_hex(4)}{COMING}")
            try:
                _copy(path, coming)
                coming.replace(target)
            except BaseException:
                coming.unlink(missing_ok=True)
                raise
            _sync_folder(target.parent)

    @contextmanager
    def opened(self, key: str, offset: int = 0) -> Iterator[Reader]:
        """Open a file from a byte on. Raises FileNotFoundError or RegionStoreTrouble."""
        with self._explained():
            self._refuse_absent()
        try:
            file = (self._folder / key).open("rb")
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._trouble(error) from error
        with file:
            file.seek(offset)
            yield _Told(self, file)

    def _refuse_absent(self) -> None:
        """Raise FileNotFoundError where the folder is not there: a disk that is not mounted is no empty store."""
        if not self._folder.is_dir():
            raise FileNotFoundError

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._trouble(error) from error

    def _trouble(self, error: OSError) -> RegionStoreTrouble:
        if isinstance(error, FileNotFoundError) and not self._folder.is_dir():
            why = "is not there: no folder has this name, or its disk is not mounted"
        else:
            why = f"cannot be used: {error.strerror or error}"
        return RegionStoreTrouble(store=self.name, why=why)


class _Told:
    """A file whose errors are those of its store."""

    def __init__(self, store: FolderStore, file: Reader) -> None:
        self._store, self._file = store, file

    def read(self, size: int, /) -> bytes:
        """Return up to so many bytes. Raises RegionStoreTrouble."""
        with self._store._explained():
            return self._file.read(size)


def _copy(path: Path, target: Path) -> None:
    with path.open("rb") as source, target.open("xb") as copy:
        shutil.copyfileobj(source, copy, CHUNK)
        copy.flush()
        os.fsync(copy.fileno())


def _clear_left(folder: Path) -> None:
    for left in folder.glob(f"*{COMING}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_SECONDS:
                left.unlink()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
