"""What is at the door: nearest of each thing, in one order, numbered as on the map."""

from __future__ import annotations

import json
from pathlib import Path

from app.pipeline.door import THINGS, door_from_groups, door_of, numbered
from app.pipeline.report import DoorThing, FoundPlace, report_from_json
from app.places import Kind
from tests.support.surroundings import NOTHING_MAPPED, StreetGrid, evaluation_of, full_grid, place, stop

EARLIER = Path(__file__).parent / "earlier_reports"


def door(around: StreetGrid) -> dict[str, DoorThing]:
    return {thing.key: thing for thing in door_of(evaluation_of(around))}


def found(name: str, osm_id: str = "", lat: float = 60.0) -> FoundPlace:
    return FoundPlace(name, "stop", 4.0, 300.0, lat, 24.0, osm_id)


def thing(key: str, place: FoundPlace | None) -> DoorThing:
    return DoorThing(key, key, None, place, place.minutes if place else None)


def numbers(*things: DoorThing) -> list[int | None]:
    return [t.number for t in numbered(things)]


def test_it_has_the_eight_things_in_their_order() -> None:
    assert list(door(full_grid())) == list(THINGS)


def test_each_is_the_nearest_with_its_minutes() -> None:
    cafes = (place(Kind.CAFE, 800.0, name="Far"), place(Kind.CAFE, 160.0, name="Near"))
    cafe = door(full_grid(places=cafes))["cafe"]
    assert cafe.place is not None
    assert (cafe.place.name, cafe.minutes, cafe.why_unknown) == ("Near", 2.0, "")


def test_none_within_45_minutes_is_known_to_be_none() -> None:
    pharmacy = door(full_grid(places=()))["pharmacy"]
    assert (pharmacy.place, pharmacy.number, pharmacy.minutes, pharmacy.why_unknown) == (None, None, None, "")


def test_what_is_not_mapped_says_why_and_has_no_place() -> None:
    pharmacy = door(StreetGrid(facts=NOTHING_MAPPED))["pharmacy"]
    assert pharmacy.place is None
    assert pharmacy.why_unknown


def test_where_the_map_ends_beyond_a_quarter_of_an_hour_none_within_that_is_sure() -> None:
    """7619 Carla Road, Pikesville: "no park within 15 minutes" stood beside "Not known: park"."""
    pharmacies = [door(full_grid(places=(), edge_m=edge_m))["pharmacy"] for edge_m in (2_000.0, 1_000.0)]
    assert all("cut off" in one.why_unknown for one in pharmacies)
    assert [one.none_within_min for one in pharmacies] == [15, 0]


def test_where_the_map_ends_within_the_walk_another_may_be_nearer() -> None:
    """Tikankatu 11, Kotka: the map ends within 80 m, and the stop across the street is 40 m away."""
    at_the_edge = door(full_grid(stops=(stop(40.0),), edge_m=70.0))["stop"]
    assert (at_the_edge.minutes, at_the_edge.may_be_nearer) == (0.5, False)
    cafes = (place(Kind.CAFE, 800.0),)
    assert [door(full_grid(places=cafes, edge_m=m))["cafe"].may_be_nearer for m in (500.0, 1_000.0)] == [True, False]


def test_a_nameless_stop_is_told_by_its_street() -> None:
    at_door = door(full_grid(stops=(stop(80.0, name=""),)))["stop"]
    assert at_door.place is not None
    assert at_door.place.name.startswith("a bus stop")


def test_numbers_follow_the_list_and_skip_what_has_no_place() -> None:
    assert numbers(thing("a", found("A", "n1")), thing("b", None), thing("c", found("C", "n2"))) == [1, None, 2]


def test_the_same_element_has_one_number() -> None:
    assert numbers(thing("a", found("Kauppa", "n1")), thing("b", found("Kauppa", "n1"))) == [1, 1]


def test_a_station_of_map_and_timetable_has_one_number() -> None:
    assert numbers(thing("a", found("Newport")), thing("b", found("Newport", "n1", lat=60.0009))) == [1, 1]
    assert numbers(thing("a", found("Newport")), thing("b", found("Newport", "n1", lat=60.01))) == [1, 2]


def test_an_earlier_report_keeps_its_own_names_and_has_only_what_it_listed() -> None:
    path = EARLIER / "2026.1.json"
    stored, opened = json.loads(path.read_bytes()), report_from_json(path.read_bytes())
    listed = {group["title"] for finding in stored["findings"] for group in finding["groups"]}
    at_door = door_from_groups(opened.findings)
    assert opened.door == ()
    assert [t.key for t in at_door] == ["grocery", "stop", "primary_school", "doctor", "pharmacy", "park", "cafe"]
    assert {t.title for t in at_door} <= listed
