"""The maps of a report as its page shows them: which there are, what they say, and the strip below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, url_for

from app.config import Config
from app.maps import preview
from app.maps.hazards import warned_rules
from app.maps.pictures import SIZES, ZOOMS, usual_zoom
from app.maps.sections import HEIGHT_PX, WIDTH_PX
from app.maps.streets import BAND_MIN
from app.maps.words import SECTION_TITLES, map_words, section_words
from app.views.report import ReportView
from app.web.pictures import can_draw
from app.web.services import store
from app.wording import limit


@dataclass(frozen=True, slots=True)
class Image:
    """A picture's link and its pixels."""

    link: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Scale:
    """A length on the ground, in words and in the picture's pixels."""

    text: str
    pixels: float


@dataclass(frozen=True, slots=True)
class MapView:
    """The map by walking time: for wide and for narrow screens, each with its scale."""

    wide: Image
    narrow: Image
    wide_scale: Scale
    narrow_scale: Scale
    words: str
    bands: tuple[int, ...]
    #: What is marked in red.
    hazards: tuple[str, ...]
    #: Links to the map from further and from nearer; "" where there is none.
    further: str
    nearer: str


@dataclass(frozen=True, slots=True)
class SectionMap:
    """A small map beside a section."""

    image: Image
    title: str
    words: str
    #: What its looks mean, as (class of the mark, words).
    key: tuple[tuple[str, str], ...]


SECTION_KEYS = {
    "map-transit": (("stop", "stop"), ("ride", "ride from here, drawn straight from stop to stop"), ("rail", "rails")),
    "map-green": (("green", "open to all"),),
    "map-schools": (("place", "school or childcare"),),
    "map-cycling": (
        ("calm", "calm"),
        ("fair", "some traffic"),
        ("busy", "busy"),
        ("stress", "for the fearless"),
    ),
}


def init_app(app: Flask, config: Config) -> None:
    """Give templates the maps of a report."""
    app.jinja_env.globals.update(map_of=map_view, section_maps_of=section_map_views, preview_link=preview_link)


def map_view(view: ReportView, zoom: int | None = None) -> MapView | None:
    """Return the map of a report; None where there is none, and none can be drawn any more."""
    usual = usual_zoom(view.report)
    drawable = can_draw(view.report)
    if not drawable and (zoom not in (None, usual) or not _is_kept(view, "map.svg")):
        return None
    shown = usual if zoom is None else zoom
    return MapView(
        wide=_image(view, "map", shown, usual),
        narrow=_image(view, "map-phone", shown, usual),
        wide_scale=_scale("map", shown),
        narrow_scale=_scale("map-phone", shown),
        words=map_words(view.report, shown),
        bands=BAND_MIN,
        hazards=tuple(rule.title for rule in warned_rules(view.report)),
        further=_page(view, shown - 1) if drawable and shown - 1 in ZOOMS else "",
        nearer=_page(view, shown + 1) if drawable and shown + 1 in ZOOMS else "",
    )


def section_map_views(view: ReportView, names: Sequence[str]) -> tuple[SectionMap, ...]:
    """Return the small maps of these names as far as there are any."""
    return tuple(filter(None, (section_map_view(view, which) for which in names)))


def section_map_view(view: ReportView, which: str) -> SectionMap | None:
    """Return the small map "transit", "green", "schools" or "cycling" of a report; None where there is none."""
    name = f"map-{which}"
    if not (_is_kept(view, f"{name}.svg") or can_draw(view.report)):
        return None
    link = url_for("maps.picture", snapshot_id=view.snapshot.snapshot_id, name=name)
    image = Image(link, WIDTH_PX, HEIGHT_PX)
    return SectionMap(image, SECTION_TITLES[name], section_words(view.report, name), SECTION_KEYS[name])


def preview_link(view: ReportView) -> str:
    """Return the absolute link of the picture for shared links; "" where there is none."""
    snapshot_id = view.snapshot.snapshot_id
    if not _is_kept(view, preview.NAME) and not (preview.can_preview() and can_draw(view.report)):
        return ""
    return url_for("maps.preview", snapshot_id=snapshot_id, _external=True)


def _is_kept(view: ReportView, name: str) -> bool:
    return name in store().picture_names(view.snapshot.snapshot_id)


def _image(view: ReportView, name: str, zoom: int, usual: int) -> Image:
    asked = {} if zoom == usual else {"zoom": zoom}
    link = url_for("maps.picture", snapshot_id=view.snapshot.snapshot_id, name=name, **asked)  # type: ignore[arg-type]
    return Image(link, SIZES[name].width, SIZES[name].height)


def _page(view: ReportView, zoom: int) -> str:
    return url_for("maps.page", snapshot_id=view.snapshot.snapshot_id, zoom=zoom)


#: Lengths of a scale in metres: the longest that takes up to a quarter of the picture's width.
LENGTHS_M = (10_000.0, 5_000.0, 2_000.0, 1_000.0, 500.0, 200.0, 100.0, 50.0)


def scale_of(across_m: float, width_px: int) -> Scale:
    """Return the scale of a picture so many metres and pixels wide."""
    length = next((length for length in LENGTHS_M if length <= across_m / 4), LENGTHS_M[-1])
    return Scale(limit(length), round(width_px * length / across_m, 1))


def _scale(name: str, zoom: int) -> Scale:
    return scale_of(SIZES[name].metres * ZOOMS[zoom], SIZES[name].width)
