"""The listing's wishes, and what the home itself offers."""

from __future__ import annotations

import pytest

from app.pipeline.listing import Listing
from app.pipeline.report import Finding, State
from app.pipeline.stages import tier3_bonuses
from app.pipeline.stages.tier1_checks import wish_checks
from tests.support.surroundings import ADDRESS, StreetGrid, evaluation_of


def outcomes(**listing: object) -> dict[str, str]:
    return {c.key: c.outcome.value for c in wish_checks(Listing(ADDRESS, **listing))}  # type: ignore[arg-type]


def home(**listing: object) -> Finding:
    return tier3_bonuses.run(evaluation_of(StreetGrid(), Listing(ADDRESS, **listing)))  # type: ignore[arg-type]


def test_no_wish_is_checked_unless_given() -> None:
    assert outcomes(has_laundry=False, size_m2=20.0, bedrooms=1, rent=500.0) == {}


@pytest.mark.parametrize(("offered", "outcome"), [(True, "pass"), (False, "fail"), (None, "unknown")])
def test_laundry_and_cooling(offered: bool | None, outcome: str) -> None:
    assert outcomes(wants_laundry=True, has_laundry=offered) == {"wish_laundry": outcome}
    assert outcomes(wants_cooling=True, has_cooling=offered) == {"wish_cooling": outcome}


@pytest.mark.parametrize(("size", "outcome"), [(50.0, "pass"), (49.9, "fail"), (None, "unknown")])
def test_minimum_size(size: float | None, outcome: str) -> None:
    assert outcomes(min_size_m2=50.0, size_m2=size) == {"wish_size": outcome}


@pytest.mark.parametrize(("bedrooms", "outcome"), [(2, "pass"), (1, "fail"), (None, "unknown")])
def test_minimum_bedrooms(bedrooms: int | None, outcome: str) -> None:
    assert outcomes(min_bedrooms=2, bedrooms=bedrooms) == {"wish_bedrooms": outcome}


@pytest.mark.parametrize(("rent", "outcome"), [(1_000.0, "pass"), (1_000.5, "fail"), (None, "unknown")])
def test_maximum_cost(rent: float | None, outcome: str) -> None:
    assert outcomes(budget=1_000.0, rent=rent) == {"wish_cost": outcome}


def test_a_price_counts_where_there_is_no_rent() -> None:
    assert outcomes(budget=300_000.0, price=310_000.0) == {"wish_cost": "fail"}


def test_each_thing_that_the_home_has_earns_five_points() -> None:
    finding = home(has_parking=True, has_outdoor_space=True, bedrooms=3)
    assert finding.score is not None
    assert (finding.score.value, finding.score.out_of) == (15.0, 15.0)
    assert finding.summary == "The home itself: 15 of 15 points for parking, outdoor space and 3 bedrooms or more."


def test_what_was_not_said_is_left_out() -> None:
    finding = home(has_parking=False, bedrooms=2)
    assert finding.state is State.PARTIAL
    assert finding.score is not None
    assert (finding.score.value, finding.score.out_of) == (0.0, 10.0)


def test_a_silent_listing_is_unknown() -> None:
    finding = home()
    assert (finding.state, finding.score) == (State.UNKNOWN, None)
    assert [p.value for p in finding.parts] == [None, None, None]
