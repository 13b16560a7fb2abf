"""What pages say of live sources before any is asked: nothing while they are off, else what is sent to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.atlas.atlas import Atlas
from app.config import Config
from app.sources.live.services import services_in
from app.sources.live.told import live_sources
from tests.support.asking import soup, visible_text
from tests.support.extracts import Town, small_town

PAGES = ["/", "/batch", "/regions"]


@pytest.fixture
def config(config: Config, region_store: object, imported: Callable[[Town], Atlas]) -> Config:
    """Settings of a site that has a region."""
    data_dir = imported(small_town()).directory.parents[2]
    return replace(config, data_dir=data_dir)


@pytest.fixture
def on(config: Config) -> Config:
    return replace(config, live="on", contact="me@example.org")


def test_nothing_changes_while_they_are_off(client: FlaskClient) -> None:
    for page in PAGES:
        answer = client.get(page)
        assert not soup(answer).select("#live-hint, #live")
        assert "live services" not in visible_text(answer)
    assert "An address outside these regions cannot be evaluated here." in visible_text(client.get("/regions"))


@pytest.mark.parametrize("page", ["/", "/batch"])
def test_the_form_says_who_is_asked_and_that_it_takes_longer(on: Config, page: str) -> None:
    text = visible_text(soup(create_app(on).test_client().get(page)).select_one("#live-hint"))
    assert text.startswith("An address outside the regions covered here is looked up by live services")
    assert "may take a minute longer" in text
    for service in (*services_in(on).geocoders, services_in(on).overpass):
        assert service is not None
        assert service.title in text


def test_the_form_says_it_again_after_a_refusal(on: Config) -> None:
    refused = create_app(on).test_client().post("/", data={"address": ""})
    assert refused.status_code == 422
    assert soup(refused).select("#live-hint")


def test_the_page_of_regions_lists_what_each_is_told(on: Config) -> None:
    keyed = replace(on, geocoders="photon,census", extras="fema,walkscore", walkscore_key="secret-key")
    answer = create_app(keyed).test_client().get("/regions")
    items = [visible_text(item) for item in soup(answer).select("#live li")]
    assert [item.partition(",")[0] for item in items] == [
        "Komoot's address search (Photon)",
        "Census Geocoder (US Census Bureau)",
        "OpenStreetMap's Overpass server",
        "FEMA's flood map",
        "Walk Score",
    ]
    assert "It is told the address and destinations as typed" in items[0]
    assert "in which square of a fixed grid, 3 km wide, the address lies" in items[2]
    assert all(link["href"].startswith("https://") for link in soup(answer).select("#live li a"))
    assert "secret-key" not in answer.text


def test_every_service_that_may_be_asked_says_what_it_is_told(on: Config) -> None:
    everything = replace(
        on,
        geocoders="nominatim,photon,census,google",
        extras="fema,walkscore,google",
        google_key="g",
        walkscore_key="w",
    )
    told = live_sources(services_in(everything))
    assert told is not None
    assert len(told.services) == 8
    assert all(service.sent and service.asked_for and service.policy for service in told.services)


def test_the_methods_say_how_live_data_is_used(client: FlaskClient, on: Config) -> None:
    said = "read by the same rules as an imported region"
    off, turned_on = (
        soup(each.get("/methods")).select_one("#locating") for each in (client, create_app(on).test_client())
    )
    assert said in visible_text(off)
    assert said in visible_text(turned_on)
    assert not off.select("a[href='/regions#live']")
    assert turned_on.select("a[href='/regions#live']")


# --- without a region ------------------------------------------------------------------------------


def test_without_a_region_it_does_not_say_that_nothing_can_be_evaluated(on: Config) -> None:
    client = create_app(replace(on, data_dir=on.data_dir / "empty")).test_client()
    for page in PAGES:
        assert "No region has been imported yet" not in visible_text(client.get(page))
    assert "Any address is looked up by live services" in visible_text(client.get("/"))
    assert "live services are asked about every address" in visible_text(client.get("/regions"))


def test_a_site_without_a_region_is_ready_with_live_sources(on: Config) -> None:
    empty = replace(on, data_dir=on.data_dir / "empty")
    assert "No region" not in create_app(empty).test_client().get("/readyz").text
    off = replace(empty, data_dir=on.data_dir / "other", live="off")
    assert "No region has been imported." in create_app(off).test_client().get("/readyz").text


def test_without_a_service_for_addresses_points_alone_are_promised(on: Config) -> None:
    text = visible_text(soup(create_app(replace(on, geocoders="")).test_client().get("/")).select_one("#live-hint"))
    assert text.startswith("A point outside the regions covered here is looked up by live services")
    assert "its position is sent to OpenStreetMap's Overpass server" in text
