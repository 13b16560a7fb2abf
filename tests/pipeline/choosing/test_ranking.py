"""Ranking homes: whoever asks for more never gets more, and nothing that is unknown counts as failed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.pipeline.choosing.criteria import MET, SHORT, UNKNOWN, Criterion, Measure
from app.pipeline.choosing.ranking import Ranking, Standing, best_streets, squares_of

HOMES = 12
ANSWERS = st.lists(st.sampled_from([MET, SHORT, UNKNOWN]), min_size=HOMES, max_size=HOMES)
#: Homes in four squares, and on four streets.
LATS = np.repeat([51.0, 51.01], HOMES // 2)
LONS = np.tile([0.0, 0.01], HOMES // 2)
STREETS = np.arange(HOMES) % 4


def criterion(answers: list[int], *, minutes: float = 12.0, weight: float = 1.0, noun: str = "park") -> Criterion:
    """Build a criterion of ten minutes that is met at five, and missed by what is given."""
    return Criterion(
        text="park-10",
        title="A park within 10 minutes",
        noun=noun,
        measure=Measure.NEAR,
        weight=weight,
        limit=10.0,
        answers=np.array(answers, dtype=np.int8),
        amounts=np.where(np.array(answers) == MET, 5.0, minutes),
    )


def ranked(*answers: list[int]) -> Ranking:
    return Ranking.of([criterion(each) for each in answers], HOMES)


@given(st.lists(ANSWERS, min_size=1, max_size=5), ANSWERS)
def test_one_wish_more_adds_no_home_and_makes_none_better(asked: list[list[int]], more: list[int]) -> None:
    before, after = ranked(*asked), ranked(*asked, more)
    if not before.criteria:
        return
    assert after.homes(Standing.ALL) <= before.homes(Standing.ALL)
    assert (after.standings >= before.standings).all()


@given(st.lists(ANSWERS, min_size=1, max_size=5), ANSWERS)
def test_one_wish_more_makes_no_square_better(asked: list[list[int]], more: list[int]) -> None:
    before, after = ranked(*asked), ranked(*asked, more)
    if not before.criteria:
        return
    one, other = (squares_of(ranking, LATS, LONS, 200.0) for ranking in (before, after))
    assert one.rows.tolist() == other.rows.tolist()
    assert (other.standings >= one.standings).all()
    assert one.homes.sum() == HOMES


@given(st.lists(ANSWERS, min_size=1, max_size=5))
def test_a_wish_that_no_home_knows_changes_nothing(asked: list[list[int]]) -> None:
    before, after = ranked(*asked), ranked(*asked, [UNKNOWN] * HOMES)
    if not before.criteria:
        return
    assert after.standings.tolist() == before.standings.tolist()
    assert len(after.unknown) == len(before.unknown) + 1


@given(st.lists(ANSWERS, min_size=1, max_size=5))
def test_every_home_stands_somewhere_and_every_street_is_listed(asked: list[list[int]]) -> None:
    ranking = ranked(*asked)
    assert sum(ranking.homes(standing) for standing in Standing) == HOMES
    if ranking.criteria:
        streets = best_streets(ranking, STREETS, 10)
        assert sorted(street.key for street in streets) == [0, 1, 2, 3]
        standings = [street.standing for street in streets]
        assert standings == sorted(standings)


def test_what_is_unknown_is_no_failure_unless_two_are_short_already() -> None:
    ranking = Ranking.of(
        [
            criterion([MET, MET, SHORT, SHORT]),
            criterion([MET, SHORT, SHORT, SHORT]),
            criterion([UNKNOWN] * 3 + [SHORT]),
        ],
        4,
    )
    assert ranking.standings.tolist() == [Standing.UNKNOWN, Standing.UNKNOWN, Standing.TWO_SHORT, Standing.MORE_SHORT]


def test_a_long_street_comes_before_a_single_house() -> None:
    ranking = Ranking.of([criterion([MET] * 9)], 9)
    streets = best_streets(ranking, np.array([0, 1, 1, 1, 1, 1, 1, 1, -1]), 10)
    assert [(street.key, street.homes, street.meeting) for street in streets] == [(1, 7, 7), (0, 1, 1)]


def test_it_says_what_is_short_and_by_how_much() -> None:
    ranking = Ranking.of([criterion([SHORT] * 3, minutes=12.4), criterion([MET] * 3, noun="café")], 3)
    (street,) = best_streets(ranking, np.zeros(3, dtype=np.int64), 10)
    assert (street.standing, street.failures) == (Standing.ONE_SHORT, ("park 12 minutes instead of 10",))


def test_what_weighs_more_decides_between_streets_that_are_one_short() -> None:
    light, heavy = criterion([SHORT, MET], weight=1.0), criterion([MET, SHORT], weight=2.0)
    streets = best_streets(Ranking.of([light, heavy], 2), np.array([0, 1]), 10)
    assert [street.key for street in streets] == [0, 1]


def test_of_two_that_are_one_short_the_smaller_miss_comes_first() -> None:
    near, far = criterion([SHORT, MET], minutes=11.0), criterion([MET, SHORT], minutes=40.0)
    streets = best_streets(Ranking.of([far, near], 2), np.array([1, 0]), 10)
    assert [street.failures for street in streets] == [
        ("park 11 minutes instead of 10",),
        ("park 40 minutes instead of 10",),
    ]


def test_a_square_shows_what_half_of_its_homes_have() -> None:
    ranking = Ranking.of([criterion([MET, SHORT, SHORT, SHORT, MET, SHORT])], 6)
    squares = squares_of(ranking, np.array([51.0] * 4 + [51.1] * 2), np.zeros(6), 100.0)
    assert squares.homes.tolist() == [4, 2]
    assert squares.standings.tolist() == [Standing.ONE_SHORT, Standing.ALL]
