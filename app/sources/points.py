"""Points in every usual notation: degrees, Plus Codes, links of maps."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openlocationcode import openlocationcode

from app.sources.links import link_in, link_point
from app.sources.notations import Point, TypedPoint, typed_point

__all__ = ["Point", "ShortCode", "TypedPoint", "is_link", "point_in", "recovered"]


@dataclass(frozen=True, slots=True)
class ShortCode:
    """A Plus Code without its beginning: needs a place near it. `near` is "" where the text names none."""

    code: str
    near: str


def point_in(text: str) -> TypedPoint | ShortCode | None:
    """Return the point that a text gives, None where it gives none on Earth. No network is asked."""
    if link := link_in(text):
        point = link_point(link)
        return TypedPoint(point) if point else None
    return typed_point(text) or _short_code(text)


def is_link(text: str) -> bool:
    """Return whether there is a link in a text: where `point_in` finds nothing, it carries no coordinates."""
    return link_in(text) != ""


def recovered(short: ShortCode, lat: float, lon: float) -> Point:
    """Return the middle of the short code's square that lies nearest to a point."""
    area = openlocationcode.decode(openlocationcode.recoverNearest(short.code, lat, lon))
    return Point(area.latitudeCenter, area.longitudeCenter)


#: Four or six digits, and at least two after the plus.
_SHORT = re.compile(
    r"(?:^|(?<=[\s,]))([2-9CFGHJMPQRVWX]{4}(?:[2-9CFGHJMPQRVWX]{2})?\+[2-9CFGHJMPQRVWX]{2,5})(?=[\s,]|$)", re.I
)


def _short_code(text: str) -> ShortCode | None:
    """Return a short code and the place beside it: "5WCF+26 Helsinki", "Helsinki 5WCF+26"."""
    found = _SHORT.search(text)
    if not found or not openlocationcode.isShort(found[1]):
        return None
    around = (text[: found.start()], text[found.end() :])
    return ShortCode(found[1].upper(), ", ".join(filter(None, (part.strip(" ,\t\n") for part in around))))
