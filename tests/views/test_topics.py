"""What each topic of a report's page shows of its findings."""

from __future__ import annotations

from dataclasses import replace

from app.pipeline.confidence import NO_TIMETABLE
from app.pipeline.listing import Listing
from app.pipeline.report import (
    Confidence,
    DoorThing,
    Finding,
    FoundPlace,
    Gap,
    Group,
    Level,
    Report,
    Route,
    State,
    Trip,
)
from app.queue.jobs import Snapshot
from app.views.report import ReportView
from app.views.topics import Line, door_rows, family_rows, hourly, in_short, lines_of, rides_of, town_trips
from app.views.unknowns import reasons_at_once, unknowns_of
from tests.support.reports import TRANSIT, VERDICT, report

LIDL = FoundPlace("Lidl", "supermarket", 4.0, 300.0, 60.0, 24.0, "n1")
ALDI = FoundPlace("Aldi", "supermarket", 6.0, 450.0, 60.0, 24.0, "n2")


def section(stage: str, **values: object) -> Finding:
    return Finding(stage=stage, title=stage, state=State.PARTIAL, summary="", **values)  # type: ignore[arg-type]


def route(towards: str, *by_hour: int) -> Route:
    counts = (*by_hour, *(0 for _ in range(24 - len(by_hour)))) if by_hour else ()
    return replace(TRANSIT.routes[0], towards=towards, by_hour=counts)


def of(*findings: Finding, listing: Listing | None = None) -> Report:
    return report(VERDICT, *findings, listing=listing)


def test_a_line_at_the_door_opens_to_the_others_of_its_kind() -> None:
    groups = (Group("food_shop", "Food shop", 4.0, 2, 2, (LIDL, ALDI)),)
    thing = DoorThing("food_shop", "Food shop", 1, LIDL, 4.0)
    (row,) = door_rows(replace(of(section("neighborhood", groups=groups)), door=(thing,)))
    assert (row.place, row.others, row.number) == (LIDL, (ALDI,), 1)


def test_what_is_not_known_beyond_a_quarter_of_an_hour_says_so() -> None:
    thing = DoorThing("park", "Park", None, None, None, "The map ends.", none_within_min=15)
    (row,) = door_rows(replace(of(), door=(thing,)))
    assert row.unknown_text == "park (none within 15 minutes)"
    (row,) = door_rows(replace(of(), door=(replace(thing, none_within_min=0),)))
    assert row.unknown_text == "park"


def test_a_level_of_which_nothing_is_listed_is_not_known() -> None:
    gaps = (Gap("primary schools; secondary schools", "The map ends."),)
    groups = (Group("secondary_school", "Secondary schools", 9.0, 1, 1, (LIDL,)),)
    rows = family_rows(of(section("schools", groups=groups, gaps=gaps)))
    assert [(row.title, bool(row.why_unknown)) for row in rows] == [
        ("Secondary school", False),
        ("Primary school", True),
    ]


def test_what_stands_at_the_door_is_not_listed_for_families_again() -> None:
    groups = (Group("primary_school", "Primary schools", 4.0, 1, 1, (LIDL,)),)
    thing = DoorThing("primary_school", "Primary school", 1, LIDL, 4.0)
    assert family_rows(replace(of(section("schools", groups=groups)), door=(thing,))) == ()


def test_the_station_at_the_door_is_none_of_the_ways_to_the_rest_of_town() -> None:
    station = replace(LIDL, name="Hollis", kind="railway station")
    trips = (trip_to("Hollis (railway station)"), trip_to("Kennedy (airport)"), trip_to("Hollis (hospital)"))
    seen = replace(of(section("urban_access", trips=trips)), door=(DoorThing("station", "Station", 1, station, 4.0),))
    assert [trip.destination for trip in town_trips(seen)] == ["Kennedy (airport)", "Hollis (hospital)"]


def test_of_many_must_haves_the_head_tells_the_first_few() -> None:
    asked = tuple(f"A {thing} within 5 minutes? No: none." for thing in ("shop", "bank", "park", "pub"))
    near = "M4, a motorway, is 83 m west of the address."
    seen = ReportView(
        replace(of(), verdict=replace(VERDICT, deal_breakers=(near, *asked))),
        Snapshot("s", "j", "o", "a", 0.0, b""),
        mine=True,
    )
    assert seen.more_breakers == ("a pub within 5 minutes",)
    assert seen.first_breakers == (near, *asked[:-1])


def trip_to(destination: str) -> Trip:
    return Trip(destination, "", 4.0, None, None, None, None, "")


def test_both_directions_of_a_line_are_one_line() -> None:
    there, back = route("Eira"), route("Kallio")
    (line,) = lines_of(of(section("transit_access", routes=(there, back))))
    assert [found.towards for found in line.directions] == ["Eira", "Kallio"]


def test_a_line_that_leads_to_a_place_both_ways_round_names_it_once() -> None:
    seldom, often = replace(route("Eira"), weekday_trips=32), replace(route("Eira"), weekday_trips=33)
    assert Line("T9", "bus", "", (seldom, route("Kallio"), often)).ways == (route("Kallio"), often)


def test_a_stop_whose_name_shouts_is_named_calmly() -> None:
    stop = replace(LIDL, name="BORGES DE MEDEIROS", kind="bus stop")
    (row,) = door_rows(replace(of(), door=(DoorThing("stop", "Stop", 1, stop, 4.0),)))
    assert row.place is not None
    assert row.place.name == "Borges de Medeiros"


def test_a_line_is_charted_in_the_direction_where_it_leaves_most_often() -> None:
    line = Line("6", "tram", "", (route("Eira", 1, 2), route("Kallio", 4)))
    (found,) = hourly([line, Line("7", "tram", "", (route("Arabia"),))])
    assert (found.route.towards, found.counts[:2]) == ("Kallio", (4, 0))


def test_who_has_no_car_is_told_of_no_drive() -> None:
    trip = Trip("Airport", "airport", None, None, 28.0, 40.0, None, "")
    assert in_short(trip, of()) == "40 min by transit and 28 min by car"
    assert in_short(trip, of(listing=Listing("x", profile="car-free"))) == "40 min by transit"


def test_a_mode_without_a_way_is_not_known_and_none_is_missed_at_the_address_itself() -> None:
    assert [ride.minutes for ride in rides_of(Trip("X", "", 9.0, 4.0, None, None, None, ""))] == [9.0, 4.0, None, None]
    assert [ride.how for ride in rides_of(Trip("X", "", 0.0, None, None, None, None, ""))] == ["On foot"]


def test_each_reason_is_given_once_with_all_that_it_leaves_open() -> None:
    one = section("neighborhood", gaps=(Gap("primary school", "The map ends."), Gap("café", "It is dark.")))
    two = section("schools", gaps=(Gap("primary schools; childcare centres", "The map ends."),))
    found = [(unknown.what, unknown.why) for unknown in unknowns_of(of(one, two)) if not unknown.for_all]
    assert found == [("primary school; childcare centres", "The map ends."), ("café", "It is dark.")]


def test_a_reason_that_names_what_it_leaves_open_needs_no_list() -> None:
    gap = Gap("how often buses run", "No timetable is there, so how often buses run is not known.")
    (unknown,) = (u for u in unknowns_of(of(section("transit_access", gaps=(gap,)))) if not u.for_all)
    assert unknown.what == ""


def test_the_first_reasons_are_those_that_nothing_beside_them_tells() -> None:
    reasons = (
        "The map data is from 2 May 2015: since then places may have closed.",
        NO_TIMETABLE,
        "The map is cut off.",
    )
    told = replace(of(), confidence=Confidence(Level.LOW, reasons))
    assert reasons_at_once(told, ()) == ("The map is cut off.",)


def test_where_no_reason_holds_for_all_the_first_of_a_single_thing_is_told() -> None:
    gap = Gap("primary schools", "The search leaves the region.")
    told = replace(of(section("schools", gaps=(gap,))), confidence=Confidence(Level.HIGH))
    assert reasons_at_once(told, unknowns_of(told)) == (f"Primary schools. {gap.why}",)


def test_what_became_of_the_persons_own_places_is_no_gap_here() -> None:
    gap = Gap("atlantis", "“atlantis” was not found.")
    assert "atlantis" not in [u.what for u in unknowns_of(of(section("urban_access", gaps=(gap,))), ("atlantis",))]


def test_a_direction_that_is_much_rarer_is_not_told_at_once() -> None:
    often, seldom, unknown = (
        Route("X24", "bus", towards, "Market", 4.0, None, None, trips)
        for towards, trips in (("Blaenavon", 60), ("Newport", 8), ("Depot", None))
    )
    assert Line("X24", "bus", "", (seldom, often)).ways == (often,)
    assert Line("X24", "bus", "", (unknown,)).ways == (unknown,)
