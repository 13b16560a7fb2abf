"""The safety checks of tier 1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.atlas.facts import Hazard, MappedFacts
from app.pipeline.report import Check, Finding, Outcome, State
from app.pipeline.stages import tier1_checks
from app.pipeline.stages.tier1_checks import each_road_once, energy_sum, road_level
from app.places import Kind, Location, Precision
from tests.support.surroundings import NOTHING_MAPPED, StreetGrid, evaluation_of, hazard

K = Kind


def run(*dangers: Hazard, **grid: object) -> Finding:
    return tier1_checks.run(evaluation_of(StreetGrid(dangers=dangers, **grid)))  # type: ignore[arg-type]


def check(key: str, *dangers: Hazard, **grid: object) -> Check:
    return next(c for c in run(*dangers, **grid).checks if c.key == key)


@pytest.mark.parametrize(
    ("key", "kind", "distance", "outcome"),
    [
        ("fuel_station", K.FUEL_STATION, 49, "fail"),
        ("fuel_station", K.FUEL_STATION, 50, "warn"),
        ("fuel_station", K.FUEL_STATION, 159, "warn"),
        ("fuel_station", K.FUEL_STATION, 160, "pass"),
        ("motorway", K.MOTORWAY, 149, "fail"),
        ("motorway", K.TRUNK_ROAD, 150, "warn"),
        ("motorway", K.MOTORWAY, 300, "pass"),
        ("busy_road", K.PRIMARY_ROAD, 5, "warn"),
        ("busy_road", K.PRIMARY_ROAD, 75, "pass"),
        ("busy_road", K.SECONDARY_ROAD, 5, "pass"),
        ("railway", K.RAILWAY, 1, "warn"),
        ("railway", K.RAILWAY, 50, "pass"),
        ("power_line", K.POWER_LINE, 1, "warn"),
        ("power_line", K.POWER_LINE, 50, "pass"),
        ("industry", K.LANDFILL, 99, "fail"),
        ("industry", K.WASTEWATER_PLANT, 100, "warn"),
        ("industry", K.QUARRY, 300, "pass"),
        ("runway", K.RUNWAY, 1_999, "warn"),
        ("runway", K.RUNWAY, 2_000, "pass"),
        ("flood", K.WATERCOURSE, 49, "warn"),
        ("flood", K.WATERCOURSE, 50, "pass"),
    ],
)
def test_each_check_keeps_its_distances(key: str, kind: Kind, distance: float, outcome: str) -> None:
    assert check(key, hazard(kind, distance)).outcome == outcome


@pytest.mark.parametrize(("lanes", "outcome"), [(4, "fail"), (3, "warn"), (None, "warn")])
def test_a_main_road_fails_only_with_four_lanes(lanes: int | None, outcome: str) -> None:
    assert check("busy_road", hazard(K.PRIMARY_ROAD, 19, lanes=lanes)).outcome == outcome


def test_a_lesser_road_with_four_lanes_is_busy_too() -> None:
    assert check("busy_road", hazard(K.TERTIARY_ROAD, 60, lanes=4)).outcome is Outcome.WARN


def test_a_farther_road_with_more_lanes_decides() -> None:
    narrow, wide = hazard(K.PRIMARY_ROAD, 10, "Narrow Road", 2), hazard(K.PRIMARY_ROAD, 15, "Wide Road", 6)
    found = check("busy_road", narrow, wide)
    assert found.outcome is Outcome.FAIL
    assert found.finding == "Wide Road (main road) with 6 lanes is 20 m away."


@pytest.mark.parametrize(
    ("voltage", "outcome"), [("110000", "pass"), ("110000;220000", "warn"), ("high", "warn"), ("400000", "warn")]
)
def test_only_high_or_unknown_voltage_warns(voltage: str, outcome: str) -> None:
    assert check("power_line", hazard(K.POWER_LINE, 20, voltage=voltage)).outcome == outcome


def test_weak_evidence_never_fails_anyone() -> None:
    assert all(rule.fail_m is None for rule in tier1_checks.METHOD.rules if rule.strength in ("weak", "screening"))


def test_a_check_names_the_thing_and_its_distance() -> None:
    found = check("fuel_station", hazard(K.FUEL_STATION, 84.0, "Neste"))
    assert (found.finding, found.distance_m) == ("Neste (fuel station) is 80 m away.", 84.0)


def test_an_unnamed_thing_reads_well() -> None:
    found = check("fuel_station", hazard(K.FUEL_STATION, 84.0))
    assert found.finding == "A fuel station (no name on the map) is 80 m away."


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        ({"waterway": "stream"}, "A stream (no name on the map) is 20 m away."),
        ({"natural": "coastline"}, "A sea shore (no name on the map) is 20 m away."),
        ({"natural": "water"}, "A stretch of open water (no name on the map) is 20 m away."),
    ],
)
def test_water_is_called_what_it_is(tags: dict[str, str], text: str) -> None:
    assert check("flood", Hazard("w1", K.WATERCOURSE, "", 20.0, None, tags)).finding == text


def test_a_check_passes_in_words() -> None:
    assert check("fuel_station").finding == "There are no fuel stations within 160 m."


def test_a_check_whose_disc_leaves_the_region_is_unknown() -> None:
    outcomes = {c.key: c.outcome for c in run(edge_m=400.0).checks}
    assert outcomes["runway"] is Outcome.UNKNOWN
    assert outcomes["fuel_station"] is Outcome.PASS


def test_a_danger_found_before_the_edge_still_counts() -> None:
    assert check("runway", hazard(K.RUNWAY, 300), edge_m=400.0).outcome is Outcome.WARN


def test_what_is_not_mapped_is_unknown_and_never_a_pass() -> None:
    finding = run(facts=NOTHING_MAPPED)
    passed = [c.key for c in finding.checks if c.outcome is Outcome.PASS]
    assert passed == ["motorway", "busy_road", "road_noise"]
    assert finding.state is State.PARTIAL


def test_a_map_without_streets_knows_nothing() -> None:
    finding = run(facts=MappedFacts(0, 0, 0, 0, street_km=0.0))
    assert {c.outcome for c in finding.checks} == {Outcome.UNKNOWN}
    assert finding.state is State.UNKNOWN


@pytest.mark.parametrize(("lat", "lon", "linked"), [(60.164, 24.94, True), (43.74, 7.42, False), (39.47, -76.8, True)])
def test_the_flood_check_links_an_official_map_where_one_is_known(lat: float, lon: float, linked: bool) -> None:
    here = Location(lat, lon, "here", Precision.HOUSE, "gridtown")
    assert bool(check("flood", location=here).link) is linked


@pytest.mark.parametrize(
    ("kind", "distance", "lanes", "level"),
    [
        (K.MOTORWAY, 15, None, 77.0),
        (K.MOTORWAY, 30, None, 72.5),
        (K.MOTORWAY, 15, 6, 83.0),
        (K.PRIMARY_ROAD, 15, 1, 70.0),
        (K.PRIMARY_ROAD, 0, None, 74.5),
    ],
)
def test_a_roads_level_falls_with_distance_and_grows_with_lanes(
    kind: Kind, distance: float, lanes: int | None, level: float
) -> None:
    assert road_level(hazard(kind, distance, lanes=lanes)) == pytest.approx(level)


def test_two_equal_sources_are_three_decibels_louder() -> None:
    assert energy_sum([60.0, 60.0]) == pytest.approx(63.01, abs=0.01)


def test_no_source_has_no_level() -> None:
    assert energy_sum([]) is None


def test_a_street_mapped_in_pieces_counts_once() -> None:
    pieces = (
        hazard(K.PRIMARY_ROAD, 20, "Main"),
        hazard(K.PRIMARY_ROAD, 40, "Main"),
        hazard(K.TERTIARY_ROAD, 30, "Side"),
    )
    assert [(r.name, r.distance_m) for r in each_road_once(pieces)] == [("Main", 20), ("Side", 30)]


@pytest.mark.parametrize(
    ("kind", "distance", "outcome"),
    [(K.OTHER_ROAD, 10, "pass"), (K.SECONDARY_ROAD, 12, "warn"), (K.MOTORWAY, 15, "fail")],
)
def test_noise_is_judged(kind: Kind, distance: float, outcome: str) -> None:
    assert check("road_noise", hazard(kind, distance, "Road")).outcome == outcome


def test_quiet_streets_near_the_edge_leave_noise_unknown() -> None:
    assert check("road_noise", hazard(K.OTHER_ROAD, 10), edge_m=200.0).outcome is Outcome.UNKNOWN


def test_a_rough_location_lowers_the_confidence() -> None:
    rough = replace(evaluation_of(StreetGrid()).location, precision=Precision.STREET)
    assert run(location=rough).confidence.level == "low"


STREET_ONLY = replace(evaluation_of(StreetGrid()).location, precision=Precision.STREET)


def test_a_house_is_not_failed_by_the_street_it_was_placed_on() -> None:
    found = check("busy_road", hazard(K.PRIMARY_ROAD, 0, "Main", 4), location=STREET_ONLY)
    assert found.outcome is Outcome.WARN
    assert found.finding.endswith("as the house was not found.")


def test_a_house_that_was_not_found_passes_nothing_near() -> None:
    assert check("fuel_station", location=STREET_ONLY).outcome is Outcome.UNKNOWN


def test_a_check_that_looks_far_needs_no_house() -> None:
    assert check("runway", location=STREET_ONLY).outcome is Outcome.PASS


@pytest.mark.parametrize("precision", [Precision.POINT, Precision.CORNER, Precision.INTERPOLATED])
def test_a_point_a_corner_and_an_interpolated_house_are_near_enough(precision: Precision) -> None:
    near_enough = replace(STREET_ONLY, precision=precision)
    assert check("fuel_station", location=near_enough).outcome is Outcome.PASS


@pytest.mark.parametrize(("volts", "outcome"), [("199999", "pass"), ("200000", "warn"), ("110000;220000", "warn")])
def test_a_line_counts_from_its_voltage_on(volts: str, outcome: str) -> None:
    assert check("power_line", hazard(K.POWER_LINE, 20, voltage=volts)).outcome == outcome


@pytest.mark.parametrize(("metres", "said"), [(0.5, "is right at the address."), (1.5, "is under 10 m away.")])
def test_what_is_at_the_door_is_said_so(metres: float, said: str) -> None:
    assert check("railway", hazard(K.RAILWAY, metres, "Main Line")).finding.endswith(said)


def test_the_rule_names_the_lanes_that_it_asks_for() -> None:
    assert check("busy_road").rule == "Warns nearer than 75 m, fails nearer than 20 m with 4 lanes or more."
    assert check("fuel_station").rule == "Warns nearer than 160 m, fails nearer than 50 m."
    assert check("railway").rule == "Warns nearer than 50 m, never fails."
