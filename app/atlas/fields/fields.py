"""The fields of a region as files: its points, a row of numbers for each thing asked, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntFlag
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.atlas.facts import RegionCounts, TownNeed
from app.atlas.files import array_in
from app.atlas.streets.tiling import to_degrees
from app.avoided import AMOUNTS_M, MEASURED
from app.geo import Floats
from app.needs import NEEDS, OFTEN_MIN

FACTS_FILE = "facts.json"

#: What a number of seconds may say instead: not known, since the map ends within 45 minutes; nothing within them.
UNKNOWN, NONE = 65_534, 65_535
#: Of metres: further away than any wish asks.
FAR = 65_535

#: Discs around a point that may leave the region: those within which something is asked not to be, of which SHARES of
#: the area must be known (as `METHODS.safety.covered` says), and the disc of a quick walk to everything (as
#: `METHODS.confidence.covered` says).
DISC_M = 2_400
KNOWN_WITHIN_M = (*AMOUNTS_M, DISC_M)
SHARES = MappingProxyType({**dict.fromkeys(AMOUNTS_M, 0.9), DISC_M: 0.98})

Numbers = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What the fields were measured at ("addresses" or "streets"), each need over the region, and what is mapped."""

    sample: str
    towns: tuple[TownNeed, ...]
    counts: RegionCounts


# Made here, before any thread: where the first decodings of a type race, msgspec crashes the process.
_FACTS = msgspec.json.Decoder(FieldFacts)


class Mapped(IntFlag):
    """What is mapped around a point, and what else an answer needs."""

    STREETS = 1
    SHOPS = 2
    AMENITIES = 4
    STOPS = 8
    #: A timetable covers the point.
    TIMETABLE = 16
    #: A way on foot is mapped from the point to the streets around it.
    WAY_OUT = 32


@dataclass(frozen=True, slots=True)
class FieldRows:
    """What was measured at each point of a region, one array a file; each of points is a row, shape (rows, points)."""

    #: Latitude and longitude in steps of `tiling.STEPS_PER_DEGREE`, shape (points, 2).
    positions: NDArray[np.int32]
    #: Whole seconds on foot, rounded up, to the nearest place of each of NEEDS; UNKNOWN or NONE.
    seconds: Numbers
    #: Whole metres, rounded up, to the nearest of each of MEASURED; FAR beyond what a wish may ask.
    metres: Numbers
    #: Seconds to the nearest stop that a line leaves from every so many minutes (OFTEN_MIN) by day on weekdays;
    #: UNKNOWN where no timetable covers the point.
    often: Numbers
    #: Seconds to the nearest school, of whatever level; the map does not say it of all.
    school: Numbers
    #: Whether a pram gets to what is near without steps: 1 yes, 0 no, -1 not known.
    step_free: NDArray[np.int8]
    #: Bit i: the region holds nearly all of the disc of KNOWN_WITHIN_M[i] metres.
    covered: Numbers
    #: What counts as mapped within MAPPED_RADIUS_M, bits of `Mapped`.
    mapped: NDArray[np.uint8]
    #: Walks to the stops of the timetables, as `rides.HomeWalks` has them; without timetables there are none.
    walk_homes: NDArray[np.int32]
    walk_starts: NDArray[np.int64]
    walk_stops: NDArray[np.int32]
    walk_seconds: Numbers
    #: Where the point is a home on the streets: on those that all may walk, on private ones, and on those with cars.
    public: NDArray[np.void]
    private: NDArray[np.void]
    by_car: NDArray[np.void]

    def fit(self) -> bool:
        """Return whether all are of the same points, and of the needs and hazards that are asked for today."""
        points = len(self.positions)
        shapes = {
            "positions": (points, 2),
            "seconds": (len(NEEDS), points),
            "metres": (len(MEASURED), points),
            "often": (len(OFTEN_MIN), points),
            "walk_stops": self.walk_seconds.shape,
            **dict.fromkeys(("public", "private", "by_car", "school", "step_free", "covered", "mapped"), (points,)),
        }
        return all(getattr(self, name).shape == shape for name, shape in shapes.items())


class Fields:
    """How far the nearest place of each need is from each point of a region.

    Where the points are addresses, point i is the house with the id i + 1 in geo_number.
    """

    def __init__(self, facts: FieldFacts, directory: Path) -> None:
        self.facts = facts
        self._directory = directory

    @cached_property
    def rows(self) -> FieldRows:
        """The values, read when first asked for: they are most of an atlas, and a report does without them.

        Raises OSError or ValueError where they are missing, damaged or do not fit together.
        """
        files = {each.name: self._directory / f"{each.name}.npy" for each in fields(FieldRows)}
        rows = FieldRows(**{name: array_in(file) for name, file in files.items()})
        if not rows.fit():
            raise ValueError("fields that do not fit together")
        return rows

    @classmethod
    def write(cls, directory: Path, facts: FieldFacts, rows: FieldRows) -> None:
        """Write the fields into a new directory."""
        directory.mkdir()
        for each in fields(rows):
            np.save(directory / f"{each.name}.npy", getattr(rows, each.name))
        (directory / FACTS_FILE).write_bytes(msgspec.json.encode(facts))

    @classmethod
    def open(cls, directory: Path) -> Fields:
        """Open what `write` wrote.

        Raises OSError, ValueError or msgspec.MsgspecError where it is missing, damaged or of other needs.
        """
        facts = _FACTS.decode((directory / FACTS_FILE).read_bytes())
        if len(facts.towns) != len(NEEDS):
            raise ValueError("fields of other needs")
        return cls(facts, directory)

    def town(self, need: str) -> TownNeed | None:
        """Return one need over the whole region; None where too little is known to compare an address with it."""
        town = next((town for town in self.facts.towns if town.need == need), None)
        return town if town is not None and town.is_telling else None

    def of(self, need: str) -> Numbers:
        """Return the seconds from each point for one need. Raises KeyError for a need that was not measured."""
        row: Numbers = self.rows.seconds[_NEED_ROWS[need]]
        return row

    def degrees(self) -> tuple[Floats, Floats]:
        """Return the latitudes and longitudes of the points."""
        return to_degrees(self.rows.positions[:, 0]), to_degrees(self.rows.positions[:, 1])


_NEED_ROWS = {need.key: row for row, need in enumerate(NEEDS)}
