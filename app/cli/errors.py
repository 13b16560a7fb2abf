"""Expected failures of a command: one sentence, and exit code 1."""

from __future__ import annotations

from typing import Any

import click

from app.errors import DoorstepError


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
