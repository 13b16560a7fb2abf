"""What is said to whoever runs the site about an address that it does not cover."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from app.cli.jobs import jobs_commands
from app.config import Config
from app.sources.advice import Advice, advice_on
from tests.support.asking import JSON, soup, submit, visible_text
from tests.support.queue_steps import Steps

ZURICH = "47.377, 8.541"
TURN_ON = ("DOORSTEP_LIVE=on", "DOORSTEP_CONTACT")
OFF, ON = Config(), Config(live="on", contact="me@example.org")


def advice(address: str, code: str | None = "outside-regions", config: Config = OFF) -> Advice | None:
    return advice_on(address, code, config)


@pytest.mark.parametrize(
    "address",
    [ZURICH, "47°22'37\"N 8°32'28\"E", "8FVC9GGR+QC", "https://www.openstreetmap.org/?mlat=47.377&mlon=8.541"],
)
def test_it_names_the_extract_that_covers_a_point(address: str) -> None:
    found = advice(address)
    assert found is not None
    assert [extract.path for extract in found.extracts] == ["europe/switzerland"]
    assert found.command == "flask region import switzerland-latest.osm.pbf --name switzerland"


def test_it_names_both_where_a_border_is_near() -> None:
    found = advice("42.33, -83.05")
    assert found is not None
    assert {extract.title for extract in found.extracts} == {"Michigan (United States)", "Ontario (Canada)"}


@pytest.mark.parametrize("code", ["address-not-found", "no-regions"])
def test_it_says_how_to_import_where_no_point_is_known(code: str) -> None:
    assert advice("12 Nowhere Street", code) == Advice((), TURN_ON)
    assert Advice(()).command == "flask region import FILE.osm.pbf --name NAME"


def test_it_names_no_extract_at_sea() -> None:
    assert advice("30, -40") == Advice((), TURN_ON)


@pytest.mark.parametrize("code", ["no-home-here", "stage-timeout", "service-spent", None])
def test_it_says_nothing_where_another_region_would_not_help(code: str) -> None:
    assert advice(ZURICH, code) is None


def test_it_does_not_say_to_turn_on_what_is_on() -> None:
    on = advice(ZURICH, config=ON)
    assert on is not None
    assert not on.settings
    assert not any("DOORSTEP" in line for line in on.lines)
    no_streets = advice(ZURICH, "surroundings-not-here", replace(ON, overpass="off"))
    assert no_streets is not None
    assert no_streets.settings == ("DOORSTEP_OVERPASS=on",)
    off = advice(ZURICH)
    assert off is not None
    assert "DOORSTEP_LIVE=on and DOORSTEP_CONTACT" in off.lines[1]


# --- where it is said ------------------------------------------------------------------------------


def test_the_panel_says_it_in_a_fold(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client, ZURICH)
    steps.fail("That point lies outside the regions covered here, which are: Monaco.", "outside-regions")
    fold = soup(client.get(f"/job/{job_id}")).select_one("#panel details.advice")
    assert fold is not None
    assert not fold.has_attr("open")
    assert fold.select_one("a")["href"] == "https://download.geofabrik.de/europe/switzerland.html"
    assert fold.select_one(".command").get_text() == "flask region import switzerland-latest.osm.pbf --name switzerland"
    assert "DOORSTEP_LIVE=on" in visible_text(fold)


def test_the_panel_says_nothing_of_it_after_another_failure(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client, ZURICH)
    steps.fail("The step took too long.", "stage-timeout")
    assert not soup(client.get(f"/job/{job_id}")).select("details.advice")


def test_the_json_says_it(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client, ZURICH)
    steps.fail("That point lies outside.", "outside-regions")
    assert client.get(f"/job/{job_id}", headers=JSON).get_json()["advice"] == {
        "extracts": [
            {
                "title": "Switzerland",
                "path": "europe/switzerland",
                "page": "https://download.geofabrik.de/europe/switzerland.html",
            }
        ],
        "import_command": "flask region import switzerland-latest.osm.pbf --name switzerland",
        "settings": ["DOORSTEP_LIVE=on", "DOORSTEP_CONTACT"],
    }


def test_the_json_has_none_while_all_is_well(client: FlaskClient) -> None:
    assert client.get(f"/job/{submit(client)}", headers=JSON).get_json()["advice"] is None


def test_the_command_says_it(
    client: FlaskClient, steps: Steps, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(config.data_dir))
    job_id = submit(client, ZURICH)
    steps.fail("That point lies outside.", "outside-regions")
    said = CliRunner().invoke(jobs_commands, ["show", job_id]).output
    assert "import an extract (Switzerland, https://download.geofabrik.de/europe/switzerland.html)" in said
    assert "Or set DOORSTEP_LIVE=on" in said
