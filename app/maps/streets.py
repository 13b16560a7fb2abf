"""Streets in colours: by how long the walk along them takes, or by how much traffic a cyclist meets there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
import shapely

from app.atlas.streets.lines import StreetLines
from app.geo import Geometries
from app.maps import svg
from app.maps.frame import Frame
from app.maps.ragged import Bools, Integers, Ragged, joined, line_path, simpler
from app.maps.thinning import Canvas

#: The walking times (minutes) that the colours tell apart.
BAND_MIN = (5, 10, 15)
BAND_S = tuple(60.0 * minutes for minutes in BAND_MIN)
#: A path within this of a street is its pavement (pixels).
BESIDE_STREET_PX = 3.6
#: Of two paths so near to each other only the longer one is drawn.
BESIDE_PATH_PX = 2.3
#: Classes of the levels of traffic stress, from those that frighten to those that anyone rides.
STRESS_CLASSES = MappingProxyType({4: "st", 3: "bz", 2: "b1", 1: "b0"})


@dataclass(frozen=True)
class Streets:
    """The streets of one frame, in units."""

    frame: Frame
    lines: StreetLines

    @cached_property
    def _shown(self) -> tuple[Geometries, Integers]:
        """What the picture shows of the lines, and of which line each part is."""
        return Ragged(self.frame.to_units(self.lines.points), self.lines.starts).shown(self.frame)

    @cached_property
    def _classes(self) -> dict[str, Bools]:
        """Streets that cars drive through, those with a name that they do not, and paths."""
        driven, named = self.lines.is_driven, self.lines.has_name
        return {"s": driven, "l": ~driven & named, "p": ~driven & ~named}

    def _pick(self, wanted: Bools) -> Geometries:
        parts, line = self._shown
        return joined(parts[wanted[line]])

    def by_walking_time(self, *, paths: bool = True) -> list[str]:
        """Return a group for each band, the farthest first."""
        walked = self.lines.is_walked
        streets = Canvas(self.frame)
        shown, line = self._shown
        streets.draw(shown[(walked & ~self._classes["p"])[line]], BESIDE_STREET_PX)
        groups = []
        for band in range(len(BAND_S), -1, -1):
            here = walked & (self.lines.band == band)
            drawn = {name: self._pick(here & wanted) for name, wanted in self._classes.items() if paths or name != "p"}
            if "p" in drawn:
                beside = joined(streets.without_what_is_near(drawn["p"]))
                drawn["p"] = streets.longest(beside, BESIDE_PATH_PX)
            parts = [svg.path(line_path(simpler(drawn[name])), name) for name in ("p", "l", "s") if name in drawn]
            groups.append(svg.group(f"b{band}", parts))
        return groups

    @cached_property
    def plain(self) -> str:
        """All streets but paths in one look, as the ground of another subject."""
        lines = self._pick(self.lines.is_walked & ~self._classes["p"])
        return svg.group("b3", [svg.path(line_path(simpler(_long(lines))), "l")])

    def by_stress(self) -> list[str]:
        """Return a group for each level of traffic stress, the calmest last, below them what is only walked."""
        stress = self.lines.stress
        walked = self._pick(self.lines.is_walked & (stress == 0) & self.lines.has_name)
        groups = [svg.group("b3", [svg.path(line_path(simpler(walked)), "l")])]
        for level, classes in STRESS_CLASSES.items():
            lines = {name: self._pick((stress == level) & wanted) for name, wanted in self._classes.items()}
            parts = [svg.path(line_path(simpler(_long(lines[name]))), name) for name in ("p", "l", "s")]
            groups.append(svg.group(classes, parts))
        return groups


#: Paths shorter than this (units) are left out of small maps.
LEAST_UNITS = 30.0


def _long(lines: Geometries) -> Geometries:
    return np.asarray(lines[shapely.length(lines) >= LEAST_UNITS], dtype=object) if len(lines) else lines
