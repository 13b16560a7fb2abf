"""Whole reports of real addresses in both sample regions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.pipeline.evaluate import STAGES, evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, Level, Outcome, Report, State, finding_from_json, to_json
from app.pipeline.rules.profiles import METHODS
from app.sources.regions import ImportedRegions
from bench.headline import verdicts
from tests.pipeline.conftest import OpenRegion
from tests.support.folders import SAMPLES
from tests.support.report_text import report_text, sentences

HELSINKI, MONACO = "12 Bulevardi, Helsinki", "Boulevard des Moulins 27"
BOTH = pytest.mark.parametrize("address", [HELSINKI, MONACO])


def evaluate(samples: Path, address: str) -> Report:
    listing = Listing(address, rent=1_500.0, budget=1_600.0, bedrooms=2, has_parking=True, wants_cooling=True)
    return evaluate_property(listing, ImportedRegions(samples))


def finding(report: Report, stage: str) -> Finding:
    found = report.finding(stage)
    assert found is not None
    return found


@BOTH
def test_two_evaluations_give_the_same_bytes(samples: Path, address: str) -> None:
    assert to_json(evaluate(samples, address)) == to_json(evaluate(samples, address))


@BOTH
def test_resuming_after_any_stage_gives_the_same_bytes(samples: Path, address: str) -> None:
    source, listing = ImportedRegions(samples), Listing(address)
    kept: list[bytes] = []
    whole = to_json(evaluate_property(listing, source, lambda _, f: kept.append(to_json(f)) if f else None))
    for done in range(1, len(STAGES) + 1):
        finished = [finding_from_json(data) for data in kept[:done]]
        assert to_json(evaluate_property(listing, ImportedRegions(samples), finished=finished)) == whole


@BOTH
def test_no_stage_fails(samples: Path, address: str) -> None:
    assert State.FAILED not in {f.state for f in evaluate(samples, address).findings}


@BOTH
def test_every_sentence_is_whole_and_plain(samples: Path, address: str) -> None:
    for text in sentences(evaluate(samples, address)):
        assert re.match(r"[A-ZÀ-Ý0-9„«\"]", text), text
        assert text.endswith("."), text
        assert "None" not in text, text
        assert not re.search(r"\b[a-z]+_[a-z]+\b|\b[a-z]+=[a-z]", text), text


@BOTH
def test_every_place_has_a_name(samples: Path, address: str) -> None:
    places = [p for f in evaluate(samples, address).findings for g in f.groups for p in g.places]
    assert len(places) > 50
    assert all(p.name and p.kind for p in places)


@BOTH
def test_every_section_says_something(samples: Path, address: str) -> None:
    for found in evaluate(samples, address).findings:
        assert found.summary
        assert (
            found.state is State.UNKNOWN
            or found.score
            or found.facts
            or found.groups
            or found.checks
            or found.parts
            or found.trips
        )


@BOTH
def test_both_addresses_are_found_to_the_house_and_score_well(samples: Path, address: str) -> None:
    report = evaluate(samples, address)
    assert report.location.precision == "house"
    assert report.verdict.score is not None
    assert report.verdict.score > 60
    assert finding(report, "walk_scores").score


def test_helsinki_says_that_it_is_cut_off(samples: Path) -> None:
    report = evaluate(samples, HELSINKI)
    assert report.confidence.level is Level.LOW
    assert any("cut off" in reason for reason in report.confidence.reasons)
    runway = next(c for c in finding(report, "tier1_checks").checks if c.key == "runway")
    assert runway.outcome is Outcome.UNKNOWN


def test_helsinki_says_that_its_data_is_old(samples: Path) -> None:
    assert any("April 2019" in reason for reason in evaluate(samples, HELSINKI).confidence.reasons)


def test_a_destination_in_the_region_is_reached(samples: Path) -> None:
    listing = Listing(HELSINKI, destinations=("Aleksanterinkatu 52, Helsinki", "Mannerheimintie 1, Atlantis"))
    trips = finding(evaluate_property(listing, ImportedRegions(samples)), "urban_access").trips
    assert trips[0].purpose == "commute"
    assert trips[0].walk_min is not None
    assert 5 < trips[0].walk_min < 20


@pytest.mark.slow
def test_a_map_of_roads_alone_reads_unknown_and_never_zero(larger: OpenRegion) -> None:
    report = evaluate_property(Listing("Avenida Ipiranga, Porto Alegre"), larger("porto-alegre"))
    unknown = {f.stage for f in report.findings if f.state is State.UNKNOWN}
    assert {"neighborhood", "schools", "green_spaces", "green_escape", "walk_scores", "bike_score"} <= unknown
    assert report.verdict.score is None
    assert not [f.stage for f in report.findings if f.score and f.score.value == 0]


@pytest.mark.slow
def test_stops_that_nobody_mapped_are_not_no_bus(larger: OpenRegion) -> None:
    report = evaluate_property(Listing("Reisterstown Road, Pikesville"), larger("reisterstown-md-us"))
    transit = finding(report, "transit_score")
    assert (transit.score, transit.state) == (None, State.UNKNOWN)
    assert transit.gaps[0].why.startswith("No timetable is known here")


@pytest.mark.slow
def test_a_timetable_gives_headways(larger: OpenRegion) -> None:
    access = finding(
        evaluate_property(Listing("Commercial Street 10, Newport"), larger("newport-gb")), "transit_access"
    )
    assert access.state is State.MEASURED
    assert access.facts[0].value == "Friars Walk"
    assert all(r.departures_per_hour is not None and r.often for r in access.routes)
    assert any(r.headway_min is not None for r in access.routes)


@pytest.mark.slow
def test_shops_that_are_barely_mapped_are_left_out(larger: OpenRegion) -> None:
    report = evaluate_property(Listing("203-06 109th Avenue, Queens"), larger("queens-village-ny-us"))
    parts = {p.key: p.value for p in finding(report, "walk_scores").parts}
    assert parts["grocery"] is None
    assert "Hardly any shops" in report_text(report)


@pytest.mark.parametrize("name", ["helsinki", "monaco"])
def test_the_first_word_is_for_few(samples: Path, name: str) -> None:
    """No region may have more than 30 % of its addresses in the first word, shown or not, nor one score for most."""
    found = verdicts(ImportedRegions(samples), name, SAMPLES / f"{name}.osm.pbf", 60, "balanced")
    scores = [verdict.score for verdict in found if verdict.score is not None]
    first = [score for score in scores if round(score) >= METHODS.headline.words[0][0]]
    assert len(scores) > 50
    assert len(first) <= 0.3 * len(scores)
    assert len({round(score) for score in scores}) >= 15
