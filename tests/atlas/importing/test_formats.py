"""Extracts of every kind under any name, and what is no extract: each is refused with its own reason."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.atlas.atlas import Atlas
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.errors import BadExtract
from tests.support.extracts import small_town
from tests.support.gtfs_feeds import write_feed

Refused = Callable[[str, bytes], str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the small town in the forms that osmium writes."""
    folder = tmp_path_factory.mktemp("forms")
    for ending in ("osm.pbf", "osm", "o5m", "opl"):
        if ending != "o5m":  # osmium reads it, but does not write it
            small_town().write(folder / f"town.{ending}")
    return folder


@pytest.fixture
def refused(tmp_path: Path, region_store: RegionStore) -> Refused:
    """Give a function that tells why a file of this name and content is refused, which leaves nothing behind."""

    def why(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadExtract) as refusal:
            import_region(region_store, "town", RegionInput(tmp_path / name))
        assert not [path for path in (tmp_path / "regions" / ".builds").iterdir() if path.is_dir()]
        return refusal.value.message.removeprefix(f"{name} cannot be imported: ").removesuffix(".")

    return why


def places_in(tmp_path: Path, region_store: RegionStore, name: str, content: bytes) -> int:
    """Import a file of this name and content and count its places."""
    (tmp_path / name).write_bytes(content)
    import_region(region_store, "town", RegionInput(tmp_path / name))
    folder = region_store.directory("town")
    assert not list(folder.glob("extract*")), "what was rewritten is cleared away"
    return Atlas("town", folder).meta.places


@pytest.mark.parametrize(
    ("name", "form", "pack"),
    [
        ("town.osm.xz", "osm", lzma.compress),
        ("town.osm.gz", "osm", gzip.compress),
        ("town.osm.bz2", "osm", bz2.compress),
        ("TOWN.OSM", "osm", bytes),
        ("town.xml", "osm", bytes),
        ("town", "opl", bytes),
        ("town.pbf", "osm.pbf", bytes),
        ("town.osm", "osm.pbf", bytes),
        ("town.osm.pbf", "osm", gzip.compress),
    ],
)
def test_it_is_read_by_its_content(
    folder: Path, tmp_path: Path, region_store: RegionStore, name: str, form: str, pack: Callable[[bytes], bytes]
) -> None:
    content = pack((folder / f"town.{form}").read_bytes())
    assert places_in(tmp_path, region_store, name, content) == 5


@pytest.mark.parametrize("mark", [b'visible="false"', b"visible='false'", b'action="delete"', b"action='delete'"])
def test_what_was_deleted_does_not_count(folder: Path, tmp_path: Path, region_store: RegionStore, mark: bytes) -> None:
    lines = (folder / "town.osm").read_bytes().splitlines()
    cafe = next(at for at, line in enumerate(lines) if "Café Nord".encode() in line)
    node = max(at for at in range(cafe) if b"<node" in lines[at])
    lines[node] = lines[node].replace(b"<node", b"<node " + mark).replace(b' visible="true"', b"")
    assert places_in(tmp_path, region_store, "edited.osm", b"\n".join(lines)) == 4


CHANGES = b"<?xml version='1.0'?>\n<osmChange version='0.6'><modify><node id='1' lat='1' lon='1'/></modify></osmChange>"
PAGE = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("town.osc", CHANGES, "it is a list of changes (.osc), no extract"),
        ("town.osc.gz", gzip.compress(CHANGES, mtime=0), "it is a list of changes (.osc), no extract"),
        ("town.osm.pbf", PAGE, "it is a web page, perhaps an error that was saved instead of the file"),
        ("town.osm.pbf", b"", "it is empty"),
        (
            "town.osm.pbf",
            b'{"type": "FeatureCollection"}',
            "it is JSON, and an extract is .osm.pbf, .osm, .o5m or .opl",
        ),
        ("town.osm", b"<osm><!DOCTYPE", "it is damaged or not an OpenStreetMap extract"),
        ("town.osm", b"<?xml version='1.0'?><gpx/>", "it is damaged or not an OpenStreetMap extract"),
        ("town.7z", b"7z\xbc\xaf\x27\x1c" + bytes(40), "it is packed in a way that is not known here; unpack it"),
    ],
)
def test_what_is_no_extract_is_refused_as_what_it_is(refused: Refused, name: str, content: bytes, why: str) -> None:
    assert refused(name, content) == why


def test_a_history_is_refused_as_one(folder: Path, refused: Refused) -> None:
    text = (folder / "town.osm").read_text()
    start, end = text.index("<node"), text.index("<node", text.index("<node") + 1)
    twice = text[:start] + text[start:end].replace('version="0"', 'version="1"') + text[start:]
    assert refused("town.osh", twice.encode()).startswith("it holds earlier versions too (.osh)")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_file_cut_short_is_cut_off(folder: Path, refused: Refused, pack: Callable[[bytes], bytes]) -> None:
    packed = pack((folder / "town.osm").read_bytes())
    assert refused("cut.osm.gz", packed[: len(packed) // 2]) == "it is cut off; download it again"


def test_a_file_of_xml_cut_short_is_cut_off(folder: Path, refused: Refused) -> None:
    text = (folder / "town.osm").read_bytes()
    assert refused("cut.osm", text[: len(text) // 2]) == "it is cut off; download it again"
    deleted = text.replace(b"<node ", b'<node action="delete" ', 1)
    assert refused("cut.osm", deleted[: len(text) // 2]) == "it is cut off; download it again"


def test_a_pbf_packed_again_is_told_so(folder: Path, refused: Refused) -> None:
    packed = gzip.compress((folder / "town.osm.pbf").read_bytes())
    assert refused("town.osm.pbf.gz", packed) == "it is an .osm.pbf that was packed again with gzip; unpack it"


def test_a_zip_file_is_told_by_what_is_in_it(folder: Path, tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "inner.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(folder / "town.osm.pbf", "maps/town.osm.pbf")
    why = "it is a zip file; unpack it and import maps/town.osm.pbf"
    assert refused("town.osm.pbf", path.read_bytes()) == why
    feed = write_feed(tmp_path / "feed.zip").read_bytes()
    assert refused("feed.osm.pbf", feed) == "it is a timetable (GTFS); give it with --gtfs, beside an extract"
    assert refused("bad.zip", b"PK\x03\x04" + bytes(50)) == "it is a damaged zip file"


def test_a_folder_is_told_so(tmp_path: Path, region_store: RegionStore) -> None:
    with pytest.raises(BadExtract, match="it is a folder; name the file in it"):
        import_region(region_store, "town", RegionInput(tmp_path))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_what_unpacks_without_end_is_refused_before_it_fills_the_disk(
    refused: Refused, pack: Callable[[bytes], bytes]
) -> None:
    bomb = pack(b"<osm>" + b" " * 60_000_000)
    assert refused("bomb.osm.gz", bomb) == "it unpacks to far more than a map does"
