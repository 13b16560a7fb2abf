"""Expected failures of a command: one sentence, and exit code 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import click

from app.errors import DoorstepError

P = ParamSpec("P")
T = TypeVar("T")


def plainly(command: Callable[P, T]) -> Callable[P, T]:
    """Print an expected failure as one sentence and exit with 1."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except DoorstepError as error:
            raise click.ClickException(error.message) from error

    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    return wrapped


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn expected failures into one sentence and exit code 1."""
    try:
        yield
    except DoorstepError as error:
        raise click.ClickException(error.message) from None
    except OSError as error:
        raise click.ClickException(f"The atlas could not be written: {error.strerror or error}.") from None
