"""Whole evaluations of real addresses with what others say, asked of real servers on loopback."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.pipeline.listing import Listing
from app.pipeline.report import Report, report_from_json, to_json
from app.places import Location, Question
from app.queue.evaluation import from_source
from app.queue.jobs import Picture, StageState
from app.queue.runner import StageEnded
from app.sources.extras import Extras
from app.sources.interface import Source, Surroundings
from app.sources.live.extras.extras import LiveExtras
from app.sources.regions import ImportedRegions
from app.views.unknowns import unknowns_of
from tests.sources.live.test_extras import Others
from tests.support.folders import SAMPLES
from tests.support.live.extras import GOOGLE_KEY, WALKSCORE_KEY, OneTry, fema_reply, served, services, zone

ADDRESS = Listing("7 Rue des Roses, Monaco")


@dataclass(frozen=True)
class WithOthers:
    """An imported region, and others who are asked beside it; Monaco passes for a town of the United States."""

    regions: ImportedRegions
    others: LiveExtras

    def locate(self, text: str, near: Location | None = None) -> Location | Question:
        return self.regions.locate(text, near)

    def surroundings(self, location: Location) -> Surroundings:
        return self.regions.surroundings(location)

    def extras(self, location: Location) -> Extras:
        return self.others.around(location, "us")


class Observer:
    """Keeps how the stages ended, as the worker does."""

    needs = ""

    def __init__(self) -> None:
        self.ended_stages: list[StageEnded] = []

    def began_anew(self) -> None: ...

    def began(self, stage: str) -> None:
        """Take no note."""

    def ended(self, stage: StageEnded) -> None:
        self.ended_stages.append(stage)

    def drew(self, pictures: tuple[Picture, ...]) -> None:
        """Take no note."""


@pytest.fixture(scope="module")
def monaco(tmp_path_factory: pytest.TempPathFactory) -> ImportedRegions:
    folder = tmp_path_factory.mktemp("monaco")
    import_region(RegionStore(folder), "monaco", RegionInput(SAMPLES / "monaco.osm.pbf"))
    return ImportedRegions(folder)


@pytest.fixture
def others() -> Iterator[Others]:
    found = Others()
    with served(found.walkscore, found.google, found.fema):
        yield found


def run(source: Source, observer: Observer | None = None, kept: tuple[bytes, ...] = ()) -> bytes:
    return from_source(source)(to_json(ADDRESS).decode(), kept, observer or Observer())


def evaluated(monaco: ImportedRegions, others: Others, observer: Observer, kept: tuple[bytes, ...] = ()) -> Report:
    source = WithOthers(monaco, others.extras())
    body = run(source, observer, kept)
    assert not [key for key in (WALKSCORE_KEY, GOOGLE_KEY) if key.encode() in body]
    return report_from_json(body)


def alone(monaco: ImportedRegions) -> Report:
    return report_from_json(run(monaco))


def test_each_stands_where_it_belongs(monaco: ImportedRegions, others: Others) -> None:
    report = evaluated(monaco, others, Observer())
    official = {f.stage: f.official.value for f in report.findings if f.official}
    assert official == {"walk_scores": 71, "transit_score": 55, "bike_score": 0}
    needs, checks = report.finding("neighborhood"), report.finding("tier1_checks")
    assert needs
    assert needs.ratings
    assert needs.ratings.places[0].name == "Good Café"
    assert checks
    assert [check.outcome.value for check in checks.checks if check.key == "flood_zone"] == ["warn"]
    assert others.asked == [1, 1, 1]


def test_the_report_is_otherwise_the_same(monaco: ImportedRegions, others: Others) -> None:
    before, after = alone(monaco), evaluated(monaco, others, Observer())
    assert [(f.stage, f.score, f.parts, f.groups, f.trips) for f in after.findings] == [
        (f.stage, f.score, f.parts, f.groups, f.trips) for f in before.findings
    ]
    assert (after.verdict.score, after.verdict.word, after.door) == (
        before.verdict.score,
        before.verdict.word,
        before.door,
    )


@pytest.mark.parametrize("fault", ["html", "cut", "reset"])
def test_services_that_fail_are_gaps_and_the_evaluation_ends(
    monaco: ImportedRegions, others: Others, fault: str
) -> None:
    for each in (others.walkscore, others.google, others.fema):
        each.fault = fault
    observer = Observer()
    report = evaluated(monaco, others, observer)
    told = " ".join(unknown.sentences for unknown in unknowns_of(report))
    for name in ("Walk Score", "Google Places", "FEMA's flood map"):
        assert name in told
    before = {finding.stage: finding.state for finding in alone(monaco).findings}
    assert {finding.stage: finding.state for finding in report.findings} == before
    assert len(observer.ended_stages) == 14


def test_a_slow_service_holds_no_stage_up_for_longer_than_the_patience(monaco: ImportedRegions, others: Others) -> None:
    others.google.fault = "slow"
    source = WithOthers(
        monaco, LiveExtras(services(others.walkscore, others.google, others.fema), OneTry(), patience_s=1)
    )
    began = time.monotonic()
    report = report_from_json(run(source))
    assert "Google Places did not answer in time." in {unknown.why for unknown in unknowns_of(report)}
    assert time.monotonic() - began < 10


def test_an_evaluation_that_was_broken_off_asks_nobody_again(monaco: ImportedRegions, others: Others) -> None:
    observer = Observer()
    report = evaluated(monaco, others, observer)
    kept = tuple(stage.finding for stage in observer.ended_stages)
    assert evaluated(monaco, others, Observer(), kept) == report
    assert others.asked == [1, 1, 1]


def test_without_services_the_stored_report_is_the_same_to_the_byte(monaco: ImportedRegions) -> None:
    source = WithOthers(monaco, LiveExtras(services(), OneTry()))
    assert run(source) == run(monaco)


def test_a_point_that_fema_has_not_mapped_is_a_gap(monaco: ImportedRegions, others: Others) -> None:
    others.fema.reply = fema_reply()
    told = json.dumps([unknown.sentences for unknown in unknowns_of(evaluated(monaco, others, Observer()))])
    assert "Official flood zone. FEMA's flood map shows nothing at this point" in told


def test_a_zone_is_told_as_fema_calls_it(monaco: ImportedRegions, others: Others) -> None:
    others.fema.reply = fema_reply(zone("X", "0.2 PCT ANNUAL CHANCE FLOOD HAZARD"))
    checks = evaluated(monaco, others, Observer()).finding("tier1_checks")
    assert checks
    (check,) = (check for check in checks.checks if check.key == "flood_zone")
    assert check.finding.startswith("FEMA's map puts this point in zone X: outside the special flood hazard area")


def test_the_stages_say_nothing_is_missing_that_is_not(monaco: ImportedRegions, others: Others) -> None:
    observer = Observer()
    evaluated(monaco, others, observer)
    ours = Observer()
    run(monaco, ours)
    assert [s.record.state for s in observer.ended_stages] == [s.record.state for s in ours.ended_stages]
    assert StageState.DONE in {s.record.state for s in observer.ended_stages}
