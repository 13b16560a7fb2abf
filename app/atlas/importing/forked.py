"""Work in a process of its own, beside the rest of an import."""

from __future__ import annotations

import sqlite3
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Generic, NamedTuple, TypeVar

from shapely.errors import GEOSException

from app.errors import BadContent, DoorstepError
from app.queue.process import die_with_parent

Result = TypeVar("Result")

#: What compiling raises over data that no check foresaw: numbers that do not fit, positions that make no shape.
CONTRADICTIONS = (ArithmeticError, LookupError, TypeError, ValueError, MemoryError, GEOSException, struct.error)


class Forked(Generic[Result]):
    """A function that runs in a fork of this process and gets a pipe to it; what it returns comes back through it."""

    def __init__(self, work: Callable[[Connection], Result]) -> None:
        context = get_context("fork")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(work, self._ours, theirs), daemon=True)
        with warnings.catch_warnings():
            # Python 3.12 warns of forking beside threads; those of numpy are idle here.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        theirs.close()

    def send(self, message: object) -> None:
        """Send what the function receives from its pipe; where it has gone, `result` says why."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._ours.send(message)

    def ask(self, question: object) -> object:
        """Send a question and wait for the answer, which comes before the result. Raises OSError as `result` does."""
        self.send(question)
        return self._receive()

    def wait_for_message(self) -> None:
        """Wait until the function sends something before its result. Raises OSError as `result` does."""
        self._receive()

    def result(self) -> Result:
        """Wait for what the function returns. Raises OSError where it could not write, or was stopped."""
        result = self._receive()
        self._process.join()
        return result

    def _receive(self) -> Result:
        try:
            received: Result | OSError | _Refused = self._ours.recv()
        except (EOFError, ConnectionResetError):
            raise OSError("a process of the import was stopped") from None
        if isinstance(received, _Refused):
            self._process.join()
            raise received.kind(**received.details)  # type: ignore[arg-type]
        if isinstance(received, OSError):
            self._process.join()
            raise received
        return received

    def stop(self) -> None:
        """End the process if it still runs: the import failed elsewhere."""
        self._ours.close()
        self._process.kill()  # a fork of the evaluator ignores the signals that ask for an end, as that does
        self._process.join()


@contextmanager
def beside(work: Callable[[Connection], Result]) -> Iterator[Forked[Result]]:
    """Let a function run beside the block, and end it with the block at the latest."""
    process = Forked(work)
    try:
        yield process
    finally:
        process.stop()


def _run(work: Callable[[Connection], Result], parent: Connection, pipe: Connection) -> None:
    die_with_parent()
    parent.close()  # so that the end of the parent is the end of the pipe
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the import failed elsewhere: nobody listens
        pipe.send(_result(work, pipe))


class _Refused(NamedTuple):
    """An expected failure on its way through a pipe."""

    kind: type[DoorstepError]
    details: dict[str, object]


def _result(work: Callable[[Connection], Result], pipe: Connection) -> Result | OSError | _Refused:
    try:
        return work(pipe)
    except ConnectionError:
        raise
    except DoorstepError as error:
        return _Refused(type(error), error.details)
    except sqlite3.Error as error:
        return OSError(str(error))
    except OSError as error:
        return error
    except CONTRADICTIONS as error:
        return _Refused(BadContent, {"fault": type(error).__name__})
