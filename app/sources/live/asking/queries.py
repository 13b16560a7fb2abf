"""What is asked of a live service and what comes back: the shapes that the client and all services share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from app.sources.live.services import Service

Value = TypeVar("Value")

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Query:
    """One question: the path below the service's address, and its parameters. Never holds the key."""

    path: str
    params: Pairs = ()
    #: Fields of a form; with some the question is sent by POST.
    form: Pairs = ()
    #: The parameter that carries the service's key, "" where it has none.
    key_param: str = ""
    #: The typed text that it is about, "" for none: what is kept is deleted with its job.
    about: str = ""


@dataclass(frozen=True, slots=True)
class Answered(Generic[Value]):
    """What an answer was read as, and when it was fetched (Unix seconds), which may be long ago."""

    value: Value
    fetched_at: float
    #: Whether it was kept from earlier, so that nothing was sent.
    was_kept: bool = False

    @property
    def day(self) -> str:
        """The day on which it was fetched, ISO, in UTC."""
        return datetime.fromtimestamp(self.fetched_at, UTC).date().isoformat()


class BadAnswer(Exception):
    """The body is not what the service promises: cut off, another format, half an answer. The text says so."""


class Tired(Exception):
    """The body says, whatever its status, that the service wants to be left alone for a while."""


class Denied(Exception):
    """The body says that the service refuses this installation: a wrong key, no contract."""


class Asks(Protocol):
    """Asks services, one request at a time and no faster than they allow."""

    def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        """Return what `parse` makes of the body, which is kept for later unless it raises.

        `parse` raises BadAnswer, Tired or Denied. Raises ServiceTrouble (it passes, and says when to try again),
        ServiceBusy (it is another job's turn), ServiceSpent (the day's budget) or ServiceDenied.
        """

    def let_go(self, service: Service, query: Query) -> None:
        """Drop the kept body of an answer, as something better was made of it; that it came is still known."""
