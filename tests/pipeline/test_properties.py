"""Properties that hold for every town: more places never hurt, nearer dangers never help, scores stay in range."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.atlas.facts import GreenSpace, Hazard, StreetFacts
from app.needs import NEEDS
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Outcome, to_json
from app.pipeline.stages import bike_score, neighborhood, tier1_checks, tier2_scoring, walk_scores
from app.places import Place
from tests.support.surroundings import ADDRESS, StreetGrid, Town, evaluation_of, green, hazard, place, route, stop

COUNTED = sorted({k for n in NEEDS for k in n.kinds} | {k for c in walk_scores.METHOD.categories for k in c.kinds})
DANGERS = sorted({k for rule in tier1_checks.METHOD.rules for k in rule.kinds})
#: The same examples every time, and no deadline: the machine may be busy.
PROPERTY = settings(max_examples=60, deadline=None, derandomize=True)
BADNESS = {Outcome.PASS: 0, Outcome.UNKNOWN: 1, Outcome.WARN: 2, Outcome.FAIL: 3}


@st.composite
def a_place(draw: st.DrawFn) -> Place:
    kind, east, north = draw(st.sampled_from(COUNTED)), draw(st.integers(0, 3_000)), draw(st.integers(0, 600))
    return place(kind, float(east), float(north), stress=draw(st.sampled_from("1234")))


@st.composite
def a_danger(draw: st.DrawFn) -> Hazard:
    kind, distance = draw(st.sampled_from(DANGERS)), draw(st.floats(0, 2_500))
    return hazard(kind, distance, draw(st.sampled_from(["", "A", "B"])), draw(st.sampled_from([None, 1, 4, 6])))


@st.composite
def a_green(draw: st.DrawFn) -> GreenSpace:
    share = draw(st.one_of(st.none(), st.floats(0, 1)))
    return green(
        draw(st.integers(0, 3_000)), f"Park {draw(st.integers(0, 99))}", draw(st.floats(0.01, 50)), nature=share
    )


@st.composite
def a_grid(draw: st.DrawFn) -> StreetGrid:
    """A town of any size on a map that is whole, so that finding nothing is known."""
    return StreetGrid(
        places=tuple(draw(st.lists(a_place(), max_size=25, unique_by=lambda p: p.osm_id))),
        dangers=tuple(draw(st.lists(a_danger(), max_size=6, unique_by=lambda d: d.osm_id))),
        greens=tuple(draw(st.lists(a_green(), max_size=4, unique_by=lambda g: g.place.osm_id))),
        stops=tuple(
            stop(float(m), route(str(m))) for m in draw(st.lists(st.integers(10, 3_500), max_size=4, unique=True))
        ),
        street_facts=StreetFacts(draw(st.floats(0, 200)), draw(st.floats(20, 400))),
        timetable=draw(st.booleans()),
        transit_share=draw(st.sampled_from([None, 0.5, 1.0])),
        edge_m=draw(st.sampled_from([50_000.0, 50_000.0, 1_500.0, 300.0])),
    )


def values(around: StreetGrid) -> dict[str, float]:
    """Return the indexes and tier 2 values that places make."""
    evaluation = evaluation_of(around)
    scores = {stage.__name__: stage.run(evaluation).score for stage in (walk_scores, neighborhood, bike_score)}
    found = {name: score.value for name, score in scores.items() if score}
    parts = tier2_scoring.run(evaluation).parts
    return found | {f"part {p.key}": p.value for p in parts if p.value is not None}


def outcomes(around: StreetGrid) -> dict[str, int]:
    return {c.key: BADNESS[c.outcome] for c in tier1_checks.run(evaluation_of(around)).checks}


@PROPERTY
@given(a_grid(), a_place())
def test_adding_a_place_never_lowers_a_value(around: StreetGrid, one: Place) -> None:
    whole = replace(around, edge_m=50_000.0)
    before, after = values(whole), values(replace(whole, places=(*whole.places, one)))
    assert all(after[key] >= value for key, value in before.items())


@PROPERTY
@given(a_grid(), st.integers(0, 24), st.floats(0.3, 1.0))
def test_a_footpath_that_shortens_a_walk_never_lowers_a_value(around: StreetGrid, which: int, shorter: float) -> None:
    whole = replace(around, edge_m=50_000.0)
    moved = tuple(
        replace(p, walk_s=(p.walk_s or 0.0) * shorter) if n == which else p for n, p in enumerate(whole.places)
    )
    before, after = values(whole), values(replace(whole, places=moved))
    assert all(after[key] >= value for key, value in before.items())


@PROPERTY
@given(a_grid(), a_danger(), st.floats(0, 1))
def test_a_closer_danger_never_improves_its_check(around: StreetGrid, danger: Hazard, share: float) -> None:
    far = outcomes(replace(around, dangers=(*around.dangers, danger)))
    closer = replace(danger, distance_m=danger.distance_m * share)
    near = outcomes(replace(around, dangers=(*around.dangers, closer)))
    assert all(near[key] >= badness for key, badness in far.items())


@PROPERTY
@given(a_grid())
def test_scores_stay_in_range(around: StreetGrid) -> None:
    listing = Listing(ADDRESS, rent=1_000.0, budget=900.0, has_parking=True, bedrooms=3)
    report = evaluate_property(listing, Town(around))
    for finding in report.findings:
        assert finding.score is None or 0 <= finding.score.value <= finding.score.out_of
        assert all(p.value is None or 0 <= p.value <= p.out_of for p in finding.parts)
    assert report.verdict.score is None or 0 <= report.verdict.score <= 100


@PROPERTY
@given(a_grid(), st.integers(1, 30))
def test_the_order_of_the_input_changes_nothing(around: StreetGrid, by: int) -> None:
    def turned(items: tuple) -> tuple:  # type: ignore[type-arg]
        return (*items[by % max(len(items), 1) :], *items[: by % max(len(items), 1)])

    other = replace(around, places=turned(around.places), dangers=turned(around.dangers), greens=turned(around.greens))
    first, second = (to_json(evaluate_property(Listing(ADDRESS), Town(grid))) for grid in (around, other))
    assert first == second


@PROPERTY
@given(a_grid())
def test_every_sentence_is_whole(around: StreetGrid) -> None:
    report = evaluate_property(Listing(ADDRESS), Town(around))
    for finding in report.findings:
        said = [finding.summary, *finding.notes, *(g.why for g in finding.gaps), *(c.finding for c in finding.checks)]
        said += [*finding.confidence.reasons, *(p.evidence for p in finding.parts)]
        for text in said:
            assert text[:1] == text[:1].upper() or text[:1].isdigit(), text
            assert text.endswith("."), text
            assert "None" not in text, text
            assert "  " not in text, text
