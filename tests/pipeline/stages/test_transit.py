"""The transit section and its one score."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from app.atlas.facts import TransitStop
from app.pipeline.report import Finding, State
from app.pipeline.stages import transit_access, transit_score
from app.pipeline.transit_stops import (
    Boarding,
    best_stop,
    boardings,
    found_stop,
    how_often,
    route_value,
    stop_name,
    weekend,
)
from app.places import Kind
from tests.support.surroundings import WELL_MAPPED, StreetGrid, evaluation_of, place, route, stop

CENTRE = place(Kind.TOWN_CENTRE, 4_000.0, name="Gridtown")
UNTIMED = route(trips=None, per_hour=None)
FEW_STOPS = replace(WELL_MAPPED, stops=6)


def grid(*stops: TransitStop, **more: object) -> StreetGrid:
    """Return a town with six mapped stops, a centre an hour's walk away, and a timetable."""
    known: dict[str, object] = {"timetable": True, "facts": FEW_STOPS, "places": (replace(CENTRE, walk_s=3_600.0),)}
    return StreetGrid(stops=stops, **(known | more))  # type: ignore[arg-type]


def score(*stops: TransitStop, **more: object) -> Finding:
    return transit_score.run(evaluation_of(grid(*stops, **more)))


def section(*stops: TransitStop, **more: object) -> Finding:
    return transit_access.run(evaluation_of(grid(*stops, **more)))


def value(finding: Finding) -> float:
    assert finding.score is not None
    return finding.score.value


def facts(finding: Finding) -> dict[str, object]:
    return {fact.key: fact.value for fact in finding.facts}


@pytest.mark.parametrize(("metres", "nearness"), [(100, 1.0), (200, 1.0), (502.5, 0.5), (805, 0.0)])
def test_a_line_fades_with_the_walk(metres: float, nearness: float) -> None:
    assert route_value(Boarding(stop(metres), route(trips=30))) == pytest.approx(nearness)


@pytest.mark.parametrize(("trips", "service"), [(0, 0.0), (7.5, 0.5), (30, 1.0), (120, 2.0), (999, 2.0)])
def test_service_grows_with_the_square_root_of_trips(trips: int, service: float) -> None:
    assert route_value(Boarding(stop(100), route(trips=trips))) == pytest.approx(service)


def test_rails_count_more_than_buses() -> None:
    values = [route_value(Boarding(stop(100), route(mode=m, trips=30))) for m in ("bus", "tram", "subway")]
    assert values == [1.0, 1.5, 2.0]


def test_the_score_is_the_root_of_the_sum() -> None:
    assert value(score(stop(100, route(trips=30)))) == pytest.approx(100 * math.sqrt(1 / 78), abs=0.05)


def test_the_two_directions_of_a_line_are_never_added_up() -> None:
    there, back = route(trips=30), route(trips=20, direction=1)
    assert value(score(stop(100, there, back))) == value(score(stop(100, there)))
    assert [r.weekday_trips for r in section(stop(100, there, back)).routes] == [30, 20]


def test_lines_of_two_operators_with_one_name_are_two() -> None:
    one, other = route(trips=30, agency="Red"), replace(route(trips=30, agency="Blue"), route_id="other")
    assert len(transit_score.best_of_lines(boardings([stop(100, one, other)]))) == 2
    assert {r.agency for r in section(stop(100, one, other)).routes} == {"Red", "Blue"}


def test_a_line_counts_at_the_stop_where_it_is_worth_most() -> None:
    near, far = stop(100, route(trips=2), name="Near"), stop(200, route(trips=60), name="Far")
    assert [b.stop.name for b in boardings([near, far])] == ["Far"]
    assert [b.stop.name for b in boardings([near, stop(150, route(trips=2), name="Far")])] == ["Near"]


def test_without_a_timetable_there_is_no_score() -> None:
    finding = score(stop(100, UNTIMED), timetable=False)
    assert (finding.score, finding.state) == (None, State.UNKNOWN)
    assert "there is no score" in finding.summary


def test_without_a_timetable_the_lines_and_stops_are_told() -> None:
    finding = section(stop(100, UNTIMED), timetable=False)
    assert (finding.score, finding.state) == (None, State.PARTIAL)
    assert finding.summary == "The best stop is Market, 1 min on foot, where bus 1 stops. How often is not known."
    assert [(r.name, r.often, r.weekday_trips) for r in finding.routes] == [("1", "", None)]
    assert [gap.what for gap in finding.gaps] == ["how often buses and trains run"]


def test_a_town_without_mapped_stops_is_unknown_and_never_zero() -> None:
    none = {"facts": replace(WELL_MAPPED, stops=0), "timetable": False}
    assert (score(**none).score, score(**none).state) == (None, State.UNKNOWN)
    assert section(**none).state is State.UNKNOWN


def test_a_whole_timetable_without_a_stop_in_reach_is_zero() -> None:
    finding = score(stop(2_000, route()), stop(2_100, route(), name="B"))
    assert (value(finding), finding.summary) == (0.0, "No bus or train leaves within 805 m on foot.")


def test_a_timetable_without_trips_where_stops_are_mapped_is_that_of_another_operator() -> None:
    finding = score(stop(100, route(trips=0)))
    assert (finding.score, finding.state) == (None, State.UNKNOWN)
    assert "one operator alone" in finding.gaps[0].why
    assert finding.summary == transit_score.TOO_LITTLE
    shown = section(stop(100, route(trips=0)))
    assert shown.state is State.PARTIAL
    assert "no trip at these stops" in shown.gaps[0].why


def test_a_timetable_of_the_trains_alone_is_partial_where_many_stops_are_mapped() -> None:
    trains = stop(300, route(mode="rail"), mode="rail")
    assert score(trains, facts=WELL_MAPPED).state is State.PARTIAL
    few_streets = replace(WELL_MAPPED, stops=4, street_km=100.0)
    assert score(trains, facts=few_streets).state is State.MEASURED


def test_a_timetable_of_the_trains_alone_is_partial_where_hardly_any_stop_is_mapped() -> None:
    trains = stop(300, route(mode="rail"), mode="rail")
    finding = score(trains, facts=replace(WELL_MAPPED, stops=4))
    assert finding.summary.startswith("At least ")
    assert finding.notes == ("4 transit stops are mapped here, and the timetable may be of one operator alone.",)
    shown = section(trains, facts=replace(WELL_MAPPED, stops=4), timetable=True)
    assert shown.state is State.PARTIAL
    assert shown.notes == finding.notes


def test_the_best_stop_is_that_of_the_timetable_where_others_may_offer_more() -> None:
    lines = stop(300, route())
    assert section(lines, facts=WELL_MAPPED).summary.startswith("The best stop in the timetable is Market, 4 min")
    few = replace(WELL_MAPPED, stops=1, street_km=30.0)
    assert section(lines, facts=few).summary.startswith("The best stop is Market, 4 min")


def test_who_walks_from_the_main_station_has_no_last_way_home() -> None:
    """224-43 Manor Road, Queens Village: the main station is the nearest stop, 28 minutes away."""
    main = place(Kind.RAIL_STATION, 2_240.0, name="Queens Village")
    for walk_m, home in ((2_240, None), (1_000, "none in the evening")):
        shown = section(stop(walk_m, route(mode="rail"), mode="rail"), places=(main,))
        assert {fact.key: fact.value for fact in shown.facts}.get("last_way_home") == home


def test_one_stop_is_one() -> None:
    trains = stop(300, route(mode="rail"), mode="rail")
    (note,) = score(trains, facts=replace(WELL_MAPPED, stops=1)).notes
    assert note == "1 transit stop is mapped here, and the timetable may be of one operator alone."


def test_stops_beyond_the_edge_are_unknown() -> None:
    finding = score(edge_m=400.0)
    assert finding.score is None
    assert "cut off" in finding.gaps[0].why


def test_a_stop_that_offers_more_beats_a_nearer_one() -> None:
    tal = stop(80, route("132", trips=60), name="Tal")
    lines = [route(f"U{n}", mode="subway", trips=240) for n in (3, 6)]
    square = stop(200, *lines, name="Marienplatz", mode="subway")
    best = best_stop([tal, square])
    assert best is not None
    assert best.name == "Marienplatz"
    assert best_stop([stop(80, UNTIMED, name="Tal"), stop(200, UNTIMED, replace(UNTIMED, name="2"))]) is not None


def test_a_far_stop_does_not_beat_one_at_the_door() -> None:
    near, far = stop(80, route("1", trips=60), name="Near"), stop(2_400, route("2", trips=120), name="Far")
    best = best_stop([near, far])
    assert best is not None
    assert best.name == "Near"


def test_the_best_stop_tells_evenings_and_weekends() -> None:
    there = route(trips=40, evening_trips=6, saturday_trips=30, sunday_trips=0)
    back = route(trips=38, direction=1, evening_trips=4, saturday_trips=31, sunday_trips=0)
    found = facts(section(stop(100, there, back)))
    assert (found["evening"], found["saturday"], found["sunday"]) == (6.0, 31.0, 0.0)


def test_weekends_are_unknown_where_the_timetable_does_not_tell() -> None:
    found = facts(section(stop(100, route())))
    assert (found["saturday"], found["sunday"]) == (None, None)


def test_the_last_way_home_is_a_time_of_the_clock() -> None:
    finding = section(stop(100, route()), last_home_s=24 * 3600 + 19 * 60)
    assert facts(finding)["last_way_home"] == "00:19"
    assert finding.summary.endswith("The last way home from Gridtown (town centre) is at 00:19.")


def test_who_lives_near_the_centre_walks_home() -> None:
    finding = section(stop(100, route()), places=(replace(CENTRE, walk_s=900.0),), last_home_s=80_000)
    assert "last_way_home" not in facts(finding)


def test_school_runs_come_last() -> None:
    school, bus = route("S1", trips=2, is_school_run=True), route("9", trips=4)
    assert [r.name for r in section(stop(100, school), stop(700, bus, name="Far")).routes] == ["9", "S1"]


def test_both_ways_of_a_line_stand_together() -> None:
    lines = [route("1", trips=90), route("2", trips=80), route("1", trips=10, direction=1)]
    assert [r.name for r in section(stop(100, *lines)).routes] == ["1", "1", "2"]


def test_a_line_that_ends_at_the_stop_itself_is_not_told_to_lead_there() -> None:
    """Äulestrasse 56, Vaduz: "Bus 21 to Vaduz, Post" from the stop Vaduz Post."""
    lines = [replace(route(name), headsign=headsign) for name, headsign in (("21", "Vaduz, Post"), ("11", "Sargans"))]
    told = {r.name: r.towards for r in section(stop(100, *lines, name="Vaduz Post")).routes}
    assert told == {"21": "", "11": "Sargans"}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (route(trips=42, headway_min=20), "every 20 min, 05:30 to 00:10 (42 a weekday)"),
        (route(trips=5), "5 a weekday, 05:30 to 00:10"),
        (route(trips=1), "once a weekday, at 05:30"),
        (route(trips=0), "not on weekdays"),
        (UNTIMED, ""),
    ],
)
def test_how_often_in_words(line: object, text: str) -> None:
    assert how_often(line) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"saturday_trips": 12, "sunday_trips": 0}, "Saturdays 12, Sundays none"),
        ({"saturday_trips": 30, "saturday_headway_min": 30, "sunday_trips": 8}, "Saturdays every 30 min, Sundays 8"),
        ({"sunday_trips": 3}, "Sundays 3"),
        ({}, ""),
    ],
)
def test_weekends_in_words(more: dict[str, object], text: str) -> None:
    assert weekend(route(**more)) == text  # type: ignore[arg-type]


def test_a_stop_without_a_name_is_called_by_its_street() -> None:
    nameless = stop(100, name="")
    assert stop_name(replace(nameless, near="Corporation Road")) == "a bus stop in Corporation Road"
    assert stop_name(nameless) == "a bus stop (no name on the map)"


def test_more_than_eight_lines_of_a_stop_are_counted() -> None:
    def lines(count: int) -> str:
        return found_stop(stop(100, *(route(str(n)) for n in range(1, count + 1)))).detail

    assert lines(8) == "bus 1, bus 2, bus 3, bus 4, bus 5, bus 6, bus 7 and bus 8"
    assert lines(10) == f"{lines(8).replace(' and', ',')} and 2 more"


def test_a_partial_timetable_gives_no_word_and_leaves_the_rest_open() -> None:
    finding = score(stop(300, route(mode="rail"), mode="rail"), facts=WELL_MAPPED)
    assert finding.score is not None
    assert (finding.score.word, finding.score.low, finding.score.high) == ("", finding.score.value, 100.0)
    assert finding.summary.startswith("At least ")
