"""What an atlas says about itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from app.atlas.schema import FORMAT_VERSION
from app.geometry import Box

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True, slots=True)
class AtlasMeta:
    """Facts for people and for choosing between regions. `data_date` is an ISO date or ""."""

    title: str
    data_date: str
    attribution: str
    #: Where the data lies, in degrees.
    box: Box
    covered_km2: float
    addresses: int
    places: int
    streets: int
    #: Files of timetables imported with the region, their names for people, and the day taken from them.
    feed_files: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    service_date: str = ""
    #: The file that the region was imported from, for `region update`.
    source_file: str = ""
    notes: tuple[str, ...] = ()
    format_version: int = FORMAT_VERSION


@dataclass(frozen=True, slots=True)
class Origin:
    """The part of an atlas's facts that versions share: what it was imported from, to import it again."""

    title: str
    source_file: str = ""
    feed_files: tuple[str, ...] = ()


def to_rows(meta: AtlasMeta) -> Mapping[str, str]:
    """Return the rows of the table `meta`."""
    fields: dict[str, object] = msgspec.to_builtins(meta)
    return {key: msgspec.json.encode(value).decode() for key, value in fields.items()}


def read_meta(connection: sqlite3.Connection) -> AtlasMeta:
    """Read the table `meta`. Raises sqlite3.Error, msgspec.ValidationError or ValueError where it is not one."""
    meta = msgspec.convert(_values(connection), AtlasMeta)
    if meta.format_version != FORMAT_VERSION:
        raise ValueError(f"format {meta.format_version}")
    return meta


def read_origin(connection: sqlite3.Connection) -> Origin:
    """Read what an atlas of any version was imported from. Raises as `read_meta`."""
    return msgspec.convert(_values(connection), Origin)


def _values(connection: sqlite3.Connection) -> dict[str, object]:
    rows = connection.execute("SELECT key, value FROM meta").fetchall()
    return {key: msgspec.json.decode(value) for key, value in rows}
