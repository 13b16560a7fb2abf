"""Expected failures of a command: one sentence, and exit code 1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from app.errors import DoorstepError


@contextmanager
def plainly_for_commands() -> Iterator[None]:
    """Where `flask` loads the application for a command, make an expected failure one sentence, and exit code 1."""
    try:
        yield
    except DoorstepError as error:
        if click.get_current_context(silent=True) is None:
            raise
        raise click.ClickException(error.message) from error


class PlainCommand(click.Command):
    """A command that says what went wrong in one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises click.ClickException for expected failures and for files that cannot be written."""
        try:
            return super().invoke(ctx)
        except DoorstepError as error:
            raise click.ClickException(error.terminal_message) from error
        except OSError as error:
            raise click.ClickException(f"A file could not be written: {error.strerror or error}.") from error


class PlainGroup(click.Group):
    """Commands of one subject, each a PlainCommand."""

    command_class = PlainCommand
