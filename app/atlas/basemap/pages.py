"""The files of a base map: neighbouring shapes of one layer packed together on a page, which is read as a whole.

A page is a row of PAGE and three runs of bytes, all varints: for each part the number of its points, doubled, and one
more where it is a hole of the part before; for each point the step east and north from the one before, of the first
from the south-west corner of the page; and for each shape the number of its name, if its layer has names. Positions
are whole steps of about half a metre. Rings are stored without the last point, which is the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from app.atlas.files import array_in
from app.atlas.varints import Ints
from app.geo import METRES_PER_DEGREE, Box, Floats

#: One page; the runs of bytes go on to where those of the next page begin, so the last row is no page.
PAGE = np.dtype([("layer", "u1"), ("box", "<i4", (4,)), ("parts", "<i8"), ("points", "<i8"), ("names", "<i8")])
#: The files of the runs of bytes.
RUNS = ("parts", "points", "names")
#: Half a metre and a bit, in degrees of latitude.
LAT_STEP = 5e-6
PAGES_FILE, FACTS_FILE = "pages.npy", "basemap.json"


@dataclass(frozen=True, slots=True)
class Grid:
    """The steps in which positions are stored, in degrees."""

    lon_step: float
    lat_step: float = LAT_STEP

    @property
    def step_m(self) -> float:
        """Return the metres in a step."""
        return self.lat_step * METRES_PER_DEGREE

    def to_steps(self, points: Floats) -> Floats:
        """Return (lon, lat) rows in steps, not rounded."""
        return points / (self.lon_step, self.lat_step)

    def to_degrees(self, steps: Ints) -> Floats:
        """Return steps as (lon, lat) rows."""
        degrees: Floats = steps * np.array([self.lon_step, self.lat_step])
        return degrees


@dataclass(frozen=True, slots=True)
class Facts:
    """The grid, and all names in order; number 0 is none."""

    grid: Grid
    names: tuple[str, ...]


# Made here, before any thread: where the first decodings of a type race, msgspec crashes the process.
_FACTS = msgspec.json.Decoder(Facts)


@dataclass(frozen=True, slots=True)
class PageFiles:
    """All that is stored of a region's base map."""

    facts: Facts
    pages: NDArray[np.void]
    parts: NDArray[np.uint8]
    points: NDArray[np.uint8]
    names: NDArray[np.uint8]

    def write(self, directory: Path) -> None:
        """Write them into a new directory."""
        directory.mkdir()
        (directory / FACTS_FILE).write_bytes(msgspec.json.encode(self.facts))
        np.save(directory / PAGES_FILE, self.pages)
        for run in RUNS:
            np.save(directory / f"{run}.npy", getattr(self, run))

    @classmethod
    def open(cls, directory: Path) -> PageFiles:
        """Read what `write` wrote.

        Raises OSError, ValueError or msgspec.MsgspecError where it is missing, damaged or does not fit together.
        """
        facts = _FACTS.decode((directory / FACTS_FILE).read_bytes())
        pages, *runs = (array_in(directory / name) for name in (PAGES_FILE, *(f"{run}.npy" for run in RUNS)))
        if (
            pages.dtype != PAGE
            or not len(pages)
            or any(pages[run][-1] != len(data) for run, data in zip(RUNS, runs, strict=True))
        ):
            raise ValueError("pages that do not fit together")
        return cls(facts, pages, *runs)

    def meeting(self, box: Box) -> Ints:
        """Return the pages that a box meets, in ascending order."""
        west, south, east, north = self.facts.grid.to_steps(np.array(box).reshape(2, 2)).ravel()
        boxes = self.pages["box"][:-1]
        meets = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        return np.flatnonzero(meets)

    def runs(self, run: str, pages: Ints) -> Sequence[bytes]:
        """Return one of the runs of bytes of some pages."""
        data, starts = getattr(self, run), self.pages[run]
        spans = zip(starts[pages].tolist(), starts[pages + 1].tolist(), strict=True)
        return [data[start:end].tobytes() for start, end in spans]
