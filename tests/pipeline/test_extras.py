"""What others say stands beside our own findings: never in a score, and a gap where it did not come."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from app.pipeline.comparing import compare
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Check, Outcome, Report, State, finding_from_json, report_from_json, to_json
from app.pipeline.rescoring import Preferences, rescored
from app.pipeline.sharing import without_ratings
from app.places import Location, Precision
from app.sources.extras import About, Extras, FloodHazard, FloodZone, OfficialScore
from app.views.exports import csv_of, report_schema
from app.views.unknowns import unknowns_of
from tests.support.others import ALL, MAPS, NONE, SCORES, reported
from tests.support.surroundings import ADDRESS, Town, full_grid

SECTIONS = {About.WALK: "walk_scores", About.TRANSIT: "transit_score", About.BIKE: "bike_score"}


def zone(hazard: FloodHazard, code: str = "X") -> Extras:
    return Extras(flood=FloodZone(code, hazard, MAPS, "2026-03-02"))


def flood_check(report: Report) -> Check:
    finding = report.finding("tier1_checks")
    assert finding
    return next(check for check in finding.checks if check.key == "flood_zone")


@pytest.mark.parametrize("score", SCORES, ids=lambda score: score.about.value)
def test_an_official_score_stands_in_the_section_of_its_subject(score: OfficialScore) -> None:
    report = reported(ALL)
    holding = {f.stage for f in report.findings if f.official == score}
    assert holding == {SECTIONS[score.about]}


def test_ratings_stand_with_the_daily_needs() -> None:
    assert {f.stage for f in reported(ALL).findings if f.ratings} == {"neighborhood"}


def test_nothing_of_others_changes_a_score_a_word_or_a_section() -> None:
    before, after = reported(Extras()), reported(ALL)
    assert [f.score for f in after.findings] == [f.score for f in before.findings]
    assert [f.parts for f in after.findings] == [f.parts for f in before.findings]
    assert [(f.state, f.confidence) for f in after.findings] == [(f.state, f.confidence) for f in before.findings]
    assert (after.verdict.score, after.verdict.word) == (before.verdict.score, before.verdict.word)
    assert (after.verdict.helps, after.verdict.deal_breakers) == (before.verdict.helps, before.verdict.deal_breakers)
    assert after.confidence == before.confidence
    assert after.door == before.door


def test_a_report_to_which_nobody_was_asked_does_not_name_them() -> None:
    stored = to_json(reported(Extras()))
    assert b'"official"' not in stored
    assert b'"ratings"' not in stored
    assert b"flood_zone" not in stored


def test_it_is_the_same_after_it_was_stored() -> None:
    report = reported(ALL)
    assert report_from_json(to_json(report)) == report
    assert all(finding_from_json(to_json(finding)) == finding for finding in report.findings)


@pytest.mark.parametrize(
    ("hazard", "outcome", "words"),
    [
        (FloodHazard.SPECIAL, Outcome.WARN, "a special flood hazard area, which a flood reaches in any year"),
        (FloodHazard.COASTAL, Outcome.WARN, "a flood with waves"),
        (FloodHazard.UNDETERMINED, Outcome.UNKNOWN, "nobody has determined how likely"),
        (FloodHazard.MODERATE, Outcome.PASS, "outside the special flood hazard area, but of moderate hazard"),
        (FloodHazard.LEVEE, Outcome.PASS, "as long as a levee holds"),
        (FloodHazard.MINIMAL, Outcome.PASS, "of minimal flood hazard, which is not none"),
    ],
)
def test_the_flood_zone_is_a_check_of_its_own(hazard: FloodHazard, outcome: Outcome, words: str) -> None:
    check = flood_check(reported(zone(hazard, "AE")))
    assert check.outcome is outcome
    assert check.finding.startswith("FEMA's map puts this point in zone AE: ")
    assert words in check.finding
    assert check.link == MAPS
    assert "as it was on 2 March 2026" in check.evidence


def test_fema_is_credited_as_it_asks_where_it_was_asked() -> None:
    notes = [finding.notes for others in (ALL, Extras()) if (finding := reported(others).finding("tier1_checks"))]
    assert ["not endorsed by FEMA" in " ".join(each) for each in notes] == [True, False]


def test_a_special_flood_hazard_area_is_named_among_what_is_bad() -> None:
    report = reported(ALL)
    assert any(cost.title == "Official flood zone" for cost in report.verdict.costs)
    finding = report.finding("tier1_checks")
    assert finding
    assert "By FEMA's map: special flood hazard area." in finding.summary


def test_a_zone_at_the_middle_of_a_street_passes_nobody() -> None:
    check = flood_check(reported(zone(FloodHazard.MINIMAL), Precision.STREET))
    assert check.outcome is Outcome.UNKNOWN
    assert check.finding.endswith("as the house was not found.")


def test_what_did_not_come_is_told_among_what_we_do_not_know_and_the_job_is_done() -> None:
    report = reported(NONE)
    assert {f.state for f in report.findings if f.stage in SECTIONS.values()} <= {State.MEASURED, State.PARTIAL}
    told = {unknown.why: unknown.what for unknown in unknowns_of(report)}
    assert told["Walk Score did not answer."] == "Walk Score, Transit Score and Bike Score"
    assert told["Google Places refuses to answer this site."] == "ratings of places near by"
    assert told["FEMA's flood map did not answer."] == "official flood zone"


def test_what_did_not_come_leaves_every_section_as_sure_as_it_was() -> None:
    before, after = reported(Extras()), reported(NONE)
    assert [(f.state, f.score, f.confidence) for f in after.findings] == [
        (f.state, f.score, f.confidence) for f in before.findings
    ]


def test_others_are_asked_once_for_an_evaluation() -> None:
    class Counting(Town):
        asked = 0

        def extras(self, where: Location) -> Extras:
            self.asked += 1
            return super().extras(where)

    town = Counting(full_grid(), others=ALL)
    evaluate_property(Listing(ADDRESS), town)
    assert town.asked == 1


def test_an_evaluation_that_goes_on_keeps_what_was_found() -> None:
    report = reported(ALL)
    resumed = evaluate_property(Listing(ADDRESS), Town(full_grid(), others=NONE), finished=report.findings)
    assert resumed == report


def test_a_report_scored_again_keeps_what_others_say() -> None:
    again = rescored(reported(ALL), Preferences("car-free", ("supermarket:10",)))
    assert {f.stage for f in again.findings if f.official} == set(SECTIONS.values())
    assert flood_check(again).outcome is Outcome.WARN


def test_reports_with_and_without_them_are_compared() -> None:
    rows = {row.key: row for row in compare([reported(Extras()), reported(ALL)]).rows}
    assert [cell.is_known for cell in rows["flood_zone"].cells] == [False, True]
    assert not rows["flood_zone"].is_comparable


def test_the_table_has_the_flood_zone_and_no_rating() -> None:
    table = csv_of(reported(ALL))
    assert "Official flood zone" in table
    assert "Good Café" not in table


def test_ratings_are_left_out_of_what_is_passed_on() -> None:
    report = reported(ALL)
    shared = without_ratings(report)
    assert b"Good Caf" not in to_json(shared)
    assert [f.official for f in shared.findings] == [f.official for f in report.findings]
    assert without_ratings(shared) is shared


def test_the_schema_of_reports_knows_them() -> None:
    schema = report_schema()
    checked = {**schema["$defs"]["Report"], "$defs": schema["$defs"]}
    for others in (ALL, NONE, Extras()):
        Draft202012Validator(checked).validate(json.loads(to_json(reported(others))))
