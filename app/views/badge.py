"""The badge of a report: a small picture of its score for other sites, without the address and without money."""

from __future__ import annotations

from types import MappingProxyType

from app.maps.svg import text
from app.views.report import ReportView
from app.wording import count

#: Size of the letters, height of the badge, and the space beside the words, in pixels.
FONT_PX, HEIGHT_PX, SPACE_PX = 11, 20, 7
#: Behind "Doorstep", and behind the score by its band. White letters on each have a contrast of 6 to 1 or more, and the
#: light edge sets the badge off from a dark page.
NAME_COLOUR = "#1c2524"
COLOURS = MappingProxyType({"good": "#0f5148", "fair": "#7d5405", "poor": "#8f3219", "unknown": "#535e5b"})
EDGE_COLOUR = "#8b867a"
#: How wide letters are in the typefaces below, in parts of their size: the rest is as wide as most.
NARROW, WIDE = "ijlt.,:;' |!()[]fI1", "mwMW%"
NARROW_EM, USUAL_EM, WIDE_EM = 0.42, 0.64, 0.95
TYPEFACES = "Verdana,'DejaVu Sans',Geneva,sans-serif"


def badge_words(view: ReportView) -> str:
    """Return what the badge says: "78 of 100, most things close by"; with a deal-breaker that, and no word."""
    if not view.figures:
        return "score not known"
    broken = view.report.verdict.deal_breakers
    word = count(len(broken), "deal-breaker") if broken else view.word
    return ", ".join(filter(None, (f"{view.figures} of 100", word)))


def badge_svg(view: ReportView) -> str:
    """Return the badge. Each text is fitted into its room, so that no typeface of a reader makes it overflow."""
    name, words = "Doorstep", badge_words(view)
    left, right = (_width(said) + 2 * SPACE_PX for said in (name, words))
    said = text(f"{name}: {words}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT_PX}" role="img" '
        f'viewBox="0 0 {left + right} {HEIGHT_PX}" aria-label="{said}"><title>{said}</title>'
        f'<rect width="{left + right}" height="{HEIGHT_PX}" rx="4" fill="{COLOURS[view.band]}"/>'
        f'<path d="M4 0H{left}V{HEIGHT_PX}H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z" fill="{NAME_COLOUR}"/>'
        f'<rect x=".5" y=".5" width="{left + right - 1}" height="{HEIGHT_PX - 1}" rx="3.5" fill="none" '
        f'stroke="{EDGE_COLOUR}"/>'
        f'<g fill="#fff" font-family="{TYPEFACES}" font-size="{FONT_PX}" aria-hidden="true">'
        f"{_text(name, SPACE_PX)}{_text(words, left + SPACE_PX)}</g></svg>"
    )


def _text(said: str, x: int) -> str:
    fitted = f'textLength="{_width(said)}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{x}" y="14" {fitted}>{text(said)}</text>'


def _width(said: str) -> int:
    """Return how wide a text is, about, in pixels."""
    ems = sum(NARROW_EM if letter in NARROW else WIDE_EM if letter in WIDE else USUAL_EM for letter in said)
    return round(ems * FONT_PX)
