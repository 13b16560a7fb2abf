"""What is wrong with a database: logged once when it begins and once when it is over."""

from __future__ import annotations

import logging
import time

from app.errors import DatabaseDamaged, DatabaseSwapped, DiskFull, DoorstepError

logger = logging.getLogger(__name__)

#: What `Trouble` calls the two things that may fail.
READING, WRITING = "reading", "writing"


class Trouble:
    """The troubles of one database in this process, apart for reading and writing: often only writing fails."""

    def __init__(self, name: str) -> None:
        self._name = name
        #: What fails: how, and since when (steady clock).
        self.known: dict[str, tuple[type[DoorstepError], float]] = {}

    def begins(self, doing: str, told: DoorstepError, cause: object) -> None:
        """Log a failure, unless the last attempt to do the same failed in the same way."""
        before, since = self.known.get(doing, (None, time.monotonic()))
        self.known[doing] = type(told), since
        if before is not type(told):
            grave = isinstance(told, (DatabaseDamaged, DatabaseSwapped, DiskFull))
            logger.log(logging.ERROR if grave else logging.WARNING, "%s: %s fails: %s", self._name, doing, cause)

    def over(self, doing: str) -> None:
        """Log that a failure is over, if there was one."""
        known = self.known.pop(doing, None)
        if known is not None:
            seconds = time.monotonic() - known[1]
            logger.warning("%s: %s works again after %.1f s", self._name, doing, seconds)


_troubles: dict[str, Trouble] = {}


def trouble_of(address: str, name: str) -> Trouble:
    """Return the troubles of the database at an address, the same for all who use it in this process.

    `name` is what the log calls it.
    """
    return _troubles.setdefault(address, Trouble(name))
