"""`flask backup FILE` and `flask restore FILE`: everything that cannot be imported again, in one file."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

import click

from app.cli.errors import PlainCommand
from app.config import Config, load_config
from app.db.interface import address_without_password
from app.db.owners import open_like
from app.db.sqlite.backup import back_up, kept_as, restore
from app.errors import BackupOfServer, BackupRefused, SiteMoving
from app.queue import open_store, refuse_moved
from app.queue.store.tables import SCHEMA
from app.web.security.cookies import KEY_FILE

MEGABYTE = 1_000_000


@click.command("backup", cls=PlainCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
def backup_command(file: Path, force: bool) -> None:
    """Copy jobs, reports, shortlists, tokens and the cookie key to FILE, while the site runs, and check the copy."""
    config = load_config()
    _refuse_for_a_server(config, "pg_dump --format=custom --file={file} {address}", file)
    _refuse_closed_file(config)
    key = config.data_dir / KEY_FILE
    kept = {KEY_FILE: key.read_bytes()} if key.is_file() else {}
    back_up(config.database_path, SCHEMA, file, kept, replace=force)
    click.echo(f"Backed up to {file} ({file.stat().st_size / MEGABYTE:.1f} MB) and checked.")


def _refuse_closed_file(config: Config) -> None:
    """Raise BackupRefused where the data has moved elsewhere: a copy of the file would hold none of today's."""
    try:
        refuse_moved(config)
    except SiteMoving as moved:
        raise BackupRefused(why=moved.terminal_message.rstrip(".")) from moved


@click.command("restore", cls=PlainCommand)
@click.argument("file", type=click.Path(path_type=Path))
def restore_command(file: Path) -> None:
    """Put the backup FILE in place of the database. The site and its workers must be stopped."""
    config = load_config()
    _refuse_for_a_server(config, "pg_restore --clean --if-exists --exit-on-error --dbname={address} {file}", file)
    kept, before = restore(config.database_path, SCHEMA, file)
    if KEY_FILE in kept:
        _restore_key(config, kept[KEY_FILE])
    stats = open_store(config).stats()  # brings the tables of an earlier version up to date
    click.echo(f"Restored {file}: {stats.done} finished evaluations, {stats.queued + stats.running} to go on with.")
    if before is not None:
        click.echo(f"What was there before is kept as {before}; delete it when you no longer need it.")


def _refuse_for_a_server(config: Config, words: str, file: Path) -> None:
    """Raise BackupOfServer, with the words to type, where jobs and reports are in PostgreSQL."""
    if config.database_url:
        address = quote(address_without_password(config.database_url))
        raise BackupOfServer(words=words.format(file=quote(os.fspath(file)), address=address))


def _restore_key(config: Config, key: bytes) -> None:
    """Put the cookie key back, so that browsers are known on a new machine, too; another one is kept beside it."""
    path = config.data_dir / KEY_FILE
    if path.is_file() and path.read_bytes() != key:
        path.rename(kept_as(path))
    if not path.exists():
        with os.fdopen(open_like(path, config.database_path, os.O_WRONLY), "wb") as file:
            file.write(key)
