"""`flask token ...`: give programs of hosts a token, list what was given, and take it back."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import click

from app.cli.errors import PlainGroup
from app.config import load_config
from app.queue import open_store
from app.queue.tokens import Token

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")


@click.group("token", cls=PlainGroup)
def token_commands() -> None:
    """Give programs of hosts a token, list what was given, and take it back."""


def _name(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not NAME.fullmatch(value):
        raise click.BadParameter("use 1 to 40 letters, digits, spaces, dots, hyphens and underscores")
    return value


@token_commands.command("create")
@click.argument("name", callback=_name)
@click.option("--limit", "live_jobs", type=click.IntRange(1, 1_000_000), help="Live jobs at once.")
@click.option("--per-minute", type=click.IntRange(1, 1_000_000), help="Requests a minute.")
def create_token(name: str, live_jobs: int | None, per_minute: int | None) -> None:
    """Make a token and print it, this once: what is kept cannot be turned back into it."""
    config = load_config()
    limits = (live_jobs or config.token_live_jobs, per_minute or config.token_requests_per_minute)
    click.echo(open_store(config).create_token(name, *limits))


@token_commands.command("list")
def list_tokens() -> None:
    """List the tokens, with how each begins and the day of its last use."""
    for token in open_store(load_config()).list_tokens():
        click.echo(_line(token))


@token_commands.command("revoke")
@click.argument("name")
def revoke_token(name: str) -> None:
    """Let a token open nothing any more, at once; its reports stay."""
    open_store(load_config()).revoke_token(name)
    click.echo(f"The token {name} is revoked.")


def _line(token: Token) -> str:
    used = f"last used {token.last_used_on}" if token.last_used_on else "never used"
    revoked = "" if token.revoked_at is None else f", revoked {_day(token.revoked_at)}"
    limits = f"{token.max_live_jobs} live jobs, {token.per_minute} requests a minute"
    return f"{token.name:20} {token.prefix}...  {limits}, made {_day(token.created_at)}, {used}{revoked}"


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
