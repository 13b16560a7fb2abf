"""`flask backup` and `flask restore`, as an operator runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner, Result

from app.cli.backup import backup_command, restore_command
from app.queue.store import JobStore
from tests.support.building import create, open_at


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JobStore:
    """A store that the commands find through the environment."""
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path / "var"))
    store = open_at(tmp_path / "var")
    create(store)
    (tmp_path / "var" / "secret.key").write_text("k" * 64)
    return store


def run(command: Command, *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_a_backup_says_where_it_is(site: JobStore, tmp_path: Path) -> None:
    result = run(backup_command, tmp_path / "backup")
    assert (result.exit_code, len(result.output.splitlines())) == (0, 1)
    assert result.output.startswith(f"Backed up to {tmp_path / 'backup'} (0.1 MB)")
    site.db.close()


def test_a_second_one_needs_force(site: JobStore, tmp_path: Path) -> None:
    run(backup_command, tmp_path / "backup")
    again = run(backup_command, tmp_path / "backup")
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    assert run(backup_command, tmp_path / "backup", "--force").exit_code == 0
    site.db.close()


def test_it_restores_jobs_and_key_on_another_machine(
    site: JobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(backup_command, tmp_path / "backup")
    site.db.close()
    other = tmp_path / "other"
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(other))
    other.mkdir()
    (other / "secret.key").write_text("another key of a first start")
    result = run(restore_command, tmp_path / "backup")
    assert (result.exit_code, "1 to go on with" in result.output) == (0, True)
    assert (other / "secret.key").read_text() == "k" * 64
    assert (other / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.read_text() for path in other.glob("secret.key.before-restore-*")] == ["another key of a first start"]
    assert open_at(other).stats().queued == 1


def test_a_restore_into_a_running_site_is_one_sentence(site: JobStore, tmp_path: Path) -> None:
    run(backup_command, tmp_path / "backup")
    result = run(restore_command, tmp_path / "backup")
    assert result.exit_code == 1
    assert result.output == (
        "Error: doorstep.sqlite is in use: stop the site, each `flask worker` and every other program that has it open,"
        " then try again.\n"
    )
    site.db.close()


def test_what_is_no_backup_is_one_sentence(site: JobStore, tmp_path: Path) -> None:
    site.db.close()
    (tmp_path / "backup").write_text("my shopping list\n" * 400)
    result = run(restore_command, tmp_path / "backup")
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    assert "cannot be restored: it is damaged or not a database" in result.output
