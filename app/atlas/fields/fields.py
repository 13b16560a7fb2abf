"""The fields of a region as files: the points, a byte for each need and point, and what they come to for a town."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.atlas.facts import FIELD_STEP_S, WALK_LIMIT_S, RegionCounts, TownNeed
from app.atlas.streets.tiling import to_degrees, to_steps
from app.geo import Floats

POSITIONS_FILE, VALUES_FILE, FACTS_FILE = "positions.npy", "values.npy", "facts.json"

#: What a byte says: steps of 12 s up to 45 minutes; not known; nothing within 45 minutes.
MOST_STEPS, UNKNOWN, NONE = int(WALK_LIMIT_S / FIELD_STEP_S), 254, 255


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What the fields were measured at ("addresses" or "streets"), each need over the region, and what is mapped."""

    sample: str
    towns: tuple[TownNeed, ...]
    counts: RegionCounts


# Made here, before any thread: where the first decodings of a type race, msgspec crashes the process.
_FACTS = msgspec.json.Decoder(FieldFacts)


@dataclass(frozen=True, slots=True)
class Fields:
    """How far the nearest place of each need is from each point of a region, mapped into memory.

    Where the points are addresses, point i is the house with the id i + 1 in geo_number.
    """

    facts: FieldFacts
    #: Latitude and longitude in steps of `tiling.STEPS_PER_DEGREE`, shape (points, 2).
    positions: NDArray[np.int32]
    #: Steps of 12 s rounded up, UNKNOWN or NONE, shape (needs, points), in the order of `facts.towns`.
    values: NDArray[np.uint8]

    @classmethod
    def write(cls, directory: Path, lats: Floats, lons: Floats, values: NDArray[np.uint8], facts: FieldFacts) -> None:
        """Write the fields into a new directory."""
        directory.mkdir()
        np.save(directory / POSITIONS_FILE, np.column_stack((to_steps(lats), to_steps(lons))))
        np.save(directory / VALUES_FILE, values)
        (directory / FACTS_FILE).write_bytes(msgspec.json.encode(facts))

    @classmethod
    def open(cls, directory: Path) -> Fields:
        """Map what `write` wrote.

        Raises OSError, ValueError or msgspec.MsgspecError where it is missing, damaged or does not fit together.
        """
        facts = _FACTS.decode((directory / FACTS_FILE).read_bytes())
        positions, values = _mapped(directory / POSITIONS_FILE), _mapped(directory / VALUES_FILE)
        if positions.shape[1:] != (2,) or values.shape != (len(facts.towns), len(positions)):
            raise ValueError("fields that do not fit together")
        return cls(facts, positions, values)

    def town(self, need: str) -> TownNeed | None:
        """Return one need over the whole region; None where too little is known to compare an address with it."""
        town = next((town for town in self.facts.towns if town.need == need), None)
        return town if town is not None and town.is_telling else None

    def of(self, need: str) -> NDArray[np.uint8]:
        """Return the byte of each point for one need. Raises KeyError for a need that was not measured."""
        rows = {town.need: row for row, town in enumerate(self.facts.towns)}
        row: NDArray[np.uint8] = self.values[rows[need]]
        return row

    def degrees(self) -> tuple[Floats, Floats]:
        """Return the latitudes and longitudes of the points."""
        return to_degrees(self.positions[:, 0]), to_degrees(self.positions[:, 1])


def _mapped(path: Path) -> NDArray[Any]:
    # A file without elements cannot be mapped, so those are read.
    return np.asarray(np.load(path, mmap_mode="r" if path.stat().st_size > 128 else None))
