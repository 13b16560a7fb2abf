"""`Idempotency-Key` on what creates an evaluation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.queue.store import JobStore
from tests.support.asking import ADDRESS, JSON, submit
from tests.support.dialects import on_both
from tests.support.queue_steps import Steps

pytestmark = on_both

KEYED = JSON | {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


@pytest.fixture
def known(client: FlaskClient) -> FlaskClient:
    """A program that keeps its cookie."""
    client.get("/")
    return client


def test_the_same_request_gets_the_same_answer(known: FlaskClient, steps: Steps, store: JobStore) -> None:
    first = known.post("/", json={"address": ADDRESS, "rent": "950"}, headers=KEYED)
    steps.finish()
    again = known.post("/", data={"rent": "950", "address": ADDRESS}, headers=KEYED)
    assert (again.status_code, again.data, again.location) == (202, first.data, first.location)
    assert len(store.list_jobs(None)) == 1


def test_without_a_key_it_is_evaluated_again(known: FlaskClient, steps: Steps) -> None:
    first = known.post("/", json={"address": ADDRESS}, headers=JSON)
    steps.finish()
    assert known.post("/", json={"address": ADDRESS}, headers=JSON).json["job_id"] != first.json["job_id"]


def test_another_request_under_the_same_key_is_refused(known: FlaskClient) -> None:
    known.post("/", json={"address": ADDRESS}, headers=KEYED)
    refused = known.post("/", json={"address": ADDRESS, "profile": "family"}, headers=KEYED)
    assert (refused.status_code, refused.json["code"]) == (422, "idempotency-key-reused")


def test_another_owner_may_use_the_same_key(app: Flask, known: FlaskClient) -> None:
    other = app.test_client()
    other.get("/")
    first = known.post("/", json={"address": ADDRESS}, headers=KEYED).json["job_id"]
    assert other.post("/", json={"address": "2 Bulevardi"}, headers=KEYED).json["job_id"] != first


def test_a_token_is_an_owner(client: FlaskClient, store: JobStore) -> None:
    headers = KEYED | {"Authorization": f"Bearer {store.create_token('agency', 5, 60)}"}
    answers = {client.post("/", json={"address": ADDRESS}, headers=headers).data for _ in range(3)}
    assert len(answers) == 1


def test_nobody_can_be_recognised_without_cookie_or_token(client: FlaskClient) -> None:
    refused = client.post("/", json={"address": ADDRESS}, headers=KEYED)
    assert (refused.status_code, refused.json["code"]) == (422, "idempotency-key-without-owner")


@pytest.mark.parametrize("key", ["", "   ", "x" * 129, "schlüssel", '""', "a\tb"])
def test_a_bad_key_is_refused(known: FlaskClient, key: str) -> None:
    refused = known.post("/", json={"address": ADDRESS}, headers=JSON | {"Idempotency-Key": key})
    assert (refused.status_code, refused.json["code"]) == (400, "bad-idempotency-key")


@pytest.mark.parametrize("key", ["x", "x" * 128, '"quoted"', "with spaces"])
def test_a_good_key_is_taken(known: FlaskClient, key: str) -> None:
    assert known.post("/", json={"address": ADDRESS}, headers=JSON | {"Idempotency-Key": key}).status_code == 202


def test_quotes_are_no_part_of_the_key(known: FlaskClient, steps: Steps) -> None:
    plain, quoted = (JSON | {"Idempotency-Key": key} for key in ("a-key", '"a-key"'))
    first = known.post("/", json={"address": ADDRESS}, headers=plain)
    steps.finish()
    assert known.post("/", json={"address": ADDRESS}, headers=quoted).data == first.data


def test_it_counts_for_every_post_that_creates(known: FlaskClient, steps: Steps, store: JobStore) -> None:
    submit(known)
    link = f"/s/{steps.finish()}"
    for path, body in ((f"{link}/again", {}), (f"{link}/destination", {"destinations": ["Kamppi"]})):
        headers = JSON | {"Idempotency-Key": path}
        first = known.post(path, json=body, headers=headers)
        assert first.status_code == 202
        steps.finish()
        assert known.post(path, json=body, headers=headers).data == first.data
    other = known.post(f"{link}/again", json={}, headers=JSON | {"Idempotency-Key": f"{link}/destination"})
    assert other.json["code"] == "idempotency-key-reused"
    assert len(store.list_jobs(None)) == 3


def test_the_form_of_a_refused_key_comes_back_with_its_reason(known: FlaskClient) -> None:
    refused = known.post("/", data={"address": ADDRESS}, headers={"Idempotency-Key": "x" * 200})
    assert refused.status_code == 400
    assert ADDRESS in refused.text


def test_two_at_once_make_one_job(app: Flask, store: JobStore) -> None:
    headers = KEYED | {"Authorization": f"Bearer {store.create_token('agency', 50, 10_000)}"}

    def send(_number: int) -> bytes:
        return app.test_client().post("/", json={"address": ADDRESS}, headers=headers).data

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(24)))
    assert len(answers) == 1
    assert len(store.list_jobs(None)) == 1
