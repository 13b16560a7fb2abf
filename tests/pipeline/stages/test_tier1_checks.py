"""The safety checks of tier 1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.atlas.facts import Hazard, MappedFacts
from app.pipeline.report import Check, Finding, Outcome, State
from app.pipeline.rules.safety import SafetyRule
from app.pipeline.stages import tier1_checks
from app.pipeline.stages.tier1_checks import each_road_once, energy_sum, road_level
from app.places import Kind, Location, Precision
from tests.support.surroundings import NOTHING_MAPPED, WELL_MAPPED, StreetGrid, evaluation_of, hazard

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
        ("runway", K.RUNWAY, 1_994, "warn"),
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
    assert found.finding == "Wide Road, a main road with 6 lanes, is 15 m north of the address."


def test_weak_evidence_never_fails_anyone() -> None:
    assert all(rule.fail_m is None for rule in tier1_checks.METHOD.rules if rule.strength in ("weak", "screening"))


def test_a_check_names_the_thing_and_its_distance() -> None:
    found = check("fuel_station", hazard(K.FUEL_STATION, 84.0, "Neste"))
    assert (found.finding, found.distance_m) == ("Neste, a petrol station, is 84 m north of the address.", 84.0)


def test_an_unnamed_thing_reads_well() -> None:
    found = check("fuel_station", hazard(K.FUEL_STATION, 84.0))
    assert found.finding == "A petrol station is 84 m north of the address."


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        ({"waterway": "stream"}, "A stream is 20 m east of the address."),
        ({"natural": "coastline"}, "The sea shore is 20 m east of the address."),
        ({"landuse": "reservoir"}, "A reservoir is 20 m east of the address."),
        ({"natural": "water"}, "A stretch of open water is 20 m east of the address."),
    ],
)
def test_water_is_called_what_it_is(tags: dict[str, str], text: str) -> None:
    assert check("flood", Hazard("w1", K.WATERCOURSE, "", 20.0, None, tags, "east")).finding == text


def test_a_check_passes_in_words() -> None:
    assert check("fuel_station").finding == "There are no petrol stations within 160 m."


def test_a_check_whose_disc_leaves_the_region_is_unknown() -> None:
    outcomes = {c.key: c.outcome for c in run(edge_m=400.0).checks}
    assert outcomes["runway"] is Outcome.UNKNOWN
    assert outcomes["fuel_station"] is Outcome.PASS


def test_a_danger_found_before_the_edge_still_counts() -> None:
    assert check("runway", hazard(K.RUNWAY, 300), edge_m=400.0).outcome is Outcome.WARN


def test_what_is_not_mapped_is_unknown_and_never_a_pass() -> None:
    finding = run(facts=NOTHING_MAPPED, hazard_counts={})
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


def test_noise_is_mostly_from_a_road_that_makes_half_of_it() -> None:
    main, side = hazard(K.PRIMARY_ROAD, 20, "Main"), hazard(K.OTHER_ROAD, 20, "Side")
    assert ", mostly from Main, 20 m" in check("road_noise", main, side).finding
    others = tuple(hazard(K.SECONDARY_ROAD, 25 + n, f"Street {n}") for n in range(4))
    assert ", from several roads; Main, 20 m " in check("road_noise", main, *others).finding


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


@pytest.mark.parametrize(("metres", "said"), [(0.4, "is right at the address."), (1.5, "is 2 m north of the address.")])
def test_what_is_at_the_door_is_said_so(metres: float, said: str) -> None:
    assert check("railway", hazard(K.RAILWAY, metres, "Main Line")).finding.endswith(said)


def test_the_rule_names_the_lanes_that_it_asks_for() -> None:
    assert check("busy_road").rule == "Warns nearer than 75 m, fails nearer than 20 m with 4 lanes or more."
    assert check("fuel_station").rule == "Warns nearer than 160 m, fails nearer than 50 m."
    assert check("railway").rule == "Warns nearer than 50 m, never fails."


# --- what is shown is what decides -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "kind", "metres", "outcome", "shown"),
    [
        ("fuel_station", K.FUEL_STATION, 159.4, "warn", 159),
        ("fuel_station", K.FUEL_STATION, 159.6, "pass", None),
        ("fuel_station", K.FUEL_STATION, 49.6, "warn", 50),
        ("runway", K.RUNWAY, 1_994.9, "warn", 1_990),
        ("runway", K.RUNWAY, 1_995.1, "pass", None),
    ],
)
def test_a_check_is_judged_by_the_metres_that_it_shows(
    key: str, kind: Kind, metres: float, outcome: str, shown: float | None
) -> None:
    found = check(key, hazard(kind, metres))
    assert (found.outcome, found.distance_m) == (outcome, shown)


@pytest.mark.parametrize("rule", tier1_checks.METHOD.rules, ids=lambda rule: rule.key)
def test_no_warning_contradicts_its_rule(rule: SafetyRule) -> None:
    for metres in (0.0, 0.4, 0.6, rule.warn_m - 0.6, rule.warn_m - 0.4, rule.warn_m, rule.warn_m + 0.4):
        found = check(rule.key, hazard(rule.kinds[0], metres, "Thing", lanes=6))
        near = found.distance_m is not None and found.distance_m < rule.warn_m
        assert (found.outcome in (Outcome.WARN, Outcome.FAIL)) is near


@pytest.mark.parametrize(
    ("key", "one", "said"),
    [
        ("industry", hazard(K.QUARRY, 0, "Big Hole"), "The address lies on the ground of Big Hole, a quarry."),
        ("industry", hazard(K.LANDFILL, 0), "The address lies on the ground of a landfill."),
        ("flood", hazard(K.WATERCOURSE, 0, "River Usk", waterway="river"), "The address lies in River Usk."),
        ("runway", hazard(K.RUNWAY, 0), "The address lies on an airport runway."),
        ("motorway", hazard(K.MOTORWAY, 0, "M4"), "M4, a motorway, is right at the address."),
    ],
)
def test_an_address_in_the_thing_itself_reads_well(key: str, one: Hazard, said: str) -> None:
    assert check(key, one).finding == said


def test_a_slip_road_warns_and_never_fails() -> None:
    found = check("motorway", hazard(K.MOTORWAY, 60, "M4", highway="motorway_link"), hazard(K.MOTORWAY, 200, "M4"))
    assert found.outcome is Outcome.WARN
    assert found.finding == "M4, a slip road of a motorway, is 60 m north of the address."


def test_the_voltage_of_a_line_is_told_where_it_is_known() -> None:
    assert check("power_line", hazard(K.POWER_LINE, 20, voltage="380000")).finding.startswith(
        "A high-voltage line of 380 kV is 20 m"
    )
    assert check("power_line", hazard(K.POWER_LINE, 20)).finding.startswith("A high-voltage line is 20 m")


# --- nothing found -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("edge_m", "outcome"), [(158.5, "pass"), (152.0, "pass"), (151.0, "unknown")])
def test_nothing_found_in_most_of_the_area_passes_and_names_the_rest(edge_m: float, outcome: str) -> None:
    assert check("fuel_station", edge_m=edge_m).outcome == outcome


def test_the_part_outside_the_map_is_told() -> None:
    found = check("fuel_station", edge_m=156.0)
    assert found.finding == ("No petrol stations are on the map within 160 m; 5 % of that area lies outside the map.")
    assert found.nothing == "petrol stations within 160 m (5 % of that area is outside the map)"


def test_too_little_map_is_said_in_its_own_words() -> None:
    assert check("fuel_station", edge_m=100.0).finding == (
        "The map holds 39 % of the area within 160 m, with no petrol stations in it."
    )


def test_what_was_not_found_fits_into_one_line() -> None:
    said = [c.nothing for c in run(hazard(K.RAILWAY, 20)).checks if c.nothing]
    assert "petrol stations within 160 m" in said
    assert not any("railway" in text for text in said)
    assert len(said) == 7


def test_no_busy_road_is_not_said_beside_a_motorway() -> None:
    found = check("busy_road", hazard(K.MOTORWAY, 60, "M4"))
    assert (found.outcome, found.nothing) == (Outcome.PASS, "")
    assert found.finding.startswith("But for M4, a motorway, there are no main roads")


def outcomes(facts: MappedFacts, **counts: int) -> dict[str, Outcome]:
    """Return every check's outcome in a region that has these hazards somewhere."""
    somewhere = {K[kind]: count for kind, count in counts.items()}
    return {c.key: c.outcome for c in run(facts=facts, hazard_counts=somewhere).checks}


def test_a_railway_is_known_to_be_none_where_the_map_has_water_or_railways_somewhere() -> None:
    found = outcomes(NOTHING_MAPPED, WATERCOURSE=1)
    assert {found[key] for key in ("railway", "runway", "flood")} == {Outcome.PASS}
    assert {found[key] for key in ("fuel_station", "power_line", "industry")} == {Outcome.UNKNOWN}


def test_streets_alone_do_not_tell_of_railways_and_water() -> None:
    found = outcomes(NOTHING_MAPPED, FUEL_STATION=4, MOTORWAY=9)
    assert {found[key] for key in ("railway", "runway", "flood")} == {Outcome.UNKNOWN}


def test_a_town_without_any_petrol_station_on_its_map_does_not_know() -> None:
    assert outcomes(WELL_MAPPED, RAILWAY=1)["fuel_station"] is Outcome.UNKNOWN
    assert outcomes(replace(WELL_MAPPED, street_km=99.0), RAILWAY=1)["fuel_station"] is Outcome.PASS
    assert outcomes(WELL_MAPPED, RAILWAY=1, FUEL_STATION=1)["fuel_station"] is Outcome.PASS


# --- the summary -------------------------------------------------------------------------------------


def test_the_summary_names_what_is_near_first() -> None:
    finding = run(hazard(K.FUEL_STATION, 30, "Neste"), hazard(K.RAILWAY, 20), hazard(K.RUNWAY, 1_500, "09/27"))
    assert finding.summary == (
        "Too near: Neste (petrol station) 30 m north. "
        "Near: a railway line 20 m north; 09/27 (airport runway) 1.5 km north."
    )


def test_the_summary_of_a_quiet_place_is_one_sentence() -> None:
    assert run().summary == "Nothing that harms or disturbs was found near the address."


def test_the_summary_says_what_is_not_known() -> None:
    assert run(edge_m=400.0).summary == (
        "Nothing that harms or disturbs was found near the address. Not known: airport runway."
    )


@pytest.mark.parametrize("rule", tier1_checks.METHOD.rules, ids=lambda rule: rule.key)
def test_every_check_says_what_counts_and_why(rule: SafetyRule) -> None:
    assert all(text.endswith(".") for text in (rule.counts, rule.does_not_count, rule.why))


def test_the_summary_does_not_call_a_place_quiet_of_which_little_is_known() -> None:
    summary = run(facts=NOTHING_MAPPED, hazard_counts={}).summary
    assert summary.startswith("The map tells too little here: 3 of 9 checks could be made. Not known: petrol station; ")


def test_the_pieces_of_one_road_have_the_lanes_of_the_nearest_that_tells_them() -> None:
    pieces = (hazard(K.SECONDARY_ROAD, 18, "Broadway"), hazard(K.SECONDARY_ROAD, 58, "Broadway", 4))
    assert check("busy_road", *pieces).distance_m == 18
    narrow = (hazard(K.SECONDARY_ROAD, 18, "Broadway", 2), hazard(K.SECONDARY_ROAD, 58, "Broadway", 4))
    assert check("busy_road", *narrow).distance_m == 58
    nameless = (hazard(K.SECONDARY_ROAD, 18), hazard(K.SECONDARY_ROAD, 58, lanes=4))
    assert check("busy_road", *nameless).distance_m == 58
