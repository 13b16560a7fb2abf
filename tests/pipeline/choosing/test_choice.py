"""Where in the sample regions wishes are met: as reports on single homes say, and never more for asking more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.atlas.atlas import Atlas
from app.atlas.regions import RegionStore
from app.pipeline.choosing.asking import Reach, criteria_of
from app.pipeline.choosing.choice import Choice, choose
from app.pipeline.choosing.criteria import MET, SHORT, UNKNOWN
from app.pipeline.choosing.ranking import Standing
from app.pipeline.evaluation import Evaluation
from app.pipeline.listing import Listing
from app.pipeline.must_haves import must_have_answers
from app.pipeline.report import Finding, Outcome, State
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.wishes import WISHES, Wish
from app.places import Location, Precision
from app.sources.regions import ImportedRegions

MET_BY = {Outcome.PASS: MET, Outcome.FAIL: SHORT, Outcome.UNKNOWN: UNKNOWN}
REGIONS = pytest.mark.parametrize("name", ["monaco", "helsinki"])
#: The sample regions are imported once, which hypothesis would else complain about.
MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SOME_WISHES = st.lists(st.sampled_from(list(WISHES.values())), max_size=7, unique=True)


@cache
def opened(folder: Path, name: str) -> Atlas:
    return Atlas(name, RegionStore(folder).directory(name))


def chosen(atlas: Atlas, wishes: Sequence[Wish], reaches: Sequence[Reach] = ()) -> Choice:
    return choose(atlas, wishes, reaches, PROFILES[0], 100.0)


def reach(atlas: Atlas, by: str, minutes: int) -> Reach:
    """Return the way to the last home of a region."""
    at = Location(float(atlas.town.lats[-1]), float(atlas.town.lons[-1]), "Work", Precision.POINT, atlas.name)
    return Reach("A", at, by, minutes, 8 * 3600)  # type: ignore[arg-type]


@REGIONS
def test_every_answer_is_that_of_a_report_on_the_home(samples: Path, name: str) -> None:
    atlas = opened(samples, name)
    asked = [wish for wish in WISHES.values() if wish.must_have]
    answers = {found.text: found.answers for found in criteria_of(atlas, asked, (), PROFILES[0])}
    for home in range(0, atlas.town.count, 40):
        lat, lon = float(atlas.town.lats[home]), float(atlas.town.lons[home])
        at = Location(lat, lon, "here", Precision.HOUSE, name, street=atlas.town.street_of(home))
        located = Finding(stage="geocode", state=State.MEASURED, summary="", location=at)
        report = Evaluation(Listing("here"), ImportedRegions(samples), {"geocode": located})
        for answer in must_have_answers(report):
            texts = [f"{answer.key}-{amount}" if amount else answer.key for amount in answer.amounts]
            assert {int(answers[text][home]) for text in texts} == {MET_BY[answer.outcome]}, (home, texts)


@MANY
@given(name=st.sampled_from(["monaco", "helsinki"]), asked=SOME_WISHES, more=st.sampled_from(list(WISHES.values())))
def test_one_wish_more_adds_no_home_and_makes_no_square_better(
    samples: Path, name: str, asked: list[Wish], more: Wish
) -> None:
    atlas = opened(samples, name)
    before, after = chosen(atlas, asked), chosen(atlas, [*asked, more])
    if not before.counted:
        return
    assert after.meeting <= before.meeting
    assert (after.squares.standings >= before.squares.standings).all()


@MANY
@given(name=st.sampled_from(["monaco", "helsinki"]), asked=SOME_WISHES, by=st.sampled_from(["walk", "bike", "car"]))
def test_one_place_more_adds_no_home_and_makes_no_square_better(
    samples: Path, name: str, asked: list[Wish], by: str
) -> None:
    atlas = opened(samples, name)
    before, after = chosen(atlas, asked), chosen(atlas, asked, [reach(atlas, by, 10)])
    if not before.counted:
        return
    assert after.meeting <= before.meeting
    assert (after.squares.standings >= before.squares.standings).all()


@REGIONS
def test_a_stricter_wish_adds_no_home(samples: Path, name: str) -> None:
    atlas = opened(samples, name)
    met = {found.text: found.answers == MET for found in criteria_of(atlas, list(WISHES.values()), (), PROFILES[0])}
    for one in WISHES.values():
        for other in WISHES.values():
            is_away = one.key in ("motorway", "busy_road", "railway", "industry", "runway")
            if one.key == other.key and (one.amount > other.amount if is_away else one.amount < other.amount):
                assert not (met[one.text] & ~met[other.text]).any(), (one.text, other.text)


@REGIONS
@pytest.mark.parametrize("by", ["walk", "bike", "car"])
def test_fewer_minutes_to_a_place_add_no_home(samples: Path, name: str, by: str) -> None:
    atlas = opened(samples, name)
    counts = [chosen(atlas, (), [reach(atlas, by, minutes)]).meeting for minutes in (1, 5, 10, 20, 60)]
    assert counts == sorted(counts)
    assert counts[0] >= 1


def test_without_a_timetable_a_ride_is_not_known_and_not_counted(samples: Path) -> None:
    found = chosen(opened(samples, "monaco"), [WISHES["cafe-5"], WISHES["stop_every_15-8"]])
    assert [each.text for each in found.counted] == ["cafe-5"]
    assert [(each.text, each.why) for each in found.not_known] == [
        ("stop_every_15-8", "No timetable of this region is known.")
    ]


def test_the_list_is_filled_with_what_is_short(samples: Path) -> None:
    found = chosen(opened(samples, "monaco"), [WISHES["station-5"], WISHES["park-5"], WISHES["playground-5"]])
    assert len(found.streets) == 10
    assert found.streets[0].standing is Standing.ALL or found.streets[0].failures
    assert [street.standing for street in found.streets] == sorted(street.standing for street in found.streets)
    assert all(street.failures or street.unknown for street in found.streets if street.standing is not Standing.ALL)


def test_each_street_has_the_address_of_one_of_its_homes(samples: Path) -> None:
    atlas = opened(samples, "monaco")
    source = ImportedRegions(samples)
    for street in chosen(atlas, [WISHES["cafe-5"]]).streets:
        assert street.name in street.address
        assert isinstance(source.locate(street.address), Location)


def test_squares_hold_all_homes(samples: Path) -> None:
    found = chosen(opened(samples, "helsinki"), [WISHES["park-5"]])
    assert found.squares.homes.sum() == found.homes == sum(found.by_standing)
    assert len(np.unique(np.column_stack((found.squares.rows, found.squares.columns)), axis=0)) == len(
        found.squares.rows
    )
