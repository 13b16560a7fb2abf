"""Whole pictures of a small town: well-formed, harmless, the same each time, and with what the report says."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from app.maps import drawing, preview
from app.maps.drawing import KEPT, compressed, draw, draw_all, draw_preview
from app.maps.pictures import SIZES, usual_zoom
from app.maps.style import style_hash
from app.maps.svg import style_of
from app.maps.words import map_words, section_words
from tests.maps.conftest import Mapped
from tests.support.drawn import NASTY, corners, drawn_report, of_class, parsed, texts, thing

REPORT = drawn_report()


def map_of(mapped: Mapped, name: str = "map.svg", zoom: int | None = None) -> str:
    svg = draw(REPORT, mapped(), name, zoom)
    assert svg is not None
    return svg


def test_every_picture_is_drawn_and_well_formed(mapped: Mapped) -> None:
    drawn = draw_all(REPORT, mapped())
    assert drawn.keys() == set(KEPT)
    for svg in drawn.values():
        assert parsed(svg).tag.endswith("svg")


@pytest.mark.parametrize("name", KEPT)
def test_a_picture_runs_nothing_and_loads_nothing(mapped: Mapped, name: str) -> None:
    svg = map_of(mapped, name)
    for element in parsed(svg).iter():
        assert element.tag.rpartition("}")[2] not in {"script", "image", "a", "foreignObject", "animate", "set"}
        for key, value in element.attrib.items():
            assert not key.startswith("on")
            assert not key.endswith("href") or value.startswith("#")
    assert "url(" not in svg
    assert "@import" not in svg
    assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]


def test_names_are_text_whatever_is_in_them(mapped: Mapped) -> None:
    assert NASTY.replace("\x07", "") in texts(map_of(mapped, zoom=3), "ts")


def test_the_same_report_gives_the_same_bytes(mapped: Mapped) -> None:
    around = mapped()
    assert compressed(str(draw(REPORT, around, "map.svg"))) == compressed(str(draw(REPORT, around, "map.svg")))


@pytest.mark.parametrize("name", ["map", "map-phone"])
def test_sizes(mapped: Mapped, name: str) -> None:
    svg = map_of(mapped, f"{name}.svg")
    assert (parsed(svg).get("width"), parsed(svg).get("height")) == (str(SIZES[name].width), str(SIZES[name].height))
    assert len(gzip.compress(svg.encode())) < 10_000


def test_pins_are_those_of_the_door(mapped: Mapped) -> None:
    assert sorted(texts(map_of(mapped), "no")) == ["1", "2"]
    assert len(of_class(map_of(mapped), "ho")) == 1


def test_streets_are_drawn_by_band_the_nearest_last(mapped: Mapped) -> None:
    svg = map_of(mapped)
    bands = [svg.index(f'<g class="b{band}">') for band in (2, 1, 0)]
    assert bands == sorted(bands)
    nearest = of_class(svg, "b0")[0][0].get("d", "")
    xs = [x for part in corners(nearest) for x, _ in part]
    frame_units_per_m = 2_100 / 2_400
    assert max(xs) - min(xs) == pytest.approx(800 * frame_units_per_m, abs=4), "400 m of Main Street each way"


def test_what_the_checks_warn_of_is_marked(mapped: Mapped) -> None:
    assert len(of_class(map_of(mapped), "tr")) == 1
    calm = replace(REPORT, findings=())
    assert not of_class(str(draw(calm, mapped(), "map.svg")), "tr")


def test_names_of_streets_parks_and_rivers_are_written(mapped: Mapped) -> None:
    svg = map_of(mapped)
    assert texts(svg, "tm") == ["Main Street"]
    assert "Cross Street" in texts(svg, "ts")
    assert texts(svg, "tg") == ["Town Park"]
    assert texts(svg, "tw") == ["Long River"]


def test_the_second_track_is_not_drawn_and_the_sea_is(mapped: Mapped) -> None:
    svg = map_of(mapped)
    (rail,) = of_class(svg, "ra")
    assert len(corners(rail.get("d", ""))) == 1
    assert of_class(svg, "wa")


def test_nearer_shows_less_ground_and_further_more(mapped: Mapped) -> None:
    main = {}
    for zoom in (1, 2, 3):
        (road,) = [e for e in parsed(map_of(mapped, zoom=zoom)).iter() if e.get("id") == "r2"]
        xs = [x for part in corners(road.get("d", "")) for x, _ in part]
        main[zoom] = max(xs) - min(xs)
    assert main[1] < main[2] < main[3]


def test_the_usual_scale_is_wider_where_everything_is_far() -> None:
    assert usual_zoom(REPORT) == 2
    far = drawn_report(thing(1, 2_000, 0), thing(2, 0, 1_500), thing(3, 100, 0))
    assert usual_zoom(far) == 1
    assert usual_zoom(replace(REPORT, door=())) == 2


def test_its_style_sheet_has_a_hash(mapped: Mapped) -> None:
    style = style_of(map_of(mapped))
    assert "prefers-color-scheme:dark" in style
    assert re.fullmatch(r"sha256-[A-Za-z0-9+/]{43}=", style_hash(style))


# --- what fails ------------------------------------------------------------------------------------


def test_a_picture_that_fails_is_left_out_and_the_others_stay(
    mapped: Mapped, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(drawing, "draw_section", fail)
    assert draw_all(REPORT, mapped()).keys() == {"map.svg", "map-phone.svg"}
    assert "map-green.svg could not be drawn" in caplog.text


def test_without_a_base_map_there_are_none(mapped: Mapped, monkeypatch: pytest.MonkeyPatch) -> None:
    around = mapped()
    monkeypatch.setattr(type(around), "map_facts", lambda _: None)
    assert draw_all(REPORT, around) == {}
    assert draw(REPORT, around, "map.svg") is None
    assert draw_preview(REPORT, around) is None


# --- in words --------------------------------------------------------------------------------------


def test_the_words_say_what_the_map_shows() -> None:
    report = replace(
        REPORT, location=replace(REPORT.location, label="1 Main Street"), door=(thing(1, -200, 10, "Nord"),)
    )
    assert map_words(report, 2) == (
        "Map of 2.4 km around 1 Main Street, streets coloured by 5, 10 and 15 minutes on foot. "
        "Numbered: 1 café, Nord, 3 min, west. Marked in red: petrol station."
    )
    assert section_words(report, "map-green") == "Map around 1 Main Street: green spaces that anyone may enter."


def test_the_picture_for_shared_links(mapped: Mapped) -> None:
    if not preview.can_preview():
        pytest.skip("the extra “preview” is not installed")
    png = draw_preview(REPORT, mapped())
    assert png is not None
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (1_200, 630)
    assert len(png) < 200_000
    from PIL import Image

    with Image.open(BytesIO(png)) as picture:
        colours = np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)
    red = (colours[:, 0] > 150) & (colours[:, 1] < 110)
    assert red.sum() > 300, "the home keeps its colour among the few"
