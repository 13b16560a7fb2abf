"""A pin is named by the nearest address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.atlas.geocoder.store import CELL_DEGREES, cell_of, middle_of
from tests.support.geocoder_town import DEGREES_PER_METRE_EAST, LAT, LON, house, row_of_houses, town, way

TOWN = town(row_of_houses("Kaivokatu", range(1, 20)), [way("Mannerheimintie", east_m=2_000)])


def east(metres: float) -> tuple[float, float]:
    return LAT, LON + metres * DEGREES_PER_METRE_EAST


@pytest.mark.parametrize("number", [1, 7, 19])
def test_a_point_at_a_house_is_that_house(number: int) -> None:
    found = TOWN.reverse(*east(10 * number + 2))
    assert found is not None
    assert (found.text, found.is_house, round(found.metres)) == (f"Kaivokatu {number}", True, 2)


def test_a_point_further_off_says_how_far() -> None:
    found = TOWN.reverse(*east(330))
    assert found is not None
    assert (found.text, round(found.metres, -1)) == ("Kaivokatu 19", 140)


def test_a_point_without_addresses_is_named_by_its_street() -> None:
    found = TOWN.reverse(*east(2_050))
    assert found is not None
    assert (found.text, found.is_house) == ("Mannerheimintie", False)


def test_a_point_far_from_everything_has_no_name() -> None:
    assert TOWN.reverse(*east(9_000)) is None
    assert TOWN.reverse(-33.9, 151.2) is None


def test_the_nearer_of_two_cells_wins() -> None:
    found = town([house("Near", "1", 0), house("Far", "2", 240)]).reverse(*east(110))
    assert found is not None
    assert found.text == "Near 1"


def test_the_nearest_houses_come_in_order_as_far_as_asked() -> None:
    assert [each.text for each in TOWN.nearest(*east(71), 3, 500)] == ["Kaivokatu 7", "Kaivokatu 8", "Kaivokatu 6"]
    assert TOWN.nearest(*east(-600), 3, 500) == []
    assert [each.text for each in TOWN.nearest(*east(-600), 1, 1_000)] == ["Kaivokatu 1"]


@given(st.floats(-80.0, 80.0), st.floats(-179.9, 179.9))
def test_the_middle_of_a_cell_is_near_every_point_in_it(lat: float, lon: float) -> None:
    middle = middle_of(cell_of(lat, lon))
    assert abs(middle[0] - lat) <= CELL_DEGREES / 2 + 1e-9
    assert abs(middle[1] - lon) <= CELL_DEGREES / 2 + 1e-9
