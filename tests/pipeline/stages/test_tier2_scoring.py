"""The score of a place: needs and transit, what is unknown, and its words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pipeline.listing import Listing
from app.pipeline.report import Finding, Part, State
from app.pipeline.rules.headline import PROFILES, profile_named
from app.pipeline.scoring import word_for
from app.pipeline.stages import tier2_scoring, transit_score
from app.pipeline.stages.tier2_scoring import METHOD, in_figures, need_value, place_score
from app.places import Kind, Place, Precision
from tests.support.surroundings import (
    ADDRESS,
    NOTHING_MAPPED,
    WELL_MAPPED,
    StreetGrid,
    evaluation_of,
    full_grid,
    location,
    place,
    route,
    stop,
    town_need,
)


def run(around: StreetGrid, **listing: object) -> Finding:
    evaluation = evaluation_of(around, Listing(ADDRESS, **listing))  # type: ignore[arg-type]
    evaluation.findings["transit_score"] = transit_score.run(evaluation)
    return tier2_scoring.run(evaluation)


def part(finding: Finding, key: str) -> Part:
    return next(p for p in finding.parts if p.key == key)


def parts(known: int, unknown: int, value: float = 6.0) -> list[Part]:
    return [Part(f"p{n}", "", value if n < known else None, 10.0) for n in range(known + unknown)]


@pytest.mark.parametrize(("minutes", "value"), [(1, 0.7), (11, 0.35), (21, 0.175), (0.2, 0.7)])
def test_the_walk_to_the_nearest_halves_every_ten_minutes(minutes: float, value: float) -> None:
    assert need_value(minutes, 0, 8) == pytest.approx(value)


def test_a_choice_is_worth_the_rest_and_each_more_place_less() -> None:
    gains = [need_value(1, n + 1, 8) - need_value(1, n, 8) for n in range(8)]
    assert gains == sorted(gains, reverse=True)
    assert need_value(1, 8, 8) == need_value(1, 30, 8) == pytest.approx(1.0)


def test_no_place_is_worth_nothing() -> None:
    assert need_value(None, 0, 8) == 0.0


def test_the_score_is_the_mean_of_what_is_known() -> None:
    finding = run(full_grid())
    assert finding.score is not None
    weighed = [((p.value or 0.0) * p.weight, p.weight) for p in finding.parts]
    assert finding.score.value == pytest.approx(10 * sum(v for v, _ in weighed) / sum(w for _, w in weighed), abs=0.05)
    assert (finding.score.low, finding.score.high) == (None, None)


def test_what_is_unknown_makes_a_range_as_wide_as_it() -> None:
    score = place_score(parts(8, 2), may_have_word=True)
    assert score is not None
    assert (score.value, score.low, score.high) == (60.0, 48.0, 68.0)
    assert in_figures(score) == "48 to 68"


def test_no_timetable_is_a_range_and_no_loss() -> None:
    timed, untimed = run(full_grid()), run(full_grid(timetable=False, stops=(stop(210.0),)))
    assert part(untimed, "transit").value is None
    assert untimed.score is not None
    assert untimed.score.low is not None
    assert timed.score is not None
    assert untimed.score.low < untimed.score.value < (untimed.score.high or 0.0)


@pytest.mark.parametrize(("known", "unknown", "has_word"), [(2, 1, True), (13, 7, False)])
def test_no_word_where_more_than_a_third_is_unknown(known: int, unknown: int, has_word: bool) -> None:
    score = place_score(parts(known, unknown), may_have_word=True)
    assert score is not None
    assert bool(score.word) is has_word


@pytest.mark.parametrize("around", [full_grid(edge_m=1_300.0), full_grid(location=location(precision=Precision.PLACE))])
def test_no_word_where_most_is_off_the_map_or_only_the_town_was_found(around: StreetGrid) -> None:
    assert run(full_grid()).score.word  # type: ignore[union-attr]
    assert run(around).score.word == ""  # type: ignore[union-attr]


def test_no_score_where_half_or_more_is_unknown() -> None:
    assert place_score(parts(5, 5), may_have_word=True) is None


def test_an_unmapped_town_is_unknown() -> None:
    finding = run(StreetGrid(facts=NOTHING_MAPPED))
    assert (finding.score, finding.state) == (None, State.UNKNOWN)
    assert finding.summary == "Too little is known for a score: the map does not tell 13 of 13 parts."


def test_a_place_nearby_counts_where_little_is_mapped() -> None:
    sparse = replace(WELL_MAPPED, shops=1)
    near, far = (full_grid(facts=sparse, places=(place(Kind.SUPERMARKET, m),)) for m in (300.0, 2_000.0))
    assert part(run(near), "supermarket").value is not None
    assert part(run(far), "supermarket").value is None


def test_a_mapped_town_without_a_place_reads_zero() -> None:
    assert part(run(full_grid(places=())), "sports").value == 0.0


def test_a_need_not_found_before_the_edge_is_unknown() -> None:
    assert part(run(StreetGrid(edge_m=500.0)), "sports").value is None


def test_the_profile_weighs() -> None:
    bus_less = full_grid(stops=(stop(700.0, route(trips=2, per_hour=0.1)),))
    scores = {p.key: run(bus_less, profile=p.key).score for p in PROFILES}
    assert scores["car-free"] is not None
    assert scores["remote-worker"] is not None
    assert scores["car-free"].value < scores["remote-worker"].value


def test_what_counts_for_nothing_in_a_profile_is_not_shown() -> None:
    assert "primary_school" not in [p.key for p in run(full_grid(), profile="senior").parts]


def test_an_unknown_profile_is_the_balanced_one() -> None:
    assert profile_named("astronaut").key == "balanced"


def test_evidence_names_the_nearest_and_the_choice() -> None:
    cafes = (place(Kind.CAFE, 160.0, name="Ekberg"), place(Kind.CAFE, 400.0), place(Kind.CAFE, 1_200.0))
    found = part(run(full_grid(places=cafes)), "cafe").evidence
    assert found == "The nearest café is Ekberg, 2 min on foot, with 2 more within 15 minutes."


def test_evidence_says_of_a_nameless_place_that_it_is_one() -> None:
    nameless = full_grid(places=(place(Kind.CAFE, 400.0),))
    expected = "The nearest café, which has no name on the map, is 5 min on foot."
    assert part(run(nameless), "cafe").evidence == expected


@pytest.mark.parametrize(
    ("key", "there", "said"),
    [
        ("culture", place(Kind.MUSEUM, 240.0, name="Kunstmuseum Bern"), "Kunstmuseum Bern is 3 min away"),
        ("culture", place(Kind.LIBRARY, 240.0, name="Villa X"), "Villa X, a library, is 3 min away"),
        ("bank", place(Kind.POST_OFFICE, 240.0), "A post office is 3 min away"),
        ("cafe", place(Kind.CAFE, 40.0, name="Cafe, 1, Rue X"), "Cafe, 1, Rue X is 1 min away"),
        ("cafe", None, "No café is within 45 minutes on foot"),
    ],
)
def test_in_few_words_a_place_is_what_it_is(key: str, there: Place | None, said: str) -> None:
    found = part(run(full_grid(places=(there,) if there else ())), key)
    assert (found.brief, found.usual) == (said, "")


def test_in_few_words_there_is_a_choice_or_what_is_usual() -> None:
    cafes = (place(Kind.CAFE, 160.0, name="Ekberg"), place(Kind.CAFE, 400.0))
    assert part(run(full_grid(places=cafes)), "cafe").brief == "Ekberg, a café, is 2 min away, 1 more within 15 min"
    told = part(run(full_grid(places=cafes, towns=(town_need([9.0] * 300),))), "cafe")
    assert (told.brief, told.usual) == ("Ekberg, a café, is 2 min away", "over 8 min")


def test_a_failed_stage_is_missing_here_too() -> None:
    finding = tier2_scoring.run(evaluation_of(full_grid()))
    assert part(finding, "transit").value is None
    assert part(finding, "transit").evidence == "This could not be measured."


def test_a_word_begins_at_its_limit() -> None:
    assert [word_for(METHOD.words, limit) for limit, _ in METHOD.words] == [word for _, word in METHOD.words]


def test_the_timetable_of_one_operator_leaves_transit_unknown() -> None:
    trains = full_grid(stops=(stop(300.0, route(mode="rail"), mode="rail"),), facts=replace(WELL_MAPPED, stops=60))
    found = part(run(trains), "transit")
    assert found.value is None
    assert "one operator alone" in found.evidence
