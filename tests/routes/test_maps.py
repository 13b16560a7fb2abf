"""The maps of a report under its link: kept with it, with headers of their own, drawn later where they can be."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from app.atlas.basemap.basemap import Basemap
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.errors import TooManyRequests
from app.maps import drawing, preview
from app.maps.drawing import KEPT
from app.maps.style import style_hash
from app.maps.svg import style_of
from app.pipeline.report import Report, to_json
from app.queue.evaluation import pictures_of
from app.queue.jobs import Picture
from app.queue.store import JobStore
from app.web import pictures
from app.web.security import refuse_floods
from app.web.security.headers import HEADERS, POLICY
from app.web.services import services_of
from tests.support.asking import HTMX, soup, submit
from tests.support.drawn import NASTY, drawn_report, drawn_town, parsed, town_layers
from tests.support.queue_steps import Steps

DAY = "2024-05-06"
Finish = Callable[..., str]


@pytest.fixture
def region(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Import a town whose base map is a few shapes; return its folder."""
    layers = town_layers()
    monkeypatch.setattr(Basemap, "open", lambda directory: layers)
    regions = RegionStore(config.regions_dir)
    import_region(regions, "town", RegionInput(drawn_town().write(tmp_path / "town.osm.pbf")))
    return regions.directory("town")


@pytest.fixture
def finish(client: FlaskClient, store: JobStore, steps: Steps) -> Finish:
    """Give a function that stores a report with some pictures and returns its link."""

    def run(report: Report | None = None, *drawn: Picture) -> str:
        submit(client)
        told = report or drawn_report(data_date=DAY)
        return f"/s/{store.complete_job(steps.claim(), to_json(told), None, drawn)}"

    return run


KEPT_MAP = Picture("map.svg", drawing.compressed('<svg xmlns="http://www.w3.org/2000/svg"><style>.a{}</style></svg>'))


@pytest.fixture
def link(finish: Finish) -> str:
    return finish(None, KEPT_MAP)


# --- one picture -----------------------------------------------------------------------------------


def test_it_may_do_nothing_but_use_its_own_style(client: FlaskClient, link: str) -> None:
    response = client.get(f"{link}/map.svg")
    assert response.mimetype == "image/svg+xml"
    style = style_hash(style_of(response.text))
    assert response.headers.getlist(POLICY) == [f"default-src 'none'; style-src '{style}'; frame-ancestors 'none'"]
    for name, value in HEADERS.items():
        assert name == POLICY or response.headers[name] == value


def test_other_answers_keep_the_usual_policy(client: FlaskClient, link: str) -> None:
    for path in ("/", f"{link}/no.svg", f"{link}/map"):
        assert client.get(path).headers.getlist(POLICY) == [HEADERS[POLICY]]


@pytest.mark.parametrize("asked", ["gzip", "br, gzip;q=0.5", "gzip;q=0.1"])
def test_it_is_sent_compressed_to_those_who_take_that(client: FlaskClient, link: str, asked: str) -> None:
    response = client.get(f"{link}/map.svg", headers={"Accept-Encoding": asked})
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.data == KEPT_MAP.body


@pytest.mark.parametrize("asked", ["", "identity", "br", "gzip;q=0", "gzip; q=0.0, br", "xgzip"])
def test_and_plain_to_all_others(client: FlaskClient, link: str, asked: str) -> None:
    response = client.get(f"{link}/map.svg", headers={"Accept-Encoding": asked})
    assert "Content-Encoding" not in response.headers
    assert response.data == gzip.decompress(KEPT_MAP.body)


def test_it_is_not_sent_again_to_who_has_it(client: FlaskClient, link: str) -> None:
    for encoding in ("gzip", "identity"):
        first = client.get(f"{link}/map.svg", headers={"Accept-Encoding": encoding})
        assert first.headers["Cache-Control"] == "private, no-cache"
        again = {"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]}
        second = client.get(f"{link}/map.svg", headers=again)
        assert (second.status_code, second.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["no.svg", "map-.svg", "map.svg?zoom=0", "map.svg?zoom=x", "map.svg?zoom=02", "map?zoom=4"]
)
def test_there_are_no_other_pictures(client: FlaskClient, region: Path, link: str, path: str) -> None:
    assert client.get(f"{link}/{path}").status_code == 404


def test_it_goes_with_its_report(client: FlaskClient, link: str) -> None:
    assert client.get(f"{link}/map.svg").status_code == 200
    assert client.post(f"{link}/delete").status_code == 303
    assert client.get(f"{link}/map.svg").status_code == 404
    assert client.get("/s/0123456789abcdef0123456789abcdef-1/map.svg").status_code == 404


# --- drawn when it is asked for --------------------------------------------------------------------


def test_a_report_of_before_gets_its_maps_drawn_and_keeps_them(
    client: FlaskClient, store: JobStore, finish: Finish, region: Path
) -> None:
    link = finish()
    assert not store.picture_names(link[3:])
    first = client.get(f"{link}/map-phone.svg")
    assert first.status_code == 200
    assert parsed(first.text).get("width") == "360"
    assert store.picture_names(link[3:]) == {"map-phone.svg"}
    shutil.rmtree(region)
    assert client.get(f"{link}/map-phone.svg").data == first.data


def test_a_report_keeps_its_maps_when_the_region_is_gone(client: FlaskClient, link: str) -> None:
    assert client.get(f"{link}/map.svg").status_code == 200
    assert client.get(f"{link}/map.svg?zoom=3").status_code == 404
    page = soup(client.get(link))
    assert page.select_one("#map img")
    assert not page.select("#map .map-zoom a")


def test_what_is_warned_of_is_exported_with_its_shape(client: FlaskClient, region: Path, finish: Finish) -> None:
    features = client.get(f"{finish()}.geojson").json["features"]
    (hazard,) = [each for each in features if each["properties"]["record"] == "hazard"]
    assert (hazard["id"], hazard["geometry"]["type"]) == ("fuel_station", "Polygon")
    (lon, lat), home = hazard["geometry"]["coordinates"][0][0], features[0]["geometry"]["coordinates"]
    assert (lon, lat) == pytest.approx(home, abs=0.01)


def test_a_report_without_map_and_region_has_none(client: FlaskClient, finish: Finish) -> None:
    link = finish()
    assert client.get(f"{link}/map.svg").status_code == 404
    assert client.get(f"{link}/map").status_code == 404
    page = soup(client.get(link))
    assert not page.select("#map, .map-small, meta[property='og:image']")


def test_no_map_is_drawn_from_other_data_than_the_report_rests_on(
    client: FlaskClient, finish: Finish, region: Path
) -> None:
    link = finish(drawn_report(data_date="2020-01-01"))
    assert client.get(f"{link}/map.svg").status_code == 404


def test_a_page_stands_whose_base_map_is_damaged(
    client: FlaskClient, finish: Finish, region: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(directory: Path) -> Basemap:
        raise ValueError

    monkeypatch.setattr(Basemap, "open", fail)
    link = finish()
    assert client.get(link).status_code == 200
    assert client.get(f"{link}/map.svg").status_code == 404


def test_other_scales_are_drawn_once(
    client: FlaskClient, store: JobStore, link: str, region: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(f"{link}/map.svg?zoom=3")
    assert first.status_code == 200
    assert store.picture_names(link[3:]) == {"map.svg"}
    monkeypatch.setattr(pictures, "draw", None)
    assert client.get(f"{link}/map.svg?zoom=3").data == first.data
    assert client.get(f"{link}/map.svg?zoom=2").data == gzip.decompress(KEPT_MAP.body), "that is the usual one"


def test_few_of_them_are_remembered() -> None:
    drawn = pictures.Drawn()
    for number in range(pictures.MOST_DRAWN + 5):
        assert drawn.get((str(number), "map.svg", 1), lambda: b"new") == b"new"
    assert drawn.get((str(number), "map.svg", 1), lambda: b"again") == b"new"
    assert drawn.get(("0", "map.svg", 1), lambda: b"again") == b"again"


def test_who_asks_for_too_many_is_asked_to_wait(app: Flask, client: FlaskClient, link: str, region: Path) -> None:
    services = services_of(app)
    services.config = replace(services.config, client_changes_per_minute=1)
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "127.0.0.1"}), suppress(TooManyRequests):
        refuse_floods()  # the one that it may send
    assert client.get(f"{link}/map.svg?zoom=1").status_code == 429
    assert client.get(f"{link}/map.svg").status_code == 200


def test_a_map_that_cannot_be_drawn_is_no_map(
    client: FlaskClient, finish: Finish, region: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "draw_map", None)
    assert client.get(f"{finish()}/map.svg").status_code == 404


# --- with an evaluation ----------------------------------------------------------------------------


def test_an_evaluation_draws_all_pictures(app: Flask, region: Path) -> None:
    drawn = pictures_of(drawn_report(), services_of(app).source)
    assert [picture.name for picture in drawn] == list(KEPT)
    assert drawn == pictures_of(drawn_report(), services_of(app).source)


def test_an_evaluation_whose_region_went_away_draws_none(app: Flask) -> None:
    assert pictures_of(drawn_report(), services_of(app).source) == ()


# --- on the page -----------------------------------------------------------------------------------


@pytest.fixture
def page(client: FlaskClient, finish: Finish, region: Path) -> BeautifulSoup:
    return soup(client.get(finish()))


def test_the_way_to_mend_the_map_stands_once_beside_its_source_and_tells_nobody_the_page(page: BeautifulSoup) -> None:
    (link,) = page.select("a[href*=fixthemap]")
    assert link["href"] == "https://www.openstreetmap.org/fixthemap"
    assert "noreferrer" in link["rel"]
    beside = link.find_parent(class_="map-data")
    assert beside is not None
    assert beside.get_text(" ", strip=True).endswith("© OpenStreetMap . Wrong? Mend the map")


def test_the_page_shows_it_for_wide_and_for_narrow_screens(page: BeautifulSoup) -> None:
    figure = page.select_one("#map")
    assert figure is not None
    image, source = figure.img, figure.source
    assert (image["width"], image["height"], image["src"][-8:]) == ("700", "520", "/map.svg")
    assert (source["width"], source["height"], source["srcset"][-14:]) == ("360", "400", "/map-phone.svg")
    assert image["alt"].startswith(f"Map of 2.4 km around 1 Main Street {NASTY}"[:60])
    assert "Numbered: 1 café" in image["alt"]
    strip = figure.figcaption.get_text(" ", strip=True)
    assert "500 m, north is up" in strip
    assert "Petrol station" in strip
    assert "Map data © OpenStreetMap" in strip


def test_its_links_lead_nearer_and_wider_with_and_without_htmx(client: FlaskClient, page: BeautifulSoup) -> None:
    nearer, wider = page.select("#map .map-zoom a")
    assert (nearer["href"][-7:], wider["href"][-7:]) == ("?zoom=3", "?zoom=1")
    assert nearer["hx-get"] == nearer["href"]
    whole = soup(client.get(nearer["href"]))
    assert whole.select_one("#map img")["src"].endswith("/map.svg?zoom=3")
    assert whole.select_one(f"a[href='{nearer['href'].partition('/map')[0]}']").text == "Back to the report"
    part = client.get(nearer["href"], headers=HTMX)
    assert part.text.lstrip().startswith('<figure id="map"')
    assert [link["title"] for link in soup(part).select(".map-zoom a")] == ["Wider"]


def test_a_link_that_is_shared_shows_the_map(client: FlaskClient, page: BeautifulSoup) -> None:
    if not preview.can_preview():
        pytest.skip("the extra “preview” is not installed")
    link = page.select_one("meta[property='og:image']")["content"]
    assert link.startswith("http://localhost/s/")
    response = client.get(link)
    assert response.mimetype == "image/png"
    assert response.headers[POLICY] == "default-src 'none'; frame-ancestors 'none'"
    assert client.get(link).headers["ETag"] == response.headers["ETag"]


def test_without_the_renderer_there_is_no_picture_for_shared_links(
    client: FlaskClient, finish: Finish, region: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "can_preview", lambda: False)
    link = finish()
    assert client.get(f"{link}/preview.png").status_code == 404
    assert not soup(client.get(link)).select("meta[property='og:image']")
