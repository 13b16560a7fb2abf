"""Opens a feed's zip file, reads its tables whatever their layout, and collects what is wrong with them."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType

from app.errors import BadFeed

#: What reading a damaged, encrypted or exotic zip file can raise.
ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


class Archive:
    """A feed's zip file. Raises BadFeed where it cannot be read as one."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._problems = problems
        try:
            self._zip = zipfile.ZipFile(path)
        except ZIP_FAULTS:
            raise problems.refuse("it is not a zip file, or it is damaged") from None
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
            with self._zip.open(self._members[name]) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
                table = Table(name, text, [*required, *optional])
                for column in table.missing:
                    if column in required:
                        raise self._problems.refuse(f"{name} has no column {column}")
                for row in table:
                    yield table.line, row
        except UnicodeDecodeError:
            raise self._problems.refuse(f"{name} is not UTF-8 text") from None
        except csv.Error as error:
            raise self._problems.refuse(f"{name} cannot be read as a table ({error})") from None
        except ZIP_FAULTS:
            raise self._problems.refuse(f"{name} is damaged inside the zip file") from None


def _members(names: Sequence[str]) -> dict[str, str]:
    """Map file names to members: feeds often sit in a subfolder, with a Mac's ghost files beside them."""
    paths = [PurePosixPath(name) for name in names if name.endswith(".txt") and "__MACOSX" not in name]
    homes = sorted(
        {path.parent for path in paths if path.name == "stops.txt"}, key=lambda home: (len(home.parts), home)
    )
    home = homes[0] if homes else PurePosixPath(".")
    return {path.name: str(path) for path in paths if path.parent == home}


#: Some feeds put whole route shapes in one field; csv refuses more than 131,072 characters by itself.
csv.field_size_limit(10_000_000)


class Table:
    """The rows of one file as tuples of the columns asked for, stripped; "" where there is none."""

    def __init__(self, name: str, file: io.TextIOBase, columns: Sequence[str]) -> None:
        self.name = name
        self._reader = csv.reader(file)
        header = [title.strip().lower() for title in next(self._reader, [])]
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
            if not row:
                continue
            if len(row) < width:
                row += [""] * (width - len(row))
            else:  # a row longer than its header: what is too much is dropped
                row[width - 1] = ""
            yield [row[pick].strip() for pick in picks]


#: A list longer than this helps nobody; a fault that repeats is shown a few times only.
SHOWN = 10

SHOWN_OF_ONE_KIND = 3


class Problems:
    """The faults of one feed, in the order in which they were met."""

    def __init__(self, feed: str) -> None:
        self._feed = feed
        self._kinds: Counter[tuple[str, str]] = Counter()
        self._shown: list[str] = []

    def add(self, file: str, line: int | None, why: str, value: str | None = None) -> None:
        """Note a fault: `why` is the same sentence for every fault of its kind, `value` what stood there."""
        self._kinds[file, why] += 1
        if self._kinds[file, why] <= SHOWN_OF_ONE_KIND and len(self._shown) < SHOWN:
            where = file if line is None else f"{file}, line {line}"
            self._shown.append(f"{where}: {why}" + ("" if value is None else f' ("{value[:60]}")'))

    def raise_if_any(self) -> None:
        """Raise BadFeed with the list, unless nothing was noted."""
        more = self._kinds.total() - len(self._shown)
        if self._shown:
            why = "; ".join(self._shown) + (f"; and {more} more like these" if more else "")
            raise BadFeed(file=self._feed, why=why)

    def refuse(self, why: str) -> BadFeed:
        """Return the error for a feed that cannot even be looked into."""
        return BadFeed(file=self._feed, why=why)
