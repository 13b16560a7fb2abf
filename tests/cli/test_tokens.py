"""`flask token ...`, as an operator runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.tokens import token_commands
from app.queue.store import JobStore
from tests.support import postgres
from tests.support.building import open_at
from tests.support.dialects import on_both

pytestmark = on_both


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JobStore:
    """A store that the commands find through the environment."""
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", postgres.url_for(tmp_path))
    monkeypatch.setenv("DOORSTEP_TOKEN_LIVE_JOBS", "7")
    return open_at(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(token_commands, list(arguments))


def test_it_prints_the_token_once(site: JobStore) -> None:
    secret = run("create", "agency").output.strip()
    assert site.token_with(secret)
    listed = run("list").output
    assert listed.startswith("agency ")
    assert f"{secret[:15]}..." in listed
    assert secret not in listed
    assert secret[15:] not in listed


def test_it_takes_limits_or_those_of_the_settings(site: JobStore) -> None:
    run("create", "one")
    run("create", "two", "--limit", "3", "--per-minute", "90")
    assert [(t.max_live_jobs, t.per_minute) for t in site.list_tokens()] == [(7, 600), (3, 90)]
    assert "3 live jobs, 90 requests a minute" in run("list").output


def test_it_lists_the_day_of_the_last_use(site: JobStore) -> None:
    secret = run("create", "agency").output.strip()
    assert "never used" in run("list").output
    site.token_with(secret)
    assert "last used 20" in run("list").output


def test_it_revokes(site: JobStore) -> None:
    secret = run("create", "agency").output.strip()
    assert run("revoke", "agency").output == "The token agency is revoked.\n"
    assert site.token_with(secret) is None
    assert "revoked 20" in run("list").output
    again = run("revoke", "agency")
    assert (again.exit_code, again.output) == (1, "Error: There is no token named agency in use.\n")


@pytest.mark.parametrize("name", ["", "-x", "a" * 41, "a\nb", "émile"])
def test_it_refuses_a_bad_name(site: JobStore, name: str) -> None:
    assert run("create", "--", name).exit_code == 2
    assert not site.list_tokens()


def test_it_refuses_a_name_that_is_taken(site: JobStore) -> None:
    run("create", "agency")
    refused = run("create", "agency")
    assert refused.exit_code == 1
    assert "There is a token named agency already." in refused.output
