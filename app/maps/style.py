"""How maps look: one palette by light and one by dark, as the style sheet that stands in each picture."""

from __future__ import annotations

import base64
import hashlib
from types import MappingProxyType

from app.maps.frame import UNITS_PER_PX
from app.maps.labels import FONT_PX, Face

#: What is drawn with which colour: by light, by dark. One hue from dark to light for the walk, so that grey print and
#: any eyes keep the order.
PALETTE = MappingProxyType({
    "land": ("#f7f4ee", "#141b1a"),
    "nodata": ("#ebe6db", "#0c1110"),
    "building": ("#e6dfd2", "#20292a"),
    "square": ("#efe9dc", "#1c2423"),
    "green": ("#dde8cb", "#1c2c22"),
    "wood": ("#cfdfbb", "#1a3323"),
    "beach": ("#f1e7c9", "#2b2a20"),
    "water": ("#c3dbe8", "#16303f"),
    "road": ("#ffffff", "#38433f"),
    "casing": ("#d3cabb", "#0d1211"),
    "near": ("#0f5148", "#b9f2e2"),
    "middle": ("#2f8272", "#55b49f"),
    "wide": ("#7fbaa9", "#357a6d"),
    "far": ("#c9c1b2", "#47524e"),
    "rail": ("#8b867a", "#79837e"),
    "text": ("#1c2524", "#edf0ea"),
    "greentext": ("#40603a", "#9cc398"),
    "watertext": ("#33657f", "#8fbdd6"),
    "pintext": ("#ffffff", "#141b1a"),
    "accent": ("#b8401d", "#ff9a76"),
    "busy": ("#c98a2b", "#d9a441"),
    "picked": ("#9cc07c", "#2f6b43"),
})  # fmt: skip
TYPEFACES = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"

#: What each class fills, strokes with, and how wide (pixels).
FILLS = {
    "la": "land", "nd": "nodata", "gr": "green", "wd": "wood", "be": "beach", "sq": "square", "wa": "water",
    "pi": "land", "bu": "building", "ha": "accent", "pg": "picked",
}  # fmt: skip
STROKES = {
    "b0": "near", "b1": "middle", "b2": "wide", "b3": "far", "ra": "rail", "rt": "rail", "rd": "road", "ca": "casing",
    "wl": "water", "pl": "land", "hl": "accent", "ri": "middle", "st": "accent", "bz": "busy",
}  # fmt: skip
WIDTHS_PX = {
    "c1": 6.6, "c2": 6.0, "c3": 5.2, "c4": 4.0, "r1": 5.2, "r2": 4.6, "r3": 3.9, "r4": 2.8,
    "s": 2.1, "l": 1.5, "p": 0.9, "ra": 0.9, "wl": 1.4, "pl": 2.0, "hl": 1.8, "ld": 1.0, "ri": 1.1, "rt": 1.6,
}  # fmt: skip


def stylesheet(*, dark: bool = True) -> str:
    """Return the style sheet, with the colours for dark screens unless they are not wanted."""
    rules = [
        f"text{{font-family:{TYPEFACES};text-anchor:middle;paint-order:stroke;stroke-linejoin:round;"
        f"stroke-width:{_units(2.6)}}}",
        "path,use{stroke-linejoin:round;stroke-linecap:round}",
        f".{',.'.join(STROKES)}{{fill:none}}",
        *(f".{name}{{stroke-width:{_units(width)}}}" for name, width in WIDTHS_PX.items()),
        # Farther streets recede.
        f".b3 .s{{stroke-width:{_units(1.5)}}}.b3 .l{{stroke-width:{_units(1.1)}}}.b3 .p{{stroke-width:{_units(0.7)}}}",
        f".hl{{stroke-dasharray:{_units(4)} {_units(3)}}}.st,.bz{{stroke-linecap:butt;"
        f"stroke-dasharray:{_units(4.5)} {_units(2)}}}",
        f".ha{{fill-opacity:.16}}.tr{{stroke-width:{_units(1)}}}.pn{{stroke-width:{_units(1.2)}}}",
        *(f".{face}{{font-size:{_units(FONT_PX[face])}px}}" for face in Face),
        ".tm{font-weight:700}.tg,.tw{font-style:italic}",
        f".no{{font-size:{_units(10)}px;font-weight:700;paint-order:normal;stroke:none}}",
        f".ho{{stroke-width:{_units(1.6)}}}.dt{{stroke-width:{_units(1.2)}}}.so{{stroke-width:{_units(1.5)}}}",
        _colours(0),
    ]
    if dark:
        # A page that is printed from a dark screen takes the colours of light.
        rules.append(f"@media screen and (prefers-color-scheme:dark){{{_colours(1)}}}")
    return "".join(rules)


def _units(px: float) -> str:
    return f"{px * UNITS_PER_PX:.4g}"


def _colours(scheme: int) -> str:
    colour = {name: pair[scheme] for name, pair in PALETTE.items()}
    fills = "".join(f".{name}{{fill:{colour[of]}}}" for name, of in FILLS.items())
    strokes = "".join(f".{name}{{stroke:{colour[of]}}}" for name, of in STROKES.items())
    texts = "".join(
        f".{face}{{fill:{colour[of]};stroke:{colour['land']}}}"
        for face, of in ((face, TEXT_COLOURS.get(face, "text")) for face in Face)
    )
    return (
        f"{fills}{strokes}{texts}.pn,.dt{{fill:{colour['text']};stroke:{colour['land']}}}.ld{{stroke:{colour['text']}}}"
        f".so{{fill:{colour['land']};stroke:{colour['near']}}}.no{{fill:{colour['pintext']}}}.ho,.tr{{fill:{colour['accent']};stroke:{colour['land']}}}"
        f".hs{{fill:{colour['pintext']}}}"
    )


TEXT_COLOURS = {Face.GREEN: "greentext", Face.WATER: "watertext"}


def style_hash(style: str) -> str:
    """Return a style sheet's hash as a Content-Security-Policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
