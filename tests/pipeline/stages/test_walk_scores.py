"""The walk index."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.atlas.facts import MappedFacts, StreetFacts
from app.pipeline.report import Finding, Part, State
from app.pipeline.rules.categories import WALK_CATEGORIES
from app.pipeline.stages import walk_scores
from app.places import Kind
from tests.support.surroundings import NOTHING_MAPPED, WELL_MAPPED, StreetGrid, evaluation_of, full_grid, place

GROCERY = WALK_CATEGORIES[0]


def run(around: StreetGrid, **town: object) -> Finding:
    return walk_scores.run(evaluation_of(around, **town))  # type: ignore[arg-type]


def part(finding: Finding, key: str) -> Part:
    return next(p for p in finding.parts if p.key == key)


def test_a_town_with_all_slots_full_reads_one_hundred() -> None:
    places = [place(k, 100.0 + n) for c in WALK_CATEGORIES for n in range(len(c.slots)) for k in c.kinds[:1]]
    finding = run(StreetGrid(places=tuple(places)))
    assert finding.score is not None
    assert (finding.score.value, finding.score.word) == (100.0, "nearly all errands on foot")


def test_a_mapped_town_without_places_reads_zero_because_that_is_known() -> None:
    finding = run(StreetGrid())
    assert finding.score is not None
    assert finding.score.value == 0.0
    assert finding.state is State.MEASURED


def test_an_unmapped_town_is_unknown_and_never_zero() -> None:
    finding = run(StreetGrid(facts=NOTHING_MAPPED))
    assert finding.score is None
    assert finding.state is State.UNKNOWN
    assert finding.gaps


def test_unknown_shops_are_left_out_and_the_rest_counts_for_more() -> None:
    no_shops = replace(WELL_MAPPED, shops=2)
    finding, full = run(full_grid(facts=no_shops)), run(full_grid())
    assert part(finding, "grocery").value is None
    assert finding.score is not None
    assert full.score is not None
    known = [p for p in full.parts if p.key not in ("grocery", "shopping")]
    expected = 100 * sum(p.value or 0.0 for p in known) / sum(p.out_of for p in known)
    assert finding.score.value == pytest.approx(expected, abs=0.05)


def test_too_few_known_categories_give_no_index() -> None:
    only_shops = MappedFacts(shops=400, addresses=0, stops=0, amenities=0, street_km=180.0)
    finding = run(full_grid(facts=only_shops))
    assert part(finding, "grocery").value == 3.0
    assert finding.score is None


def test_a_category_not_found_before_the_edge_is_unknown() -> None:
    finding = run(full_grid(edge_m=600.0))
    assert part(finding, "shopping").value is None
    assert "cut off" in finding.gaps[0].why


def test_a_category_found_before_the_edge_counts() -> None:
    assert part(run(full_grid(edge_m=600.0)), "grocery").value == 3.0


def test_a_convenience_shop_counts_less_than_a_supermarket() -> None:
    near = run(StreetGrid(places=(place(Kind.CONVENIENCE, 100),)))
    assert part(near, "grocery").value == pytest.approx(3 * 0.45)


def test_the_better_answer_fills_the_slot() -> None:
    both = run(StreetGrid(places=(place(Kind.CONVENIENCE, 100), place(Kind.SUPERMARKET, 350))))
    assert part(both, "grocery").value == 3.0


def test_a_sparse_street_pattern_takes_ten_percent_off() -> None:
    sparse = run(full_grid(street_facts=StreetFacts(10.0, 300.0)))
    dense = run(full_grid())
    assert sparse.score is not None
    assert dense.score is not None
    assert sparse.score.value == pytest.approx(0.9 * dense.score.value, abs=0.1)


def test_an_unknown_street_pattern_takes_nothing_off_and_says_so() -> None:
    finding = run(full_grid(street_facts=StreetFacts(None, None)))
    assert any("nothing was taken off" in note for note in finding.notes)


def test_the_evidence_names_the_nearest_place() -> None:
    assert part(run(full_grid()), "banks").evidence == "The Bank, 4 min on foot."


def test_a_cash_machine_next_door_does_not_stand_for_the_bank() -> None:
    both = StreetGrid(places=(place(Kind.ATM, 50), place(Kind.BANK, 300, name="First Bank")))
    assert part(run(both), "banks").evidence == "First Bank, 4 min on foot and 1 more within 2.4 km."


@pytest.mark.parametrize(("penalty", "value"), [(0.0, 50.0), (10.0, 45.0), (5.0, 47.5)])
def test_the_street_pattern_takes_a_share_off(penalty: float, value: float) -> None:
    halves = tuple(Part(c.key, c.label, sum(c.slots) / 2, sum(c.slots), sum(c.slots)) for c in WALK_CATEGORIES)
    assert walk_scores.walk_index(halves, penalty) == value
