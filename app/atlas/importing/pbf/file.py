"""An .osm.pbf file: its messages, its header, and its blocks."""

from __future__ import annotations

import datetime
import lzma
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from app.atlas.importing.pbf.block import NANO_PER_STEP, Block
from app.atlas.streets.tiling import STEPS_PER_DEGREE
from app.errors import BadExtract
from app.geo import Box

#: What a file may ask of its reader.
KNOWN_FEATURES = frozenset({"OsmSchema-V0.6", "DenseNodes"})

DAMAGED = "it is damaged or not an OpenStreetMap extract"
CUT_OFF = "it is cut off; download it again"
HISTORY = "it holds earlier versions too (.osh); import an extract of what is there now"
OTHER_PACKING = 'its blocks are packed with neither zlib nor lzma; write it again with "osmium cat"'


class _BlobSpan(NamedTuple):
    """Where a blob is in the file."""

    offset: int
    size: int


class PbfFile:
    """Opens a file and looks through it once for where its blocks are.

    Raises BadExtract where it is cut off, damaged or asks for what is not known here.
    """

    def __init__(self, path: Path, name: str = "") -> None:
        self.path = path
        #: Its name in messages.
        self.name = name or path.name
        places: dict[str, list[_BlobSpan]] = {}
        with self.checked(), path.open("rb") as file:
            for kind, place in _blob_spans(file, path.stat().st_size):
                places.setdefault(kind, []).append(place)
            if "OSMHeader" not in places:
                raise ValueError("no header")
            header = HeaderBlock.FromString(_content(file, places["OSMHeader"][0]))
        self._blocks = places.get("OSMData", [])
        if unknown := set(header.required_features) - KNOWN_FEATURES:
            if "HistoricalInformation" in unknown:
                raise BadExtract(file=self.name, why=HISTORY)
            raise BadExtract(file=self.name, why=f"it needs a reader that knows {', '.join(sorted(unknown))}")
        self.box = _box(header)
        #: ISO date of the data, or "" where the header has none.
        self.date = iso_date(header.osmosis_replication_timestamp)

    def __len__(self) -> int:
        return len(self._blocks)

    def blocks(self) -> Iterator[Block]:
        """Yield all blocks; read them in `checked`."""
        return (Block(PrimitiveBlock.FromString(content)) for content in self._contents(self._blocks))

    def last_blocks(self) -> list[Block]:
        """Return the blocks with relations that end the file, where they belong; read them in `checked`."""
        found: list[Block] = []
        for content in self._contents(self._blocks[::-1]):
            block = Block(PrimitiveBlock.FromString(content))
            if not block.has_relations:
                break
            found.append(block)
        return found[::-1]

    def blocks_with_relations(self) -> Iterator[Block]:
        """Yield all blocks with relations, wherever they are; read them in `checked`."""
        for content in self._contents(self._blocks):
            groups = BlockOutline.FromString(content).primitivegroup
            if any(group.startswith(RELATIONS) for group in groups):
                yield Block(PrimitiveBlock.FromString(content))

    def _contents(self, places: Sequence[_BlobSpan]) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            for place in places:
                yield _content(file, place)

    @contextmanager
    def checked(self) -> Iterator[None]:
        """Turn what a damaged file raises into BadExtract."""
        try:
            yield
        except EOFError:
            raise BadExtract(file=self.name, why=CUT_OFF) from None
        except NotImplementedError:
            raise BadExtract(file=self.name, why=OTHER_PACKING) from None
        except (DecodeError, zlib.error, lzma.LZMAError, ValueError, IndexError, OverflowError) as error:
            raise BadExtract(file=self.name, why=DAMAGED) from error


#: The limits that the format sets, bytes.
LARGEST_HEADER, LARGEST_BLOB = 64 * 1024, 32 * 1024 * 1024


def _blob_spans(file: BinaryIO, file_size: int) -> Iterator[tuple[str, _BlobSpan]]:
    """Yield the type and place of each blob."""
    while length := file.read(4):
        if len(length) < 4:
            raise EOFError
        size = int.from_bytes(length, "big")
        if size > LARGEST_HEADER:
            raise ValueError("no blob header")
        header = BlobHeader.FromString(_exactly(file, size))
        if not 0 <= header.datasize <= LARGEST_BLOB:
            raise ValueError("no blob")
        place = _BlobSpan(file.tell(), header.datasize)
        if place.offset + place.size > file_size:
            raise EOFError
        file.seek(place.size, 1)
        yield header.type, place


def _content(file: BinaryIO, place: _BlobSpan) -> bytes:
    """Return what a blob holds. Raises NotImplementedError where it is packed in a way that is not known here."""
    file.seek(place.offset)
    blob = Blob.FromString(_exactly(file, place.size))
    if blob.HasField("raw"):
        return bytes(blob.raw)
    if not blob.HasField("zlib_data") and not blob.HasField("lzma_data"):
        raise NotImplementedError
    unpacker = zlib.decompressobj() if blob.zlib_data else lzma.LZMADecompressor()
    content = unpacker.decompress(blob.zlib_data or blob.lzma_data, LARGEST_BLOB)
    if not unpacker.eof:
        raise ValueError("too large, or cut off")
    return content


def _exactly(file: BinaryIO, size: int) -> bytes:
    content = file.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _box(header: Any) -> Box | None:
    if not header.HasField("bbox"):
        return None
    sides = (header.bbox.left, header.bbox.bottom, header.bbox.right, header.bbox.top)
    box = Box(*(side // NANO_PER_STEP / STEPS_PER_DEGREE for side in sides))
    return box if box.min_lon < box.max_lon and box.min_lat < box.max_lat else None


def iso_date(seconds: int) -> str:
    """Return the date of a time in seconds since 1970, or "" for 0, which stands for none."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat() if seconds else ""


_Field = descriptor_pb2.FieldDescriptorProto

#: Message to its fields: name, number and type, with "*" where the field is repeated.
_SCHEMA: dict[str, dict[str, tuple[int, str]]] = {
    "BlobHeader": {"type": (1, "string"), "datasize": (3, "int32")},
    "Blob": {"raw": (1, "bytes"), "zlib_data": (3, "bytes"), "lzma_data": (4, "bytes")},
    "HeaderBBox": {"left": (1, "sint64"), "right": (2, "sint64"), "top": (3, "sint64"), "bottom": (4, "sint64")},
    "HeaderBlock": {
        "bbox": (1, "HeaderBBox"),
        "required_features": (4, "string*"),
        "osmosis_replication_timestamp": (32, "int64"),
    },
    "StringTable": {"s": (1, "bytes*")},
    "DenseInfo": {"timestamp": (2, "sint64*")},
    "DenseNodes": {
        "id": (1, "sint64*"),
        "denseinfo": (5, "DenseInfo"),
        "lat": (8, "sint64*"),
        "lon": (9, "sint64*"),
        "keys_vals": (10, "int32*"),
    },
    "Info": {"timestamp": (2, "int64")},
    "Node": {
        "id": (1, "sint64"),
        "keys": (2, "uint32*"),
        "vals": (3, "uint32*"),
        "info": (4, "Info"),
        "lat": (8, "sint64"),
        "lon": (9, "sint64"),
    },
    # Packed fields are bytes to a reader that does not ask what is in them: `varints` reads those of all ways at once.
    "Way": {
        "id": (1, "int64"),
        "keys": (2, "bytes"),
        "vals": (3, "bytes"),
        "info": (4, "Info"),
        "refs": (8, "bytes"),
    },
    "Relation": {
        "id": (1, "int64"),
        "keys": (2, "uint32*"),
        "vals": (3, "uint32*"),
        "roles_sid": (8, "int32*"),
        "memids": (9, "sint64*"),
        "types": (10, "int32*"),
    },
    "PrimitiveGroup": {
        "nodes": (1, "Node*"),
        "dense": (2, "DenseNodes"),
        "ways": (3, "Way*"),
        "relations": (4, "Relation*"),
    },
    # What a block holds, without taking it apart: a group holds elements of one type.
    "BlockOutline": {"primitivegroup": (2, "bytes*")},
    "PrimitiveBlock": {
        "stringtable": (1, "StringTable"),
        "primitivegroup": (2, "PrimitiveGroup*"),
        "granularity": (17, "int32"),
        "date_granularity": (18, "int32"),
        "lat_offset": (19, "int64"),
        "lon_offset": (20, "int64"),
    },
}

#: What a field holds that a message leaves out, where that is not 0.
_DEFAULTS = {"granularity": "100", "date_granularity": "1000"}


def _classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="osm.proto", package="osm", syntax="proto2")
    for name, fields in _SCHEMA.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            _add_field(message, field, number, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"osm.{name}")) for name in _SCHEMA}


def _add_field(message: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str) -> None:
    is_list, kind = kind.endswith("*"), kind.removesuffix("*")
    label = _Field.LABEL_REPEATED if is_list else _Field.LABEL_OPTIONAL
    field = message.field.add(name=name, number=number, label=label, default_value=_DEFAULTS.get(name))
    if kind in _SCHEMA:
        field.type, field.type_name = _Field.TYPE_MESSAGE, f".osm.{kind}"
        return
    field.type = _Field.Type.Value(f"TYPE_{kind.upper()}")
    if is_list and kind not in ("string", "bytes"):
        field.options.packed = True


_CLASSES = _classes()

BlobHeader = _CLASSES["BlobHeader"]
Blob = _CLASSES["Blob"]
HeaderBlock = _CLASSES["HeaderBlock"]
PrimitiveBlock = _CLASSES["PrimitiveBlock"]
BlockOutline = _CLASSES["BlockOutline"]

#: The byte with which a group of relations begins.
RELATIONS = bytes([_SCHEMA["PrimitiveGroup"]["relations"][0] << 3 | 2])
