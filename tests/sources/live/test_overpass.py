"""What is asked of Overpass, and how its answers are read or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.atlas.importing.pbf.file import PbfFile
from app.atlas.importing.tags.keys import ADDRESS_KEYS, AREA_KEYS, NODE_KEYS, WAY_KEYS
from app.geo import Box
from app.sources.live.asking.queries import BadAnswer, Tired
from app.sources.live.tiles.grid import tile_at
from app.sources.live.tiles.overpass import query_text, question, read_answer
from tests.support.folders import SHARED
from tests.support.live.overpass_language import run
from tests.support.live.overpass_world import Ids, World

BODIES = SHARED / "api" / "overpass"
TILE = tile_at(48.0, 9.0)


def body(*elements: dict[str, Any], **more: Any) -> bytes:
    """Return a body with these elements."""
    return json.dumps({"version": 0.6, "osm3s": {}, "elements": elements, **more}).encode()


def node(number: int, lat: float = 48.0, lon: float = 9.0, **tags: str) -> dict[str, Any]:
    return {"type": "node", "id": number, "lat": lat, "lon": lon, **({"tags": tags} if tags else {})}


def way(number: int, *nodes: int, **tags: str) -> dict[str, Any]:
    return {"type": "way", "id": number, "nodes": list(nodes), "tags": tags}


STREET = (node(1), node(2, 48.001), way(7, 1, 2, highway="residential"))


def found(world: World) -> Ids:
    """Return all that the query brings of a world."""
    brought = Ids()
    for ids in run(query_text(TILE, 60), world):
        brought = brought.joined(ids)
    return brought


def test_it_is_one_form_sent_by_post() -> None:
    query = question(TILE, 60)
    assert query.path == "/api/interpreter"
    assert [name for name, _ in query.form] == ["data"]


@pytest.mark.parametrize(("ours", "servers"), [(60, 50), (240, 180), (5, 1)])
def test_the_server_gives_up_before_we_do(ours: float, servers: int) -> None:
    assert f"[timeout:{servers}]" in query_text(TILE, ours)


@pytest.mark.parametrize("key", sorted(NODE_KEYS | ADDRESS_KEYS | {"addr:housename"}))
def test_it_brings_each_node_that_an_import_reads(key: str) -> None:
    assert found(World({1: {key: "x"}}, {1: (48.0, 9.0)})).nodes == {1}


@pytest.mark.parametrize("key", sorted(WAY_KEYS | ADDRESS_KEYS | {"addr:housename", "building"}))
def test_it_brings_each_way_that_an_import_reads_with_its_nodes(key: str) -> None:
    brought = found(World({}, {1: (48.0, 9.0), 2: (48.1, 9.0)}, {7: ([1, 2], {key: "x"})}))
    assert (brought.ways, brought.nodes) == ({7}, {1, 2})


@pytest.mark.parametrize("key", ["historic", "office", "craft", "natural"])
def test_it_brings_other_things_with_a_name_alone(key: str) -> None:
    positions = {1: (48.0, 9.0), 2: (48.0, 9.0)}
    assert found(World({1: {key: "x", "name:fr": "N"}, 2: {key: "x"}}, positions)).nodes == {1}


@pytest.mark.parametrize("key", sorted(AREA_KEYS))
def test_it_brings_areas_made_of_several_ways_with_those(key: str) -> None:
    world = World({}, {1: (48.0, 9.0), 2: (48.001, 9.0)}, {7: ([1, 2], {})})
    world.relations[5] = ([("way", 7, "outer")], {"type": "boundary", key: "x"})
    assert found(world) == Ids(frozenset({1, 2}), frozenset({7}), frozenset({5}))


def test_it_brings_no_ways_of_an_area_that_lie_far_away() -> None:
    world = World({}, {1: (48.0, 9.0), 2: (48.001, 9.0), 3: (48.5, 9.0), 4: (48.6, 9.0)})
    world.ways = {7: ([1, 2], {}), 8: ([3, 4], {})}
    world.relations[5] = ([("way", 7, "outer"), ("way", 8, "outer")], {"type": "multipolygon", "natural": "water"})
    assert found(world).ways == {7}


@pytest.mark.parametrize(
    ("tags", "is_brought"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "footway", "bicycle": "yes"}, True),
        ({"highway": "footway"}, False),
        ({"highway": "service", "service": "driveway"}, False),
        ({"building": "yes"}, False),
        ({"landuse": "forest"}, False),
        ({"shop": "bakery"}, True),
        ({"amenity": "bench"}, False),
    ],
)
def test_further_out_it_brings_what_people_cycle_on_and_to(tags: dict[str, str], is_brought: bool) -> None:
    lat = (TILE.known_box.max_lat + TILE.bike_box.max_lat) / 2
    world = World({}, {1: (lat, 9.0), 2: (lat + 0.001, 9.0)}, {7: ([1, 2], tags)})
    assert found(world).ways == ({7} if is_brought else set())


def test_it_reads_positions_tags_and_members() -> None:
    relation = {"type": "relation", "id": 5, "members": [{"type": "way", "ref": 7, "role": "outer"}]}
    elements = read_answer(body(node(2, 48.0000001, -9.5, shop="bakery"), node(1), way(7, 1, 2, name="x"), relation))
    nodes, tags, ways, relations = elements.elements
    assert [column.tolist() for column in nodes] == [[1, 2], [480000000, 480000001], [90000000, -95000000]]
    assert tags == {1: {"shop": "bakery"}}
    assert ways == [(7, {"name": "x"}, [1, 2])]
    assert relations == [(5, {}, [("w7", "outer")])]


def test_it_tells_when_the_data_is_from() -> None:
    about = {"timestamp_osm_base": "2024-05-06T07:08:09Z"}
    assert read_answer(body(osm3s=about)).data_time == 1_714_979_289


@pytest.mark.parametrize("about", [{}, {"timestamp_osm_base": ""}, {"timestamp_osm_base": "yesterday"}])
def test_it_copes_where_the_answer_does_not_tell(about: dict[str, str]) -> None:
    assert read_answer(body(*STREET, osm3s=about)).data_time == 0


@pytest.mark.parametrize(
    ("elements", "has_some"),
    [
        (STREET, True),
        (STREET[:2], False),
        ((), False),
        ((node(1), node(2, 48.001), way(7, 1, 2, highway="proposed")), False),
        ((node(1, 48.05), node(2, 48.06), way(7, 1, 2, highway="residential")), False),  # where people only cycle to
    ],
)
def test_it_tells_whether_there_are_streets(elements: tuple[dict[str, Any], ...], has_some: bool) -> None:
    assert read_answer(body(*elements)).has_streets(TILE.known_box) is has_some


def test_a_town_of_which_a_part_came_is_left_out() -> None:
    members = [{"type": "way", "ref": ref, "role": "outer"} for ref in (7, 8)]
    town = {"type": "relation", "id": 5, "members": members, "tags": {"type": "boundary", "place": "city"}}
    assert not read_answer(body(*STREET, town)).elements.relations
    assert read_answer(body(*STREET, way(8, 2, 1), town)).elements.relations


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"null",
        b"[]",
        b"<html><body>Welcome</body></html>",
        b'{"elements": [{"type": "node", "id": 1}]}',
        b'{"elements": [{"type": "area", "id": 1}]}',
        b'{"elements": [{"type": "node", "id": "x", "lat": 1, "lon": 1}]}',
        body(*STREET).decode().encode("utf-16"),
        body(node(1), way(7, 1, 2, highway="residential")),
        body(way(7, 1, 2)),
        body(*STREET, remark="runtime error: Query run out of memory using about 512 MB of RAM."),
        body(*STREET, remark="runtime error: something else"),
    ],
)
def test_it_refuses_what_is_no_answer_or_half_of_one(sent: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_answer(sent)


BUSY = "runtime error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::request_read_and_idx::timeout."


@pytest.mark.parametrize(
    "sent",
    [
        body(remark='runtime error: Query timed out in "query" at line 4 after 2 seconds.'),
        body(*STREET, remark=BUSY),
        f"<?xml version='1.0'?><html><body><strong>Error</strong>: {BUSY}</body></html>".encode(),
        b"<html><body>Error: Dispatcher_Client::request_read_and_idx::rate_limited. Please check</body></html>",
    ],
)
def test_it_tells_when_the_server_wants_to_be_left_alone(sent: bytes) -> None:
    with pytest.raises(Tired):
        read_answer(sent)


def test_a_remark_that_is_no_error_is_fine() -> None:
    assert read_answer(body(*STREET, remark="runtime remark: Test")).has_streets(TILE.known_box)


@given(st.data())
def test_an_answer_that_is_cut_off_anywhere_is_refused(data: st.DataObject) -> None:
    whole = body(*STREET)
    with pytest.raises(BadAnswer):
        read_answer(whole[: data.draw(st.integers(0, len(whole) - 1))])


@pytest.mark.skipif(not BODIES.is_dir(), reason="the recorded answers (../shared/data) are not here")
def test_every_recorded_answer_is_read_or_refused() -> None:
    outcomes = {path.name: _outcome(path) for path in sorted(BODIES.glob("[or]*"))}
    read = {name for name, outcome in outcomes.items() if outcome == "read"}
    assert {f"overpass-response-{number}.json" for number in range(2, 13)} <= read
    assert outcomes["overpass-response-0.txt"] == "BadAnswer"
    assert outcomes["overpy-remark-runtime-error-01.json"] == "Tired"
    assert outcomes["overpy-remark-runtime-remark-01.json"] == "read"
    assert outcomes["overpy-result-way-02.json"] == "BadAnswer"  # one of its nodes is missing


def _outcome(path: Path) -> str:
    try:
        read_answer(path.read_bytes())
    except (BadAnswer, Tired) as refusal:
        return type(refusal).__name__
    return "read"


def test_it_is_written_as_an_extract_that_osmium_reads_alike(tmp_path: Path) -> None:
    relation = {"type": "relation", "id": -5, "members": [{"type": "way", "ref": 7, "role": "é"}], "tags": {"a": "b"}}
    places = [node(2, -48.1234567, -179.9999999, name="Ü", shop="x"), node(1 << 40, 90, 180), node(3)]
    sent = body(*places, way(7, 1 << 40, 2, 3, highway="x"), way(8, 2), relation)
    path, box = tmp_path / "tile.osm.pbf", Box(-9.5, 1.25, 10.0, 2.0)
    read_answer(sent).write(path, box)
    assert _osmium_says(path) == {
        "n2": (-48.1234567, -179.9999999, {"name": "Ü", "shop": "x"}),
        "n3": (48.0, 9.0, {}),
        f"n{1 << 40}": (90.0, 180.0, {}),
        "w7": ([1 << 40, 2, 3], {"highway": "x"}),
        "w8": ([2], {}),
        "r-5": ([("w", 7, "é")], {"a": "b"}),
    }
    assert PbfFile(path).box == box


def _osmium_says(path: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for item in osmium.FileProcessor(str(path)):
        tags = {tag.k: tag.v for tag in item.tags}
        if isinstance(item, osmium.osm.Node):
            found[f"n{item.id}"] = (item.location.lat, item.location.lon, tags)
        elif isinstance(item, osmium.osm.Way):
            found[f"w{item.id}"] = ([ref.ref for ref in item.nodes], tags)
        elif isinstance(item, osmium.osm.Relation):
            found[f"r{item.id}"] = ([(each.type, each.ref, each.role) for each in item.members], tags)
    return found
