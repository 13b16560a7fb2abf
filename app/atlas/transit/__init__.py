"""Timetables: GTFS feeds are checked, compiled to memory-mapped arrays, and searched for journeys.

An importer calls `compile_timetables`; the surroundings of an address ask a `Timetable`.
"""

from app.atlas.transit.compiler import compile_timetables
from app.atlas.transit.contract import Stops, StopWalks, TimetableFacts, WalkBetween
from app.atlas.transit.timetable import Timetable
from app.atlas.transit.window import MORNING, Span

__all__ = [
    "MORNING",
    "Span",
    "StopWalks",
    "Stops",
    "Timetable",
    "TimetableFacts",
    "WalkBetween",
    "compile_timetables",
]
