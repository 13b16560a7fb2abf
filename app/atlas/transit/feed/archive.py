"""Opens a feed's zip file and reads its tables, however they were written."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType

from app.atlas.transit.feed.losses import Losses

#: What reading a damaged, encrypted or exotic zip file can raise.
ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


#: Bytes that are no UTF-8 are read as Windows wrote them: whole files of Latin-1, and the odd name in a good file.
WINDOWS = "windows-1252"


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Decode the bytes of one fault."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode(WINDOWS, "replace"), error.end


codecs.register_error("as-windows", _as_windows)
#: How a file of 16 bits a character begins.
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Archive:
    """A feed's zip file. Raises BadFeed where it cannot be read as one."""

    def __init__(self, path: Path, losses: Losses) -> None:
        self._losses = losses
        try:
            self._zip = zipfile.ZipFile(path)
        except ZIP_FAULTS:
            raise losses.refuse("it is not a zip file, or it is damaged") from None
        self._members = _members(self._zip.namelist())

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def rows(self, name: str, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, fields) in the order `required` then `optional`; nothing where the file is absent.

        Raises BadFeed where the file is unreadable or lacks a required column.
        """
        if name not in self._members:
            return
        try:
            with (
                self._zip.open(self._members[name]) as raw,
                io.TextIOWrapper(raw, self._encoding(name), "as-windows", newline="") as text,
            ):
                table = Table(name, text, [*required, *optional])
                for column in table.missing:
                    if column in required:
                        raise self._losses.refuse(f"{name} has no column {column}")
                for row in table:
                    yield table.line, row
        except csv.Error as error:
            raise self._losses.refuse(f"{name} cannot be read as a table ({error})") from None
        except ZIP_FAULTS:
            raise self._losses.refuse(f"{name} is damaged inside the zip file") from None

    def _encoding(self, name: str) -> str:
        with self._zip.open(self._members[name]) as raw:
            return "utf-16" if raw.read(2) in UTF_16 else "utf-8-sig"


def _members(names: Sequence[str]) -> dict[str, str]:
    """Map file names to members: feeds often sit in a subfolder, with a Mac's ghost files, in capitals."""
    paths = [PurePosixPath(name) for name in names if name.lower().endswith(".txt") and "__MACOSX" not in name]
    homes = sorted(
        {path.parent for path in paths if path.name.lower() == "stops.txt"}, key=lambda home: (len(home.parts), home)
    )
    home = homes[0] if homes else PurePosixPath(".")
    return {path.name.lower(): str(path) for path in paths if path.parent == home}


#: Some feeds put whole route shapes in one field; csv refuses more than 131,072 characters by itself.
csv.field_size_limit(10_000_000)


class Table:
    """The rows of one file as tuples of the columns asked for, stripped; "" where there is none."""

    def __init__(self, name: str, file: io.TextIOBase, columns: Sequence[str]) -> None:
        self.name = name
        first = file.readline()
        self._reader = csv.reader(itertools.chain([first], file), delimiter=_delimiter(first))
        header = [title.strip(" \t\r\n\ufeff").lower() for title in next(self._reader, [])]
        self.missing = [column for column in columns if column not in header]
        #: Absent columns point at the empty field put behind every row.
        self._picks = [header.index(column) if column in header else len(header) for column in columns]
        self._width = len(header) + 1

    @property
    def line(self) -> int:
        """The line of the row just given, counted from 1."""
        return self._reader.line_num

    def __iter__(self) -> Iterator[list[str]]:
        picks, width = self._picks, self._width
        for row in self._reader:
            if len(row) < width:
                row += [""] * (width - len(row))
            else:  # a row longer than its header: what is too much is dropped
                row[width - 1] = ""
            fields = [row[pick].strip() for pick in picks]
            if any(fields):  # not an empty line, or nothing but commas
                yield fields


def _delimiter(header: str) -> str:
    """Return what stands between the columns: a comma, else what a spreadsheet may have put there."""
    return next((mark for mark in ",;\t" if mark in header), ",")
