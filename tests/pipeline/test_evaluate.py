"""The stage loop: order, progress, failures, resuming."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import pytest

from app.atlas.facts import BikeInfrastructure
from app.errors import AddressNotFound, AtlasDamaged
from app.pipeline.evaluate import STAGES, evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, State, finding_from_json, report_from_json, to_json
from app.places import Location
from tests.support.surroundings import ADDRESS, StreetGrid, Town, full_grid

LISTING = Listing(ADDRESS, rent=900.0, budget=1_000.0, has_parking=True, destinations=("2 High Street",))


class Cancelled(Exception):
    """What a worker raises to stop an evaluation."""


@dataclass(frozen=True)
class BrokenGrid(StreetGrid):
    """A town of which the cycling cannot be read."""

    def bike_infrastructure(self) -> BikeInfrastructure:
        raise ValueError("unreadable bytes")


class DamagedTown(Town):
    """A town of which the region's data cannot be opened."""

    def surroundings(self, where: Location) -> StreetGrid:
        raise AtlasDamaged(name="gridtown")


def collect(town: Town) -> list[Finding]:
    findings: list[Finding] = []
    evaluate_property(LISTING, town, lambda _, finding: findings.append(finding) if finding else None)
    return findings


def test_the_stages_have_their_fixed_names_and_texts() -> None:
    assert [(s.name, s.text) for s in STAGES] == [
        ("geocode", "Locating address..."),
        ("bike_score", "Checking bike infrastructure..."),
        ("neighborhood", "Analyzing nearby amenities..."),
        ("schools", "Finding schools and childcare..."),
        ("urban_access", "Calculating commute times..."),
        ("transit_access", "Evaluating transit options..."),
        ("green_spaces", "Discovering parks and trails..."),
        ("green_escape", "Finding your daily green escape..."),
        ("transit_score", "Getting transit scores..."),
        ("walk_scores", "Getting walkability scores..."),
        ("tier1_checks", "Running safety checks..."),
        ("tier2_scoring", "Calculating lifestyle scores..."),
        ("tier3_bonuses", "Adding bonus points..."),
        ("saving", "Saving your results..."),
    ]


def test_every_stage_begins_and_ends_once_in_order() -> None:
    calls: list[tuple[str, bool]] = []
    evaluate_property(LISTING, Town(full_grid()), lambda name, finding: calls.append((name, finding is None)))
    assert calls == [(stage.name, begins) for stage in STAGES for begins in (True, False)]


def test_every_finding_carries_its_stage_and_heading() -> None:
    findings = collect(Town(full_grid()))
    assert [(f.stage, f.title) for f in findings] == [(s.name, s.title) for s in STAGES]


def test_the_report_holds_every_finding_but_saving() -> None:
    report = evaluate_property(LISTING, Town(full_grid()))
    assert [f.stage for f in report.findings] == [s.name for s in STAGES[:-1]]


def test_a_stage_that_raises_is_missing_and_the_rest_stands() -> None:
    report = evaluate_property(LISTING, Town(BrokenGrid()))
    states = {f.stage: f.state for f in report.findings}
    assert states.pop("bike_score") is State.FAILED
    assert State.FAILED not in states.values()


def test_a_stage_that_raises_shows_no_exception_text() -> None:
    report = evaluate_property(LISTING, Town(BrokenGrid()))
    finding = report.finding("bike_score")
    assert finding is not None
    assert b"unreadable" not in to_json(finding)
    assert finding.gaps[0].why.endswith(".")


def test_a_stage_that_raises_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        evaluate_property(LISTING, Town(BrokenGrid()))
    assert [record.getMessage() for record in caplog.records] == ["stage bike_score failed"]
    assert caplog.records[0].exc_info


def test_the_log_does_not_name_the_address(caplog: pytest.LogCaptureFixture) -> None:
    evaluate_property(LISTING, Town(BrokenGrid()))
    assert ADDRESS not in caplog.text


def test_an_address_that_is_not_found_fails_the_evaluation() -> None:
    with pytest.raises(AddressNotFound):
        evaluate_property(Listing("nowhere"), Town())


def test_a_region_that_cannot_be_opened_fails_the_evaluation() -> None:
    with pytest.raises(AtlasDamaged):
        evaluate_property(LISTING, DamagedTown())


@pytest.mark.parametrize("when", ["begins", "ended"])
def test_what_the_progress_callback_raises_stops_the_evaluation(when: str) -> None:
    def stop(name: str, finding: Finding | None) -> None:
        if name == "schools" and (finding is None) == (when == "begins"):
            raise Cancelled

    with pytest.raises(Cancelled):
        evaluate_property(LISTING, Town(full_grid()), stop)


def test_the_surroundings_are_opened_once() -> None:
    town = Town(full_grid())
    evaluate_property(LISTING, town)
    assert town.opened == 1


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (to_json(evaluate_property(LISTING, Town(full_grid()))) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("done", range(1, len(STAGES) + 1))
def test_resuming_after_any_stage_gives_the_same_bytes(done: int) -> None:
    town = Town(full_grid())
    kept = [finding_from_json(to_json(finding)) for finding in collect(town)[:done]]
    assert to_json(evaluate_property(LISTING, town, finished=kept)) == to_json(evaluate_property(LISTING, town))


def test_a_checkpoint_missing_in_the_middle_is_run_again_in_its_place() -> None:
    town = Town(full_grid())
    kept = [finding for finding in collect(town) if finding.stage not in ("schools", "saving")]
    assert to_json(evaluate_property(LISTING, town, finished=kept)) == to_json(evaluate_property(LISTING, town))


def test_finished_stages_do_not_run_again() -> None:
    town = Town(full_grid())
    kept, begun = collect(town)[:5], []
    evaluate_property(LISTING, town, lambda name, _: begun.append(name), finished=kept)
    assert set(begun) == {stage.name for stage in STAGES[5:]}


def test_a_report_survives_its_json() -> None:
    report = evaluate_property(LISTING, Town(full_grid()))
    assert to_json(report_from_json(to_json(report))) == to_json(report)
