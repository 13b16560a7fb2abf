"""What lies under a point: water with its islands, bridges and houseboats, fast roads, rails, grounds with a name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.atlas.atlas import Atlas
from app.atlas.ground import Ground, ground_at
from app.atlas.importing.tags.ground import ground_sort
from tests.support.extracts import Point, Town, lat_lon, small_town

Standing = Callable[[Town, float, float], Ground]
#: A square 200 m wide, its middle 1 km north of the street: from (-100, 900).
LAKE = {"natural": "water", "name": "Long Lake"}
HOUSE = {"addr:housenumber": "99", "addr:street": "Main Street"}


@pytest.fixture
def standing(imported: Callable[[Town], Atlas]) -> Standing:
    """Give what lies under a point of a town, in metres east and north of its middle; a town is imported once."""
    opened: list[tuple[Town, Atlas]] = []

    def stand(town: Town, east_m: float, north_m: float) -> Ground:
        if not opened or opened[-1][0] is not town:
            opened.append((town, imported(town)))
        return ground_at(opened[-1][1], *lat_lon(east_m, north_m))

    return stand


def lake_town() -> Town:
    """Return a town with a lake far from its houses."""
    town = small_town()
    town.square(-100, 900, 200, LAKE)
    return town


def test_a_lake_is_no_place_to_live_and_its_shore_is(standing: Standing) -> None:
    town = lake_town()
    assert standing(town, 0, 1_000) == Ground("water", "Long Lake", ())
    assert not standing(town, 99, 1_000).habitable
    assert standing(town, 102, 1_000) == Ground("", "", ())
    assert standing(town, 102, 1_000).habitable


@pytest.mark.parametrize(
    "tags",
    [
        {"natural": "water", "water": "pond"},
        {"natural": "water", "water": "basin"},
        {"natural": "water", "disused": "yes"},
        {"waterway": "riverbank"},
        {"waterway": "dock"},
        {"waterway": "canal", "area": "yes"},
        {"landuse": "reservoir"},
        {"landuse": "basin"},
    ],
)
def test_all_areas_of_open_water_are_water(tags: dict[str, str]) -> None:
    sort = ground_sort(tags, is_closed=True)
    assert sort is not None
    assert (sort.kind, sort.is_area) == ("water", True)


@pytest.mark.parametrize(
    "tags",
    [
        {"natural": "wetland"},
        {"natural": "strait"},
        {"natural": "water", "covered": "yes"},
        {"natural": "water", "intermittent": "yes"},
        {"landuse": "basin", "basin": "infiltration"},
        {"leisure": "swimming_pool"},
        {"highway": "residential"},
        {"landuse": "cemetery"},
        {"abandoned": "yes", "landuse": "basin"},
    ],
)
def test_other_areas_are_land_and_nameless_ones_say_nothing(tags: dict[str, str]) -> None:
    assert ground_sort(tags, is_closed=True) is None


def test_an_island_is_land(standing: Standing) -> None:
    town = small_town()
    outer = town.square(-100, 900, 200, {})
    inner = town.square(-30, 970, 60, {})
    members = [("w", outer, "outer"), ("w", inner, "inner")]
    town.relation(members, {"type": "multipolygon", **LAKE})
    assert standing(town, 60, 1_000).kind == "water"
    assert standing(town, 0, 1_000).habitable


def test_a_river_without_an_area_is_as_wide_as_it_says(standing: Standing) -> None:
    town = small_town()
    town.way([(-300, 1_000), (300, 1_000)], {"waterway": "river", "name": "Usk", "width": "20"})
    town.way([(-300, 1_200), (300, 1_200)], {"waterway": "river"})
    town.way([(-300, 1_300), (300, 1_300)], {"waterway": "stream", "width": "20"})
    town.way([(-300, 1_400), (300, 1_400)], {"waterway": "river", "tunnel": "culvert", "width": "20"})
    assert standing(town, 0, 1_009) == Ground("water", "Usk", ())
    assert [standing(town, 0, north).kind for north in (1_011, 1_202, 1_204, 1_300, 1_400)] == ["", "water", "", "", ""]


def test_a_river_s_area_is_named_by_its_line(standing: Standing) -> None:
    town = small_town()
    town.square(-100, 900, 120, {"natural": "water", "water": "river"})
    town.way([(-300, 960), (300, 960)], {"waterway": "river", "name": "Usk"})
    town.way([(-300, 1_030), (300, 1_030)], {"waterway": "canal", "name": "Canal"})
    assert standing(town, -40, 1_010).name == "Usk"


#: A coast that runs to the north at 1 km in the east, so that the water lies on its right, further east; then it
#: turns around a headland.
COAST: list[Point] = [(1_000, -1_500), (1_000, 0), (1_400, 20), (1_000, 40), (1_000, 1_500)]


def coast_town() -> Town:
    town = small_town()
    town.way(COAST, {"natural": "coastline", "name": "Mainland"})
    return town


def test_the_sea_lies_on_the_right_of_the_coast(standing: Standing) -> None:
    town = coast_town()
    assert standing(town, 1_010, 700) == Ground("water", "", ())
    assert standing(town, 2_500, 700).kind == "water"
    assert standing(town, 990, 700).habitable


def test_off_a_headland_is_sea_and_on_it_is_land(standing: Standing) -> None:
    town = coast_town()
    kinds = [
        standing(town, *point).kind for point in [(1_450, 20), (1_450, -30), (1_450, 70), (1_390, 20), (1_200, 20)]
    ]
    assert kinds == ["water", "water", "water", "", ""]


def test_at_a_corner_of_unequal_sides_the_line_further_off_tells(standing: Standing) -> None:
    town = small_town()
    town.way([(1_000, -1_500), (1_000, 500), (1_001, 500.5)], {"natural": "coastline"})
    assert standing(town, 980, 515).habitable  # nearest to the corner at (1000, 500), on the left of both
    assert standing(town, 1_020, 480).kind == "water"


def test_beyond_three_kilometres_nothing_is_known_of_the_sea(standing: Standing) -> None:
    assert standing(coast_town(), 4_450, 700).habitable


def test_the_sea_has_the_name_of_its_bay(standing: Standing) -> None:
    town = coast_town()
    town.square(900, 600, 300, {"natural": "bay", "name": "Half Moon Bay"})
    assert standing(town, 1_010, 700) == Ground("water", "Half Moon Bay", ())
    assert standing(town, 990, 700) == Ground("", "", ())


@pytest.mark.parametrize(
    ("tags", "is_area"),
    [
        ({"man_made": "pier"}, True),
        ({"man_made": "bridge"}, True),
        ({"man_made": "pier", "width": "6"}, False),
        ({"highway": "residential", "bridge": "yes"}, False),
    ],
)
def test_what_stands_over_water_is_land(standing: Standing, tags: dict[str, str], is_area: bool) -> None:
    town = lake_town()
    if is_area:
        town.square(-5, 940, 60, tags)
    else:
        town.way([(0, 900), (0, 1_000)], tags)
    assert standing(town, 2, 960).habitable
    assert not standing(town, -50, 960).habitable


def test_an_address_on_the_water_is_a_house(standing: Standing) -> None:
    town = lake_town()
    town.node(0, 1_000, HOUSE)
    assert standing(town, 0, 1_025).habitable
    assert not standing(town, 0, 1_035).habitable


@pytest.mark.parametrize(
    ("tags", "half_m"),
    [
        ({"highway": "motorway", "lanes": "4"}, 9.0),
        ({"highway": "motorway"}, 5.5),
        ({"highway": "motorway_link"}, 3.75),
        ({"highway": "trunk", "bridge": "yes"}, 5.5),
    ],
)
def test_a_motorway_is_as_wide_as_its_lanes(standing: Standing, tags: dict[str, str], half_m: float) -> None:
    town = small_town()
    town.way([(-300, 1_000), (300, 1_000)], {**tags, "ref": "A 1"})
    assert standing(town, 0, 1_000 + half_m - 0.3) == Ground("motorway", "A 1", ())
    assert standing(town, 0, 1_000 + half_m + 0.3).habitable


@pytest.mark.parametrize("tags", [{"highway": "motorway", "tunnel": "yes"}, {"highway": "primary"}])
def test_a_tunnel_and_a_street_are_habitable(standing: Standing, tags: dict[str, str]) -> None:
    town = small_town()
    town.way([(-300, 1_000), (300, 1_000)], tags)
    assert standing(town, 0, 1_000).habitable


def test_an_address_beside_a_motorway_wins(standing: Standing) -> None:
    town = small_town()
    town.way([(-300, 1_000), (300, 1_000)], {"highway": "motorway"})
    town.node(0, 1_014, HOUSE)
    assert standing(town, 0, 1_000).habitable
    assert standing(town, 20, 1_000).kind == "motorway"


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"railway": "rail", "service": "yard"}, "railway"),
        ({"railway": "subway"}, "railway"),
        ({"railway": "rail", "tunnel": "yes"}, ""),
        ({"railway": "tram"}, ""),
        ({"railway": "disused"}, ""),
    ],
)
def test_tracks_in_the_open_are_no_place_to_live(standing: Standing, tags: dict[str, str], kind: str) -> None:
    town = small_town()
    town.way([(-300, 1_000), (300, 1_000)], tags)
    assert standing(town, 0, 1_002).kind == kind
    assert standing(town, 0, 1_004).habitable


def test_it_names_the_grounds_around_the_smallest_first(standing: Standing) -> None:
    town = small_town()
    town.square(-200, 800, 400, {"leisure": "park", "name": "Great Park"})
    town.square(-100, 900, 200, {"landuse": "cemetery", "name": "Old Cemetery"})
    town.square(-20, 980, 40, {"highway": "pedestrian", "area": "yes", "name": "Chapel Square"})
    town.square(-100, 900, 100, {"amenity": "school", "name": "North School"})
    town.square(-30, 970, 60, {"landuse": "allotments"})
    chapel, cemetery = ("square", "Chapel Square"), ("cemetery", "Old Cemetery")
    assert standing(town, 10, 1_010).inside == (chapel, cemetery, ("park", "Great Park"))
    assert standing(town, -50, 950).inside == (("school ground", "North School"), cemetery, ("park", "Great Park"))
    assert standing(town, 300, 300).inside == ()


def test_a_lake_in_a_park_says_both(standing: Standing) -> None:
    town = lake_town()
    town.square(-200, 800, 400, {"leisure": "park", "name": "Lake Park"})
    assert standing(town, 0, 1_000) == Ground("water", "Long Lake", (("park", "Lake Park"),))
