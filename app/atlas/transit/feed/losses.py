"""Counts what of a feed cannot be read: a little is left out and said, more refuses the feed."""

from __future__ import annotations

from collections import Counter

from app.errors import BadFeed

#: A feed is refused where more than this share of its stops, trips, calls ... had to be left out,
MOST_LEFT_OUT = 0.01
#: unless it is only so many: a small feed must not fail for one slip of the pen.
ALWAYS_FORGIVEN = 3

#: A list longer than this helps nobody; a fault that repeats is shown a few times only.
SHOWN = 10
SHOWN_OF_ONE_KIND = 3


class Losses:
    """What was left out of one feed, by what it is ("stops", "calls"), with the first faults of each kind."""

    def __init__(self, feed: str) -> None:
        self._feed = feed
        self._read: Counter[str] = Counter()
        self._lost: Counter[tuple[str, str]] = Counter()
        self._shown: dict[tuple[str, str], list[str]] = {}

    def read(self, what: str, rows: int) -> None:
        """Note how many of something were looked at."""
        self._read[what] += rows

    def leave_out(self, what: str, where: str, why: str, value: str | None = None) -> None:
        """Note one left out: `where` is its file and line, `why` the same sentence for all faults of its kind."""
        self._lost[what, why] += 1
        shown = self._shown.setdefault((what, why), [])
        if len(shown) < SHOWN_OF_ONE_KIND:
            shown.append(f"{where}: {why}" + ("" if value is None else f' ("{value[:60]}")'))

    def judge(self) -> list[str]:
        """Return a sentence for each kind of fault. Raises BadFeed where too much is lost."""
        lost: Counter[str] = Counter()
        for (what, _), count in self._lost.items():
            lost[what] += count
        bad = [what for what in lost if lost[what] > max(ALWAYS_FORGIVEN, MOST_LEFT_OUT * self._read[what])]
        if bad:
            shares = (f"{lost[what]:,} of {self._read[what]:,} {what}" for what in bad)
            raise self.refuse(f"{' and '.join(shares)} cannot be used")
        return [
            f"{count:,} of {self._read[what]:,} {what} left out: {why}."
            for (what, why), count in self._lost.items()
        ]  # fmt: skip

    def refuse(self, why: str) -> BadFeed:
        """Return the error for a feed of no use, with the faults that were met in it."""
        shown = [text for texts in self._shown.values() for text in texts][:SHOWN]
        more = sum(self._lost.values()) - len(shown)
        faults = "; ".join(shown) + (f"; and {more:,} more like these" if more > 0 else "")
        return BadFeed(file=self._feed, why=f"{why} - {faults}" if faults else why)
