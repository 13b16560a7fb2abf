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


#: A feed may unpack to so many times its size (real ones do to 12 times), and to this many bytes besides.
MOST_UNPACKED, SMALL_FEED = 40, 20_000_000


def _why_not_opened(path: Path, error: Exception) -> str:
    """Return why a file is no zip file that can be read."""
    if path.is_dir():
        return "it is a folder; name the zip file in it"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "it may not be read"
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        return "it is empty"
    return "it is cut off or damaged; download it again" if head.startswith(b"PK") else "it is not a zip file"


class Archive:
    """A feed's zip file. Raises BadFeed where it cannot be read as one."""

    def __init__(self, path: Path, losses: Losses) -> None:
        self._losses = losses
        try:
            self._zip = zipfile.ZipFile(path)
        except ZIP_FAULTS as error:
            raise losses.refuse(_why_not_opened(path, error)) from None
        self._members = _members(self._zip.namelist())
        #: Bytes of the whole file.
        self.size = path.stat().st_size
        self._refuse_bombs()

    def _refuse_bombs(self) -> None:
        """Refuse what unpacks to far more than a timetable does, as the zip file declares: it gives out no more."""
        unpacked = sum(self._zip.getinfo(member).file_size for member in self._members.values())
        if unpacked > SMALL_FEED + MOST_UNPACKED * self.size:
            sizes = f"{self.size / 1e6:,.1f} MB unpack to {unpacked / 1e6:,.0f} MB"
            raise self._losses.refuse(f"its {sizes}, and those of a timetable to at most {MOST_UNPACKED} times as much")

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
        except (ValueError, *ZIP_FAULTS) as error:
            is_locked = "encrypted" in str(error) or "password" in str(error)
            why = "is locked with a password" if is_locked else "is damaged inside the zip file"
            raise self._losses.refuse(f"{name} {why}") from None

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
