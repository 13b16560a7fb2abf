"""What only the browser that started an evaluation may do."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.queue.jobs import Status
from app.queue.store import JobStore
from app.web.security.cookies import cookie_name
from tests.support.asking import HTMX, JSON, soup, submit, visible_text
from tests.support.dialects import on_both
from tests.support.queue_steps import Steps

pytestmark = on_both


@pytest.fixture
def stranger(client: FlaskClient) -> FlaskClient:
    return client.application.test_client()


def test_it_cancels_a_waiting_job(client: FlaskClient, store: JobStore) -> None:
    job_id = submit(client)
    assert client.post(f"/job/{job_id}/cancel").location == f"/job/{job_id}"
    assert store.get_job(job_id).status is Status.CANCELLED
    assert "was cancelled" in visible_text(client.get(f"/job/{job_id}"))


def test_it_says_that_a_running_job_is_being_cancelled(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.claim()
    panel = client.post(f"/job/{job_id}/cancel", headers=HTMX)
    assert "Cancelling." in visible_text(panel)
    assert not soup(panel).select(f'form[action="/job/{job_id}/cancel"]')


@pytest.mark.parametrize("headers", [{}, HTMX, JSON])
def test_it_does_not_cancel_another_s_job(
    client: FlaskClient, stranger: FlaskClient, store: JobStore, headers: dict[str, str]
) -> None:
    job_id = submit(client)
    assert stranger.post(f"/job/{job_id}/cancel", headers=headers).status_code == 404
    assert store.get_job(job_id).status is Status.QUEUED


def test_it_refuses_to_cancel_what_has_ended(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.finish()
    assert client.post(f"/job/{job_id}/cancel").status_code == 409


def test_it_retries_a_failed_job(client: FlaskClient, steps: Steps, store: JobStore) -> None:
    job_id = submit(client)
    steps.fail()
    assert client.post(f"/job/{job_id}/retry", headers=HTMX).status_code == 200
    assert store.get_job(job_id).status is Status.QUEUED


def test_it_does_not_retry_a_running_job(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.claim()
    assert client.post(f"/job/{job_id}/retry").status_code == 409


def test_it_does_not_retry_another_s_job(client: FlaskClient, stranger: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.fail()
    assert stranger.post(f"/job/{job_id}/retry").status_code == 404


def test_it_shows_the_buttons_to_the_owner_only(client: FlaskClient, stranger: FlaskClient) -> None:
    job_id = submit(client)
    assert soup(client.get(f"/job/{job_id}")).select(".actions button")
    assert not soup(stranger.get(f"/job/{job_id}")).select(".actions button")


def test_it_deletes_a_report_for_its_owner(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    snapshot_id = steps.finish()
    assert client.post(f"/s/{snapshot_id}/delete").location == "/"
    assert client.get(f"/s/{snapshot_id}").status_code == 404


def test_it_deletes_a_report_for_nobody_else(client: FlaskClient, stranger: FlaskClient, steps: Steps) -> None:
    submit(client)
    snapshot_id = steps.finish()
    assert stranger.post(f"/s/{snapshot_id}/delete").status_code == 404
    assert stranger.get(f"/s/{snapshot_id}").status_code == 200


def test_it_does_not_believe_a_cookie_that_it_did_not_sign(client: FlaskClient, stranger: FlaskClient) -> None:
    job_id = submit(client)
    for name in (cookie_name(stranger.application.config["SECRET_KEY"]), "doorstep"):
        stranger.set_cookie(name, "eyJvd25lciI6ImFiYyJ9.made.up")
    assert stranger.post(f"/job/{job_id}/cancel").status_code == 404


def test_it_knows_the_owner_in_a_poll(client: FlaskClient, stranger: FlaskClient) -> None:
    poll = f"/job/{submit(client)}/progress"
    stranger.get("/")
    assert "Cancel" in visible_text(client.get(poll, headers=HTMX))
    assert "Cancel" not in visible_text(stranger.get(poll, headers=HTMX))
