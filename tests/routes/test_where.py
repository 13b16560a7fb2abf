"""Where in a town wishes are met: the page, the fragment, the map and the JSON, on the real sample of Monaco."""

from __future__ import annotations

import gzip
import logging
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from app import create_app
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.rules.wishes import WISHES
from app.web.services import services_of
from tests.support.asking import HTMX, JSON, soup, submit, visible_text
from tests.support.extracts import small_town
from tests.support.folders import SAMPLES
from tests.support.queue_steps import Steps

ASKED = "/where?region=monaco&wish=park-5&wish=cafe-5&wish=station-10"
#: Bytes of a map as it goes out.
MOST_PICTURE = 40_000


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("where")
    import_region(RegionStore(folder / "regions"), "monaco", RegionInput(SAMPLES / "monaco.osm.pbf"))
    return create_app(Config(data_dir=folder)).test_client()


@pytest.fixture(scope="module")
def two_regions(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("two")
    regions = RegionStore(folder / "regions")
    import_region(regions, "monaco", RegionInput(SAMPLES / "monaco.osm.pbf"))
    import_region(regions, "smallville", RegionInput(small_town().write(folder / "town.osm.pbf")))
    return create_app(Config(data_dir=folder)).test_client()


def asked(**query: object) -> str:
    return f"/where?{urlencode(query, doseq=True)}"


# --- the page ----------------------------------------------------------------------------------------


def test_it_counts_the_homes_and_lists_streets(client: FlaskClient) -> None:
    page = client.get(ASKED)
    assert page.status_code == 200
    text = visible_text(page)
    count = re.search(r"All 3 wishes are met at (\d+) of 262 homes in Monaco\.", text)
    assert count
    streets = soup(page).select(".where-streets > li")
    assert len(streets) == 10
    legend = {
        row.th.get_text(strip=True): int(row.td.get_text()) for row in soup(page).select(".where-legend tbody tr")
    }
    assert legend["All met"] == int(count[1])
    assert sum(legend.values()) == 262


def test_the_form_is_filled_in_as_it_was_asked(client: FlaskClient) -> None:
    page = soup(client.get(f"{ASKED}&place=Rue+Grimaldi&by=walk&within=15&profile=family"))
    chosen = {option["value"] for option in page.select("select[name=wish] option[selected]")}
    assert chosen == {"", "park-5", "cafe-5", "station-10"} - {""}
    assert page.select_one("#place-1")["value"] == "Rue Grimaldi"
    assert page.select_one("#by-1 option[selected]")["value"] == "walk"
    assert page.select_one("#within-1")["value"] == "15"
    assert page.select_one("#profile option[selected]")["value"] == "family"


def test_the_only_region_is_taken(client: FlaskClient) -> None:
    answer = client.get("/where?wish=park-5")
    assert (answer.status_code, answer.location) == (303, "/where?region=monaco&wish=park-5")


def test_a_form_leads_to_the_short_link(client: FlaskClient) -> None:
    sent = asked(
        region="monaco",
        wish=["", "cafe-5", "", "park-5"],
        place=["", "Rue Grimaldi", ""],
        by=["transit", "bike", "walk"],
        within=["30", "10", "30"],
        at=["08:30", "08:30", "08:30"],
        profile="balanced",
    )
    answer = client.get(sent)
    assert answer.status_code == 303
    assert answer.location == ("/where?region=monaco&wish=park-5&wish=cafe-5&place=Rue+Grimaldi&by=bike&within=10")
    assert client.get(answer.location).status_code == 200


def test_without_wishes_it_offers_some_to_begin_with(client: FlaskClient) -> None:
    page = client.get("/where?region=monaco")
    assert "Nothing is asked yet" in visible_text(page)
    for link in soup(page).select(".where-begin a"):
        assert client.get(link["href"], follow_redirects=True).status_code == 200


def test_of_several_regions_one_is_chosen_and_nothing_is_lost(two_regions: FlaskClient) -> None:
    page = two_regions.get("/where?wish=park-5")
    assert "Which region?" in visible_text(page)
    assert [a["href"] for a in soup(page).select(".where-begin a")] == [
        "/where?region=monaco&wish=park-5",
        "/where?region=smallville&wish=park-5",
    ]


def test_a_region_that_cannot_be_read_is_said_to_be_damaged(two_regions: FlaskClient) -> None:
    regions = RegionStore(services_of(two_regions.application).config.regions_dir)
    tables = regions.directory("smallville") / "atlas.sqlite"
    kept = tables.with_name("kept")
    tables.rename(kept)
    try:
        other = create_app(services_of(two_regions.application).config).test_client()
        text = visible_text(other.get("/where?region=smallville&wish=park-5"))
    finally:
        kept.rename(tables)
    assert "The data of the region smallville is damaged" in text
    assert "There is no region of that name" not in text


def test_a_town_of_few_houses_is_measured_along_its_streets(two_regions: FlaskClient) -> None:
    text = visible_text(two_regions.get("/where?region=smallville&wish=park-5"))
    assert "points along the streets in Smallville" in text


def test_no_region_at_all_is_said(tmp_path: Path) -> None:
    page = create_app(Config(data_dir=tmp_path)).test_client().get("/where")
    assert "No region has been imported yet" in visible_text(page)


def test_what_is_known_nowhere_is_said_once_and_not_counted(client: FlaskClient) -> None:
    text = visible_text(client.get("/where?region=monaco&wish=cafe-5&wish=stop_every_15-8"))
    assert "is not known here and was not counted. No timetable of this region is known." in text
    assert "Your wish is met at" in text


def test_each_street_leads_to_the_form_with_what_was_asked(client: FlaskClient) -> None:
    page = soup(client.get(f"{ASKED}&place=Rue+Grimaldi&by=walk&within=15&profile=family"))
    link = page.select_one(".where-evaluate a")["href"]
    form = soup(client.get(link))
    assert re.search(r"\d", form.select_one("#address")["value"])
    assert {o["value"] for o in form.select("select[name=must_haves] option[selected]")} == {
        "park:5",
        "cafe:5",
        "station:10",
    }
    assert form.select_one("#destination-1")["value"] == "Rue Grimaldi"
    assert form.select_one("input[name=profile][checked]")["value"] == "family"


# --- what cannot be read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"wish": ["castle-5", "park-5"]}, "“castle-5” cannot be wished for"),
        ({"wish": [*list(WISHES)[:9]]}, "That is 9 wishes; please keep the 8 that matter most."),
        ({"wish": "park-5", "profile": "pirate"}, "There is no profile “pirate”"),
        ({"wish": "park-5", "place": "Rue Grimaldi", "within": "soon"}, "Give the minutes as a whole number"),
        ({"wish": "park-5", "place": "Rue Grimaldi", "at": "25:99"}, "Give the time of arrival as 08:30."),
        ({"wish": "park-5", "place": "Rue Grimaldi", "by": "broom"}, "Please choose one of these ways"),
        ({"wish": "park-5", "place": ["a", "b", "c", "d"]}, "Please give at most 3 places to reach."),
    ],
)
def test_it_says_what_is_wrong_and_answers_the_rest(client: FlaskClient, query: dict[str, object], said: str) -> None:
    page = client.get(asked(region="monaco", **query))
    assert page.status_code == 422
    text = visible_text(page)
    assert said in text
    assert "of 262 homes in Monaco" in text
    assert client.get(asked(region="monaco", **query), headers=JSON).status_code == 422


def test_what_could_not_be_read_stays_in_its_field(client: FlaskClient) -> None:
    page = soup(client.get(asked(region="monaco", wish="park-5", place="Rue Grimaldi", within="soon", at="noon")))
    assert (page.select_one("#within-1")["value"], page.select_one("#at-1")["value"]) == ("soon", "noon")
    assert page.select_one("#within-1")["aria-invalid"] == "true"


@pytest.mark.parametrize("text", ["Avenue du Port", "Rue Princesse"])
def test_a_place_is_asked_about_only_where_it_lies_in_the_region(two_regions: FlaskClient, text: str) -> None:
    query = {"wish": "park-5", "place": text, "by": "walk", "within": "30"}
    here, elsewhere = (soup(two_regions.get(asked(region=name, **query))) for name in ("monaco", "smallville"))
    assert here.select(".where-choices a")
    assert not elsewhere.select(".where-choices a")
    assert f"“{text}” was not found in Smallville, so it was left out." in elsewhere.get_text()


def test_another_region_is_refused_with_those_that_are_there(client: FlaskClient) -> None:
    page = client.get("/where?region=atlantis&wish=park-5")
    assert page.status_code == 422
    assert "There is no region of that name; choose monaco." in visible_text(page)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\x00\x01", "a" * 1_000, "💥", "%27--"])
def test_no_text_breaks_the_page(client: FlaskClient, text: str) -> None:
    page = client.get(asked(region="monaco", wish=["park-5", text], place=text, within=text, at=text, by=text))
    assert page.status_code == 422
    assert not [script for script in soup(page).select("script") if "src" not in script.attrs]


# --- places ------------------------------------------------------------------------------------------


def test_a_place_counts_as_one_wish_more(client: FlaskClient) -> None:
    text = visible_text(client.get(f"{asked(region='monaco', wish='cafe-5', place='Rue Grimaldi')}&by=walk&within=10"))
    assert "Both wishes are met at" in text
    assert "Rue Grimaldi (street) within 10 minutes on foot" in text or "within 10 minutes on foot" in text


def test_a_place_that_is_not_found_blocks_nothing(client: FlaskClient) -> None:
    page = client.get(asked(region="monaco", wish="cafe-5", place="Unter den Linden 5, Berlin", by="walk", within=10))
    assert page.status_code == 200
    assert soup(page).select_one("#place-note-1 .field-error")
    assert "Your wish is met at" in visible_text(page)


def test_an_ambiguous_place_is_asked_about_with_links(client: FlaskClient) -> None:
    page = client.get(asked(region="monaco", wish="cafe-5", place="Boulevard Albert", by="walk", within=10))
    links = [a["href"] for a in soup(page).select("#place-note-1 a")]
    assert links
    assert all("Both wishes are" in visible_text(client.get(link, follow_redirects=True)) for link in links)


def test_where_somebody_works_is_not_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client.get(asked(region="monaco", wish="cafe-5", place="Rue Grimaldi 12", by="walk", within=10))
    assert "Grimaldi" not in caplog.text


def test_links_with_places_stay_with_this_site_and_out_of_searches(client: FlaskClient) -> None:
    page = client.get(asked(region="monaco", wish="cafe-5", place="Rue Grimaldi", by="walk", within=10))
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "private" in page.headers["Cache-Control"]
    assert soup(page).select_one("meta[name=robots]")["content"] == "noindex"


def test_a_place_is_completed_in_its_region_first(two_regions: FlaskClient) -> None:
    found = two_regions.get(asked(place="Main", region="smallville").replace("/where", "/suggest"), headers=JSON).json
    assert "Main Street" in found[0]


# --- htmx and programs -------------------------------------------------------------------------------


def test_htmx_gets_the_answer_with_what_changes_beside_it(client: FlaskClient) -> None:
    answer = client.get(f"{ASKED}&wish=&place=&by=walk&within=30&at=08:30", headers=HTMX)
    assert answer.headers["HX-Push-Url"] == ASKED
    parsed = BeautifulSoup(answer.text, "html.parser")
    assert parsed.select_one("#answer")
    assert {each["id"] for each in parsed.select("[hx-swap-oob]")} == {
        "count",
        *(f"place-note-{number}" for number in (1, 2, 3)),
    }
    assert "<form" not in answer.text


def test_programs_get_count_wishes_streets_and_cells(client: FlaskClient) -> None:
    found = client.get(f"{ASKED}&wish=stop_every_15-8", headers=JSON).json
    assert (found["region"], found["sample"], found["homes"]) == ("monaco", "addresses", 262)
    assert sum(found["by_standing"].values()) == 262
    assert found["by_standing"]["all"] == found["meeting"]
    assert [wish["text"] for wish in found["wishes"]] == ["park-5", "cafe-5", "station-10", "stop_every_15-8"]
    assert found["wishes"][-1]["why_unknown"]
    assert len(found["streets"]) == 10
    cells = found["squares"]["cells"]
    assert sum(homes for *_, homes in cells) == 262
    assert all(0 <= standing < len(found["squares"]["standings"]) for _, _, standing, _ in cells)


def test_programs_are_told_what_is_missing(client: FlaskClient, two_regions: FlaskClient) -> None:
    assert client.get("/where?region=monaco", headers=JSON).json["field"] == "wish"
    assert two_regions.get("/where?wish=park-5", headers=JSON).json["field"] == "region"


# --- the map -----------------------------------------------------------------------------------------


def test_the_page_shows_its_map_at_its_size(client: FlaskClient) -> None:
    image = soup(client.get(ASKED)).select_one("#map img")
    drawn = client.get(image["src"])
    assert (drawn.status_code, drawn.mimetype) == (200, "image/svg+xml")
    assert f'width="{image["width"]}" height="{image["height"]}"' in drawn.text
    assert image["alt"].startswith("Map of Monaco in squares of 100 m: all met in")


@pytest.mark.parametrize("name", ["map", "map-phone"])
def test_the_map_is_small_and_may_do_nothing(client: FlaskClient, name: str) -> None:
    answer = client.get(ASKED.replace("/where", f"/where/{name}.svg"), headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) <= MOST_PICTURE
    assert "<script" not in gzip.decompress(answer.data).decode()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "private" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/where/cat.svg", "/where/map.svg", "/where/map.svg?region=atlantis&wish=park-5"])
def test_there_is_no_other_map(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


# --- ways to it --------------------------------------------------------------------------------------


def test_other_pages_lead_to_it(client: FlaskClient) -> None:
    for path, selector in (("/", "nav a"), ("/", ".home-more a"), ("/regions", ".region-where")):
        links = [a["href"] for a in soup(client.get(path)).select(selector)]
        assert [link for link in links if link.startswith("/where")], (path, selector)


# --- from a report -----------------------------------------------------------------------------------


def report_page(client: FlaskClient, *must_haves: str) -> BeautifulSoup:
    """Return the page of a new report on a house in the west of Monaco."""
    source = services_of(client.application).source
    listing = Listing("31 Avenue Princesse Grace, Monaco", must_haves=must_haves, rent=900.0, rent_typed="£900")
    submit(client)
    snapshot_id = Steps(services_of(client.application).store).finish(evaluate_property(listing, source))
    return soup(client.get(f"/s/{snapshot_id}"))


def test_a_report_leads_to_more_like_it(client: FlaskClient) -> None:
    (link,) = [a["href"] for a in report_page(client).select("#next a") if a.text == "Where else is like this?"]
    assert link.startswith("/where?region=monaco&wish=")
    assert "900" not in link
    assert "of 262 homes in Monaco" in visible_text(client.get(link))


def test_a_report_says_what_is_better_near_by(client: FlaskClient) -> None:
    page = report_page(client, "cafe:5", "station:15")
    nearby = page.select_one(".nearby")
    assert nearby
    said = " ".join(nearby.get_text().split())
    assert re.search(r"Nearby and better: Both wishes are met \d+ m [a-z-]+, around .+\.$", said), said
    assert nearby.a["href"] == "/where?region=monaco&wish=cafe-5&wish=station-15"


def test_a_report_is_silent_where_nothing_is_missed(client: FlaskClient) -> None:
    assert not report_page(client, "cafe:30").select(".nearby")


def test_a_report_whose_region_is_gone_says_nothing_of_its_town(tmp_path: Path, client: FlaskClient) -> None:
    source = services_of(client.application).source
    alone = create_app(Config(data_dir=tmp_path)).test_client()
    submit(alone)
    made = evaluate_property(Listing("31 Avenue Princesse Grace, Monaco", must_haves=("station:5",)), source)
    page = alone.get(f"/s/{Steps(services_of(alone.application).store).finish(made)}")
    assert page.status_code == 200
    assert not soup(page).select(".nearby")
    assert "Where else is like this?" not in page.text
