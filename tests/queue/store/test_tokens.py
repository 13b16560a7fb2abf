"""Tokens in the store: kept as digests, looked up, revoked, with limits of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import TokenNameTaken, TokenNotFound, TooManyJobs
from app.queue.store import JobStore
from tests.support.building import Config, SetClock, all_rows, new_job, open_at


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> JobStore:
    return open_at(tmp_path, Config(max_live_jobs_per_owner=1), clock)


def test_it_finds_a_token_by_its_secret_alone(store: JobStore) -> None:
    secret = store.create_token("agency", 5, 60)
    token = store.token_with(secret)
    assert token
    assert (token.name, token.max_live_jobs, token.per_minute) == ("agency", 5, 60)
    assert store.token_with(secret[:-1]) is None
    assert store.token_with("") is None


def test_it_keeps_no_secret(store: JobStore, tmp_path: Path) -> None:
    secret = store.create_token("agency", 5, 60)
    store.token_with(secret)
    rows = str([tuple(row) for table in all_rows(store).values() for row in table]).encode()
    store.db.close()
    kept = rows + b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"agency" in kept
    assert secret.encode() not in kept
    assert secret[20:].encode() not in kept


def test_secrets_and_owners_are_all_different(store: JobStore) -> None:
    secrets = {store.create_token(f"agency {number}", 5, 60) for number in range(20)}
    assert len(secrets) == len({token.owner for token in store.list_tokens()}) == 20
    assert all(len(secret) > 50 for secret in secrets)


def test_a_revoked_token_is_none(store: JobStore) -> None:
    secret = store.create_token("agency", 5, 60)
    store.revoke_token("agency")
    assert store.token_with(secret) is None
    with pytest.raises(TokenNotFound):
        store.revoke_token("agency")


def test_a_name_is_used_once_at_a_time(store: JobStore) -> None:
    old = store.create_token("agency", 5, 60)
    with pytest.raises(TokenNameTaken):
        store.create_token("agency", 5, 60)
    store.revoke_token("agency")
    new = store.create_token("agency", 5, 60)
    assert store.token_with(new)
    assert store.token_with(old) is None
    first, second = store.list_tokens()
    assert first.owner != second.owner, "whoever gets the name next does not get the reports"


def test_it_notes_the_day_of_the_last_use_and_no_more(store: JobStore, clock: SetClock) -> None:
    secret = store.create_token("agency", 5, 60)
    assert store.list_tokens()[0].last_used_on is None
    store.token_with(secret)
    assert store.list_tokens()[0].last_used_on == "2023-11-14"
    clock.pass_seconds(24 * 3_600)
    store.token_with(secret)
    assert store.list_tokens()[0].last_used_on == "2023-11-15"


def test_a_token_has_its_own_limit_on_live_jobs(store: JobStore) -> None:
    store.create_token("agency", 3, 60)
    owner = store.list_tokens()[0].owner
    jobs = [store.create_job(new_job(owner))[0] for _ in range(3)]
    with pytest.raises(TooManyJobs):
        store.create_job(new_job(owner))
    store.cancel_job(jobs[0].job_id, owner)
    store.create_job(new_job(owner))
    with pytest.raises(TooManyJobs):
        store.retry_job(jobs[0].job_id, owner)
    store.create_job(new_job("ann"))
    with pytest.raises(TooManyJobs):
        store.create_job(new_job("ann"))
