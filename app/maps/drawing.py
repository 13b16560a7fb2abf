"""All pictures of a report by the names of their links; what cannot be drawn is logged and left out."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Mapping, Sequence

from shapely.geometry.base import BaseGeometry

from app.atlas.map_facts import MapFacts
from app.maps import pictures, preview, sections
from app.maps.frame import Frame
from app.maps.hazards import shapes_by_check
from app.maps.pictures import SIZES, draw_map, usual_zoom
from app.maps.sections import METRES, draw_section
from app.maps.sheet import Sheet
from app.pipeline.report import Report
from app.sources.interface import Surroundings

log = logging.getLogger(__name__)

#: The names of all pictures that are kept with a report.
KEPT = tuple(f"{name}.svg" for name in (*SIZES, *METRES))


def draw_all(report: Report, around: Surroundings) -> dict[str, str]:
    """Draw all pictures that are kept with a report, by name; none where there is nothing to draw them from."""
    facts = _facts(around)
    if facts is None:
        return {}
    drawn = _drawn(report, around, facts, _frames(report, facts, KEPT, usual_zoom(report)))
    return {name: svg for name, svg in drawn.items() if svg}


def draw(report: Report, around: Surroundings, name: str, zoom: int | None = None) -> str | None:
    """Draw one picture, a map at the usual scale or at another; None where it cannot be drawn."""
    facts = _facts(around)
    if facts is None:
        return None
    frames = _frames(report, facts, (name,), usual_zoom(report) if zoom is None else zoom)
    return _drawn(report, around, facts, frames)[name]


def compressed(svg: str) -> bytes:
    """Return a picture as it is kept: the same bytes whenever it is drawn."""
    return gzip.compress(svg.encode(), mtime=0)


def draw_preview(report: Report, around: Surroundings) -> bytes | None:
    """Draw the picture for shared links (PNG); None where it cannot be drawn."""
    facts = _facts(around)
    if facts is None or not preview.can_preview():
        return None
    try:
        return preview.draw_preview(report, around, facts)
    except Exception:
        log.exception("%s could not be drawn", preview.NAME)
        return None


def hazard_shapes(report: Report, around: Surroundings) -> dict[str, BaseGeometry]:
    """Return what each check warns of in degrees, by its key; nothing where that cannot be read."""
    facts = _facts(around)
    try:
        return shapes_by_check(report, around, facts) if facts is not None else {}
    except Exception:
        log.exception("the shapes of hazards could not be read")
        return {}


def _facts(around: Surroundings) -> MapFacts | None:
    try:
        return around.map_facts()
    except Exception:
        log.exception("the surroundings could not be opened for a map")
        return None


def _frames(report: Report, facts: MapFacts, names: Sequence[str], zoom: int) -> dict[str, Frame]:
    """Return the frame of each picture, moved towards the data."""
    frames = {name: _frame(report, name.removesuffix(".svg"), zoom) for name in names}
    return {name: frame.moved_towards(facts.covered(frame.box)) for name, frame in frames.items()}


def _frame(report: Report, stem: str, zoom: int) -> Frame:
    return pictures.frame_of(report, stem, zoom) if stem in SIZES else sections.frame_of(report, stem)


def _drawn(report: Report, around: Surroundings, facts: MapFacts, frames: Mapping[str, Frame]) -> dict[str, str | None]:
    """Draw pictures by their frames; None for those that fail."""
    sheet = Sheet.of(report, around, facts, frames.values())
    return {name: _picture(name, frame, sheet) for name, frame in frames.items()}


def _picture(name: str, frame: Frame, sheet: Sheet) -> str | None:
    stem = name.removesuffix(".svg")
    try:
        if stem in SIZES:
            return draw_map(frame, sheet, SIZES[stem].most_labels)
        return draw_section(stem, frame, sheet)
    except Exception:
        log.exception("%s could not be drawn", name)
        return None
