"""A report from live data says so, with the time when it was fetched, wherever it is read; others stay as they were."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.config import Config
from app.pipeline.report import Report
from tests.support.asking import JSON, soup, submit, visible_text
from tests.support.queue_steps import Steps
from tests.support.reports import report as made_by_hand

FETCHED = "2026-11-27T21:10Z"
Shown = Callable[[Report], str]


def live() -> Report:
    """A report from a tile."""
    report = made_by_hand()
    source = replace(
        report.source, region="tile-5581-3799", title="this area", data_date="2026-11-27", fetched_at=FETCHED
    )
    return replace(report, location=replace(report.location, region="tile-5581-3799"), source=source)


@pytest.fixture
def shown(client: FlaskClient, steps: Steps) -> Shown:
    """Give a function that keeps a report and returns its path."""

    def keep(report: Report) -> str:
        submit(client)
        return f"/s/{steps.finish(report)}"

    return keep


def test_the_page_says_that_it_is_live_and_since_when(client: FlaskClient, shown: Shown) -> None:
    page = soup(client.get(shown(live())))
    unknown = page.select_one("#unknown")
    assert unknown is not None
    at_once = visible_text(unknown).partition("Each thing with its reason")[0]
    assert "Live data of OpenStreetMap, fetched 27 November 2026, 21:10 UTC; map data of 27 November 2026" in at_once
    rows = {each.dt.get_text(strip=True): each.dd.get_text(strip=True) for each in unknown.select("dl > div")}
    assert rows["Streets and places"] == "live data of OpenStreetMap, fetched 27 November 2026, 21:10 UTC by Overpass"
    assert rows["Map data as of"] == "27 November 2026"
    assert rows["Timetables"] == "none: live data has none"
    assert "Region" not in rows


@pytest.mark.parametrize(("made", "links"), [(live, 1), (made_by_hand, 0)])
def test_the_way_to_mend_the_map_stands_beside_live_data(
    client: FlaskClient, shown: Shown, made: Callable[[], Report], links: int
) -> None:
    page = soup(client.get(shown(made())))
    assert len(page.select("a[href='https://www.openstreetmap.org/fixthemap']")) == links


def test_a_report_of_a_region_names_the_region(client: FlaskClient, shown: Shown) -> None:
    page = soup(client.get(shown(made_by_hand())))
    assert "live data" not in visible_text(page).lower()
    rows = {each.dt.get_text(strip=True): each.dd.get_text(strip=True) for each in page.select("#unknown dl > div")}
    assert rows["Region"] == "Central Helsinki"
    assert "Streets and places" not in rows


def test_it_leads_to_no_place_to_look_elsewhere(client: FlaskClient, shown: Shown, config: Config) -> None:
    page = soup(client.get(shown(live())))
    assert not [link for link in page.select("main a") if str(link["href"]).startswith("/where")]


def test_programs_read_when_it_was_fetched(client: FlaskClient, shown: Shown) -> None:
    path = shown(live())
    assert client.get(path, headers=JSON).get_json()["report"]["source"]["fetched_at"] == FETCHED
    assert client.get(f"{path}.geojson").get_json(force=True)["fetched_at"] == FETCHED
    rows = list(csv.DictReader(io.StringIO(client.get(f"{path}.csv").text)))
    (source,) = [row for row in rows if row["record"] == "source"]
    assert (source["kind"], source["name"], source["note"]) == (
        "live data",
        "OpenStreetMap by Overpass",
        f"fetched {FETCHED}",
    )


def test_the_files_of_a_report_of_a_region_say_nothing_of_it(client: FlaskClient, shown: Shown) -> None:
    path = shown(made_by_hand())
    assert "fetched" not in client.get(f"{path}.geojson").text
    assert "source" not in client.get(f"{path}.csv").text


def test_a_comparison_says_that_the_data_is_of_two_kinds(client: FlaskClient, shown: Shown) -> None:
    both = [shown(live()).rpartition("/")[2], shown(made_by_hand()).rpartition("/")[2]]
    notes = client.get("/compare", query_string={"s": both}, headers=JSON).get_json()["notes"]
    assert "Some rest on live data, others on an imported region: some of what differs may come from that." in notes
    alike = [both[0], shown(live()).rpartition("/")[2]]
    notes = client.get("/compare", query_string={"s": alike}, headers=JSON).get_json()["notes"]
    assert not [note for note in notes if "live data" in note]
