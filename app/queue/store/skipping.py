"""Looks that begin behind rows that died and cannot be cleared away.

A transaction that somebody holds open on a PostgreSQL server, such as a report or a dump, keeps every row that changes
meanwhile, and each look for the next job would go through all of them. So where looks are slow again and again, or
follow each other faster than jobs can be evaluated, most begin where the last one found something. What comes into the
line in front of that place waits for the next look from the very beginning.
"""

from __future__ import annotations

import math
import time

#: A look that takes longer (seconds) may go through rows that died. What all looks took beyond that, less what
#: others stayed below it, says whether it is so: other work slows down a few.
SLOW_SECONDS = 0.001
#: Looks that follow each other within these seconds are in haste, once there were so many in a row.
HASTE_SECONDS, HASTY_LOOKS = 0.02, 200
#: The share of the time that looks from the very beginning may take then, and the shortest and the longest time
#: (seconds) between two.
SHARE, PAUSES = 0.01, (0.1, 10.0)


class Skipping:
    """Whether the next look may begin where the last one found something.

    It may where looks have been slow of late, by `after_seconds` together.
    """

    def __init__(self, after_seconds: float = math.inf) -> None:
        self._after_seconds = after_seconds
        self._slow_seconds = 0.0
        self._hasty_looks = 0
        self._looked_at = self._whole_at = -math.inf

    @property
    def allowed(self) -> bool:
        """Return whether the next look need not be from the very beginning."""
        return (self._hasty_looks >= HASTY_LOOKS or self.is_slow) and time.monotonic() < self._whole_at

    @property
    def is_slow(self) -> bool:
        """Return whether looks from the very beginning are slow again and again."""
        return self._slow_seconds >= self._after_seconds

    def note(self, began: float, *, whole: bool) -> None:
        """Note a look that began at a time of the steady clock and ends now; `whole`: from the very beginning."""
        now = time.monotonic()
        self._hasty_looks = self._hasty_looks + 1 if now - self._looked_at < HASTE_SECONDS else 0
        self._looked_at = now
        if whole:
            self._note_whole(now, now - began)

    def _note_whole(self, now: float, seconds: float) -> None:
        shortest, longest = PAUSES
        self._whole_at = now + min(max(seconds / SHARE, shortest), longest)
        if seconds > SLOW_SECONDS:
            self._slow_seconds += seconds - SLOW_SECONDS
        elif self._slow_seconds:
            # What kept the rows is over, or was nothing but other work.
            self._slow_seconds = 0.0 if self.is_slow else max(self._slow_seconds + seconds - SLOW_SECONDS, 0.0)
