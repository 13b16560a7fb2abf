"""The messages that an .osm.pbf file is made of, as far as they are read."""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

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
