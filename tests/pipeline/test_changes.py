"""What changed between two reports on one listing."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.pipeline.changes import changes
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, Report, Route, State, report_from_json, to_json
from app.places import Kind
from app.sources.regions import ImportedRegions
from tests.pipeline.test_properties import PROPERTY, a_grid
from tests.support.extracts import small_town
from tests.support.real_reports import SAMPLE_LISTINGS
from tests.support.reports import TRANSIT, VERDICT
from tests.support.reports import report as made_by_hand
from tests.support.surroundings import ADDRESS, StreetGrid, Town, full_grid, hazard, place

LISTING = Listing(ADDRESS, rent=900.0, budget=1_000.0, must_haves=("supermarket:10",))
EARLIER = Path(__file__).parent / "earlier_reports/2026.1.json"


def evaluated(around: StreetGrid) -> Report:
    return evaluate_property(LISTING, Town(around))


def with_shop(metres: float, name: str) -> StreetGrid:
    others = tuple(p for p in full_grid().places if p.kind is not Kind.SUPERMARKET)
    return full_grid(places=(*others, place(Kind.SUPERMARKET, metres, name=name)))


@PROPERTY
@given(a_grid())
def test_a_report_beside_itself_changes_nothing(around: StreetGrid) -> None:
    report = evaluated(around)
    assert changes(report, report) == ()


@PROPERTY
@given(a_grid(), a_grid())
def test_every_sentence_is_whole(first: StreetGrid, second: StreetGrid) -> None:
    for text in changes(evaluated(first), evaluated(second)):
        assert text[:1] == text[:1].upper(), text
        assert text.endswith("."), text
        assert "None" not in text, text
        assert "  " not in text, text


@pytest.mark.parametrize("number", range(len(SAMPLE_LISTINGS)))
def test_a_second_evaluation_of_a_real_address_changes_nothing(samples: Path, number: int) -> None:
    source = ImportedRegions(samples)
    first, second = (evaluate_property(SAMPLE_LISTINGS[number], source) for _ in range(2))
    assert changes(report_from_json(to_json(first)), second) == ()


def test_a_nearer_shop_is_told_with_the_score_and_the_answer_that_it_changes() -> None:
    far, near = evaluated(with_shop(1_600.0, "Far Mart")), evaluated(with_shop(400.0, "Corner Mart"))
    then, now = (f"{report.verdict.score:.0f}" for report in (far, near))
    assert changes(far, near) == (
        f"The score is {now} of 100; before, it was {then}.",
        "A supermarket within 10 minutes: now yes; before, no. Yes: Corner Mart, 5 min on foot.",
        "Food shop: now Corner Mart, 5 min on foot; before, Far Mart, 20 min on foot.",
    )


def test_a_walk_that_is_shown_alike_is_no_change() -> None:
    assert changes(evaluated(with_shop(400.0, "Mart")), evaluated(with_shop(402.0, "Mart"))) == ()


def test_a_check_that_ends_otherwise_is_told_with_what_it_found() -> None:
    told = changes(evaluated(full_grid()), evaluated(full_grid(dangers=(hazard(Kind.FUEL_STATION, 20, "Neste"),))))
    assert told == (
        "Petrol station: now a deal-breaker; before, fine. Neste, a petrol station, is 20 m north of the address.",
    )


def test_what_the_home_costs_is_no_news_of_the_place() -> None:
    dear = evaluate_property(replace(LISTING, rent=1_200.0), Town(full_grid()))
    assert dear.verdict.word == "over your budget"
    assert changes(evaluated(full_grid()), dear) == ()


def test_newer_data_is_told() -> None:
    before = made_by_hand()
    source = replace(before.source, data_date="2020-05-01", service_date="2020-06-03")
    after = replace(before, source=source)
    assert changes(before, after) == (
        "The map data is from 1 May 2020; before, it was from 21 April 2019.",
        "A timetable is known now, that of 3 June 2020.",
    )
    assert changes(after, before)[-1] == "No timetable is known any more."


def test_data_of_another_kind_is_told() -> None:
    before = made_by_hand()
    after = replace(before, source=replace(before.source, fetched_at="2026-11-27T21:10Z"))
    assert changes(before, after) == (
        "Streets and places are live data, fetched 27 November 2026; before, they were those of an imported region.",
    )
    assert changes(after, before) == (
        "Streets and places are those of an imported region; before, they were live data, fetched 27 November 2026.",
    )
    assert changes(after, after) == ()


def with_lines(*routes: Route) -> Report:
    return made_by_hand(VERDICT, replace(TRANSIT, routes=routes))


def line(name: str, trips: int | None = 20) -> Route:
    return Route(name, "bus", "Newport", "Market", 3.0, None, None, trips)


def test_lines_that_came_went_or_run_otherwise_are_told() -> None:
    before, after = (
        with_lines(line("1"), line("2", 17), line("3", None)),
        with_lines(line("2", 21), line("3"), line("4")),
    )
    assert changes(before, after) == (
        "Bus 2 to Newport: now 21 trips a weekday; before, 17.",
        "New: Bus 4 to Newport.",
        "Gone: Bus 1 to Newport.",
    )


def test_many_lines_are_counted() -> None:
    told = changes(with_lines(), with_lines(*(line(str(n)) for n in range(12))))
    assert (len(told), told[-1]) == (6, "7 more lines changed.")


def test_a_list_that_is_cut_off_tells_of_no_line_that_came_or_went() -> None:
    full = [line(str(n)) for n in range(40)]
    assert changes(with_lines(*full), with_lines(*full[1:], line("new"))) == ()


def test_a_journey_that_takes_longer_is_told() -> None:
    (station, *others) = TRANSIT.trips
    way = Finding(stage="urban_access", title="Getting around", state=State.MEASURED, summary="Near.")
    before = made_by_hand(VERDICT, replace(way, trips=TRANSIT.trips))
    after = made_by_hand(VERDICT, replace(way, trips=(replace(station, bike_min=8.0, transit_min=None), *others)))
    assert changes(before, after) == (
        "To Central station: now 8 min by bike and no time by transit; before, 6 min by bike and 12 min by transit.",
    )
    assert changes(before, made_by_hand(VERDICT, replace(way, trips=TRANSIT.trips[:1]))) == (
        "The way to Airport is not known any more.",
    )


def test_an_address_that_is_found_elsewhere_is_told() -> None:
    before = made_by_hand()
    moved = replace(before.location, lat=before.location.lat + 0.001, label="Bulevardi 14, Helsinki")
    assert changes(before, replace(before, location=moved)) == (
        "The address was found as Bulevardi 14, Helsinki; before, as Bulevardi 12, Helsinki.",
        "The address was found 111 m from where it was found before.",
    )


def test_a_report_of_earlier_rules_is_compared_in_what_both_tell(samples: Path) -> None:
    earlier = report_from_json(EARLIER.read_bytes())
    now = evaluate_property(replace(earlier.listing, answers=()), ImportedRegions(samples))
    told = changes(earlier, now)
    assert told[-1].startswith("The rules are those of version")
    assert all(text.endswith(".") for text in told)


def test_a_newer_extract_of_the_same_town_is_told_of(tmp_path: Path) -> None:
    town, reports = small_town(), []
    for _ in range(2):
        store = RegionStore(tmp_path / "regions")
        import_region(store, "town", RegionInput(town.write(tmp_path / "town.osm.pbf")))
        reports.append(evaluate_property(Listing("5 Main Street, Smallville"), ImportedRegions(tmp_path / "regions")))
        town.when = datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC)
        town.node(10, 10, {"amenity": "cafe", "name": "Café Mitte"})
        town.node(20, 10, {"amenity": "fuel", "name": "Avanti"})
    assert changes(*reports) == (
        "Petrol station: now a deal-breaker; before, fine. Avanti, a petrol station, is 20 m east of the address.",
        "Café: now Café Mitte, under 1 min on foot; before, Café Nord, 3 min on foot.",
        "The map data is from 2 January 2025; before, it was from 6 May 2024.",
    )
