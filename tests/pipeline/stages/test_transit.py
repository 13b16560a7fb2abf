"""The transit index and transit access."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from app.atlas.facts import TransitStop
from app.pipeline.report import Finding, State
from app.pipeline.stages import transit_access, transit_score
from app.pipeline.transit_stops import Boarding, boardings, found_stop
from app.places import Kind
from tests.support.surroundings import WELL_MAPPED, StreetGrid, evaluation_of, full_grid, place, route, stop

CENTRE = place(Kind.TOWN_CENTRE, 4_000.0, name="Gridtown")
UNTIMED = route(trips=None, per_hour=None)


def index(*stops: TransitStop, **grid: object) -> Finding:
    return transit_score.run(evaluation_of(StreetGrid(stops=stops, **grid)))  # type: ignore[arg-type]


def access(*stops: TransitStop, **grid: object) -> Finding:
    return transit_access.run(evaluation_of(StreetGrid(stops=stops, places=(CENTRE,), **grid)))  # type: ignore[arg-type]


def points(finding: Finding) -> list[float | None]:
    return [p.value for p in finding.parts]


@pytest.mark.parametrize(("metres", "nearness"), [(100, 1.0), (200, 1.0), (502.5, 0.5), (805, 0.0)])
def test_a_route_fades_with_the_walk(metres: float, nearness: float) -> None:
    assert transit_score.route_value(Boarding(stop(metres), route(trips=60))) == pytest.approx(nearness)


@pytest.mark.parametrize(("trips", "service"), [(0, 0.0), (15, 0.5), (60, 1.0), (240, 2.0), (999, 2.0)])
def test_service_grows_with_the_square_root_of_trips(trips: int, service: float) -> None:
    assert transit_score.route_value(Boarding(stop(100), route(trips=trips))) == pytest.approx(service)


def test_rails_count_more_than_buses() -> None:
    values = [
        transit_score.route_value(Boarding(stop(100), route(mode=m, trips=60))) for m in ("bus", "tram", "subway")
    ]
    assert values == [1.0, 1.5, 2.0]


def test_a_route_counts_once_at_its_nearest_stop() -> None:
    near, far = stop(100, route("1"), name="Near"), stop(300, route("1"), route("2"), name="Far")
    assert [(b.stop.name, b.route and b.route.name) for b in boardings([far, near])] == [("Near", "1"), ("Far", "2")]


def test_two_platforms_of_a_stop_without_routes_count_once() -> None:
    assert len(boardings([stop(100, name="Market"), stop(120, name="Market"), stop(130, name="Mill")])) == 2


def test_the_index_is_the_root_of_the_sum() -> None:
    finding = index(stop(100, route(trips=60)), timetable=True)
    assert finding.score is not None
    assert finding.score.value == pytest.approx(100 * math.sqrt(1 / 78), abs=0.05)


def test_a_route_without_timetable_counts_less_and_is_noted() -> None:
    finding = index(stop(100, UNTIMED))
    assert finding.score is not None
    assert finding.score.value == pytest.approx(100 * math.sqrt(0.6 / 78), abs=0.05)
    assert "without a timetable" in finding.notes[0]
    assert finding.state is State.PARTIAL


def test_a_town_without_mapped_stops_is_unknown_and_never_zero() -> None:
    finding = index(facts=replace(WELL_MAPPED, stops=0))
    assert (finding.score, finding.state) == (None, State.UNKNOWN)
    assert "need not mean that there are none" in finding.gaps[0].why


def test_a_mapped_town_without_a_stop_in_reach_reads_zero() -> None:
    finding = index(stop(2_000, route()), timetable=True)
    assert finding.score is not None
    assert finding.score.value == 0.0


def test_stops_beyond_the_edge_are_unknown() -> None:
    finding = index(edge_m=400.0)
    assert finding.score is None
    assert "cut off" in finding.gaps[0].why


def test_access_adds_walk_frequency_and_centre() -> None:
    finding = access(stop(100, route(per_hour=10.0)), timetable=True, transit_share=1.0)
    assert points(finding) == [4.0, 3.0, 3.0]
    assert finding.score is not None
    assert finding.score.value == 10.0


@pytest.mark.parametrize(("minutes", "value"), [(10, 4), (10.1, 3), (30, 2), (45, 1), (46, 0)])
def test_walk_points(minutes: float, value: float) -> None:
    assert transit_access.walk_points(minutes) == value


@pytest.mark.parametrize(
    ("per_hour", "word"), [(8, "High"), (7.9, "Medium"), (2, "Low"), (0.5, "Very low"), (None, "")]
)
def test_frequency_words(per_hour: float | None, word: str) -> None:
    assert transit_access.frequency(per_hour)[1] == word


@pytest.mark.parametrize(("minutes", "value"), [(45, 3), (75, 2), (110, 1), (111, 0)])
def test_centre_points(minutes: float, value: float) -> None:
    assert transit_access.centre_points(minutes) == value


def test_without_a_timetable_frequency_is_left_out_and_the_rest_re_weighted() -> None:
    finding = access(stop(100, UNTIMED))
    assert points(finding) == [4.0, None, None]
    assert finding.score is not None
    assert finding.score.value == 10.0
    assert any("No timetable" in reason for reason in finding.confidence.reasons)


def test_no_connection_to_the_centre_is_known_where_there_is_a_timetable() -> None:
    assert points(access(stop(100, route()), timetable=True)) == [4.0, 3.0, 0.0]


def test_a_centre_on_foot_needs_no_timetable() -> None:
    near = replace(CENTRE, walk_s=600.0)
    around = StreetGrid(stops=(stop(100, UNTIMED),), places=(near,))
    assert points(transit_access.run(evaluation_of(around))) == [4.0, None, 3.0]


def test_the_more_frequent_stop_is_best() -> None:
    quiet, busy = stop(80, route("1", per_hour=1.0), name="Quiet"), stop(240, route("2", per_hour=9.0), name="Busy")
    busy = replace(busy, lon=busy.lon + 0.01)
    best = transit_access.best_stop([quiet, busy])
    assert best is not None
    assert (best.stop.name, best.per_hour) == ("Busy", 9.0)


def test_access_is_unknown_where_no_stop_is_mapped() -> None:
    finding = access(facts=replace(WELL_MAPPED, stops=0))
    assert (finding.score, finding.state) == (None, State.UNKNOWN)


def test_access_is_zero_where_the_map_is_whole_and_no_stop_in_reach() -> None:
    finding = access(timetable=True)
    assert finding.score is not None
    assert finding.score.value == 0.0


def test_routes_show_headway_first_and_last() -> None:
    shown = transit_access.run(evaluation_of(full_grid())).routes[0]
    assert (shown.headway_min, shown.first, shown.last, shown.stop) == (6.0, "05:30", "24:10", "Market")


def test_a_timetable_of_one_operator_does_not_make_the_index_zero() -> None:
    finding = index(stop(1_500, route(mode="rail")), timetable=True, facts=replace(WELL_MAPPED, stops=2))
    assert finding.score is None
    assert finding.gaps[0].why == "2 transit stops are mapped here, and the timetable may be of one operator alone."


def test_a_route_of_that_timetable_nearby_counts() -> None:
    finding = index(stop(300, route(mode="rail")), timetable=True, facts=replace(WELL_MAPPED, stops=2))
    assert finding.score is not None
    assert finding.confidence.level == "medium"


def test_a_stop_of_the_timetable_that_nothing_serves_does_not_count() -> None:
    assert boardings([replace(stop(100), from_feed=True)]) == ()


def test_a_platform_without_routes_counts_no_more_than_its_stop() -> None:
    assert len(boardings([stop(100, UNTIMED), stop(90)])) == 1


def test_the_bays_of_a_station_are_one_place_to_wait() -> None:
    bays = [stop(160, route(str(n), per_hour=3.0), name=f"Station {n}") for n in range(4)]
    best = transit_access.best_stop(bays)
    assert best is not None
    assert best.per_hour == 12.0


def test_a_route_at_two_bays_counts_once() -> None:
    best = transit_access.best_stop(
        [stop(160, route("1", per_hour=3.0)), stop(170, route("1", per_hour=2.0), name="B")]
    )
    assert best is not None
    assert best.per_hour == 3.0


def test_a_single_school_bus_has_no_headway() -> None:
    around = full_grid(stops=(stop(100, route(trips=1, per_hour=0.1)),))
    assert transit_access.run(evaluation_of(around)).routes[0].headway_min is None


@pytest.mark.parametrize(("apart_degrees", "per_hour"), [(0.001, 6.0), (0.002, 3.0)])
def test_a_stop_further_off_is_another_place_to_wait(apart_degrees: float, per_hour: float) -> None:
    """0.001 degrees of latitude are 111 m."""
    first, second = stop(160, route("1", per_hour=3.0)), stop(170, route("2", per_hour=3.0), name="B")
    moved = replace(second, lat=second.lat + apart_degrees)
    assert transit_access.departures_around(first, [first, moved]) == per_hour


def test_how_many_are_without_a_timetable_is_said() -> None:
    eight, nine = (route(name, trips=None, per_hour=None) for name in ("8", "9"))
    one, two = index(stop(100, route("1"), eight)), index(stop(100, eight, nine))
    assert one.notes[0].startswith("1 of the routes and stops counted is known from OpenStreetMap alone")
    assert two.notes[0].startswith("2 of the routes and stops counted are known from OpenStreetMap alone")


def test_more_than_eight_routes_of_a_stop_are_counted() -> None:
    def lines(count: int) -> str:
        return found_stop(stop(100, *(route(str(n)) for n in range(1, count + 1)))).detail

    assert lines(8) == "bus 1, bus 2, bus 3, bus 4, bus 5, bus 6, bus 7 and bus 8"
    assert lines(10) == f"{lines(8)} and 2 more"


def test_the_trip_to_the_centre_is_measured_where_no_earlier_stage_did() -> None:
    centre = next(p for p in access(stop(200, route()), transit_share=1.0).parts if p.key == "centre")
    assert centre.evidence == "25 min by transit to Gridtown (town centre)."
