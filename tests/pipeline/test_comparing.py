"""What tells reports apart, and what is not compared."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.pipeline.comparing import Comparison, Row, compare
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from app.places import Kind
from tests.pipeline.test_properties import PROPERTY, a_grid
from tests.support.reports import report as made_by_hand
from tests.support.reports import unknown_report
from tests.support.surroundings import ADDRESS, StreetGrid, Town, full_grid, hazard, place


def evaluated(around: StreetGrid, **listing: object) -> Report:
    return evaluate_property(Listing(ADDRESS, **listing), Town(around))  # type: ignore[arg-type]


def with_pharmacy(metres: float | None) -> StreetGrid:
    """Return the full grid with one pharmacy so far away, or none."""
    others = tuple(p for p in full_grid().places if p.kind is not Kind.PHARMACY)
    return full_grid(places=others if metres is None else (*others, place(Kind.PHARMACY, metres, name="Apteekki")))


def row(found: Comparison, key: str) -> Row:
    return next(row for row in found.rows if row.key == key)


@PROPERTY
@given(a_grid(), a_grid())
def test_what_is_better_of_one_is_worse_of_the_other(first: StreetGrid, second: StreetGrid) -> None:
    there, back = compare([evaluated(first), evaluated(second)]), compare([evaluated(second), evaluated(first)])
    assert set(there.not_comparable) == set(back.not_comparable)
    assert {r.key: r.cells for r in there.rows} == {r.key: r.cells[::-1] for r in back.rows}
    assert ("nothing worse" in there.differences[0]) == ("nothing better" in back.differences[0])


@PROPERTY
@given(a_grid())
def test_nothing_tells_a_report_from_itself(around: StreetGrid) -> None:
    found = compare([evaluated(around)] * 3)
    assert all(said.endswith("nothing that is known of both tells them apart.") for said in found.differences)
    assert not any(cell.is_best for row in found.rows for cell in row.cells)


def test_minutes_are_those_between_the_walks() -> None:
    found = compare([evaluated(with_pharmacy(160.0)), evaluated(with_pharmacy(960.0)), evaluated(with_pharmacy(None))])
    assert [cell.text for cell in row(found, "pharmacy").cells] == ["2 min", "12 min", "none within 45 min"]
    assert [cell.is_best for cell in row(found, "pharmacy").cells] == [True, False, False]
    assert "pharmacy 10 min farther" in found.differences[0]
    assert "no pharmacy within 45 minutes" in found.differences[1]


def test_one_minute_is_no_difference() -> None:
    found = compare([evaluated(with_pharmacy(160.0)), evaluated(with_pharmacy(240.0))])
    assert "pharmacy" not in found.differences[0]


def test_what_is_not_known_is_not_compared() -> None:
    found = compare([evaluated(full_grid()), unknown_report()])
    assert not row(found, "pharmacy").is_comparable
    assert [cell.text for cell in row(found, "pharmacy").cells][1] == "not known"
    assert "Pharmacy" in found.not_comparable
    assert found.differences == ("B beside A: nothing that is known of both tells them apart.",)


def test_all_are_scored_for_the_first_ones_person() -> None:
    family, senior = evaluated(full_grid(), profile="family"), evaluated(full_grid(), profile="senior")
    found = compare([family, senior])
    assert found.notes == ("All are scored for Family.",)
    assert row(found, "score").cells[0] == row(found, "score").cells[1]


def test_a_wish_of_one_is_asked_of_all() -> None:
    near = evaluated(with_pharmacy(160.0))
    far = evaluated(with_pharmacy(1_600.0), must_haves=("pharmacy:10",))
    found = compare([near, far])
    assert [cell.text for cell in row(found, "must_pharmacy:10").cells] == ["yes", "no"]
    assert "what you asked for (a pharmacy within 10 minutes): no" in found.differences[0]


def test_reports_by_other_rules_stay_as_they_were_made() -> None:
    old = made_by_hand(listing=Listing(ADDRESS, profile="senior"))
    found = compare([evaluated(full_grid()), old])
    assert found.notes[0].endswith("one of them cannot be scored again.")
    assert any("rules of different versions" in note for note in found.notes)


@pytest.mark.parametrize(("rents", "said"), [((900.0, 700.0), "£200 less to pay"), ((900.0, None), "")])
def test_money_is_compared_where_both_give_it(rents: tuple[float, float | None], said: str) -> None:
    first, second = (evaluated(full_grid(), rent=rent, currency="£" if rent else "") for rent in rents)
    found = compare([first, second])
    assert said in found.differences[0]
    assert any(row.key == "rent" for row in found.rows) == bool(said)


def test_what_one_is_warned_of_is_said() -> None:
    loud = evaluated(full_grid(dangers=(hazard(Kind.RAILWAY, 20.0, "Main line"),)))
    calm = evaluated(full_grid())
    assert "more to warn of (railway line, 20 m north)" in compare([calm, loud]).differences[0]
    assert "less to warn of (railway line)" in compare([loud, calm]).differences[0]


def test_scores_whose_ranges_overlap_are_known_and_tell_nothing_apart() -> None:
    around = full_grid(places=tuple(p for p in full_grid().places if p.kind is not Kind.PHARMACY), edge_m=900.0)
    found = compare([evaluated(around), evaluated(full_grid())])
    assert not row(found, "score").is_comparable
    assert "Score" not in found.not_comparable
    assert "The ranges of the scores overlap, so they tell none from the other." in found.notes
    assert "point" not in found.differences[0]


def test_scores_for_different_people_are_not_compared() -> None:
    found = compare([evaluated(full_grid()), made_by_hand(listing=Listing(ADDRESS, profile="senior"))])
    assert not row(found, "score").is_comparable
    assert "point" not in found.differences[0]


def test_amounts_in_different_currencies_are_not_compared() -> None:
    pounds, euros = (evaluated(full_grid(), rent=900.0, currency=currency) for currency in ("£", "€"))
    found = compare([pounds, euros])
    assert "The amounts under “Rent a month” are in different currencies." in found.notes
    assert "Rent a month" not in found.not_comparable
