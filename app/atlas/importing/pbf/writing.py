"""Writes an .osm.pbf file from columns: what a live service sent goes the same way as an extract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from app.atlas.importing.pbf.block import MEMBER_TYPES, NANO_PER_STEP, Points, Relation, Tags
from app.atlas.importing.pbf.file import KNOWN_FEATURES, Blob, BlobHeader, HeaderBlock, PrimitiveBlock
from app.atlas.streets.tiling import STEPS_PER_DEGREE
from app.atlas.varints import Ints, folded, packed
from app.geo import Box

#: Elements of a block, so that none comes near the 32 MB that the format allows.
NODES_TOGETHER, OTHERS_TOGETHER = 250_000, 25_000


class WrittenWay(NamedTuple):
    """A way with the ids of its nodes."""

    way_id: int
    tags: Tags
    refs: Sequence[int]


class Elements(NamedTuple):
    """What a file holds. `node_tags` has those of the nodes that have some, by their row in `nodes`."""

    nodes: Points
    node_tags: Mapping[int, Tags]
    ways: Sequence[WrittenWay]
    relations: Sequence[Relation]


def write_pbf(path: Path, elements: Elements, box: Box, timestamp: int) -> None:
    """Write a file whose header tells the box in degrees and the time of the data (seconds since 1970, 0: unknown).

    Nothing in it is packed: it is read once and thrown away.
    """
    with path.open("wb") as file:
        for kind, message in _messages(elements, box, timestamp):
            blob = Blob(raw=message.SerializeToString()).SerializeToString()
            header = BlobHeader(type=kind, datasize=len(blob)).SerializeToString()
            file.write(len(header).to_bytes(4, "big") + header + blob)


def _messages(elements: Elements, box: Box, timestamp: int) -> Iterator[tuple[str, Any]]:
    header = HeaderBlock(required_features=sorted(KNOWN_FEATURES), osmosis_replication_timestamp=timestamp)
    for side, degrees in zip(("left", "bottom", "right", "top"), box, strict=True):
        setattr(header.bbox, side, round(degrees * STEPS_PER_DEGREE) * NANO_PER_STEP)
    yield "OSMHeader", header
    for start in range(0, len(elements.nodes.ids), NODES_TOGETHER):
        yield "OSMData", _of_nodes(elements, start, start + NODES_TOGETHER)
    for start in range(0, len(elements.ways), OTHERS_TOGETHER):
        yield "OSMData", _of_ways(elements.ways[start : start + OTHERS_TOGETHER])
    for start in range(0, len(elements.relations), OTHERS_TOGETHER):
        yield "OSMData", _of_relations(elements.relations[start : start + OTHERS_TOGETHER])


class _Texts(dict[str, int]):
    """Numbers the texts of a block as they come; number 0 is none."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self) + 1
        return number

    def block(self) -> Any:
        """Return a block with these texts."""
        block = PrimitiveBlock()
        block.stringtable.s.extend([b"", *(text.encode() for text in self)])
        return block


def _of_nodes(elements: Elements, start: int, end: int) -> Any:
    points, texts = Points(*(column[start:end] for column in elements.nodes)), _Texts()
    end, pairs, begun = start + len(points.ids), list[int](), start
    for row in sorted(row for row in elements.node_tags if start <= row < end):
        pairs += [0] * (row - begun)  # of those without tags
        for key, value in elements.node_tags[row].items():
            pairs += texts[key], texts[value]
        begun = row
    pairs += [0] * (end - begun)
    block = texts.block()
    dense = block.primitivegroup.add().dense
    for field, column in zip((dense.id, dense.lat, dense.lon), points, strict=True):
        field.extend(np.diff(column, prepend=0).tolist())
    dense.keys_vals.extend(pairs)
    return block


def _of_ways(ways: Sequence[WrittenWay]) -> Any:
    texts = _Texts()
    keys = _fields([[texts[key] for key in way.tags] for way in ways])
    values = _fields([[texts[value] for value in way.tags.values()] for way in ways])
    refs = _fields([way.refs for way in ways], in_steps=True)
    block = texts.block()
    group = block.primitivegroup.add()
    for way, *fields in zip(ways, keys, values, refs, strict=True):
        group.ways.add(id=way.way_id, keys=fields[0], vals=fields[1], refs=fields[2])
    return block


def _fields(rows: Sequence[Sequence[int]], *, in_steps: bool = False) -> Iterator[bytes]:
    """Yield the numbers of each row as a packed field; in steps each is the difference to the one before in its row."""
    counts = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    ends = np.cumsum(counts)
    numbers = np.array(list(chain.from_iterable(rows)), dtype=np.int64)
    if in_steps:
        numbers = folded(_steps(numbers, (ends - counts)[counts > 0]))
    data, lengths = packed(numbers)
    bytes_before = np.concatenate(([0], np.cumsum(lengths)))
    raw = data.tobytes()
    for start, end in zip(bytes_before[ends - counts].tolist(), bytes_before[ends].tolist(), strict=True):
        yield raw[start:end]


def _steps(numbers: Ints, starts: Ints) -> Ints:
    steps: Ints = np.diff(numbers, prepend=0)
    steps[starts] = numbers[starts]
    return steps


def _of_relations(relations: Sequence[Relation]) -> Any:
    texts = _Texts()
    numbered = [
        (
            [texts[key] for key in relation.tags],
            [texts[value] for value in relation.tags.values()],
            [texts[member.role] for member in relation.members],
        )
        for relation in relations
    ]
    block = texts.block()
    group = block.primitivegroup.add()
    for relation, (keys, values, roles) in zip(relations, numbered, strict=True):
        ids = np.array([int(member.osm_id[1:]) for member in relation.members], dtype=np.int64)
        kinds = [MEMBER_TYPES.index(member.osm_id[0]) for member in relation.members]
        steps = np.diff(ids, prepend=0).tolist()
        group.relations.add(id=relation.relation_id, keys=keys, vals=values, roles_sid=roles, memids=steps, types=kinds)
    return block
