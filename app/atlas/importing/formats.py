"""Tells by the first bytes what kind of file an extract is, and rewrites what is not .osm.pbf to that."""

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from app.atlas.importing.pbf.file import CUT_OFF, DAMAGED, HISTORY, PbfFile
from app.errors import BadExtract

#: Bytes at the beginning of a file that tell what it is.
HEAD_BYTES = 4_096
CHUNK = 1 << 20
#: A packed file may hold so many times its size, and this many bytes besides (OpenStreetMap's XML packs to a
#: fifteenth): more is no map, and would fill the disk.
MOST_UNPACKED, SMALL_UNPACKED = 60, 20_000_000

Opener = Callable[[Path], "gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile"]

PACKERS: tuple[tuple[bytes, str, Opener], ...] = (
    (b"\x1f\x8b", "gzip", gzip.GzipFile),
    (b"BZh", "bzip2", bz2.BZ2File),
    (b"\xfd7zXZ\x00", "xz", lzma.LZMAFile),
)
#: What is no extract, by how it begins.
OTHERS = (
    (re.compile(rb"(?i)\s*<(!doctype )?html"), "it is a web page, perhaps an error that was saved instead of the file"),
    (re.compile(rb"(?s)\s*(<\?xml.*?\?>\s*)?(<!--.*?-->\s*)*<osmChange"), "it is a list of changes (.osc), no extract"),
    (re.compile(rb"\xff\xe0\x04o5c2"), "it is a list of changes (.o5c), no extract"),
    (re.compile(rb"(7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd)"), "it is packed in a way that is not known here; unpack it"),
    (re.compile(rb"(?s).{257}ustar"), "it is a tar archive; unpack it and import the file in it"),
    (re.compile(rb"\s*[{\[]"), "it is JSON, and an extract is .osm.pbf, .osm, .o5m or .opl"),
)
PBF = re.compile(rb"(?s)\x00\x00.{2}\n\tOSMHeader")
XML = re.compile(rb"(?s)(\xef\xbb\xbf)?\s*(<\?xml.*?\?>\s*)?(<!--.*?-->\s*)*<osm[\s>/]")
O5M = re.compile(rb"\xff\xe0\x04o5m2")
OPL = re.compile(rb"[nwr]-?\d+( |\n)")
#: Elements of these marks are no more there: as the database writes it, and as an editor does (JOSM).
GONE = re.compile(rb"""\b(visible=["']false|action=["']delete)""")
#: What expat says of XML that ends too early ("no element found", "unclosed token").
CUT_XML_TEXTS = (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN)
CUT_XML = frozenset(expat.errors.codes[text] for text in CUT_XML_TEXTS)
UNPACKING_FAULTS = (OSError, zlib.error, lzma.LZMAError)


@contextmanager
def opened(extract: Path, directory: Path) -> Iterator[PbfFile]:
    """Open an extract, whatever its name. One that is not .osm.pbf is rewritten to a file in this directory first.

    Raises BadExtract with the true reason where it is missing, empty, damaged or something else.
    """
    head = _head(extract)
    if PBF.match(head) or not _is_other(head):
        yield PbfFile(extract)
        return
    rewriting = _Rewriting(extract, directory)
    try:
        yield rewriting.rewritten(head)
    finally:
        rewriting.clear()


def _head(extract: Path) -> bytes:
    try:
        with extract.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError:
        raise BadExtract(file=extract, why="there is no such file") from None
    except IsADirectoryError:
        raise BadExtract(file=extract.name, why="it is a folder; name the file in it") from None
    except PermissionError:
        raise BadExtract(file=extract.name, why="it may not be read") from None
    except OSError as error:
        raise BadExtract(file=extract.name, why=f"it cannot be read ({error.strerror or error})") from None
    if not head:
        raise BadExtract(file=extract.name, why="it is empty")
    return head


def _is_other(head: bytes) -> bool:
    """Return whether a file is of a kind that is known here, but not .osm.pbf."""
    packed = any(head.startswith(mark) for mark, _, _ in PACKERS) or head.startswith(b"PK")
    return packed or any(kind.match(head) for kind in (XML, O5M, OPL, *(pattern for pattern, _ in OTHERS)))


class _Rewriting:
    """Turns one file into .osm.pbf, by way of other files that are cleared away again."""

    def __init__(self, extract: Path, directory: Path) -> None:
        self._extract = extract
        self._unpacked = directory / "extract.osm"
        self._cleaned = directory / "extract.clean.osm"
        self._target = directory / "extract.osm.pbf"

    def rewritten(self, head: bytes) -> PbfFile:
        source = self._extract
        for mark, packer, opener in PACKERS:
            if head.startswith(mark):
                source = self._unpack(packer, opener)
                head = _head(source)
        kind = self._kind(head, source)
        if kind == "osm" and _has_gone(source):
            source = self._without_gone(source)
        self._rewrite(source, kind)
        file = PbfFile(self._target, self._extract.name)
        self._refuse_history(file)
        return file

    def clear(self) -> None:
        for path in (self._unpacked, self._cleaned, self._target):
            path.unlink(missing_ok=True)

    def _unpack(self, packer: str, opener: Opener) -> Path:
        allowed = MOST_UNPACKED * self._extract.stat().st_size + SMALL_UNPACKED
        try:
            with opener(self._extract) as packed, self._unpacked.open("wb") as file:
                while chunk := packed.read(CHUNK):
                    if PBF.match(chunk) and not file.tell():
                        raise self._refusal(f"it is an .osm.pbf that was packed again with {packer}; unpack it")
                    file.write(chunk)
                    if file.tell() > allowed:
                        raise self._refusal("it unpacks to far more than a map does")
        except EOFError:
            raise self._refusal(CUT_OFF) from None
        except UNPACKING_FAULTS as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk is full, or the like
            raise self._refusal(DAMAGED) from None
        return self._unpacked

    def _kind(self, head: bytes, source: Path) -> str:
        """Return the format as osmium names it. Raises BadExtract where it is no map."""
        if head.startswith(b"PK"):
            raise self._refusal(_what_zip(source))
        for pattern, why in OTHERS:
            if pattern.match(head):
                raise self._refusal(why)
        for kind, known in (("osm", XML), ("o5m", O5M), ("opl", OPL)):
            if known.match(head):
                return kind
        raise self._refusal(DAMAGED)

    def _without_gone(self, source: Path) -> Path:
        try:
            with source.open("rb") as file, self._cleaned.open("wb") as target:
                _Remaining(target).copy(file)
        except expat.ExpatError as error:
            raise self._refusal(CUT_OFF if error.code in CUT_XML else DAMAGED) from error
        return self._cleaned

    def _rewrite(self, source: Path, kind: str) -> None:
        import osmium  # takes long to load, and most extracts need none of it

        try:
            with osmium.io.Reader(osmium.io.File(str(source), kind)) as reader:
                header = reader.header()
                if header.has_multiple_object_versions:
                    raise self._refusal(HISTORY)
                with osmium.SimpleWriter(str(self._target), header=header, overwrite=True) as writer:
                    osmium.apply(reader, writer)
        except (RuntimeError, ValueError, OSError, osmium.InvalidLocationError) as error:
            text = str(error).lower()
            if "no space left" in text:
                raise OSError(errno.ENOSPC, "No space left on device") from error
            is_cut = any(words in text for words in ("truncated", "end of file", "eof", *CUT_XML_TEXTS))

            raise self._refusal(CUT_OFF if is_cut else DAMAGED) from error

    def _refuse_history(self, file: PbfFile) -> None:
        with file.checked():
            for block in file.blocks():
                if any((points.ids[1:] == points.ids[:-1]).any() for points in block.points):
                    raise self._refusal(HISTORY)

    def _refusal(self, why: str) -> BadExtract:
        return BadExtract(file=self._extract.name, why=why)


def _what_zip(path: Path) -> str:
    """Return why a zip file is no extract."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return "it is a damaged zip file"
    if any(name.lower().rpartition("/")[2] == "stops.txt" for name in names):
        return "it is a timetable (GTFS); give it with --gtfs, beside an extract"
    maps = [name for name in names if name.lower().endswith((".pbf", ".osm"))]
    return f"it is a zip file; unpack it and import {maps[0][:80] if maps else 'the map in it'}"


def _has_gone(path: Path) -> bool:
    """Return whether a file of XML holds elements that are no more there."""
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if GONE.search(rest + chunk):
                return True
            rest = chunk[-32:]
    return False


class _Remaining:
    """Copies XML without the elements that are no more there. OpenStreetMap's has attributes only, no text."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        #: How deep in an element that is left out the parser is.
        self._skipped = 0

    def copy(self, source: IO[bytes]) -> None:
        """Copy a whole file. Raises expat.ExpatError."""
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.ParseFile(source)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._skipped or attributes.get("visible") == "false" or attributes.get("action") == "delete":
            self._skipped += 1
        else:
            written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
            self._target.write(f"<{name}{written}>".encode())

    def _end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
        else:
            self._target.write(f"</{name}>".encode())
