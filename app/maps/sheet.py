"""What the pictures of one report are drawn from: read once for all of them, and shared by those of one frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.atlas.basemap.basemap import Shapes
from app.atlas.basemap.layers import Layer
from app.atlas.map_facts import MapFacts
from app.atlas.streets.lines import StreetLines
from app.geo import Box, Geometries
from app.maps.frame import Frame
from app.maps.ground import Ground
from app.maps.hazards import shapes_warned_of
from app.maps.streets import BAND_S, Streets
from app.pipeline.report import Report
from app.sources.interface import Surroundings


@dataclass(frozen=True)
class Sheet:
    """A report, its surroundings and what lies in a box that holds every picture; all is read when first asked for."""

    report: Report
    around: Surroundings
    facts: MapFacts
    box: Box
    _grounds: dict[Frame, Ground] = field(default_factory=dict)
    _streets: dict[Frame, Streets] = field(default_factory=dict)

    @classmethod
    def of(cls, report: Report, around: Surroundings, facts: MapFacts, frames: Iterable[Frame]) -> Sheet:
        """Return the sheet for some frames."""
        return cls(report, around, facts, Box.around(frame.box for frame in frames))

    def ground(self, frame: Frame) -> Ground:
        """Return the base map in a frame."""
        if frame not in self._grounds:
            box = frame.box
            shapes = {layer: found.meeting(box) for layer, found in self._layers.items()}
            self._grounds[frame] = Ground(frame, shapes, self.facts.covered(box))
        return self._grounds[frame]

    def streets(self, frame: Frame) -> Streets:
        """Return the streets by walking time in a frame."""
        if frame not in self._streets:
            self._streets[frame] = Streets(frame, self._lines)
        return self._streets[frame]

    @cached_property
    def hazards(self) -> Geometries:
        """What the checks of the report warn of, in degrees."""
        return shapes_warned_of(self.report, self.around, self.facts)

    @cached_property
    def _layers(self) -> Mapping[Layer, Shapes]:
        return self.facts.layers(self.box)

    @cached_property
    def _lines(self) -> StreetLines:
        return self.facts.streets(self.box, BAND_S)
