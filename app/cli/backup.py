"""`flask backup FILE` and `flask restore FILE`: everything that cannot be imported again, in one file."""

from __future__ import annotations

import os
from pathlib import Path

import click

from app.cli.errors import PlainCommand
from app.config import Config, load_config
from app.db.owners import open_like
from app.db.sqlite.backup import back_up, kept_as, restore
from app.queue import open_store
from app.queue.store.tables import SCHEMA
from app.web.security.cookies import KEY_FILE

MEGABYTE = 1_000_000


@click.command("backup", cls=PlainCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
def backup_command(file: Path, force: bool) -> None:
    """Copy jobs, reports, shortlists, tokens and the cookie key to FILE, while the site runs, and check the copy."""
    config = load_config()
    key = config.data_dir / KEY_FILE
    kept = {KEY_FILE: key.read_bytes()} if key.is_file() else {}
    back_up(config.database_path, SCHEMA, file, kept, replace=force)
    click.echo(f"Backed up to {file} ({file.stat().st_size / MEGABYTE:.1f} MB) and checked.")


@click.command("restore", cls=PlainCommand)
@click.argument("file", type=click.Path(path_type=Path))
def restore_command(file: Path) -> None:
    """Put the backup FILE in place of the database. The site and its workers must be stopped."""
    config = load_config()
    kept, before = restore(config.database_path, SCHEMA, file)
    if KEY_FILE in kept:
        _restore_key(config, kept[KEY_FILE])
    stats = open_store(config).stats()  # brings the tables of an earlier version up to date
    click.echo(f"Restored {file}: {stats.done} finished evaluations, {stats.queued + stats.running} to go on with.")
    if before is not None:
        click.echo(f"What was there before is kept as {before}; delete it when you no longer need it.")


def _restore_key(config: Config, key: bytes) -> None:
    """Put the cookie key back, so that browsers are known on a new machine, too; another one is kept beside it."""
    path = config.data_dir / KEY_FILE
    if path.is_file() and path.read_bytes() != key:
        path.rename(kept_as(path))
    if not path.exists():
        with os.fdopen(open_like(path, config.database_path, os.O_WRONLY), "wb") as file:
            file.write(key)
