"""Expected failures of a command: one sentence, and exit code 1."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from app.config import Config, load_config
from app.db.owners import stranger_to
from app.errors import DoorstepError


@contextmanager
def plainly_for_commands() -> Iterator[None]:
    """Where `flask` loads the application for a command, make an expected failure one sentence, and exit code 1."""
    try:
        yield
    except DoorstepError as error:
        if click.get_current_context(silent=True) is None:
            raise
        raise click.ClickException(error.terminal_message) from error


class PlainCommand(click.Command):
    """A command that says what went wrong in one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises click.ClickException for expected failures and for files that cannot be written."""
        try:
            _mind_the_owner(load_config())
            return super().invoke(ctx)
        except DoorstepError as error:
            raise click.ClickException(error.terminal_message) from error
        except OSError as error:
            raise click.ClickException(f"A file could not be written: {error.strerror or error}.") from error


def _mind_the_owner(config: Config) -> None:
    """Say, before anything is written, that the site's files are somebody else's. Raises click.ClickException.

    Root may go on, as what the store makes is given to the owner; so may whom the owner lets write there. Where jobs
    and reports are in PostgreSQL, only the folder with the regions can be somebody else's.
    """
    in_file = not config.database_url and config.database_path.exists()
    data = config.database_path if in_file else config.data_dir
    owner = stranger_to(data)
    if owner and os.geteuid() and not os.access(data, os.W_OK, effective_ids=True):
        raise click.ClickException(f"{data} belongs to {owner}. Run this command as that user.")
    if owner and not os.geteuid():
        click.echo(
            f"Note: {data} belongs to {owner}, and this command runs as root. Better run it as {owner}.", err=True
        )


class PlainGroup(click.Group):
    """Commands of one subject, each a PlainCommand."""

    command_class = PlainCommand
