"""The reader of .osm.pbf beside osmium's own, on real extracts and on every form that a file may take."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.atlas.importing.extract import read_extract
from app.atlas.importing.formats import opened
from app.atlas.importing.pbf.file import (
    CUT_OFF,
    DAMAGED,
    HISTORY,
    OTHER_PACKING,
    Blob,
    BlobHeader,
    HeaderBlock,
    PbfFile,
)
from app.atlas.importing.pbf.located import NodePositions, Ways
from app.atlas.varints import signed, unpacked
from app.errors import BadExtract
from tests.support.extracts import small_town
from tests.support.folders import SAMPLES

KEYS = {"highway", "building", "amenity", "shop", "natural", "name"}


def osmium_says(path: Path) -> tuple[dict[int, object], dict[int, object], dict[int, object]]:
    """Return nodes and ways with one of KEYS and all relations, as osmium reads them."""
    nodes, ways, relations = {}, {}, {}
    for item in osmium.FileProcessor(str(path)).with_locations():
        tags = dict(item.tags)
        if isinstance(item, osmium.osm.Relation):
            relations[item.id] = (tags, [(f"{m.type}{m.ref}", m.role) for m in item.members])
        elif KEYS.isdisjoint(tags):
            continue
        elif isinstance(item, osmium.osm.Node):
            nodes[item.id] = (tags, item.lat, item.lon)
        else:
            places = [(n.lon, n.lat) if n.location.valid() else None for n in item.nodes]
            ways[item.id] = (tags, [n.ref for n in item.nodes], places)
    return nodes, ways, relations


def we_say(path: Path) -> tuple[dict[int, object], dict[int, object], dict[int, object]]:
    """Return the same as our reader reads it."""
    file, positions, gathered = PbfFile(path), NodePositions(), Ways()
    nodes: dict[int, object] = {}
    relations: dict[int, object] = {}
    for block in file.blocks():
        positions.add(block)
        nodes |= {node.node_id: (node.tags, node.lat, node.lon) for node in block.nodes(KEYS)}
        for ways in block.ways():
            gathered.add(ways, ways.with_keys(KEYS))
        relations |= {found.relation_id: (found.tags, [tuple(m) for m in found.members]) for found in block.relations()}
    located = {
        way.way_id: (way.tags, way.refs.tolist(), list(places(way.corners))) for way in gathered.located(positions)
    }
    return nodes, located, relations


def places(corners: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Iterator[tuple[float, float] | None]:
    """Yield (lon, lat), or None for a node that is not in the extract."""
    yield from (None if lon != lon else (lon, lat) for lon, lat in corners.tolist())


@pytest.mark.parametrize("name", ["monaco", "helsinki"])
def test_it_reads_what_osmium_reads(name: str) -> None:
    path = SAMPLES / f"{name}.osm.pbf"
    assert we_say(path) == osmium_says(path)


@pytest.mark.parametrize(
    "form",
    [
        "pbf,pbf_dense_nodes=false",
        "pbf,pbf_compression=none",
        "pbf,add_metadata=false",
        "pbf,add_metadata=version+timestamp",
    ],
)
def test_it_reads_every_form_that_osmium_writes(tmp_path: Path, form: str) -> None:
    path = rewritten(SAMPLES / "helsinki.osm.pbf", tmp_path / "other.osm.pbf", form)
    assert we_say(path) == osmium_says(path)
    assert len(we_say(path)[1]) > 1_000


@pytest.mark.parametrize("form", ["pbf", "pbf,pbf_dense_nodes=false"])
def test_it_reads_what_has_a_key_and_a_name_too(tmp_path: Path, form: str) -> None:
    path = rewritten(SAMPLES / "monaco.osm.pbf", tmp_path / "other.osm.pbf", form)
    ours: set[str] = set()
    for block in PbfFile(path).blocks():
        ours |= {f"n{node.node_id}" for node in block.nodes({"ref"}, {"shop", "building"})}
        for ways in block.ways():
            ours |= {f"w{way}" for way in ways.ids[ways.with_keys({"ref"}, named={"shop", "building"})].tolist()}
    assert ours == {f"{item.type_str()}{item.id}" for item in osmium.FileProcessor(str(path)) if is_wanted(item)}
    assert len(ours) > 100


def is_wanted(item: osmium.osm.OSMEntity) -> bool:
    """Return whether a node or way has a reference, or a name and is a shop or building."""
    keys = {tag.k for tag in item.tags}
    has_name = "name" in keys or "brand" in keys or any(key.startswith("name:") for key in keys)
    is_named = has_name and not keys.isdisjoint({"shop", "building"})
    return not item.is_relation() and ("ref" in keys or is_named)


def rewritten(path: Path, target: Path, form: str = "") -> Path:
    """Write an extract again in another form."""
    with osmium.io.Reader(str(path)) as reader, osmium.SimpleWriter(osmium.io.File(str(target), form)) as writer:
        osmium.apply(reader, writer)
    return target


@pytest.mark.parametrize("ending", ["osm", "osm.bz2", "osm.gz", "opl"])
def test_other_formats_give_the_same_extract(tmp_path: Path, ending: str) -> None:
    whole = small_town().write(tmp_path / "town.osm.pbf")
    other = rewritten(whole, tmp_path / f"town.{ending}")
    with opened(whole, tmp_path) as file, opened(other, tmp_path) as from_other:
        first, second = (read_extract(each) for each in (file, from_other))
    assert (first.points, first.shapes, first.streets) == (second.points, second.shapes, second.streets)
    assert not (tmp_path / "extract.osm.pbf").exists()


def test_a_damaged_file_of_another_format_is_refused_under_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text("<osm><node")
    with pytest.raises(BadExtract) as refused, opened(path, tmp_path):
        pass
    assert refused.value.message.startswith("town.osm cannot be imported: it is ")


def test_a_missing_file_of_another_format_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadExtract, match="there is no such file"), opened(tmp_path / "gone.osm", tmp_path):
        pass


def test_relations_are_found_wherever_they_are(tmp_path: Path) -> None:
    def elements(path: Path, kind: osmium.osm.osm_entity_bits) -> None:
        for item in osmium.FileProcessor(str(SAMPLES / "monaco.osm.pbf"), kind):
            writer.add(item)

    path = tmp_path / "relations-first.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for kind in (osmium.osm.RELATION, osmium.osm.WAY, osmium.osm.NODE):
            elements(path, kind)
    in_order, out_of_order = PbfFile(SAMPLES / "monaco.osm.pbf"), PbfFile(path)
    assert in_order.last_blocks()
    assert not out_of_order.last_blocks()
    areas = [
        {shape.osm_id for shape in read_extract(file).shapes if shape.osm_id[0] == "r"}
        for file in (in_order, out_of_order)
    ]
    assert areas[0] == areas[1] != set()
    assert we_say(path) == we_say(SAMPLES / "monaco.osm.pbf")


def test_it_reads_blocks_packed_with_lzma(tmp_path: Path) -> None:
    plain = rewritten(SAMPLES / "monaco.osm.pbf", tmp_path / "plain.osm.pbf", "pbf,pbf_compression=none")
    path = tmp_path / "lzma.osm.pbf"
    path.write_bytes(b"".join(blob(kind, Blob(lzma_data=lzma.compress(raw))) for kind, raw in blobs(plain)))
    assert we_say(path) == we_say(plain)


def blobs(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the type and content of each blob of a file that is not compressed."""
    with path.open("rb") as file:
        while length := file.read(4):
            kind = BlobHeader.FromString(file.read(int.from_bytes(length, "big")))
            yield kind.type, Blob.FromString(file.read(kind.datasize)).raw


def test_an_editors_own_file_with_new_nodes_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "new.osm"
    nodes = "".join(f'<node id="-{i}" visible="true" lat="48.{i}" lon="9.0"/>' for i in (1, 2, 3))
    refs = "".join(f'<nd ref="-{i}"/>' for i in (1, 2, 3))
    way = f'<way id="-4" visible="true">{refs}<tag k="highway" v="residential"/></way>'
    path.write_text(f"<osm version='0.6'>{nodes}{way}</osm>")
    with opened(path, tmp_path) as file:
        streets = read_extract(file).streets
    assert (streets.way_ids.tolist(), streets.refs.tolist()) == ([-4], [-1, -2, -3])


# --- what cannot be read ----------------------------------------------------------------------------------


def blob(kind: str, content: Blob) -> bytes:
    """Return a blob with its header."""
    packed = content.SerializeToString()
    header = BlobHeader(type=kind, datasize=len(packed)).SerializeToString()
    return len(header).to_bytes(4, "big") + header + packed


def header(*features: str) -> bytes:
    """Return the first blob of a file."""
    return blob("OSMHeader", Blob(raw=HeaderBlock(required_features=features).SerializeToString()))


def refusal(path: Path, content: bytes) -> str:
    """Return why a file with this content is refused."""
    path.write_bytes(content)
    with pytest.raises(BadExtract) as refused:
        read(path)
    return refused.value.message.partition(": ")[2].rstrip(".")


def read(path: Path) -> None:
    """Read streets and places of a file, as an import does."""
    read_extract(PbfFile(path))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (header("OsmSchema-V0.6", "HistoricalInformation"), HISTORY),
        (header() + blob("OSMData", Blob()), OTHER_PACKING),
        (header() + blob("OSMData", Blob(raw=b"\xff\xff")), DAMAGED),
        (header() + blob("OSMData", Blob(zlib_data=b"\x78\x9c no")), DAMAGED),
        (blob("OSMData", Blob(raw=b"")), DAMAGED),
        (header() + b"\x00\x00", CUT_OFF),
        (header() + blob("OSMData", Blob(raw=b"12345"))[:-3], CUT_OFF),
    ],
)
def test_it_says_why_it_refuses_a_file(tmp_path: Path, content: bytes, why: str) -> None:
    assert refusal(tmp_path / "bad.osm.pbf", content) == why


def test_a_blob_that_grows_without_end_is_refused(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(64 * 1024 * 1024))
    assert refusal(tmp_path / "bomb.osm.pbf", header() + blob("OSMData", Blob(zlib_data=bomb))) == DAMAGED


@pytest.mark.parametrize("at", range(0, 100, 7))
def test_no_damage_goes_beyond_a_refusal(tmp_path: Path, at: int) -> None:
    content = bytearray((SAMPLES / "monaco.osm.pbf").read_bytes())
    for i in range(len(content) * at // 100, len(content), 20_011):
        content[i] ^= 0x5A
    path = tmp_path / "flipped.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(BadExtract):
        read(path)


# --- numbers ----------------------------------------------------------------------------------------------


def packed(value: int) -> bytes:
    """Return one number as Protocol Buffers write it."""
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


@given(st.lists(st.lists(st.integers(0, 2**62))))
def test_numbers_survive_packing(fields: list[list[int]]) -> None:
    values, counts = unpacked([b"".join(map(packed, field)) for field in fields])
    assert values.tolist() == [value for field in fields for value in field]
    assert counts.tolist() == [len(field) for field in fields]


@given(st.lists(st.integers(-(2**61), 2**61)))
def test_signed_numbers_survive_packing(values: list[int]) -> None:
    folded = np.array([2 * value if value >= 0 else -2 * value - 1 for value in values], dtype=np.int64)
    assert signed(folded).tolist() == values


@pytest.mark.parametrize("field", [b"\x80", b"\x01\xff", b"\x80" * 10 + b"\x01"])
def test_a_number_without_an_end_is_refused(field: bytes) -> None:
    with pytest.raises(ValueError, match="packed"):
        unpacked([field])
