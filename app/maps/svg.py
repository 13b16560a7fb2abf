"""Writing a picture: one document without script, links or anything from elsewhere, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

import numpy as np

from app.geo import Floats
from app.maps.frame import UNITS_PER_PX, Frame
from app.maps.labels import STRAIGHT_PX, Label
from app.maps.pins import HOME_PX, PIN_PX, Pin

#: Characters that an XML document may not hold.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(frame: Frame, style: str, parts: Iterable[str]) -> str:
    """Return the picture; its parts are drawn in order on the land."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{frame.width_px}" height="{frame.height_px}" '
        f'viewBox="0 0 {frame.width} {frame.height}"><style>{style}</style>'
        f'<rect class="la" width="{frame.width}" height="{frame.height}"/>{"".join(parts)}</svg>'
    )


def style_of(svg: str) -> str:
    """Return the style sheet in a picture, or the beginning of one; "" where there is none."""
    found = re.search("<style>(.*?)</style>", svg, re.DOTALL)
    return found[1] if found else ""


def text(value: str) -> str:
    """Return text as it may stand in an XML document."""
    return escape(NOT_XML.sub("", value))


def path(data: str, classes: str) -> str:
    """Return one path; "" for one without points."""
    return f'<path class="{classes}" d="{data}"/>' if data else ""


def group(classes: str, parts: Sequence[str]) -> str:
    """Return parts that share a look; "" for none."""
    inner = "".join(parts)
    return f'<g class="{classes}">{inner}</g>' if inner else ""


def roads(paths: Sequence[tuple[str, str]]) -> str:
    """Return roads with a casing, the least important first: all casings lie below all roads."""
    shown = [(number, data) for number, data in paths if data]
    if not shown:
        return ""
    defined = "".join(f'<path id="r{number}" d="{data}"/>' for number, data in shown)
    casings = [f'<use class="c{number}" href="#r{number}"/>' for number, _ in shown]
    fills = [f'<use class="r{number}" href="#r{number}"/>' for number, _ in shown]
    return f"<defs>{defined}</defs>{group('ca', casings)}{group('rd', fills)}"


def labels(found: Sequence[Label]) -> str:
    """Return names on their lines."""
    return "".join(
        _line(label, line, curve, f"t{number}-{row}")
        for number, label in enumerate(found)
        for row, (line, curve) in enumerate(zip(label.lines, label.curves, strict=True))
    )


def _line(label: Label, line: str, curve: Floats, name: str) -> str:
    begin, control, end = curve
    middle = (begin + end) / 2
    if float(np.hypot(*(control - middle))) < STRAIGHT_PX * UNITS_PER_PX:
        x, y = np.rint((middle + control) / 2).astype(int).tolist()
        angle = round(float(np.degrees(np.arctan2(*(end - begin)[::-1]))), 1)
        turn = f' transform="rotate({angle:g} {x} {y})"' if angle else ""
        return f'<text class="{label.face}" x="{x}" y="{y}"{turn}>{text(line)}</text>'
    points = np.rint(curve).astype(int).tolist()
    (x, y), (via_x, via_y), (to_x, to_y) = points
    return (
        f'<path id="{name}" fill="none" d="M{x} {y}Q{via_x} {via_y} {to_x} {to_y}"/>'
        f'<text class="{label.face}"><textPath href="#{name}" startOffset="50%">{text(line)}</textPath></text>'
    )


def pins(found: Sequence[Pin]) -> str:
    """Return pins: first the lines to their places, then the discs with their numbers."""
    led = [pin for pin in found if pin.is_led]
    lines = path("".join(f"M{pin.x:.0f} {pin.y:.0f}L{pin.place_x:.0f} {pin.place_y:.0f}" for pin in led), "ld")
    dots = "".join(_disc("dt", pin.place_x, pin.place_y, 2.2) for pin in led)
    discs = "".join(
        f"{_disc('pn', pin.x, pin.y, PIN_PX)}"
        f'<text class="no" x="{pin.x:.0f}" y="{pin.y + 3.6 * UNITS_PER_PX:.0f}">{pin.number}</text>'
        for pin in found
    )
    return lines + dots + discs


def stops(points: Iterable[tuple[float, float]], radius_px: float = 2.6) -> str:
    """Return discs with the colour of the land inside."""
    return "".join(_disc("so", x, y, radius_px) for x, y in points)


def dots(points: Iterable[tuple[float, float]], radius_px: float) -> str:
    """Return small discs."""
    return "".join(_disc("dt", x, y, radius_px) for x, y in points)


def triangles(points: Iterable[tuple[float, float]], radius_px: float = 5.5) -> str:
    """Return triangles that warn."""
    size = radius_px * UNITS_PER_PX
    return path(
        "".join(f"M{x:.0f} {y - size:.0f}l{size:.0f} {1.75 * size:.0f}h{-2 * size:.0f}z" for x, y in points), "tr"
    )


def home(x: float, y: float) -> str:
    """Return the disc with a house."""
    roof, wall, floor = 6.0 * UNITS_PER_PX, 4.3 * UNITS_PER_PX, 5.0 * UNITS_PER_PX
    house = (
        f"M{x:.0f} {y - roof:.0f}l{roof:.0f} {roof - UNITS_PER_PX * 0.4:.0f}h{wall - roof:.0f}V{y + floor:.0f}"
        f"h{-2 * wall:.0f}V{y - UNITS_PER_PX * 0.4:.0f}h{wall - roof:.0f}z"
    )
    return _disc("ho", x, y, HOME_PX) + path(house, "hs")


def letter(sign: str, x: float, y: float) -> str:
    """Return a disc like a home's with a letter instead of the house."""
    return (
        f'{_disc("ho", x, y, HOME_PX)}<text class="no" x="{x:.0f}" y="{y + 3.6 * UNITS_PER_PX:.0f}">{text(sign)}</text>'
    )


def _disc(classes: str, x: float, y: float, radius_px: float) -> str:
    return f'<circle class="{classes}" cx="{x:.0f}" cy="{y:.0f}" r="{radius_px * UNITS_PER_PX:.3g}"/>'
