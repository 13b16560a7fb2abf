"""Level of traffic stress, direction by direction."""

from __future__ import annotations

import pytest

from app.atlas.streets.rules.bike import bike_stress, lane_share, path_share


@pytest.mark.parametrize(
    ("tags", "ahead", "against"),
    [
        ({"highway": "cycleway"}, 1, 1),
        ({"highway": "residential"}, 1, 1),
        ({"highway": "living_street", "maxspeed": "20"}, 1, 1),
        ({"highway": "footway", "bicycle": "yes"}, 1, 1),
        ({"highway": "primary", "motor_vehicle": "no"}, 1, 1),
        ({"highway": "tertiary"}, 2, 2),
        ({"highway": "tertiary", "maxspeed": "25 mph", "lanes": "2"}, 2, 2),
        ({"highway": "tertiary", "maxspeed": "50"}, 3, 3),
        ({"highway": "unclassified", "lanes": "4"}, 3, 3),
        ({"highway": "tertiary", "maxspeed": "50", "cycleway": "lane"}, 2, 2),
        ({"highway": "primary"}, 4, 4),
        ({"highway": "secondary", "cycleway": "lane"}, 3, 3),
        ({"highway": "secondary", "cycleway": "lane", "maxspeed": "40", "lanes": "2"}, 2, 2),
        ({"highway": "secondary", "cycleway": "lane", "maxspeed": "40", "lanes": "4"}, 3, 3),
        ({"highway": "secondary", "cycleway": "track"}, 1, 1),
        ({"highway": "secondary", "cycleway:right": "lane"}, 3, 4),
        ({"highway": "secondary", "cycleway:left": "lane"}, 4, 3),
        ({"highway": "secondary", "cycleway:both": "lane"}, 3, 3),
        ({"highway": "primary", "lts": "2"}, 2, 2),
    ],
)
def test_stress_follows_the_rules(tags: dict[str, str], ahead: int, against: int) -> None:
    assert bike_stress(tags) == (ahead, against)


@pytest.mark.parametrize(
    ("tags", "ahead", "against"),
    [
        ({"highway": "residential", "oneway": "yes"}, 1, 0),
        ({"highway": "residential", "oneway": "-1"}, 0, 1),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, 1, 1),
        ({"highway": "secondary", "oneway": "yes", "cycleway": "opposite_lane"}, 4, 3),
        ({"highway": "secondary", "oneway": "yes", "cycleway:left": "lane", "cycleway:left:oneway": "-1"}, 4, 3),
        ({"highway": "secondary", "oneway": "yes", "cycleway:left": "lane"}, 3, 0),
        ({"highway": "secondary", "oneway": "-1", "cycleway": "lane"}, 0, 3),
        ({"highway": "tertiary", "junction": "roundabout"}, 2, 0),
        ({"highway": "residential", "bicycle:backward": "no"}, 1, 0),
    ],
)
def test_one_way_streets_are_read_for_bicycles(tags: dict[str, str], ahead: int, against: int) -> None:
    assert bike_stress(tags) == (ahead, against)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "motorway"},
        {"highway": "steps", "bicycle": "yes"},
        {"highway": "footway"},
        {"highway": "pedestrian"},
        {"highway": "residential", "bicycle": "no"},
        {"highway": "path", "bicycle": "dismount"},
        {"highway": "primary", "bicycle": "use_sidepath"},
        {"highway": "trunk", "motorroad": "yes"},
        {"highway": "service", "access": "private"},
    ],
)
def test_nobody_rides_where_it_is_not_allowed(tags: dict[str, str]) -> None:
    assert bike_stress(tags) == (0, 0)


def test_where_people_drive_on_the_left_the_left_lane_leads_ahead() -> None:
    tags = {"highway": "secondary", "cycleway:left": "lane"}
    assert bike_stress(tags, drives_left=True) == (3, 4)
    assert bike_stress(tags | {"oneway": "yes"}, drives_left=True) == (3, 0)


def test_infrastructure_counts_by_direction() -> None:
    assert path_share({"highway": "cycleway"}) == 1.0
    assert path_share({"highway": "path", "bicycle": "designated"}) == 1.0
    assert path_share({"highway": "primary", "cycleway:right": "track"}) == 0.5
    assert lane_share({"highway": "primary", "cycleway": "lane"}) == 1.0
    assert lane_share({"highway": "primary", "cycleway:right": "lane"}) == 0.5
    assert lane_share({"highway": "primary", "oneway": "yes", "cycleway:left": "lane"}) == 1.0


def test_a_plain_street_is_no_infrastructure() -> None:
    assert (path_share({"highway": "residential"}), lane_share({"highway": "residential"})) == (0.0, 0.0)
    assert path_share({"highway": "footway"}) == 0.0
    assert path_share({"highway": "cycleway", "bicycle": "no"}) == 0.0
