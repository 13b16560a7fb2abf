"""A report scored again from itself alone says what an evaluation for the same wishes says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Report, report_from_json, to_json
from app.pipeline.rescoring import PARTS, Preferences, preferences_of, rescored, why_not_adjustable
from app.pipeline.rules.headline import AMOUNTS, PROFILES
from app.pipeline.rules.must_haves import OFFERED
from app.places import Kind
from app.sources.regions import ImportedRegions
from tests.pipeline.test_properties import PROPERTY, a_grid
from tests.support.real_reports import SAMPLE_LISTINGS
from tests.support.reports import report as made_by_hand
from tests.support.surroundings import ADDRESS, StreetGrid, Town, full_grid, place

EARLIER = Path(__file__).parent / "earlier_reports"
A_PROFILE = st.sampled_from([profile.key for profile in PROFILES])
SOME_MUST_HAVES = st.lists(st.sampled_from(sorted(OFFERED)), max_size=4, unique=True).map(tuple)
SOME_WEIGHTS = st.dictionaries(st.sampled_from(PARTS), st.sampled_from(sorted(AMOUNTS)), max_size=5)


def evaluated(around: StreetGrid, **listing: object) -> Report:
    return evaluate_property(Listing(ADDRESS, **listing), Town(around))  # type: ignore[arg-type]


@PROPERTY
@given(a_grid(), A_PROFILE, SOME_MUST_HAVES, A_PROFILE, SOME_MUST_HAVES)
def test_it_is_what_an_evaluation_gives(
    around: StreetGrid, profile: str, must_haves: tuple[str, ...], other: str, others: tuple[str, ...]
) -> None:
    first = evaluated(around, profile=profile, must_haves=must_haves)
    assert rescored(first, preferences_of(first)) == first
    assert rescored(first, Preferences(other, others)) == evaluated(around, profile=other, must_haves=others)


@PROPERTY
@given(a_grid(), A_PROFILE, A_PROFILE, SOME_MUST_HAVES, SOME_WEIGHTS)
def test_what_was_asked_in_between_leaves_no_trace(
    around: StreetGrid, profile: str, other: str, must_haves: tuple[str, ...], weights: dict[str, float]
) -> None:
    first = evaluated(around, profile=profile)
    there = rescored(first, Preferences(other, must_haves, weights))
    assert rescored(there, preferences_of(first)) == first
    assert report_from_json(to_json(there)) == there


@pytest.mark.parametrize("number", range(len(SAMPLE_LISTINGS)))
def test_it_is_what_an_evaluation_of_a_real_address_gives(samples: Path, number: int) -> None:
    source, listing = ImportedRegions(samples), SAMPLE_LISTINGS[number]
    stored = report_from_json(to_json(evaluate_property(listing, source)))
    assert rescored(stored, preferences_of(stored)) == stored
    for profile in PROFILES:
        asked = Preferences(profile.key, ("supermarket:5", "motorway:300", "steps"))
        again = evaluate_property(replace(listing, profile=asked.profile, must_haves=asked.must_haves), source)
        assert rescored(stored, asked) == again


def test_every_must_have_is_answered_as_when_it_is_asked_for() -> None:
    around = full_grid()
    everything = evaluated(around, must_haves=tuple(OFFERED))
    assert rescored(evaluated(around), Preferences("balanced", tuple(OFFERED))) == everything
    assert len([c for c in everything.finding("tier1_checks").checks if c.key.startswith("must_")]) == len(OFFERED)  # type: ignore[union-attr]


def far_park(**listing: object) -> Report:
    others = tuple(p for p in full_grid().places if p.kind is not Kind.PARK)
    return evaluated(full_grid(places=(*others, place(Kind.PARK, 2_400.0, name="Far Park"))), **listing)


def test_what_counts_double_moves_the_score_and_is_said() -> None:
    first = far_park()
    once, twice, never = (rescored(first, Preferences("balanced", (), {"park": n})) for n in (1.0, 2.0, 0.0))
    assert once.verdict == first.verdict
    assert twice.verdict.score < once.verdict.score < never.verdict.score  # type: ignore[operator]
    place_of = twice.finding("tier2_scoring")
    assert place_of is not None
    assert place_of.notes[-1] == "Set by you: park double."
    assert "park" not in [part.key for part in never.finding("tier2_scoring").parts]  # type: ignore[union-attr]


def test_what_a_profile_leaves_out_can_be_counted_again() -> None:
    senior = evaluated(full_grid(), profile="senior")
    family = rescored(senior, Preferences("senior", (), {"playground": 1.0}))
    assert "playground" in [part.key for part in family.finding("tier2_scoring").parts]  # type: ignore[union-attr]


def test_nothing_may_count_nothing() -> None:
    assert Preferences("balanced", (), dict.fromkeys(PARTS, 0.0)).counts_nothing
    assert not Preferences("senior").counts_nothing


def test_a_must_have_that_fails_is_a_deal_breaker_at_once() -> None:
    verdict = rescored(far_park(), Preferences("balanced", ("park:10",))).verdict
    assert verdict.word == "1 deal-breaker"
    assert verdict.deal_breakers == ("A park within 10 minutes? No: the nearest is Far Park, 30 min on foot.",)


def test_what_was_not_offered_then_is_not_known() -> None:
    first = far_park()
    without = tuple(
        replace(f, adjustable=replace(f.adjustable, answers=())) if f.stage == "tier1_checks" and f.adjustable else f
        for f in first.findings
    )
    checks = rescored(replace(first, findings=without), Preferences("balanced", ("park:10",))).finding("tier1_checks")
    assert checks is not None
    assert checks.checks[-1].outcome.value == "unknown"
    assert "could not be asked for when the report was made" in checks.checks[-1].finding


@pytest.mark.parametrize("path", sorted(EARLIER.glob("*.json")), ids=lambda path: path.stem)
def test_a_report_of_earlier_rules_says_that_it_cannot_be_adjusted(path: Path) -> None:
    earlier = report_from_json(path.read_bytes())
    assert "earlier rules" in why_not_adjustable(earlier)
    with pytest.raises(ValueError, match="earlier rules"):
        rescored(earlier, preferences_of(earlier))


def test_a_report_that_kept_nothing_says_so() -> None:
    kept_nothing = replace(made_by_hand(), methods_version=far_park().methods_version)
    assert "does not hold what is needed" in why_not_adjustable(kept_nothing)
