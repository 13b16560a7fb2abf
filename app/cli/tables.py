"""The table of all addresses of a region as CSV, GeoJSON and Parquet, written row by row."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from app.bulk.rows import COLUMNS, Cell, Row, why_missing
from app.errors import ParquetMissing
from app.views.exports import ATTRIBUTION, LICENCE, write_csv

#: Rows of Parquet that are compressed together.
TOGETHER = 5_000
#: What CSV has no other place for than columns: whose data it is, under which licence, and of which day.
ABOUT = ("source", "licence", "data_date")
_NAMES = tuple(column.name for column in COLUMNS)
_LAT, _LON = _NAMES.index("lat"), _NAMES.index("lon")


@dataclass(frozen=True, slots=True)
class About:
    """Whose data a table holds. `data_date` is an ISO date, "" where the map does not tell."""

    region: str
    title: str
    build: str
    data_date: str
    profile: str

    def as_columns(self) -> tuple[str, ...]:
        """Return the cells of ABOUT."""
        return ATTRIBUTION, LICENCE, self.data_date or "not known"

    def as_mapping(self) -> dict[str, str | None]:
        """Return all of it by name, as GeoJSON and Parquet carry it."""
        return {
            "attribution": ATTRIBUTION,
            "licence": LICENCE,
            "data_date": self.data_date or None,
            "region": self.region,
            "title": self.title,
            "build": self.build,
            "profile": self.profile,
        }


Write = Callable[[BinaryIO, About, Iterable[Row]], None]


def check_library(files: Mapping[str, Path]) -> None:
    """Raise ParquetMissing where a format needs a library that is not installed."""
    if "parquet" in files:
        _pyarrow()


def write_all(files: Mapping[str, Path], about: About, rows: Callable[[], Iterator[Row]]) -> None:
    """Write the rows to the files of these formats ("csv", "geojson", "parquet"), each in place only when it is whole.

    Raises OSError or ParquetMissing.
    """
    for name, path in files.items():
        part = path.with_name(f".{path.name}.part-{os.getpid()}")
        with ExitStack() as stack:
            stack.callback(part.unlink, missing_ok=True)
            with part.open("wb") as out:
                WRITERS[name](out, about, rows())
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)


def _write_csv(out: BinaryIO, about: About, rows: Iterable[Row]) -> None:
    """Write a row an address. A number that is missing is the word that says why: no cell is empty."""
    import io

    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    told = about.as_columns()
    write_csv(text, (*_NAMES, *ABOUT), ((*_spelled(row), *told) for row in rows))
    text.detach()


def _spelled(row: Row) -> Iterator[Cell]:
    for column, cell in zip(COLUMNS, row, strict=True):
        yield why_missing(row, column) if cell is None else cell


def _write_geojson(out: BinaryIO, about: About, rows: Iterable[Row]) -> None:
    """Write a point an address (RFC 7946). A number that is missing is null; the text beside it says why."""
    head = msgspec.json.encode({"type": "FeatureCollection", **about.as_mapping()})
    out.write(head[:-1] + b',"features":[')
    for at, row in enumerate(rows):
        out.write((b",\n" if at else b"\n") + msgspec.json.encode(_feature(row)))
    out.write(b"\n]}\n")


def _feature(row: Row) -> dict[str, Any]:
    properties = {name: cell for name, cell in zip(_NAMES, row, strict=True) if name not in ("lat", "lon")}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [_rounded(row[_LON]), _rounded(row[_LAT])]},
        "properties": properties,
    }


def _rounded(degrees: Cell) -> float:
    return round(float(degrees or 0.0), 7)


def _write_parquet(out: BinaryIO, about: About, rows: Iterable[Row]) -> None:
    """Write typed columns: numbers, null where missing, and texts that are never null."""
    pyarrow, parquet = _pyarrow()
    fields = [
        pyarrow.field(c.name, pyarrow.float64() if c.is_number else pyarrow.string(), nullable=c.is_number)
        for c in COLUMNS
    ]
    metadata = {key: value or "not known" for key, value in about.as_mapping().items()}
    schema = pyarrow.schema(fields, metadata=metadata)
    left = iter(rows)
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while some := list(islice(left, TOGETHER)):
            columns = [
                pyarrow.array(cells, field.type) for cells, field in zip(zip(*some, strict=True), schema, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(columns, schema=schema))


def _pyarrow() -> tuple[Any, Any]:
    """Return pyarrow and what it writes Parquet with. Raises ParquetMissing."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ParquetMissing from None
    return pyarrow, parquet


WRITERS: dict[str, Write] = {"csv": _write_csv, "geojson": _write_geojson, "parquet": _write_parquet}
