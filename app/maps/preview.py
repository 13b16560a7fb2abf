"""The picture that others show where a link to a report is shared: a PNG, where the renderer is installed."""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO

import numpy as np

from app.atlas.map_facts import MapFacts
from app.maps import svg
from app.maps.frame import UNITS_PER_PX, Frame
from app.maps.labels import AROUND_EM, Face
from app.maps.pictures import ZOOMS, draw_map, usual_zoom
from app.maps.sheet import Sheet
from app.pipeline.report import Report
from app.sources.interface import Surroundings

#: The name of its link, what others ask for (1200 x 630), and by how much larger it is drawn than a map of the page.
NAME = "preview.png"
WIDTH, HEIGHT = 1_200, 630
LARGER = 2
METRES = 1_500.0
MOST_LABELS = 16
#: Messengers leave out pictures of half a megabyte. So few colours are not seen on a map where the rare red is one:
#: "median cut" loses it, an octree keeps it.
COLOURS = 64
CREDIT = "© OpenStreetMap contributors"


def can_preview() -> bool:
    """Return whether the renderer is installed: the extra "preview"."""
    return all(find_spec(name) for name in ("resvg_py", "PIL"))


def draw_preview(report: Report, around: Surroundings, facts: MapFacts) -> bytes:
    """Draw the map by light as a PNG. Raises ModuleNotFoundError without the renderer, ValueError where it fails."""
    import resvg_py
    from PIL import Image  # both are an extra

    at = report.location
    frame = Frame(at.lat, at.lon, WIDTH // LARGER, HEIGHT // LARGER, METRES * ZOOMS[usual_zoom(report)])
    frame = frame.moved_towards(facts.covered(frame.box))
    drawn = draw_map(frame, Sheet.of(report, around, facts, [frame]), MOST_LABELS, dark=False)
    drawn = drawn.removesuffix("</svg>") + _credit(frame) + "</svg>"
    png = bytes(resvg_py.svg_to_bytes(svg_string=drawn, width=WIDTH, height=HEIGHT))
    with Image.open(BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def _credit(frame: Frame) -> str:
    """Return who made the map's data, which must stand in a picture that is shown elsewhere."""
    size = 9.6 * UNITS_PER_PX
    width = (len(CREDIT) * 0.55 + AROUND_EM) * size
    middle = np.array([frame.width - width / 2 - size, frame.height - size])
    x, y = np.rint(middle).astype(int).tolist()
    return f'<text class="{Face.PLACE}" x="{x}" y="{y}">{svg.text(CREDIT)}</text>'
