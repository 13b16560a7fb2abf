"""A report's listing sent once more: for newer data, and with another destination."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.config import Config
from app.pipeline.listing import Listing, listing_from_json
from app.places import Answer
from app.queue.store import JobStore
from tests.support.asking import HTMX, JSON, soup, submit, visible_text
from tests.support.dialects import on_both, sqlite_alone
from tests.support.queue_steps import Steps
from tests.support.reports import LOCATION, SOURCE, VERDICT, report

pytestmark = on_both

LISTING = Listing(
    "boulevard 12",
    profile="family",
    rent=900.0,
    budget=1_000.0,
    bedrooms=2,
    destinations=("station", "atlantis"),
    must_haves=("park:10",),
    answers=(Answer("boulevard 12", LOCATION), Answer("station", LOCATION)),
)


@pytest.fixture
def snapshot(client: FlaskClient, steps: Steps) -> str:
    submit(client)
    return steps.finish(report(listing=LISTING))


@pytest.fixture
def stranger(client: FlaskClient) -> FlaskClient:
    return client.application.test_client()


def queued(store: JobStore, response: object) -> Listing:
    """Return the listing of the job that an answer leads to."""
    assert response.status_code == 303, response.text  # type: ignore[attr-defined]
    return listing_from_json(store.get_job(response.location.rsplit("/", 1)[1]).listing)  # type: ignore[attr-defined]


# --- evaluate again ----------------------------------------------------------------------------------


def test_it_queues_the_same_listing_again(client: FlaskClient, store: JobStore, snapshot: str) -> None:
    response = client.post(f"/s/{snapshot}/again")
    assert queued(store, response) == LISTING
    assert store.get_job(response.location.rsplit("/", 1)[1]).again_of == snapshot


def test_the_button_is_there_for_everyone(client: FlaskClient, stranger: FlaskClient, snapshot: str) -> None:
    for visitor in (client, stranger):
        button = soup(visitor.get(f"/s/{snapshot}")).select_one("form.again button")
        assert button.text == "Evaluate again"


def test_a_stranger_does_not_carry_the_owners_money(stranger: FlaskClient, store: JobStore, snapshot: str) -> None:
    listing = queued(store, stranger.post(f"/s/{snapshot}/again"))
    assert listing == replace(LISTING, rent=None, budget=None)


def test_htmx_gets_the_panel_and_programs_the_job(client: FlaskClient, snapshot: str) -> None:
    response = client.post(f"/s/{snapshot}/again", headers=HTMX)
    assert soup(response).select_one("#panel")
    assert response.headers["HX-Push-Url"].startswith("/job/")
    assert client.post(f"/s/{snapshot}/again", headers=JSON).status_code == 202


@pytest.mark.parametrize("where", ["again", "destination"])
@pytest.mark.parametrize("headers", [{}, HTMX, JSON])
def test_a_report_that_is_not_there_cannot_be_sent_again(
    client: FlaskClient, where: str, headers: dict[str, str]
) -> None:
    response = client.post(f"/s/nothing/{where}", data={"destinations": "x"}, headers=headers)
    assert response.status_code == 404
    assert "There is no report at this address" in response.text


def again(client: FlaskClient, steps: Steps, snapshot: str, **changes: object) -> str:
    """Evaluate a report again, with other data, and return the new report's id."""
    client.post(f"/s/{snapshot}/again")
    return steps.finish(replace(report(listing=LISTING), **changes))  # type: ignore[arg-type]


def test_the_new_report_says_what_changed_since(client: FlaskClient, steps: Steps, snapshot: str) -> None:
    better = replace(VERDICT, score=81.2)
    newer = again(client, steps, snapshot, verdict=better, source=replace(SOURCE, data_date="2020-05-01"))
    changes = soup(client.get(f"/s/{newer}")).select_one("#changes")
    assert changes.h2.get_text(" ", strip=True).startswith("What changed since")
    assert [item.text for item in changes.select("li")] == [
        "The score is 81 of 100; before, it was 78.",
        "The map data is from 1 May 2020; before, it was from 21 April 2019.",
    ]
    assert changes.a["href"] == f"/s/{snapshot}"
    told = client.get(f"/s/{newer}.json").json["changes"]
    assert told["sentences"][0] == "The score is 81 of 100; before, it was 78."


def test_nothing_changed_is_said_so(client: FlaskClient, steps: Steps, snapshot: str) -> None:
    changes = soup(client.get(f"/s/{again(client, steps, snapshot)}")).select_one("#changes")
    assert "Nothing: the score" in changes.get_text()


def test_a_first_report_says_nothing_of_changes(client: FlaskClient, snapshot: str) -> None:
    assert soup(client.get(f"/s/{snapshot}")).select_one("#changes") is None
    assert client.get(f"/s/{snapshot}.json").json["changes"] is None


def test_others_read_what_changed_without_the_earlier_link(
    client: FlaskClient, stranger: FlaskClient, steps: Steps, snapshot: str
) -> None:
    response = stranger.get(f"/s/{again(client, steps, snapshot)}")
    assert soup(response).select_one("#changes") is not None
    assert snapshot not in response.text


def test_an_earlier_report_that_was_deleted_is_missed_in_a_sentence(
    client: FlaskClient, steps: Steps, snapshot: str
) -> None:
    newer = again(client, steps, snapshot)
    client.post(f"/s/{snapshot}/delete")
    assert "That report has been deleted" in visible_text(client.get(f"/s/{newer}"))
    assert client.get(f"/s/{newer}.json").json["changes"] is None


# --- destinations ------------------------------------------------------------------------------------


def test_one_field_changes_a_destination_and_keeps_all_else(
    client: FlaskClient, store: JobStore, snapshot: str
) -> None:
    page = soup(client.get(f"/s/{snapshot}/destination?change=station"))
    fields = {field["name"]: field["value"] for field in page.select("form input")}
    assert fields == {"change": "station", "address": LOCATION.label, "destinations": "station"}
    response = client.post(f"/s/{snapshot}/destination", data={**fields, "destinations": "Airport"})
    answers = (Answer("boulevard 12", LOCATION),)
    assert queued(store, response) == replace(LISTING, destinations=("Airport", "atlantis"), answers=answers)


def test_one_field_adds_a_destination(client: FlaskClient, store: JobStore, snapshot: str) -> None:
    response = client.post(f"/s/{snapshot}/destination", data={"destinations": "Airport"})
    assert queued(store, response) == replace(LISTING, destinations=("station", "atlantis", "Airport"))
    assert store.get_job(response.location.rsplit("/", 1)[1]).again_of is None


def test_what_is_no_destination_of_the_report_cannot_be_changed(client: FlaskClient, snapshot: str) -> None:
    text = visible_text(client.get(f"/s/{snapshot}/destination?change=Mars"))
    assert "Add a destination" in text
    assert "Mars" not in text


def test_a_destination_typed_anew_is_asked_about_anew(client: FlaskClient, store: JobStore, snapshot: str) -> None:
    sent = {"change": "station", "destinations": "station"}
    listing = queued(store, client.post(f"/s/{snapshot}/destination", data=sent))
    assert [answer.about for answer in listing.answers] == ["boulevard 12"]


def test_a_strangers_destination_carries_no_money(stranger: FlaskClient, store: JobStore, snapshot: str) -> None:
    assert "but for what was said about money" in visible_text(stranger.get(f"/s/{snapshot}/destination"))
    listing = queued(store, stranger.post(f"/s/{snapshot}/destination", data={"destinations": "Airport"}))
    assert (listing.rent, listing.budget, listing.bedrooms) == (None, None, 2)


def test_there_is_no_room_for_a_fourth(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    snapshot = steps.finish(report(listing=replace(LISTING, destinations=("a", "b", "c"))))
    response = client.post(f"/s/{snapshot}/destination", data={"destinations": "d"})
    assert response.status_code == 422
    assert "at most 3 destinations" in soup(response).select_one(".field-error").text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refused_destination_stands_in_its_field(client: FlaskClient, snapshot: str, headers: dict[str, str]) -> None:
    sent = {"change": "station", "destinations": "x" * 201}
    response = client.post(f"/s/{snapshot}/destination", data=sent, headers=headers)
    page = soup(response)
    assert response.status_code == 422
    assert "shorten it to 200" in page.select_one("#destination-error").text
    assert page.select_one("#destination")["value"] == "x" * 201
    assert page.select_one("[name=change]")["value"] == "station"
    assert page.select_one("#destination").has_attr("autofocus")
    assert ("<html" in response.text) is not bool(headers)


def test_an_empty_destination_is_refused(client: FlaskClient, snapshot: str) -> None:
    response = client.post(f"/s/{snapshot}/destination", data={"destinations": " "})
    assert response.status_code == 422
    assert "Type a place first" in visible_text(response)


def test_programs_change_a_destination(client: FlaskClient, store: JobStore, snapshot: str) -> None:
    place = f"/s/{snapshot}/destination?change=station"
    job = client.post(place, json={"destinations": ["Airport"]}, headers=JSON).json
    assert listing_from_json(store.get_job(job["job_id"]).listing).destinations == ("Airport", "atlantis")
    assert client.post(place, json={"destinations": []}, headers=JSON).status_code == 422


def test_too_many_live_jobs_are_said_beside_the_field(client: FlaskClient, store: JobStore, snapshot: str) -> None:
    for number in range(store.config.max_live_jobs_per_owner):
        submit(client, f"{number} Bulevardi")
    response = client.post(f"/s/{snapshot}/destination", data={"destinations": "Airport"})
    assert response.status_code == 429
    assert response.headers["Retry-After"]
    assert soup(response).select_one("#destination")["value"] == "Airport"
    assert client.post(f"/s/{snapshot}/again").status_code == 429


@sqlite_alone("its file; of a server that is away: tests/db/postgres")
def test_a_queue_that_cannot_be_reached_is_said(
    client: FlaskClient, store: JobStore, config: Config, snapshot: str
) -> None:
    store.db.close()
    file = config.data_dir / "doorstep.sqlite"
    file.rename(config.data_dir / "away")
    file.mkdir()
    response = client.post(f"/s/{snapshot}/destination", data={"destinations": "Airport"})
    assert response.status_code == 503
    assert "Try again" in response.text
