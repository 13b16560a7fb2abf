"""Turns GTFS feeds into the arrays of one typical weekday."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.atlas.transit.contract import TimetableFacts, WalkBetween


def compile_timetables(feeds: Sequence[Path], directory: Path, walk: WalkBetween | None) -> TimetableFacts:
    """Check the feeds and write their timetables into a directory (made where absent).

    Raises BadFeed with a list of what is wrong; nothing is written then. `walk` gives the changes on foot;
    without it, and for stops off its network, 1.3 times the straight line at 80 m/min is taken.
    """
    raise NotImplementedError
