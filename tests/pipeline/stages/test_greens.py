"""Green space and the daily walk value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.atlas.facts import GreenSpace
from app.pipeline.found import size_text
from app.pipeline.report import Finding, State
from app.pipeline.stages import green_escape, green_spaces
from app.pipeline.stages.green_escape import daily_walk_value, escape_word, green_parts, walk_value
from tests.support.surroundings import NOTHING_MAPPED, WELL_COUNTED, StreetGrid, evaluation_of, green, green_point


def escape(*found: GreenSpace, **grid: object) -> Finding:
    return green_escape.run(evaluation_of(StreetGrid(greens=found, **grid)))  # type: ignore[arg-type]


def spaces(*found: GreenSpace, **grid: object) -> Finding:
    return green_spaces.run(evaluation_of(StreetGrid(greens=found, **grid)))  # type: ignore[arg-type]


def part(one: GreenSpace, key: str) -> float | None:
    return next(p.value for p in green_parts(one) if p.key == key)


@pytest.mark.parametrize(("minutes", "value"), [(0, 3), (10, 3), (15, 2.5), (20, 2), (25, 1.5), (30, 1), (31, 0.5)])
def test_walk_points(minutes: float, value: float) -> None:
    assert walk_value(minutes) == value


@pytest.mark.parametrize(("hectares", "value"), [(4, 1.5), (3.9, 1), (1.2, 1), (0.4, 0.5), (0.39, 0)])
def test_size_points(hectares: float, value: float) -> None:
    assert part(green(100, hectares=hectares), "size") == value


@pytest.mark.parametrize(("metres", "value"), [(2_000, 1.5), (800, 1), (10, 0.5), (0, 0)])
def test_path_points(metres: float, value: float) -> None:
    assert part(green(100, paths_m=metres), "paths") == value


def test_a_named_trail_fills_the_path_points() -> None:
    assert part(replace(green(100, paths_m=0), has_named_trail=True), "paths") == 1.5


@pytest.mark.parametrize(("share", "value"), [(0.55, 2), (0.4, 1.5), (0.25, 1), (0.15, 0.5), (0.14, 0), (None, None)])
def test_nature_points(share: float | None, value: float | None) -> None:
    assert part(green(100, nature=share), "nature") == value


def test_comfort_points_end_at_two() -> None:
    six = ("bench", "toilets", "drinking_water", "playground", "lighting", "viewpoint")
    assert part(green(100, comforts=six), "comfort") == 2.0
    assert part(green(100, comforts=("bench",)), "comfort") == 0.4


def test_the_best_park_reads_ten_and_is_good() -> None:
    finding = escape(green(100))
    assert finding.score is not None
    assert (finding.score.value, finding.score.word) == (10.0, "good")
    assert finding.summary == "Town Park, 1 min on foot: 10 of 10, good for a daily walk."


def test_unknown_nature_is_left_out_and_the_rest_re_weighted() -> None:
    finding = escape(green(100, nature=None))
    assert finding.score is not None
    assert finding.score.value == 10.0
    assert finding.state is State.PARTIAL
    assert finding.gaps[0].what == "nature"


def worth(one: GreenSpace) -> tuple[float, str]:
    value = daily_walk_value(one, green_parts(one))
    return value, escape_word(value, one)


@pytest.mark.parametrize(
    ("metres", "hectares", "value", "word"),
    [
        (100, 1.2, 9.5, "good"),
        (100, 1.1, 6.5, "fair"),
        (1_200, 5, 9.5, "good"),
        (1_235, 5, 9.5, "good"),
        (1_241, 5, 3.5, "far"),
        (2_100, 5, 3.5, "far"),
        (2_100, 0.3, 3.5, "far"),
    ],
)
def test_a_daily_walk_needs_a_near_green_space_of_some_size(
    metres: float, hectares: float, value: float, word: str
) -> None:
    assert worth(green(metres, hectares=hectares)) == (value, word)


def test_a_poor_green_is_little() -> None:
    assert worth(green(100, hectares=0.2, paths_m=0, nature=0.0, comforts=()))[1] == "little"


def test_a_far_green_space_is_not_called_good_however_fine_it_is() -> None:
    finding = escape(green(2_100, name="Far Wood"))
    assert finding.summary == "Far Wood, 26 min on foot: 3.5 of 10, too far away for every day."


def test_a_fair_green_space_nearby_comes_before_a_fine_one_far_away() -> None:
    near = green(400, "Corner", hectares=0.5, paths_m=100, nature=0.2)
    assert escape(green(2_100, "Far Wood"), near).summary.startswith("Corner, 5 min on foot")
    rules = green_escape.METHOD
    assert rules.most_if_far < rules.fair < rules.most_if_small < rules.good


def test_a_map_with_few_places_does_not_count_green_spaces() -> None:
    finding = spaces(green(400), facts=NOTHING_MAPPED)
    assert finding.summary.startswith(
        "Town Park, 5 min on foot, is the nearest green space; there may be others that the map does not have."
    )
    assert finding.facts[1].value is None


def test_a_park_that_is_a_mere_point_is_the_nearest_and_its_size_is_said_to_be_unknown() -> None:
    finding = spaces(green_point(160), green(2_000))
    assert finding.summary == (
        "Point Park, 2 min on foot, is the nearest green space, but its size is not known; "
        "1 green space is within 15 minutes."
    )
    assert finding.facts[0].value is None
    assert finding.facts[1].value == 1
    assert finding.gaps[0].why == "The map does not tell the size of Point Park."
    assert finding.groups[0].places[0].detail == "size not known"
    assert finding.notes[-1] == "Where no size is known, the map has only a point, or a part of the edge."


def test_a_mere_point_denies_no_green_that_is_known_and_leaves_none_open_farther_away() -> None:
    assert spaces(green_point(160), green(200)).facts[0].value is True
    assert spaces(green_point(400), green(2_000)).facts[0].value is False


def test_a_mere_point_is_not_valued_but_may_be_better() -> None:
    finding = escape(green_point(160), green(2_000, "Far Wood"))
    assert finding.summary == (
        "Far Wood, 25 min on foot: 3.5 of 10, too far away for every day. "
        "Point Park, 2 min on foot, may be better: its size is not known."
    )
    assert finding.score is not None
    assert (finding.score.word, finding.score.low, finding.score.high) == ("", 3.5, 10.0)
    assert finding.state is State.PARTIAL


def test_a_good_green_space_is_good_whatever_else_is_there() -> None:
    finding = escape(green_point(160), green(400))
    assert finding.summary == "Town Park, 5 min on foot: 10 of 10, good for a daily walk."
    assert finding.gaps == ()


def test_a_mere_point_too_far_for_every_day_is_no_better() -> None:
    assert escape(green_point(1_600), green(2_000)).summary.endswith("too far away for every day.")


def test_where_all_green_is_points_there_is_no_value() -> None:
    finding = escape(green_point(160))
    assert finding.score is None
    assert finding.state is State.UNKNOWN
    assert finding.summary == "Point Park, 2 min on foot: its size is not known, so there is no value for it."


def test_parks_that_are_hardly_mapped_are_not_denied() -> None:
    hardly_any = replace(WELL_COUNTED, places={**WELL_COUNTED.places, "park": 1})
    assert spaces(counts=hardly_any).state is State.UNKNOWN
    assert spaces(green(400, hectares=0.3), counts=hardly_any).facts[0].value is None
    poor = escape(green(400, hectares=0.3), counts=hardly_any)
    assert poor.summary.endswith("There may be better ones that the map does not have.")


def test_what_is_told_as_fifteen_minutes_is_within_fifteen() -> None:
    """3811 Byxbee Road, Randallstown: the nearest park is 15.04 minutes away."""
    assert spaces(green(1_203)).summary.startswith(
        "Town Park, 15 min on foot, is the nearest green space; 1 green space is within 15 minutes."
    )


def test_none_within_a_quarter_of_an_hour_reads_well() -> None:
    assert "is the nearest green space; none are within 15 minutes." in spaces(green(2_000)).summary


def test_where_the_map_ends_before_the_nearest_it_is_that_of_the_map() -> None:
    assert spaces(green(2_560, "Bluestone Park"), edge_m=2_000.0).summary.startswith(
        "Bluestone Park, 32 min on foot, is the nearest green space on the map; none are within 15 minutes."
    )
    assert "on the map; a nearer one may lie beyond its edge." in spaces(green(2_000), edge_m=1_000.0).summary


def inside() -> GreenSpace:
    """Return a park that the address lies in."""
    one = green(0)
    return replace(one, place=replace(one.place, walk_s=0.0, straight_m=0.0))


def test_standing_in_a_park_is_said_and_is_no_walk() -> None:
    assert escape(inside()).summary == "Town Park, which the address is in: 10 of 10, good for a daily walk."
    finding = spaces(inside(), green(400, name="Other"))
    assert finding.summary.startswith("The address is in Town Park; 2 green spaces are within 15 minutes.")
    assert finding.groups[0].places[0].detail == "5 ha, the address is inside"
    assert finding.groups[0].places[0].minutes == 0.0
    assert escape(inside()).parts[0].evidence == "The address is inside."


def test_unknown_nature_says_what_the_map_does_not_tell() -> None:
    assert escape(green(100, nature=None)).gaps[0].why == (
        "The map does not tell how much of it is wood, water or meadow."
    )


def test_the_best_is_chosen_and_the_others_are_listed() -> None:
    small = [green(100.0 + n, name=f"Pocket {n}", hectares=0.1) for n in range(10)]
    finding = escape(*small, green(500, name="Big Park"))
    assert finding.summary.startswith("Big Park, 6 min on foot")
    assert len(finding.groups[0].places) == 8
    assert finding.groups[0].places[0].detail.startswith("0.1 ha, ")


def test_no_green_on_a_whole_map_is_none() -> None:
    finding = escape()
    assert finding.score is not None
    assert finding.score.value == 0.0


def test_no_green_on_an_empty_map_is_unknown() -> None:
    assert escape(facts=NOTHING_MAPPED).score is None
    assert spaces(facts=NOTHING_MAPPED).state is State.UNKNOWN


def test_no_green_before_the_edge_is_unknown() -> None:
    assert escape(edge_m=500.0).score is None


@pytest.mark.parametrize(("distance", "hectares", "near"), [(290, 1.0, True), (310, 1.0, False), (290, 0.9, False)])
def test_public_green_within_three_hundred_metres(distance: float, hectares: float, near: bool) -> None:
    assert spaces(green(distance, hectares=hectares)).facts[0].value is near


def test_green_beyond_the_edge_is_unknown() -> None:
    assert spaces(green(290, hectares=0.5), edge_m=200.0).facts[0].value is None
    assert spaces(green(290, hectares=1.5), edge_m=200.0).facts[0].value is True


def test_the_summary_reads_in_singular() -> None:
    assert "1 green space is within 15 minutes" in spaces(green(100)).summary


def test_no_green_within_a_walk_is_nought_of_ten() -> None:
    score = escape().score
    assert score is not None
    assert (score.value, score.out_of, score.word) == (0.0, 10.0, "little")


@pytest.mark.parametrize(
    ("hectares", "said"),
    [
        (12.4, "12 ha"),
        (9.96, "10 ha"),
        (1.24, "1.2 ha"),
        (0.0644, "640 m²"),
        (0.001, "10 m²"),
        (0.0005, "size not known"),
    ],
)
def test_sizes_are_written_as_people_say_them(hectares: float, said: str) -> None:
    assert green_spaces.size_text(green(100, hectares=hectares)) == said


@pytest.mark.parametrize("hectares", [0.03, 0.58, 6.649, 44.3])
def test_the_size_is_one_value_in_parts_and_facts(hectares: float) -> None:
    finding = green_escape.run(evaluation_of(StreetGrid(greens=(green(300.0, hectares=hectares),))))
    told = next(part.evidence for part in finding.parts if part.key == "size")
    fact = next(fact for fact in finding.facts if fact.key == "escape_area")
    assert told == f"{size_text(replace(green(300.0), area_m2=float(fact.value or 0) * 10_000))}."


def test_metres_of_paths_are_one_value_in_parts_and_facts() -> None:
    here = replace(green(300.0), paths_inside_m=1_349.0, has_named_trail=False)
    finding = green_escape.run(evaluation_of(StreetGrid(greens=(here,))))
    assert next(part.evidence for part in finding.parts if part.key == "paths") == "1.3 km of paths."
    assert next(fact.value for fact in finding.facts if fact.key == "escape_paths") == 1.3
