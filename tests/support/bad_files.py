"""Damaged and malicious extracts and feeds, made by a seed: the same seed gives the same bytes."""

from __future__ import annotations

import gzip
import io
import random
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from app.atlas.importing.pbf.file import Blob, BlobHeader, HeaderBlock, PrimitiveBlock
from tests.support.extracts import lat_lon, small_town

Random = random.Random
HUGE = (0, -1, 1, 2**31 - 1, -(2**31), 2**40, -(2**40), 2**62, -(2**62))


# --- extracts ----------------------------------------------------------------------------------------


@cache
def town(ending: str = "osm.pbf") -> bytes:
    """Return the small town with a square and a route as relations."""
    drawn = small_town()
    ring = drawn.square(300, -200, 50, {"source": "survey"})
    drawn.relation([("w", ring, "outer")], {"type": "multipolygon", "leisure": "park", "name": "Ring"})
    drawn.relation([("n", 1, "stop"), ("w", 1, "")], {"type": "route", "route": "bus", "ref": "7"})
    with tempfile.TemporaryDirectory() as folder:
        return drawn.write(Path(folder) / f"town.{ending}").read_bytes()


def _messages() -> tuple[Any, list[Any]]:
    """Return the header and the blocks of the town."""
    file, found = io.BytesIO(town()), []
    while size := file.read(4):
        head = BlobHeader.FromString(file.read(int.from_bytes(size, "big")))
        blob = Blob.FromString(file.read(head.datasize))
        content = zlib.decompress(blob.zlib_data) if blob.zlib_data else blob.raw
        kind = HeaderBlock if head.type == "OSMHeader" else PrimitiveBlock
        found.append(kind.FromString(content))
    return found[0], found[1:]


def _blob(kind: str, content: bytes, raw_size: int | None = None) -> bytes:
    blob = Blob(zlib_data=zlib.compress(content)).SerializeToString()
    if raw_size is not None:
        blob += b"\x10" + _varint(raw_size)
    head = BlobHeader(type=kind, datasize=len(blob)).SerializeToString()
    return len(head).to_bytes(4, "big") + head + blob


def _varint(value: int) -> bytes:
    found = bytearray()
    value &= 2**64 - 1
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def _file(header: Any, blocks: list[Any], raw_size: int | None = None) -> bytes:
    parts = [_blob("OSMData", block.SerializeToString(), raw_size) for block in blocks]
    return _blob("OSMHeader", header.SerializeToString()) + b"".join(parts)


def _flipped(content: bytes, rng: Random) -> bytes:
    found = bytearray(content)
    for _ in range(rng.choice((1, 2, 5, 50))):
        found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return bytes(found)


def _cut(content: bytes, rng: Random) -> bytes:
    return content[: rng.randrange(len(content))]


def _moved(content: bytes, rng: Random) -> bytes:
    """Swap two pieces, repeat one, or leave one out."""
    a, b = sorted(rng.sample(range(len(content)), 2))
    return rng.choice((content[b:] + content[a:b] + content[:a], content[:b] + content[a:], content[:a] + content[b:]))


def _damaged_pbf(rng: Random) -> bytes:
    return rng.choice((_flipped, _flipped, _cut, _moved))(town(), rng)


def _scribbled(values: Any, rng: Random) -> None:
    """Put odd numbers into a repeated field, leave some out, or add some."""
    if not len(values):
        return
    for _ in range(rng.choice((1, 3, 20))):
        at = rng.randrange(len(values))
        try:
            values[at] = rng.choice(HUGE)
        except (ValueError, OverflowError):  # too large for the field
            values[at] = rng.choice((0, 1, 2**31 - 1))
    if rng.random() < 0.3:
        del values[rng.randrange(len(values)) :]
    if rng.random() < 0.3:
        values.extend(values[: rng.randrange(1, 50)])


def _dense(blocks: list[Any]) -> list[Any]:
    return [group.dense for block in blocks for group in block.primitivegroup if group.dense.id]


def _odd_nodes(blocks: list[Any], rng: Random) -> None:
    for dense in _dense(blocks):
        _scribbled(getattr(dense, rng.choice(("id", "lat", "lon", "keys_vals"))), rng)


def _odd_ways(blocks: list[Any], rng: Random) -> None:
    for way in [way for block in blocks for group in block.primitivegroup for way in group.ways]:
        part = rng.choice(("refs", "keys", "vals", "id"))
        if part == "id":
            way.id = rng.choice(HUGE)
        else:
            setattr(way, part, rng.choice((b"", b"\xff" * 11, rng.randbytes(20), b"\x02" * 100_000)))


def _odd_relations(blocks: list[Any], rng: Random) -> None:
    for relation in [each for block in blocks for group in block.primitivegroup for each in group.relations]:
        part = rng.choice(("memids", "types", "roles_sid", "keys", "vals", "circle"))
        if part == "circle":
            relation.id = 5
            del relation.memids[:], relation.types[:], relation.roles_sid[:]
            relation.memids.extend([5] + [0] * 999)
            relation.types.extend([2] * 1_000)
            relation.roles_sid.extend([0] * 1_000)
        else:
            _scribbled(getattr(relation, part), rng)


def _odd_texts(blocks: list[Any], rng: Random) -> None:
    odd = (
        b"",
        b"\xff\xfe\x80",
        b"\x00",
        "🏠".encode() * 20_000,
        b"1" * 5_000,
        b"9" * 400,
        b"nan",
        b"-inf",
        b"1e999",
        b"<b>",
    )
    for block in blocks:
        texts = block.stringtable.s
        for _ in range(rng.choice((1, 5, 40))):
            if len(texts) > 1:
                texts[rng.randrange(1, len(texts))] = rng.choice(odd)


def _odd_scale(blocks: list[Any], rng: Random) -> None:
    for block in blocks:
        field = rng.choice(("granularity", "date_granularity", "lat_offset", "lon_offset"))
        setattr(block, field, rng.choice((0, -1, 1, 2**31 - 1, -100, 10**9, 50)))


def _odd_places(blocks: list[Any], rng: Random) -> None:
    """Put nodes far away, on one spot, or all around the globe. Positions are in 1e-7 degrees."""
    for dense in _dense(blocks):
        lats, lons = [*accumulate(dense.lat)], [*accumulate(dense.lon)]
        how = rng.choice(("spot", "globe", "far", "pole", "nowhere"))
        for at in range(len(lats)):
            if how == "spot":
                lats[at], lons[at] = lats[0], lons[0]
            elif how == "globe":
                lats[at], lons[at] = rng.randrange(-(9 * 10**8), 9 * 10**8), rng.randrange(-(18 * 10**8), 18 * 10**8)
            elif how == "far" and rng.random() < 0.1:
                lats[at] += rng.choice((10**7, -(10**8)))
            elif how == "nowhere" and rng.random() < 0.1:
                lats[at] += rng.choice((10**9, 10**12))
        if how == "pole":
            lats[0], lons[0] = 900_000_000, 1_800_000_000
        for found, values in ((dense.lat, lats), (dense.lon, lons)):
            found[:] = [here - before for before, here in pairwise((0, *values))]


ODD_BLOCKS = (_odd_nodes, _odd_ways, _odd_relations, _odd_texts, _odd_scale, _odd_places)


def _odd_pbf(rng: Random) -> bytes:
    header, blocks = _messages()
    for _ in range(rng.choice((1, 1, 2))):
        rng.choice(ODD_BLOCKS)(blocks, rng)
    return _file(header, blocks)


def _bomb_pbf(rng: Random) -> bytes:
    """Blobs that unpack to much, or say that they do, or that come in another order."""
    header, blocks = _messages()
    head, data = (
        _blob("OSMHeader", header.SerializeToString()),
        [_blob("OSMData", b.SerializeToString()) for b in blocks],
    )
    zeros = _blob("OSMData", bytes(rng.choice((10_000_000, 33_000_000, 60_000_000))))
    return rng.choice(
        (
            lambda: head + zeros + b"".join(data),
            lambda: _file(header, blocks, raw_size=2**62),
            lambda: b"".join(data) + head,
            lambda: head + b"".join(data * 30),
            lambda: head,
            lambda: head + head + b"".join(data),
            lambda: head + b"\x7f\xff\xff\xff" + b"".join(data),
        )
    )()


def _odd_xml(rng: Random) -> bytes:
    text = town("osm")
    lat = f'lat="{lat_lon(0, 0)[0]:.0f}'.encode()
    changes: tuple[Callable[[], bytes], ...] = (
        lambda: _flipped(text, rng),
        lambda: _cut(text, rng),
        lambda: _moved(text, rng),
        lambda: text.replace(
            b'lat="48', rng.choice((b'lat="nan', b'lat="inf', b'lat="1e400', b'lat="-', b'lat="4800'))
        ),
        lambda: text.replace(lat, b'lat="', 3),
        lambda: text.replace(b"<osm", b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><osm', 1),
        lambda: text.decode().encode("utf-16"),
        lambda: text.replace(b'v="Main Street"', b'v="\xff\xfe\x00"'),
        lambda: text.replace(b'id="1"', b'id="99999999999999999999"'),
        lambda: text.replace(b"<node ", b'<node action="delete" ', rng.randrange(1, 20)),
        lambda: b"<osm>" * 20_000,
        lambda: gzip.compress(text)[: rng.randrange(20, 200)],
    )
    return rng.choice(changes)()


def hostile_extract(seed: int) -> tuple[str, bytes]:
    """Return the name and the bytes of a bad extract."""
    rng = random.Random(seed)
    make, ending = rng.choice(
        ((_damaged_pbf, "osm.pbf"), (_odd_pbf, "osm.pbf"), (_odd_pbf, "osm.pbf"), (_bomb_pbf, "pbf"), (_odd_xml, "osm"))
    )
    return f"case{seed}.{ending}", make(rng)


# --- feeds -------------------------------------------------------------------------------------------


def town_feed() -> dict[str, str]:
    """Return the tables of a bus along the street of the small town."""
    stops = [(f"S{i}", *lat_lon(-400 + 200 * i, 5)) for i in range(5)]
    rows = [f"{name},Stop {name},{lat},{lon},," for name, lat, lon in stops]
    times = [
        f"T{trip},{7 + trip}:{5 * i:02}:00,{7 + trip}:{5 * i:02}:00,S{i},{i + 1}"
        for trip in range(12)
        for i in range(5)
    ]
    return {
        "stops": "\n".join(("stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station", *rows, "")),
        "routes": "route_id,route_short_name,route_type\nR1,1,3\n",
        "trips": "\n".join(("route_id,service_id,trip_id,shape_id", *(f"R1,week,T{trip},X" for trip in range(12)), "")),
        "stop_times": "\n".join(("trip_id,arrival_time,departure_time,stop_id,stop_sequence", *times, "")),
        "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "week,1,1,1,1,1,0,0,20240601,20240630\n",
    }


def _zipped(tables: dict[str, bytes], folder: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            archive.writestr(f"{folder}{name}.txt", content)
    return file.getvalue()


ODD_VALUES = (
    *(
        "",
        "nan",
        "inf",
        "-inf",
        "1e999",
        "-1",
        "99:99:99",
        "-07:00:00",
        "999:59:59",
        "0",
        "2147483648",
        '"',
        '""',
        "\x00",
    ),
    *("é" * 3_000, "1.5", "S0", "T0", "00000000", "99991231", "20240230", "<b>", "=1+1", " ", "../../etc/passwd"),
)


def _odd_cells(tables: dict[str, str], rng: Random) -> dict[str, bytes]:
    name = rng.choice([*tables])
    rows = [line.split(",") for line in tables[name].splitlines()]
    for _ in range(rng.choice((1, 3, 30))):
        row = rng.choice(rows[1:] or rows)
        row[rng.randrange(len(row))] = rng.choice(ODD_VALUES)
    return _encoded(tables | {name: "\n".join(map(",".join, rows))})


def _odd_columns(tables: dict[str, str], rng: Random) -> dict[str, bytes]:
    name = rng.choice([*tables])
    rows = [line.split(",") for line in tables[name].splitlines()]
    at = rng.randrange(len(rows[0]))
    if rng.random() < 0.5:
        for row in rows:
            del row[min(at, len(row) - 1)]
    else:
        rows[0][at] = rows[0][0]
    return _encoded(tables | {name: "\n".join(map(",".join, rows))})


def _odd_writing(tables: dict[str, str], rng: Random) -> dict[str, bytes]:
    how = rng.choice(
        (
            lambda text: b"\xef\xbb\xbf" + text.encode(),
            lambda text: text.replace("\n", "\r\n").encode(),
            lambda text: text.replace("\n", "\r").encode(),
            lambda text: text.encode("utf-16"),
            lambda text: text.encode("utf-16-le"),
            lambda text: text.replace("Stop", "Stöp").encode("latin-1"),
            lambda text: text.replace(",", ";").encode(),
            lambda text: text.replace(",", '","').encode(),
            lambda text: ('"' + text).encode(),
            lambda text: text.replace("\n", "\x00\n").encode(),
            lambda text: text.encode() + b"\xff" * 500,
            lambda text: text.split("\n", maxsplit=1)[0].encode(),
            lambda text: b"",
        )
    )
    chosen = {rng.choice([*tables]) for _ in range(rng.choice((1, 2, 9)))}
    return {name: how(text) if name in chosen else text.encode() for name, text in tables.items()}


def _odd_tables(tables: dict[str, str], rng: Random) -> dict[str, bytes]:
    """Leave a table out, or add one that asks for much or leads in circles."""
    header = "trip_id,start_time,end_time,headway_secs\n"
    more: dict[str, Callable[[], dict[str, str]]] = {
        "without": lambda: {name: text for name, text in tables.items() if name != rng.choice([*tables])},
        "headways": lambda: (
            tables | {"frequencies": header + "".join(f"T{i},00:00:00,999:00:00,10\n" for i in range(12)) * 20}
        ),
        "circle": lambda: tables | {"stops": tables["stops"].replace(",,\n", ",1,S1\n").replace("S1,Stop", "S1,Sto")},
        "calendar": lambda: (
            tables | {"calendar": tables["calendar"].replace("20240601", "19000101").replace("20240630", "99991231")}
        ),
        "dates": lambda: (
            tables | {"calendar_dates": "service_id,date,exception_type\n" + "week,20240603,2\nweek,20240603,1\n" * 500}
        ),
        "transfers": lambda: (
            tables
            | {
                "transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
                + "S0,S0,2,-5\nS0,S1,2,9999999999\n"
            }
        ),
        "one spot": lambda: tables | {"stops": _on_one_spot()},
        "repeated": lambda: tables | {"stop_times": tables["stop_times"] * 3},
    }
    return _encoded(more[rng.choice([*more])]())


def _on_one_spot() -> str:
    lat, lon = lat_lon(0, 5)
    head = "stop_id,stop_name,stop_lat,stop_lon\n"
    return head + "".join(f"S{i},Same,{lat},{lon}\n" for i in range(3_000))


def _encoded(tables: dict[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in tables.items()}


def _odd_zip(tables: dict[str, str], rng: Random) -> bytes:
    whole = _zipped(_encoded(tables))
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("feed.zip", whole)
    locked = bytearray(whole)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := locked.find(mark, at + 1)) >= 0:
            locked[at + flags] |= 1
    bomb = dict(_encoded(tables)) | {"stop_times": tables["stop_times"].encode() + b"\n" * 60_000_000}
    return rng.choice(
        (
            lambda: _flipped(whole, rng),
            lambda: _flipped(whole, rng),
            lambda: _cut(whole, rng),
            lambda: _moved(whole, rng),
            inner.getvalue,
            lambda: bytes(locked),
            lambda: _zipped(_encoded(tables), "../../../tmp/"),
            lambda: _zipped(_encoded(tables), "/etc/"),
            lambda: _zipped(bomb),
            lambda: whole + rng.randbytes(300),
            lambda: rng.randbytes(300) + whole,
        )
    )()


def hostile_feed(seed: int) -> tuple[str, bytes]:
    """Return the name and the bytes of a bad feed."""
    rng, tables = random.Random(seed), town_feed()
    how = rng.choice((_odd_cells, _odd_cells, _odd_columns, _odd_writing, _odd_tables, None))
    return f"case{seed}.zip", _odd_zip(tables, rng) if how is None else _zipped(how(tables, rng))
