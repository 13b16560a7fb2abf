"""A token instead of a cookie: who it is, what it may do, and what it leaves no trace of."""

from __future__ import annotations

import logging

import pytest
from flask.testing import FlaskClient

from app.queue.store import JobStore
from tests.conftest import TOKEN
from tests.support.asking import ADDRESS, HTMX, JSON
from tests.support.dialects import on_both
from tests.support.queue_steps import Steps

pytestmark = on_both

Headers = dict[str, str]


@pytest.fixture
def secret(store: JobStore) -> str:
    return store.create_token("agency", 2, 60)


@pytest.fixture
def bearer(secret: str) -> Headers:
    return JSON | {"Authorization": f"Bearer {secret}"}


def submit(client: FlaskClient, headers: Headers, address: str = ADDRESS) -> str:
    response = client.post("/", data={"address": address}, headers=headers)
    assert response.status_code == 202, response.text
    return str(response.json["job_id"])


def test_the_token_owns_what_it_sends(client: FlaskClient, store: JobStore, bearer: Headers) -> None:
    job_id = submit(client, bearer)
    assert store.get_job(job_id).owner == store.list_tokens()[0].owner
    assert client.post(f"/job/{job_id}/cancel", headers=JSON).status_code == 404
    assert client.post(f"/job/{job_id}/cancel", headers=bearer).status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_the_scheme_s_letters_do_not_matter(client: FlaskClient, secret: str, scheme: str) -> None:
    submit(client, JSON | {"Authorization": f"{scheme} {secret}"})


def test_it_sets_no_cookie_beside_a_token(client: FlaskClient, bearer: Headers) -> None:
    for response in (client.get("/", headers=bearer), client.post("/", data={"address": ADDRESS}, headers=bearer)):
        assert "Set-Cookie" not in response.headers


def test_a_cookie_beside_a_token_is_nobody(client: FlaskClient, bearer: Headers) -> None:
    own = submit(client, JSON)
    assert client.post(f"/job/{own}/cancel", headers=bearer).status_code == 404
    assert client.post(f"/job/{own}/cancel", headers=JSON).status_code == 200


def test_an_amount_is_the_token_s_own(client: FlaskClient, steps: Steps, bearer: Headers) -> None:
    client.post("/", data={"address": ADDRESS, "rent": "£950"}, headers=bearer)
    steps.finish()
    answer = client.get("/reports", headers=bearer)
    assert len(answer.json["reports"]) == 1
    assert not client.get("/reports", headers=JSON).json["reports"]


@pytest.mark.parametrize("given", ["doorstep_wrong", "", TOKEN])
@pytest.mark.parametrize("kind", [JSON, HTMX, {}])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_token_gets_401(client: FlaskClient, given: str, kind: Headers, method: str) -> None:
    response = client.open("/", method=method, headers=kind | {"Authorization": f"Bearer {given}"})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer ")
    if kind == JSON:
        assert response.mimetype == "application/problem+json"
        assert response.json["code"] == "wrong-token"


def test_a_revoked_token_stops_at_once(client: FlaskClient, store: JobStore, bearer: Headers) -> None:
    submit(client, bearer)
    store.revoke_token("agency")
    assert client.get("/reports", headers=bearer).status_code == 401


def test_guessing_tokens_meets_the_limit_on_requests(client: FlaskClient) -> None:
    wrong = JSON | {"Authorization": "Bearer doorstep_guess"}
    statuses = {client.get("/regions", headers=wrong).status_code for _ in range(300)}
    assert statuses == {401, 429}


def test_the_token_has_its_own_limit_on_requests(client: FlaskClient, store: JobStore) -> None:
    slow, other = (JSON | {"Authorization": f"Bearer {store.create_token(name, 2, 5)}"} for name in ("slow", "other"))
    statuses = [client.get("/regions", headers=slow).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    refused = client.get("/regions", headers=slow)
    assert 1 <= int(refused.headers["Retry-After"]) <= 12
    assert client.get("/regions", headers=other).status_code == 200
    assert client.get("/regions", headers=JSON).status_code == 200


def test_the_token_has_its_own_limit_on_live_jobs(client: FlaskClient, bearer: Headers) -> None:
    submit(client, bearer, "1 Bulevardi")
    submit(client, bearer, "2 Bulevardi")
    response = client.post("/", data={"address": "3 Bulevardi"}, headers=bearer)
    assert (response.status_code, response.json["code"]) == (429, "too-many-jobs")
    submit(client, JSON, "3 Bulevardi")


def test_a_token_does_not_open_the_operators_page(client: FlaskClient, bearer: Headers) -> None:
    assert client.get("/queue", headers=bearer).status_code == 404
    assert client.get("/queue", headers=JSON | {"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_other_sites_cannot_send_forms_with_a_token_either(client: FlaskClient, bearer: Headers) -> None:
    foreign = bearer | {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/", data={"address": ADDRESS}, headers=foreign).status_code == 403


def test_health_looks_at_no_token(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"Authorization": "Bearer wrong"}).status_code == 200


def test_no_log_holds_a_token(
    client: FlaskClient, secret: str, bearer: Headers, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        submit(client, bearer)
        client.get("/job/nothing", headers=bearer)
        client.get("/", headers={"Authorization": "Bearer doorstep_mistyped"})
    assert secret not in caplog.text
    assert "mistyped" not in caplog.text


def test_what_may_be_kept_depends_on_the_token(client: FlaskClient, steps: Steps, bearer: Headers) -> None:
    submit(client, bearer)
    response = client.get(f"/s/{steps.finish()}.json", headers=bearer)
    assert "Authorization" in response.headers["Vary"]
    assert "private" in response.headers["Cache-Control"] or "no-store" in response.headers["Cache-Control"]
