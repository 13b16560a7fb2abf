"""`flask migrate-to-postgres` and `flask migrate-to-sqlite`: a running site's data moves to another database."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.errors import PlainCommand
from app.config import Config, load_config
from app.errors import MoveRefused
from app.moving.move import Move, Outcome, Sentences
from app.moving.sqlite_side import SqliteSide
from app.queue import postgres_missing
from app.queue.store.tables import POSTGRES_SCRIPTS, SCHEMA
from app.web.security.cookies import KEY_FILE
from app.wording import count, iso

if TYPE_CHECKING:
    from app.moving.postgres_side import PostgresSide

TO_POSTGRES, TO_SQLITE = "migrate-to-postgres", "migrate-to-sqlite"
#: Where the output is no terminal, a step says how far it is this often (seconds).
SAY_SECONDS = 10.0
#: What stops the command.
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: Columns of the line that is written anew on a terminal.
COLUMNS = 78

UNDO = click.option("--undo", is_flag=True, help="Open the database of before again, if nothing was written since.")


@click.command(TO_POSTGRES, cls=PlainCommand)
@click.option("--to", "url", metavar="URL", help="The database; without it that of DOORSTEP_DATABASE_URL.")
@UNDO
def to_postgres_command(url: str | None, undo: bool) -> None:
    """Move jobs, reports, shortlists and tokens from the file in the data folder to PostgreSQL, while the site runs.

    Ended in between, by whatever, it goes on where it was when it is run again.
    """
    config = load_config()
    if not config.database_path.is_file():
        raise MoveRefused(why=f"there is no database at {config.database_path}")
    with closing(_postgres(config, url)) as server, closing(SqliteSide(config.database_path, SCHEMA)) as file:
        move = Move(file, server, _to_postgres(config.database_path.name), _Progress())
        if undo:
            click.echo(move.undo())
            return
        with _stoppable():
            outcome = move.run()
        _tell(outcome, server.name)
        _tell_of_nul(file, config)
        _tell_what_to_do(config)


@click.command(TO_SQLITE, cls=PlainCommand)
@click.option("--from", "url", metavar="URL", help="The database; without it that of DOORSTEP_DATABASE_URL.")
@click.option("--to", "path", type=click.Path(path_type=Path), help="The file; without it that of the data folder.")
@UNDO
def to_sqlite_command(url: str | None, path: Path | None, undo: bool) -> None:
    """Move jobs, reports, shortlists and tokens from PostgreSQL to a new file, while the site runs.

    The file of before is kept beside it. Ended in between, by whatever, it goes on where it was when it is run again.
    """
    config = load_config()
    path = (path or config.database_path).absolute()
    with closing(_postgres(config, url)) as server, closing(SqliteSide(path, SCHEMA, building=True)) as file:
        move = Move(server, file, _to_sqlite(path.name), _Progress())
        if undo:
            click.echo(move.undo())
            return
        with _stoppable():
            outcome = move.run()
        _tell(outcome, str(path))
        click.echo("Now take DOORSTEP_DATABASE_URL out of the settings and restart every process of the site.")
        if path != config.database_path.absolute():
            click.echo(
                f"The site looks for its file at {config.database_path}: put it there, or set DOORSTEP_DATA_DIR."
            )
        click.echo("The PostgreSQL database is closed and kept as a backup; `dropdb` deletes it.")


def _postgres(config: Config, url: str | None) -> PostgresSide:
    try:
        from app.moving.postgres_side import PostgresSide
    except ImportError as error:
        raise postgres_missing(error) from None
    url = url or config.database_url
    if not url:
        raise MoveRefused(why="name the database by DOORSTEP_DATABASE_URL, or by an option (`--help` names it)")
    return PostgresSide(url, POSTGRES_SCRIPTS)


def _sentences(name: str, other: str, command: str, *, what_to_do: str) -> Sentences:
    again = "If that command does not run any more, run it again to go on, or with --undo to open it again."
    return Sentences(
        f"{name} takes nothing new for a moment: `flask {command}` is moving its data. {again}",
        f"{name} is closed: its data was moved to {other} on {iso(time.time())}. {what_to_do}",
        f"{other} is closed: its data was taken back to {name} on {iso(time.time())}.",
    )


def _to_postgres(file: str) -> Sentences:
    what = "Set DOORSTEP_DATABASE_URL to that database and restart every process of the site; "
    back = "`flask migrate-to-sqlite` moves the data back."
    return _sentences(file, "PostgreSQL", TO_POSTGRES, what_to_do=what + back)


def _to_sqlite(file: str) -> Sentences:
    what = "Take DOORSTEP_DATABASE_URL out of the settings and restart every process of the site on that file."
    return _sentences("PostgreSQL", f"the file {file}", TO_SQLITE, what_to_do=what)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let Ctrl-C, a service manager and a closed terminal stop the command in good order, and say how to go on."""
    before = {number: signal.getsignal(number) for number in STOPPING}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("", err=True)
        why = "Stopped. The site goes on with its data where it was; run the same command again, and it goes on, too."
        raise click.ClickException(why) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Progress:
    """Says how far a move is: on a terminal in one line, elsewhere in a line now and then."""

    def __init__(self) -> None:
        self._said_at = time.monotonic()
        self._line = ""

    def __call__(self, step: str, table: str, done: int, total: int) -> None:
        """Say a step."""
        if step == "settled":  # what is left is the step that decides, and to write down that it was taken
            for number in STOPPING:
                signal.signal(number, signal.SIG_IGN)
        text = _in_words(step, table, done, total)
        if not text:
            return
        if sys.stderr.isatty():
            click.echo(f"\r{text[:COLUMNS]:{COLUMNS}}", nl=not table, err=True)
        elif not table or time.monotonic() - self._said_at > SAY_SECONDS:
            self._said_at = time.monotonic()
            click.echo(text, err=True)


def _in_words(step: str, table: str, done: int, total: int) -> str:
    match step:
        case "begun":
            return "Copying while the site goes on."
        case "copied":
            return f"Copied: {table}, {done:,} of {max(total, done):,} rows."
        case "closing":
            return "The site takes nothing new for a moment; pages can be read."
        case "looked":
            return f"Compared: {table}, {done:,} rows."
        case "compared" if table:
            return f"The same: {table}, {done:,} rows."
        case "opened again":
            return "The site takes new addresses again."
    return ""


def _tell(outcome: Outcome, place: str) -> None:
    if not outcome.rows:
        click.echo(f"All had arrived in {place} already.")
        return
    reports, jobs = outcome.rows["snapshots"], outcome.rows["evaluation_jobs"]
    everything = f"{sum(outcome.rows.values()):,} rows of {count(len(outcome.rows), 'table')}"
    click.echo(f"Moved to {place}: {count(reports, 'report')}, {count(jobs, 'job')}; {everything}.")
    click.echo("Number and content of the rows of every table were compared at both sides and are the same.")
    if outcome.put_back:
        click.echo(f"{count(outcome.put_back, 'job')} that ran will go on from what is finished of it.")
    click.echo(f"For {outcome.stopped_seconds:.1f} s the site took nothing new.")
    if outcome.remark:
        click.echo(outcome.remark)


def _tell_of_nul(file: SqliteSide, config: Config) -> None:
    for (table, column), keys in sorted(file.with_nul.items()):
        which = ", ".join(" ".join(map(str, key)) for key in sorted(keys)[:5])
        click.echo(
            f"Note: {count(len(keys), 'text')} in {table}.{column} held a NUL character, which PostgreSQL cannot keep: "
            f"it became the sign for it, \N{SYMBOL FOR NULL} (rows {which}). "
            f"{config.database_path} keeps the text as it was."
        )


def _tell_what_to_do(config: Config) -> None:
    """Say what else a site has that is in no database, and what to do now."""
    key, regions = config.data_dir / KEY_FILE, config.regions_dir
    click.echo("Now:")
    click.echo("- Set DOORSTEP_DATABASE_URL to that database for every process of the site, on every host.")
    if config.secret_key:
        click.echo("- Give every host the same DOORSTEP_SECRET_KEY as here, or browsers lose what is theirs.")
    elif key.is_file():
        click.echo(f"- Give every host what {key} holds as DOORSTEP_SECRET_KEY, or browsers lose what is theirs.")
    if regions.is_dir():
        names = ", ".join(sorted(path.name for path in regions.iterdir() if path.is_dir() and path.name[0] != "."))
        click.echo(
            f"- Regions are files on each host: copy {regions} ({names or 'none yet'}) to every host that works."
        )
    click.echo("- Restart every process of the site. Those that still run on the file show pages and take nothing new.")
    click.echo(f"{config.database_path} is closed and kept as a backup. Delete it, with the files that begin like it,")
    click.echo("once you no longer need it.")
