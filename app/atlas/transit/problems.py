"""Collects what is wrong with a feed, so that one import names all of it."""

from __future__ import annotations

from collections import Counter

from app.errors import BadFeed

#: A list longer than this helps nobody; a fault that repeats is shown a few times only.
SHOWN = 10
SHOWN_OF_ONE_KIND = 3


class Problems:
    """The faults of one feed, in the order in which they were met."""

    def __init__(self, feed: str) -> None:
        self._feed = feed
        self._kinds: Counter[tuple[str, str]] = Counter()
        self._shown: list[str] = []

    def add(self, file: str, line: int | None, why: str, value: str | None = None) -> None:
        """Note a fault: `why` is the same sentence for every fault of its kind, `value` what stood there."""
        self._kinds[file, why] += 1
        if self._kinds[file, why] <= SHOWN_OF_ONE_KIND and len(self._shown) < SHOWN:
            where = file if line is None else f"{file}, line {line}"
            self._shown.append(f"{where}: {why}" + ("" if value is None else f' ("{value[:60]}")'))

    def raise_if_any(self) -> None:
        """Raise BadFeed with the list, unless nothing was noted."""
        more = self._kinds.total() - len(self._shown)
        if self._shown:
            why = "; ".join(self._shown) + (f"; and {more} more like these" if more else "")
            raise BadFeed(file=self._feed, why=why)

    def refuse(self, why: str) -> BadFeed:
        """Return the error for a feed that cannot even be looked into."""
        return BadFeed(file=self._feed, why=why)
