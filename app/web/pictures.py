"""The pictures of reports: those that are kept, and those that are drawn when somebody asks for them."""

from __future__ import annotations

import re
import zlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from flask import Flask, Response, current_app, request
from shapely.geometry.base import BaseGeometry

from app.config import Config
from app.errors import DoorstepError
from app.maps import preview
from app.maps.drawing import KEPT, compressed, draw, draw_preview, hazard_shapes
from app.maps.pictures import usual_zoom
from app.maps.style import style_hash
from app.maps.svg import style_of
from app.pipeline.report import Report, report_from_json
from app.queue.jobs import Picture
from app.sources.interface import Surroundings
from app.web.negotiation import kept_by_browser
from app.web.security import POLICY, refuse_floods
from app.web.services import source, store

#: Where the application keeps the pictures that it has drawn lately, and how many.
EXTENSION = "doorstep-drawn"
MOST_DRAWN = 64
#: The style sheet stands in the first bytes of a picture.
HEAD_BYTES = 8_192
SVG, PNG = "image/svg+xml", "image/png"


class Drawn:
    """The pictures at unusual scales that this process has drawn lately. One is drawn at a time: each takes a core."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()
        self._drawing = Lock()

    def get(self, key: tuple[str, str, int], make: Callable[[], bytes | None]) -> bytes | None:
        """Return a picture, drawing it unless that was done a while ago."""
        with self._drawing:
            body = self._kept.pop(key, None) or make()
            if body is not None:
                self._kept[key] = body
                if len(self._kept) > MOST_DRAWN:
                    self._kept.popitem(last=False)
        return body

    def once(self, make: Callable[[], bytes | None]) -> bytes | None:
        """Return a picture that is drawn now."""
        with self._drawing:
            return make()


def init_app(app: Flask, config: Config) -> None:
    """Give the application its pictures."""
    app.extensions[EXTENSION] = Drawn()


def can_draw(report: Report) -> bool:
    """Return whether pictures of a report can still be drawn: from no other data than the report."""
    return source().can_draw(report.location.region, report.source.data_date)


def _surroundings(report: Report) -> Surroundings | None:
    try:
        return source().surroundings(report.location) if can_draw(report) else None
    except DoorstepError:  # the region went away a moment ago
        return None


def hazard_shapes_of(report: Report) -> dict[str, BaseGeometry]:
    """Return what each check warns of in degrees, by its key; nothing once the region's data has been replaced."""
    around = _surroundings(report)
    return {} if around is None else hazard_shapes(report, around)


def svg_of(snapshot_id: str, name: str, zoom: int | None) -> bytes | None:
    """Return a map (gzip), None where there is none. Raises SnapshotNotFound, TooManyRequests."""
    kept = store().picture(snapshot_id, name) if zoom is None else None
    if kept is not None:
        return kept
    report = report_from_json(store().get_snapshot(snapshot_id).report)
    if zoom is None or zoom == usual_zoom(report):
        return store().picture(snapshot_id, name) or _kept_from_now(snapshot_id, name, lambda: _svg(report, name, None))
    drawn: Drawn = current_app.extensions[EXTENSION]
    return drawn.get((snapshot_id, name, zoom), lambda: _svg(report, name, zoom))


def preview_of(snapshot_id: str) -> bytes | None:
    """Return the picture for shared links (PNG); None where there is none. Raises as `svg_of`."""
    kept = store().picture(snapshot_id, preview.NAME)
    if kept is not None:
        return kept
    report = report_from_json(store().get_snapshot(snapshot_id).report)
    if not preview.can_preview():
        return None
    return _kept_from_now(snapshot_id, preview.NAME, lambda: _png(report))


def _svg(report: Report, name: str, zoom: int | None) -> bytes | None:
    refuse_floods()
    around = _surroundings(report)
    svg = draw(report, around, name, zoom) if around is not None else None
    return None if svg is None else compressed(svg)


def _png(report: Report) -> bytes | None:
    refuse_floods()
    around = _surroundings(report)
    return draw_preview(report, around) if around is not None else None


def _kept_from_now(snapshot_id: str, name: str, make: Callable[[], bytes | None]) -> bytes | None:
    """Draw a picture of a report that has none yet, and keep it."""
    drawn: Drawn = current_app.extensions[EXTENSION]
    body = drawn.once(lambda: store().picture(snapshot_id, name) or make())
    if body is not None:
        store().keep_pictures(snapshot_id, (Picture(name, body),))
    return body


# --- answers ---------------------------------------------------------------------------------------


def answer_svg(body: bytes) -> Response:
    """Answer with a map: compressed where the browser takes that, and allowed nothing but its own style sheet."""
    style = style_of(zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, HEAD_BYTES).decode(errors="ignore"))
    takes_gzip = re.search(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", request.headers.get("Accept-Encoding", ""))
    response = Response(body if takes_gzip else zlib.decompress(body, zlib.MAX_WBITS | 16), mimetype=SVG)
    if takes_gzip:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers[POLICY] = f"default-src 'none'; style-src '{style_hash(style)}'; frame-ancestors 'none'"
    return kept_by_browser(response)


def answer_png(body: bytes) -> Response:
    """Answer with the picture for shared links, which another site may show."""
    response = Response(body, mimetype=PNG)
    response.headers[POLICY] = "default-src 'none'; frame-ancestors 'none'"
    return kept_by_browser(response)


def is_picture(name: str) -> bool:
    """Return whether a report may have a picture of this name."""
    return name in KEPT
