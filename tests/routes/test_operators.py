"""The operators' page, and who gets to see it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.queue.store import JobStore
from app.queue.store.hosts import HeldRegion
from app.queue.store.runs import NewTile
from app.web.security.cookies import cookie_name
from tests.conftest import TOKEN
from tests.support.asking import ADDRESS, HTMX, JSON, soup, submit, visible_text
from tests.support.dialects import on_both
from tests.support.queue_steps import Steps

pytestmark = on_both

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_it_lets_in_with_the_token_once_and_hides_it_from_the_address_bar(client: FlaskClient) -> None:
    response = client.get(f"/queue?token={TOKEN}")
    assert (response.status_code, response.location) == (303, "/queue")
    assert TOKEN not in response.headers["Set-Cookie"]
    assert client.get("/queue").status_code == 200


def test_it_lets_in_a_program_with_a_bearer_token(client: FlaskClient) -> None:
    response = client.get("/queue", headers=BEARER | JSON)
    assert response.json["stats"]["queued"] == 0


@pytest.mark.parametrize("path", ["/queue", "/queue?token=", "/queue?token=guess"])
def test_it_is_not_there_for_others(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_it_is_not_there_with_another_bearer_token(client: FlaskClient) -> None:
    assert client.get("/queue", headers={"Authorization": "Bearer guess"}).status_code == 404


def test_it_is_not_there_when_no_token_is_set(tmp_path: Path) -> None:
    client = create_app(Config(data_dir=tmp_path)).test_client()
    assert client.get("/queue?token=").status_code == 404
    assert client.get("/queue", headers={"Authorization": "Bearer "}).status_code == 404


def test_it_forgets_operators_when_the_token_changes(tmp_path: Path) -> None:
    old = create_app(Config(data_dir=tmp_path, operator_token="old")).test_client()
    old.get("/queue?token=old")
    new = create_app(Config(data_dir=tmp_path, operator_token="new")).test_client()
    name = cookie_name(old.application.config["SECRET_KEY"])
    new.set_cookie(name, old.get_cookie(name).value)
    assert old.get("/queue").status_code == 200
    assert new.get("/queue").status_code == 404


def test_it_shows_what_runs_where(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.claim(stages_done=2)
    text = visible_text(client.get("/queue", headers=BEARER))
    assert f"{job_id} neighborhood worker-1 1" in text


def test_it_shows_failures_by_id_and_no_address(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.fail(f"Nothing was evaluated at {ADDRESS}.", "evaluation-failed")
    text = visible_text(client.get("/queue", headers=BEARER))
    assert f"{job_id} evaluation-failed" in text
    assert ADDRESS not in text


def test_typing_errors_are_counted_apart_and_are_no_failures(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    steps.fail()
    text = visible_text(client.get("/queue", headers=BEARER))
    assert "Failed 0 Not found as typed 1" in text
    assert "Nothing failed." in text


def test_a_failure_leads_to_its_job(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.fail("Something went wrong. Error 0123abcd.", "evaluation-failed")
    link = soup(client.get("/queue", headers=BEARER)).select_one(f"a[href$='{job_id}']")
    page = client.get(str(link["href"]), headers=BEARER)
    text = visible_text(page)
    assert "Error code evaluation-failed" in text
    assert "Error id in the log 0123abcd" in text
    assert re.search(r"queued running before the first worker-1 attempt 1 ", text)
    assert re.search(r"running failed geocode worker-1 told to the person", text)


def test_a_job_s_history_holds_no_address(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.fail(f"We could not find {ADDRESS}.")
    for headers in (BEARER, BEARER | JSON):
        assert "Bulevardi" not in client.get(f"/queue/jobs/{job_id}", headers=headers).text


def test_a_job_s_history_for_programs(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.claim(stages_done=2)
    history = client.get(f"/queue/jobs/{job_id}", headers=BEARER | JSON).json
    assert [(stage["state"], stage["seconds"]) for stage in history["stages"]] == [
        ("done", 0.4),
        ("done", 0.4),
        ("working", None),
    ]
    assert [(event["before"], event["after"]) for event in history["events"]] == [
        ("new", "queued"),
        ("queued", "running"),
    ]


def test_a_stage_of_a_job_that_failed_is_not_at_work(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.fail()
    stages = client.get(f"/queue/jobs/{job_id}", headers=BEARER | JSON).json["stages"]
    assert [stage["state"] for stage in stages][-1:] == ["broken off"]


def test_a_job_s_history_is_the_operators_alone(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    assert client.get(f"/queue/jobs/{job_id}").status_code == 404
    assert client.post(f"/queue/jobs/{job_id}/cancel").status_code == 404
    assert steps.store.get_job(job_id).status == "queued"
    assert client.get("/queue/jobs/nothing", headers=BEARER).status_code == 404


def test_operators_call_a_job_off_and_try_it_again(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    form = soup(client.get(f"/queue/jobs/{job_id}", headers=BEARER)).select_one("main form")
    assert client.post(str(form["action"]), headers=BEARER).status_code == 303
    assert steps.store.get_job(job_id).status == "cancelled"
    form = soup(client.get(f"/queue/jobs/{job_id}", headers=BEARER)).select_one("main form")
    assert client.post(str(form["action"]), headers=BEARER).status_code == 303
    assert steps.store.get_job(job_id).status == "queued"


def test_it_shows_depth_and_the_oldest(client: FlaskClient) -> None:
    submit(client, "1 Bulevardi")
    submit(client, "2 Bulevardi")
    numbers = soup(client.get("/queue", headers=BEARER)).select_one(".numbers").get_text(" ", strip=True)
    assert re.match(r"Waiting 2 Oldest waits (under )?\d+(\.\d)? s Running 0 Waiting for an answer 0 ", numbers)


def test_it_shows_open_questions_as_no_failure(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    steps.ask()
    overview = client.get("/queue", headers=BEARER | JSON).json
    assert (overview["stats"]["asking"], overview["stats"]["failed"], overview["failures"]) == (1, 0, [])
    steps.expire()
    overview = client.get("/queue", headers=BEARER | JSON).json
    assert (overview["stats"]["asking"], overview["stats"]["failed"], overview["failures"]) == (0, 0, [])


def test_it_polls_a_fragment_of_the_same_board(client: FlaskClient) -> None:
    page = soup(client.get("/queue", headers=BEARER)).select_one("#board")
    fragment = client.get(str(page["hx-get"]), headers=BEARER | HTMX)
    assert str(soup(fragment).select_one("#board")) == str(page)
    assert "<html" not in fragment.text


TILES = [NewTile('{"tile":{}}', 500)] * 3


def test_an_evaluation_of_a_whole_region_is_one_line(client: FlaskClient, store: JobStore, steps: Steps) -> None:
    store.begin_run("town", "build", "{}", TILES, "addresses of town")
    store.hold({"town": HeldRegion("build")})
    claim = store.claim_next_job("box:1:1")
    assert claim
    store.complete_job(claim, b"rows")
    assert store.claim_next_job("box:1:1")
    overview = client.get("/queue", headers=BEARER | JSON).json
    (line,) = overview["runs"]
    assert (line["region"], line["state"], line["tiles_failed"]) == ("town", "under way", 0)
    assert (line["addresses_done"], line["addresses"]) == (500, 1_500)
    assert (overview["running"], overview["stats"]["queued"], overview["stats"]["done"]) == ([], 0, 0)
    page = visible_text(client.get("/queue", headers=BEARER))
    assert "500 of 1,500" in page
    assert claim.job_id not in client.get("/queue", headers=BEARER).text


def test_an_evaluation_of_a_whole_region_is_called_off(client: FlaskClient, store: JobStore) -> None:
    run = store.begin_run("town", "build", "{}", TILES, "addresses of town")
    page = soup(client.get("/queue", headers=BEARER))
    action = next(form["action"] for form in page.find_all("form") if "/runs/" in form["action"])
    assert client.post(action).status_code == 404  # who shows no token
    assert client.post(action, headers=BEARER).status_code == 303
    assert store.progress_of(run).is_over
    assert "ended" in visible_text(client.get("/queue", headers=BEARER))
    assert client.post("/queue/runs/nothing/cancel", headers=BEARER).status_code == 404


def test_a_tile_has_no_page(client: FlaskClient, store: JobStore) -> None:
    store.begin_run("town", "build", "{}", TILES, "addresses of town")
    store.hold({"town": HeldRegion("build")})
    claim = store.claim_next_job("box:1:1")
    assert claim
    store.complete_job(claim, b"rows")
    (row,) = store.db.read("SELECT result_snapshot_id FROM evaluation_jobs WHERE status = 'done'")
    assert client.get(f"/queue/jobs/{claim.job_id}", headers=BEARER).status_code == 404
    for path in (f"/job/{claim.job_id}", f"/s/{row['result_snapshot_id']}", f"/s/{row['result_snapshot_id']}.json"):
        assert client.get(path).status_code == 404
