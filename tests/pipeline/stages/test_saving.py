"""The verdict: range, word, deal-breakers, what is good and what is less good."""

from __future__ import annotations

from dataclasses import replace

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from app.places import Kind
from tests.support.surroundings import ADDRESS, NOTHING_MAPPED, StreetGrid, Town, hazard, place, route, stop
from tests.support.surroundings import full_grid as town

#: A stop that 12 lines serve.
BUSY = (stop(150.0, *(route(str(n), mode="subway") for n in range(12))),)


def full_grid(**changes: object) -> StreetGrid:
    return town(**{"stops": BUSY, **changes})


def report(around: StreetGrid, **listing: object) -> Report:
    return evaluate_property(Listing(ADDRESS, **listing), Town(around))  # type: ignore[arg-type]


def without(*kinds: Kind) -> tuple[object, ...]:
    return tuple(p for p in full_grid().places if p.kind not in kinds)


def test_a_good_address_reads_its_word_and_score() -> None:
    verdict = report(full_grid()).verdict
    assert verdict.word == "most things close by"
    assert verdict.sentence == f"Most things close by, {verdict.score:.0f} of 100."


def test_an_unknown_part_makes_the_sentence_say_why_it_is_a_range() -> None:
    verdict = report(full_grid(timetable=False, stops=(stop(210.0),))).verdict
    assert verdict.low is not None
    assert verdict.sentence.endswith("of 100. It is a range because 14 % of what counts is not known here.")


def test_a_deal_breaker_takes_the_words_place_and_leaves_the_score() -> None:
    safe, unsafe = report(full_grid()), report(full_grid(dangers=(hazard(Kind.FUEL_STATION, 20, "Neste"),)))
    assert unsafe.verdict.score == safe.verdict.score
    assert unsafe.verdict.word == "1 deal-breaker"
    assert len(unsafe.verdict.deal_breakers) == 1
    assert unsafe.verdict.sentence.startswith(unsafe.verdict.deal_breakers[0])
    assert "Apart from that: most things close by" in unsafe.verdict.sentence
    assert unsafe.verdict.deal_breakers[0] not in [cost.detail for cost in unsafe.verdict.costs]


def test_over_the_budget_is_a_deal_breaker_and_said_once() -> None:
    verdict = report(full_grid(), rent=1_200.0, budget=1_000.0).verdict
    assert verdict.word == "over your budget"
    assert verdict.deal_breakers == ("It costs 1,200, and your limit is 1,000.",)
    assert verdict.costs == ()


def test_an_unknown_wish_breaks_nothing() -> None:
    assert report(full_grid(), wants_laundry=True).verdict.deal_breakers == ()


def test_a_must_have_that_fails_is_a_deal_breaker() -> None:
    far = full_grid(places=(*without(Kind.SUPERMARKET), place(Kind.SUPERMARKET, 1_600.0, name="Far Mart")))
    verdict = report(far, must_haves=("supermarket:10",)).verdict
    assert verdict.deal_breakers == ("A supermarket within 10 minutes? No: the nearest is Far Mart, 20 min on foot.",)


def test_a_must_have_that_says_a_failed_check_again_is_no_second_deal_breaker() -> None:
    beside = full_grid(dangers=(hazard(Kind.MOTORWAY, 100.0, "M4", 6),))
    verdict = report(beside, must_haves=("motorway:300", "motorway:500", "station:5")).verdict
    assert verdict.deal_breakers[0] == "M4, a motorway, is 100 m north of the address."
    assert [text.partition("?")[0] for text in verdict.deal_breakers[1:]] == ["A station within 5 minutes"]
    assert verdict.word == "2 deal-breakers"


def test_three_things_are_good_by_name_and_minutes() -> None:
    helps = report(full_grid()).verdict.helps
    assert len(helps) == 3
    assert [h.title for h in helps][:2] == ["Transit", "Pharmacy"]
    assert helps[1].detail == "The nearest pharmacy is The Pharmacy, 3 min on foot."


def test_what_loses_most_is_named_first() -> None:
    far = place(Kind.FITNESS_CENTRE, 3_200.0, name="Far Gym")
    costs = report(full_grid(places=(*without(Kind.FITNESS_CENTRE, Kind.PHARMACY), far))).verdict.costs
    assert [c.title for c in costs] == ["Pharmacy", "Gym or sports ground"]
    assert costs[1].detail == "The nearest gym or sports ground is Far Gym, 40 min on foot."


def test_a_warning_counts_as_much_as_an_unmet_need() -> None:
    costs = report(full_grid(dangers=(hazard(Kind.WATERCOURSE, 20, "Mill Brook"),))).verdict.costs
    assert len(costs) == 1
    assert "Mill Brook" in costs[0].detail


def test_nothing_is_bad_where_nothing_is() -> None:
    assert report(full_grid()).verdict.costs == ()


def test_nothing_is_both_good_and_bad() -> None:
    for around in (full_grid(), full_grid(places=without(Kind.BANK, Kind.PARK))):  # type: ignore[arg-type]
        verdict = report(around).verdict
        assert not {h.title for h in verdict.helps} & {c.title for c in verdict.costs}


def test_the_home_never_lifts_the_place() -> None:
    plain, rich = report(full_grid()), report(full_grid(), has_parking=True, has_outdoor_space=True, bedrooms=4)
    assert (plain.verdict.score, plain.verdict.word) == (rich.verdict.score, rich.verdict.word)


def test_an_unmapped_address_has_no_score() -> None:
    verdict = report(replace(StreetGrid(), facts=NOTHING_MAPPED)).verdict
    assert (verdict.score, verdict.word) == (None, "not enough is known")
    assert verdict.sentence == "Too little is known about this address to give a score."
