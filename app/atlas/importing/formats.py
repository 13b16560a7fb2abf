"""Extracts in other formats than .osm.pbf."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.atlas.importing.pbf.file import CUT_OFF, DAMAGED, PbfFile
from app.errors import BadExtract

#: Endings of the names of extracts that osmium rewrites first. Files of unknown name are taken for .osm.pbf.
OTHER_FORMATS = (".osm", ".osm.bz2", ".osm.gz", ".osm.xz", ".o5m", ".opl")


@contextmanager
def opened(extract: Path, directory: Path) -> Iterator[PbfFile]:
    """Open an extract; one in another format is rewritten to a file in this directory for as long as the block runs.

    Raises BadExtract where it is missing, empty or damaged.
    """
    _refuse_unreadable(extract)
    if not extract.name.endswith(OTHER_FORMATS):
        yield PbfFile(extract)
        return
    rewritten = directory / "extract.osm.pbf"
    try:
        _rewrite(extract, rewritten)
        yield PbfFile(rewritten, extract.name)
    finally:
        rewritten.unlink(missing_ok=True)


def _rewrite(extract: Path, target: Path) -> None:
    import osmium  # takes long to load, and most extracts need none of it

    try:
        with osmium.io.Reader(str(extract)) as reader:
            header = reader.header()
            with osmium.SimpleWriter(str(target), header=header) as writer:
                osmium.apply(reader, writer)
    except (RuntimeError, ValueError, OSError) as error:
        text = str(error).lower()
        is_cut = "truncated" in text or "end of file" in text or "eof" in text
        raise BadExtract(file=extract.name, why=CUT_OFF if is_cut else DAMAGED) from error


def _refuse_unreadable(path: Path) -> None:
    if not path.is_file():
        raise BadExtract(file=path.name, why="there is no such file")
    try:
        with path.open("rb") as file:
            start = file.read(1)
    except PermissionError:
        raise BadExtract(file=path.name, why="it may not be read") from None
    if not start:
        raise BadExtract(file=path.name, why="it is empty")
