"""Which kinds of place a region can be said to have mapped."""

from __future__ import annotations

import pytest

from app.atlas.facts import RegionCounts
from app.needs import NEEDS
from app.pipeline.rules.mapped import HOMES_PER_PLACE, homes, is_mapped, nouns, why_not_mapped


def counts(addresses: int, street_km: float = 0.0, each: int = 0, **places: int) -> RegionCounts:
    """Return a region with so many places of each need, and others of some."""
    return RegionCounts(addresses, street_km, {need.key: each for need in NEEDS} | places)


def test_every_need_has_a_limit() -> None:
    assert HOMES_PER_PLACE.keys() == {need.key for need in NEEDS}


def test_homes_are_house_numbers_or_streets_where_few_are_mapped() -> None:
    assert homes(counts(30_000, 400)) == 30_000
    assert homes(counts(16, 1_400)) == 28_000


@pytest.mark.parametrize(("pharmacies", "expected"), [(0, False), (6, False), (7, True), (30, True)])
def test_a_kind_is_mapped_from_so_many_for_the_homes(pharmacies: int, expected: bool) -> None:
    assert is_mapped("pharmacy", counts(32_000, 350, pharmacy=pharmacies)) is expected


def test_two_schools_for_a_county_of_streets_are_not_all_there_are() -> None:
    assert not is_mapped("primary_school", counts(0, 3_000, each=400, primary_school=2))
    assert is_mapped("primary_school", counts(0, 3_000, each=400, primary_school=15))


def test_kinds_are_judged_one_by_one() -> None:
    region = counts(20_000, 400, supermarket=20, park=80)
    assert is_mapped("supermarket", region)
    assert is_mapped("park", region)
    assert not is_mapped("cafe", region)


def test_a_village_without_a_pharmacy_has_none_where_much_else_is_mapped() -> None:
    assert is_mapped("pharmacy", counts(600, 10, each=3, pharmacy=0))


def test_a_village_of_which_little_is_mapped_does_not_tell() -> None:
    assert not is_mapped("pharmacy", counts(600, 10, park=1, stop=3))


def test_one_place_is_enough_for_a_village() -> None:
    assert is_mapped("pharmacy", counts(600, 10, pharmacy=1))


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.key)
def test_more_places_never_make_a_kind_unknown(need: object) -> None:
    key = need.key  # type: ignore[attr-defined]
    for size in (500, 5_000, 50_000):
        known = [is_mapped(key, counts(size, 10, each=5, **{key: amount})) for amount in range(1, 90)]
        assert known == sorted(known)


def test_it_says_how_many_there_are_for_how_many_addresses() -> None:
    assert why_not_mapped("pharmacy", counts(32_238, 350, pharmacy=2), "Queens Village") == (
        "The map of Queens Village holds 2 pharmacies for 32,000 addresses, so it does not tell."
    )


def test_it_says_for_how_many_streets_where_few_addresses_are_mapped() -> None:
    assert why_not_mapped("culture", counts(16, 1_414), "Porto Alegre") == (
        "The map of Porto Alegre holds no library, cinema, theatre or museum for 1,400 km of streets, "
        "so it does not tell."
    )
    assert "holds 1 café for" in why_not_mapped("cafe", counts(16, 1_414, cafe=1), "Porto Alegre")


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        ("bank", "banks or post offices"),
        ("culture", "libraries, cinemas, theatres or museums"),
        ("sports", "gyms or sports grounds"),
        ("doctor", "doctor's practices"),
    ],
)
def test_it_knows_the_plural_of_each_need(need: str, expected: str) -> None:
    assert nouns(need) == expected
