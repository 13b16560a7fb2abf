"""Where published builds lie: a folder, or a bucket of an S3-compatible server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from app.errors import BadRegionStore, RegionStoreNotSet

#: Bytes that are read and written at once.
CHUNK = 1 << 20


class Reader(Protocol):
    """A file of a store, being read."""

    def read(self, size: int, /) -> bytes:
        """Return up to so many bytes, none at the end. Raises RegionStoreTrouble or OSError."""


class Store(Protocol):
    """Files by their keys ("newport/0123456789abcdef/atlas.sqlite"); each is there as a whole or not at all."""

    @property
    def name(self) -> str:
        """What people call the store."""

    def sizes(self, prefix: str) -> dict[str, int]:
        """Return the bytes of every file whose key begins so, by key. Raises RegionStoreTrouble."""

    def put(self, path: Path, key: str) -> None:
        """Put a file there, in place of one of the same key. Raises RegionStoreTrouble."""

    def opened(self, key: str, offset: int = 0) -> AbstractContextManager[Reader]:
        """Open a file from a byte on. Raises FileNotFoundError or RegionStoreTrouble."""


def store_at(place: str, option: str = "--to") -> Store:
    """Return the store at a place. Raises RegionStoreNotSet where none is named, or BadRegionStore.

    `option` is the one by which the command at hand takes another place.
    """
    if not place:
        raise RegionStoreNotSet(option=option)
    # Imported here: whoever keeps regions in a folder needs no library for S3.
    if place.startswith("s3:"):
        bucket, prefix = _bucket_in(place)
        from app.atlas.published.s3 import S3Store

        return S3Store(bucket, prefix)
    if "://" in place:
        raise BadRegionStore(store=place.partition("://")[0] + "://...", why="it is neither a folder nor s3://...")
    from app.atlas.published.folder import FolderStore

    return FolderStore(Path(place))


def _bucket_in(place: str) -> tuple[str, str]:
    """Return the bucket and the prefix of an s3:// place, which may hold nothing else: no key, no port, no query."""
    parts = urlsplit(place)
    if "@" in parts.netloc:
        raise BadRegionStore(store="s3://...", why="keys do not belong there; set AWS_ACCESS_KEY_ID and so on")
    if not place.startswith("s3://") or not parts.netloc or ":" in parts.netloc or parts.query or parts.fragment:
        raise BadRegionStore(store="s3://...", why="it is not written as s3://bucket or s3://bucket/prefix")
    return parts.netloc, parts.path.strip("/")


def chunks(reader: Reader) -> Iterator[bytes]:
    """Yield what is left of a file, piece by piece."""
    while chunk := reader.read(CHUNK):
        yield chunk
