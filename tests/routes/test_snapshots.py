"""Reports under their permanent links."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from app.pipeline.listing import Listing
from app.pipeline.report import AS_QUICK, Check, Finding, Outcome, State, Trip, to_json
from app.places import Answer
from tests.support.asking import HTMX, JSON, soup, submit, visible_text
from tests.support.dialects import on_both
from tests.support.folders import ROOT
from tests.support.queue_steps import Steps
from tests.support.reports import LOCATION, VERDICT, commuting_report, report, unknown_report

pytestmark = on_both


@pytest.fixture
def link(client: FlaskClient, steps: Steps) -> str:
    submit(client)
    return f"/s/{steps.finish()}"


@pytest.fixture
def page(client: FlaskClient, link: str) -> BeautifulSoup:
    return soup(client.get(link))


def test_it_puts_verdict_and_score_first(page: BeautifulSoup) -> None:
    head = page.select_one(".verdict").get_text(" ", strip=True)
    assert head.startswith("78 of 100 Bulevardi 12, Helsinki 1 deal-breaker Quarry")


@pytest.fixture
def commutes(client: FlaskClient, steps: Steps) -> BeautifulSoup:
    """Open a report with two destinations that were found and one that was not."""
    submit(client)
    return soup(client.get(f"/s/{steps.finish(commuting_report())}"))


def test_it_says_what_was_typed_and_what_was_matched(commutes: BeautifulSoup) -> None:
    head = " ".join(commutes.select_one(".verdict").get_text(" ").split())
    assert "You typed “boulevard 12”. Not this? Change the address" in head
    assert "You chose" not in head


def test_it_says_that_the_address_was_chosen(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    listing = Listing("bulevardi 12 HELSINKI", answers=(Answer("bulevardi 12 HELSINKI", LOCATION),))
    text = visible_text(client.get(f"/s/{steps.finish(report(listing=listing))}"))
    assert "You chose this one when asked. Not this? Change the address" in text
    assert "You typed" not in text


def test_it_leads_to_the_form_as_it_was_filled_in(client: FlaskClient, commutes: BeautifulSoup) -> None:
    link = commutes.find("a", string="Not this? Change the address")["href"]
    assert link.endswith("#address")
    form = soup(client.get(link))
    assert form.select_one("#address")["value"] == "boulevard 12"
    assert form.select_one("#rent")["value"] == "900"
    given = [field["value"] for field in form.select("[name=destinations]")]
    assert given == ["station", "atlantis", "bulevardi 12 helsinki"]


def test_it_shows_destinations_as_matched_with_what_was_typed(commutes: BeautifulSoup) -> None:
    station, itself = (" ".join(trip.get_text(" ").split()) for trip in commutes.select("#around .trip")[:2])
    assert "Kaivokatu 1, Helsinki great You typed “station”. You chose this one when asked. Not this?" in station
    assert "You typed" not in itself
    assert itself.endswith("On foot 0 min")


def test_a_place_that_was_not_found_says_why_among_the_others(commutes: BeautifulSoup) -> None:
    lost = " ".join(commutes.select("#around .trip")[-1].get_text(" ").split())
    assert lost == "“atlantis” was not found in Central Helsinki. Change atlantis"
    assert "atlantis" not in commutes.select_one("#unknown").get_text()


def test_each_mode_has_a_bar_as_long_as_its_minutes(commutes: BeautifulSoup) -> None:
    bars = [bar["width"] for bar in commutes.select("#around .modes .bar-value")]
    assert bars[:3] == ["6.0", "2.5", "2.0"]


def test_it_leads_from_each_destination_to_its_one_field(client: FlaskClient, commutes: BeautifulSoup) -> None:
    links = [link["href"] for link in commutes.select("#around a[href*='/destination?']")]
    fields = [soup(client.get(link)).select_one("#destination")["value"] for link in links]
    assert fields == ["station", "bulevardi 12 helsinki", "atlantis"]


def test_what_the_person_did_not_give_cannot_be_changed(page: BeautifulSoup) -> None:
    assert len(page.select("#transit_access .trip")) == 2
    assert not page.select(".topic .trip a[href*='/destination']")


def test_it_names_a_deal_breaker_before_anything_else(page: BeautifulSoup) -> None:
    text = page.select_one("article").get_text(" ", strip=True)
    assert (
        text.index("1 deal-breaker") < text.index("Quarry at 80 m.") < text.index("Good here") < text.index("Less good")
    )
    assert page.select_one(".door-poor") is not None


def test_it_shows_every_finding_in_a_section(page: BeautifulSoup) -> None:
    sections = [section["id"] for section in page.select(".finding")]
    assert sections == ["neighborhood", "walk_scores", "transit_access", "transit_score", "tier1_checks"]


def test_what_is_worked_out_is_folded(page: BeautifulSoup) -> None:
    assert all(section.find_parent("details", class_="worked-out") for section in page.select(".finding"))
    assert not page.select("details[open]")


def test_it_shows_places_with_minutes_and_metres(page: BeautifulSoup) -> None:
    place = page.select_one("#door .place")
    assert place.get_text(" ", strip=True) == "S-market supermarket 2 min, 180 m"
    assert place.a["href"] == "https://www.openstreetmap.org/node/123"


def test_it_shows_checks_with_distance_and_evidence(page: BeautifulSoup) -> None:
    checks = {item.strong.text: " ".join(item.get_text(" ").split()) for item in page.select("#quiet .check")}
    assert list(checks) == ["Quarry", "Railway"]
    assert checks["Railway"] == "Caution Railway 42 m Warns below 50 m. A main line passes at 42 m."


def test_it_tells_in_one_line_what_is_not_near(page: BeautifulSoup) -> None:
    said = [" ".join(line.get_text(" ").split()) for line in page.select("#quiet > p")]
    assert said == ["None within 160 m.", "Not near: power line, water.", "Not known : runway."]
    worked_out = page.select_one("#tier1_checks").get_text(" ", strip=True)
    assert "power lines within 50 m" in worked_out
    assert page.select_one("#tier1_checks a[href='https://example.org/map']")


def test_a_check_that_could_not_be_made_is_not_known(page: BeautifulSoup) -> None:
    assert "Runway. The map here tells too little to say." in " ".join(page.select_one("#unknown").text.split())
    assert "The map ends before 2 km." in page.select_one("#tier1_checks").get_text()


def test_it_shows_how_often_a_line_runs_where_that_is_known(page: BeautifulSoup) -> None:
    known, unknown = (" ".join(item.get_text(" ").split()) for item in page.select("#around > .lines-here > .line"))
    assert known == "Tram 6 to Hietalahti every 10 min Fredrikinkatu, 3 min"
    assert unknown == "Bus Bulevardi, 4 min"


def test_it_says_unknown_in_words_and_never_zero(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    response = client.get(f"/s/{steps.finish(unknown_report())}")
    text = visible_text(response)
    assert "unknown no overall score" in text
    assert "No stop is mapped and no timetable was imported." in text
    assert "None" not in text
    assert not soup(response).select("meter")


def test_it_says_what_is_missing_and_why(page: BeautifulSoup) -> None:
    gaps = " ".join(page.select_one("#unknown").get_text(" ").split())
    assert "Playgrounds. The search leaves the region to the south." in gaps
    folded = " ".join(page.select_one("#neighborhood .gap").get_text(" ").split())
    assert folded == "Playgrounds: not known : playgrounds"


def test_it_names_data_date_attribution_and_licence(page: BeautifulSoup) -> None:
    assert "Map data of 21 April 2019; no timetable" in page.select_one("#unknown > p").get_text()
    origin = page.select_one("footer")
    assert origin.select_one('a[href="https://opendatacommons.org/licenses/odbl/1-0/"]')
    assert origin.select_one('a[href="https://www.openstreetmap.org/copyright"]')


def test_it_names_the_makers_of_the_map_once(page: BeautifulSoup) -> None:
    assert page.get_text().count("OpenStreetMap contributors") == 1


def test_it_offers_the_report_as_files(client: FlaskClient, page: BeautifulSoup) -> None:
    links = [link["href"] for link in page.select("#next a[href*='/s/']")]
    assert [link.rpartition(".")[2] for link in links] == ["csv", "geojson", "json"]
    assert [client.get(link).status_code for link in links] == [200, 200, 200]


def test_it_leaves_out_a_column_of_what_stands_out_where_nothing_does(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    assert not soup(client.get(f"/s/{steps.finish(unknown_report())}")).select(".influences")


def test_it_shows_the_whole_permanent_link(page: BeautifulSoup, link: str) -> None:
    assert page.select_one(".permalink").text == f"http://localhost{link}"


def test_it_tells_what_was_given_about_the_home(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    listing = Listing("x", rent=1250.5, has_parking=False, wants_laundry=True, destinations=("Harbour 1",))
    text = visible_text(client.get(f"/s/{steps.finish(report(listing=listing))}"))
    assert "Money and wishes" in text
    for said in ("Rent a month 1,250.50", "Parking no", "Laundry needed yes", "Destination 1 Harbour 1"):
        assert said in text


def test_it_gives_the_stored_report_to_programs_unchanged(client: FlaskClient, link: str) -> None:
    response = client.get(f"{link}.json")
    assert response.json["report"] == json.loads(to_json(report()))
    assert to_json(report()) in response.data
    assert response.json["url"] == f"http://localhost{link}"


def test_it_negotiates_json_at_the_link_itself(client: FlaskClient, link: str) -> None:
    assert client.get(link, headers=JSON).data == client.get(f"{link}.json").data


@pytest.mark.parametrize("ending", ["", ".json"])
def test_it_answers_304_to_a_browser_that_has_it(client: FlaskClient, link: str, ending: str) -> None:
    etag = client.get(link + ending).headers["ETag"]
    assert client.get(link + ending, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(link + ending, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("headers", [{}, HTMX, JSON])
@pytest.mark.parametrize("ending", ["", ".json"])
def test_it_does_not_know_every_link(client: FlaskClient, ending: str, headers: dict[str, str]) -> None:
    response = client.get(f"/s/nothing{ending}", headers=headers)
    assert response.status_code == 404
    assert "There is no report at this address" in response.text


def test_it_escapes_what_people_typed(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client, "<b>1</b> Bulevardi")
    assert "<b>1" not in client.get(f"/job/{job_id}").text
    snapshot_id = steps.finish(report(listing=Listing("<i>1</i> Bulevardi")))
    assert "<i>1" not in client.get(f"/s/{snapshot_id}").text


EARLIER = ROOT / "tests/pipeline/earlier_reports/2026.1.json"


def test_a_report_of_an_earlier_version_opens_and_says_what_it_said(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    snapshot_id = steps.store.complete_job(steps.claim(), EARLIER.read_bytes())
    page = soup(client.get(f"/s/{snapshot_id}"))
    head = page.select_one(".verdict").get_text(" ", strip=True)
    assert "Does not meet the baseline: It costs 1,800, and your limit is 1,500. Exceptional: 85 of 100." in head
    assert page.select_one(".door-poor") is not None
    assert client.get(f"/s/{snapshot_id}.json").get_json()["report"] == json.loads(EARLIER.read_bytes())


@pytest.mark.parametrize(("notes", "row"), [((AS_QUICK,), False), ((), True)])
def test_where_walking_is_as_quick_no_time_by_transit_is_missed(
    client: FlaskClient, steps: Steps, notes: tuple[str, ...], row: bool
) -> None:
    submit(client)
    trips = (Trip("Old Town", "commute", 12.0, 5.0, 4.0, None, None, "", notes),)
    way = Finding(stage="urban_access", title="Getting around", state=State.MEASURED, summary="Near.", trips=trips)
    page = soup(client.get(f"/s/{steps.finish(report(VERDICT, way))}"))
    assert ("By transit" in page.select_one("#around .modes").get_text()) is row


def test_what_is_not_near_a_street_is_said_once_where_the_house_was_not_found(
    client: FlaskClient, steps: Steps
) -> None:
    submit(client)
    rough = tuple(
        Check(key, key, Outcome.UNKNOWN, f"There are no {key} here. As the house was not found.", nothing=key)
        for key in ("quarries", "railways")
    )
    checks = Finding(stage="tier1_checks", title="Safety checks", state=State.UNKNOWN, summary="Unknown.", checks=rough)
    text = visible_text(client.get(f"/s/{steps.finish(report(VERDICT, checks))}"))
    assert text.count("house was not found") == 1
    assert "Quarries; railways. The map here tells too little to say." in text
