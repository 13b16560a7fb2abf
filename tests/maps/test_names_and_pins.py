"""Nothing lies on anything else: names, pins, the home. Judged by shapes made anew from the picture's own numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity, ops

from app.maps.frame import UNITS_PER_PX
from app.maps.labels import Face, Label, NamedLines, Room, along_lines, beside_points, in_areas, shortened, width_of
from app.maps.pins import HOME_PX, PIN_PX, apart, pins_in
from tests.support.drawn import FRAME, thing

HOME = np.array([FRAME.width / 2, FRAME.height / 2])
WHOLE = shapely.box(0, 0, FRAME.width, FRAME.height)
x_values, y_values = st.floats(0, FRAME.width), st.floats(0, FRAME.height)
points = st.tuples(x_values, y_values)


def letters(label: Label) -> shapely.Geometry:
    """Return what the letters of a name cover: a band along each of its lines, as high as capitals."""
    bands = []
    for curve, line in zip(label.curves, label.lines, strict=True):
        along = np.linspace(0, 1, 60)[:, None]
        on = (1 - along) ** 2 * curve[0] + 2 * along * (1 - along) * curve[1] + along**2 * curve[2]
        base = shapely.LineString(on)
        text = (width_of(line, label.face) - 0.6 * label.size) / 2
        middle = base.length / 2
        written = ops.substring(base, max(middle - text, 0), middle + text)
        chord = curve[2] - curve[0]
        up = np.array([chord[1], -chord[0]]) / np.hypot(*chord) * 0.36 * label.size
        lifted = affinity.translate(written, *up)
        bands.append(lifted.buffer(0.36 * label.size, cap_style="flat"))
    return shapely.union_all(bands)


def assert_apart(labels: list[Label], room: Room, taken: np.ndarray) -> None:
    shown = [letters(label) for label in labels]
    for one, other in itertools.combinations(shown, 2):
        assert not one.intersects(other)
    for x, y, radius in taken:
        assert not any(one.intersects(shapely.Point(x, y).buffer(radius)) for one in shown)
    assert all(one.within(WHOLE) for one in shown)


names = st.text(st.characters(categories=["L", "N", "Zs"]), min_size=3, max_size=22).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(
    streets=st.lists(st.tuples(names, st.lists(points, min_size=2, max_size=6)), max_size=14),
    pins=st.lists(points, max_size=8),
)
def test_names_along_streets_touch_nothing(
    streets: list[tuple[str, list[tuple[float, float]]]], pins: list[tuple[float, float]]
) -> None:
    room = Room(FRAME)
    taken = np.array([(x, y, PIN_PX * UNITS_PER_PX) for x, y in pins]).reshape(-1, 3)
    room.take(taken)
    named = [
        NamedLines(name, Face.STREET, np.array([shapely.LineString(way)], dtype=object))
        for name, way in streets
        if shapely.LineString(way).length > 1
    ]
    labels = along_lines(room, named, 10)
    assert len(labels) <= 10
    assert_apart(labels, room, taken)
    for label in labels:
        assert all(curve[0][0] <= curve[2][0] for curve in label.curves), "it is read from left to right"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(names, x_values, y_values), max_size=20))
def test_names_beside_points_touch_nothing(places: list[tuple[str, float, float]]) -> None:
    room = Room(FRAME)
    taken = np.array([(x, y, 9.0) for _, x, y in places]).reshape(-1, 3)
    room.take(taken)
    assert_apart(beside_points(room, places, 9.0, 12), room, taken)


def test_a_name_finds_its_street() -> None:
    way = shapely.LineString([(50, 800), (600, 100)])
    (label,) = along_lines(Room(FRAME), [NamedLines("High Street", Face.STREET, np.array([way], dtype=object))], 5)
    assert letters(label).centroid.distance(way) < 3
    assert way.buffer(label.size).contains(letters(label))


def test_a_name_without_room_is_written_as_signs_write_it() -> None:
    names = ("Boulevard Rainier III", "Müllerstraße", "High Street", "Street", "Rue Bosio")
    assert [*map(shortened, names)] == ["Bd Rainier III", "Müllerstr.", "High St", "St", "Rue Bosio"]
    way = shapely.LineString([(100, 300), (400, 300)])
    (label,) = along_lines(
        Room(FRAME), [NamedLines("Boulevard Princesse Alice", Face.STREET, np.array([way], dtype=object))], 5
    )
    assert label.lines == ("Bd Princesse Alice",)


def test_a_street_too_short_or_too_crooked_bears_no_name() -> None:
    short = shapely.LineString([(50, 100), (120, 100)])
    crooked = shapely.LineString([(50 + 20 * i, 400 + 45 * (i % 2)) for i in range(30)])
    named = [NamedLines("High Street", Face.STREET, np.array([way], dtype=object)) for way in (short, crooked)]
    assert not along_lines(Room(FRAME), named, 5)


def test_a_park_is_named_from_three_hectares_on_and_a_long_name_in_two_lines() -> None:
    large, small = shapely.box(300, 300, 700, 600), shapely.box(0, 0, 60, 60)
    areas = [("Belle Vue Park", np.array([large], dtype=object)), ("Tiny", np.array([small], dtype=object))]
    (label,) = in_areas(Room(FRAME), areas, Face.GREEN, 5)
    assert label.lines == ("Belle", "Vue Park")
    assert letters(label).centroid.distance(large.centroid) < 12


# --- pins ------------------------------------------------------------------------------------------


def assert_no_pins_touch(discs: np.ndarray) -> None:
    for one, other in itertools.combinations(discs, 2):
        assert np.hypot(*(one - other)) >= 2 * PIN_PX * UNITS_PER_PX
    for disc in discs:
        assert np.hypot(*(disc - HOME)) >= (PIN_PX + HOME_PX) * UNITS_PER_PX


@settings(max_examples=80, deadline=None)
@given(st.lists(points, min_size=1, max_size=8))
def test_pins_touch_neither_each_other_nor_the_home(places: list[tuple[float, float]]) -> None:
    discs = apart(np.array(places), HOME, FRAME)
    assert_no_pins_touch(discs)
    inside = PIN_PX * UNITS_PER_PX
    assert (discs >= inside).all()
    assert (discs <= np.array([FRAME.width, FRAME.height]) - inside).all()


@pytest.mark.parametrize("spot", [(600.0, 450.0), (100.0, 100.0), (0.0, 0.0)], ids=["at home", "one spot", "a corner"])
def test_eight_pins_on_one_spot_part(spot: tuple[float, float]) -> None:
    assert_no_pins_touch(apart(np.array([spot] * 8), HOME, FRAME))


def test_a_pin_with_room_stays_at_its_place() -> None:
    assert apart(np.array([(100.0, 200.0)]), HOME, FRAME) == pytest.approx(np.array([(100.0, 200.0)]), abs=0.01)


def test_pins_have_the_numbers_of_the_door_and_share_them() -> None:
    door = (thing(1, 100, 0), thing(2, 100, 40), thing(1, 100, 0), thing(None, 50, 50), thing(3, 5_000, 0))
    pins = pins_in(FRAME, door, HOME)
    assert [pin.number for pin in pins] == [1, 2], "what is beyond the edge has no pin"
    assert pins[0].place_x == pytest.approx(FRAME.width / 2 + 100 * FRAME.units_per_m, abs=1)
    assert not pins_in(FRAME, (), HOME)
