"""`flask backup` and `flask restore` where jobs and reports are in PostgreSQL: the words to type, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.backup import backup_command, restore_command
from app.db.interface import address_without_password

URL = "postgresql://ann:s3cret@one,two:5433/doors?password=s3cret&sslmode=require"


@pytest.mark.parametrize(
    ("command", "program"), [(backup_command, "pg_dump"), (restore_command, "pg_restore")], ids=["backup", "restore"]
)
def test_it_names_the_program_and_does_nothing(
    command: object, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", URL)
    done = CliRunner().invoke(command, [str(tmp_path / "my copy")])  # type: ignore[arg-type]
    assert done.exit_code == 1
    assert f"{program} " in done.output
    assert "'postgresql://ann@one,two:5433/doors?sslmode=require'" in done.output
    assert ("s3cret" in done.output, list(tmp_path.iterdir())) == (False, [])


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://ann:pa%40ss@host/db", "postgresql://ann@host/db"),
        ("postgresql://host/db?user=ann&password=x", "postgresql://host/db?user=ann"),
        ("postgresql://ann:a/b@host/db", "postgresql://..."),
        ("host=here password=x", "postgresql://..."),
        ("postgresql://[::1", "postgresql://..."),
    ],
)
def test_no_address_shows_a_password(address: str, shown: str) -> None:
    assert address_without_password(address) == shown
