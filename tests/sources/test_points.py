"""Points are read in every usual notation, and addresses are left to the geocoder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openlocationcode import openlocationcode

from app.sources.points import Point, ShortCode, TypedPoint, is_link, point_in, recovered

HERE = Point(60.1652, 24.9364)


def read(text: str) -> Point:
    """Return the point that a text gives. Fails where it gives none."""
    found = point_in(text)
    assert isinstance(found, TypedPoint)
    return found.point


def is_at(text: str, point: Point, within: float = 1e-9) -> bool:
    """Return whether a text gives a point, within some degrees."""
    return read(text) == pytest.approx(point, abs=within)


@pytest.mark.parametrize(
    "text",
    [
        "60.1652, 24.9364",
        "60.1652 24.9364",
        "60.1652;24.9364",
        " [60.1652,24.9364]. ",
        "60,1652 24,9364",
        "60,1652; 24,9364",
        "60,1652, 24,9364",
        "60.1652,24.9364,17z",
        "POINT(24.9364 60.1652)",
        "SRID=4326;Point (24.9364 60.1652)",
        "+60.1652/+24.9364",
        "60.1652°, 24.9364°",
        "GPS: 60.1652 24.9364",
        "\u200e60.1652,\u00a024.9364",
        "60.1652 N, 24.9364 E",
        "60.1652n 24.9364e",
        "N60.1652 E24.9364",
        "24.9364° E, 60.1652° N",
        "lat 60.1652 lon 24.9364",
        "latitude: 60.1652, longitude: 24.9364",
        '{"lng": 24.9364, "lat": 60.1652}',
        "Breite 60,1652 Länge 24,9364",
        "60° 9.912' N 24° 56.184' E",
        "60° 9,912′ N, 24° 56,184′ E",
        "N60 09 54.72 E024 56 11.04",
        "60°09'54.72\"N 24°56'11.04\"E",
        "60º 09’ 54.72” 24º 56’ 11.04”",
        "60°09'54.72''N, 24°56'11.04''E",
        "60d 9m 54.72s N 24d 56m 11.04s E",
        "60 deg 9 min 54.72 sec, 24 deg 56 min 11.04 sec",
        "60:09:54.72 N 24:56:11.04 E",
        "nord 60.1652, ost 24.9364",
        "60.1652° P, 24.9364° I",
        "60,1652° с. ш. 24,9364° в. д.",
    ],
)
def test_it_reads_a_point(text: str) -> None:
    assert is_at(text, HERE)


@pytest.mark.parametrize("text", ["51,585; -2,99", "51,585 -2,99", "51,585, -2,99", "51.585;-2.99"])
def test_commas_for_decimals_may_be_few(text: str) -> None:
    assert is_at(text, Point(51.585, -2.99))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12 Bulevardi, Helsinki",
        "12, 14 High Street",
        "203-06 109th Avenue",
        "Via 20 Settembre 12",
        "1234 AB 12",
        "42 23",
        "12, 14",
        "12,14 15,16",
        "12,14, 15,16",
        "12 98000",
        "12 N 14",
        "N1 5AB E14",
        "100 S 200 E",
        "+358 40 123 4567",
        "1,234,567",
        "43.7",
        "43.7, 7.4 x",
        "lat lon",
        "60.1652 N 24.9364",
        "60.1652 N 24.9364 S",
    ],
)
def test_it_leaves_addresses_and_numbers_to_the_geocoder(text: str) -> None:
    assert point_in(text) is None
    assert not is_link(text)


@pytest.mark.parametrize(
    "text", ["99.5, 7.4", "43.7, 181.5", "91° N 10° E", "60° 61' N 24° 0' E", "60.5° 30' N 24° E", "lat 95.1 lon 24.9"]
)
def test_a_point_that_is_not_on_earth_is_none(text: str) -> None:
    assert point_in(text) is None


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("33.8568 S, 151.2153 E", Point(-33.8568, 151.2153)),
        ("33d 51m 30S 151d 12m 30E", Point(-33.858333, 151.208333)),
        ("34,6 S 58,4 W", Point(-34.6, -58.4)),
        ("34,6 sur, 58,4 oeste", Point(-34.6, -58.4)),
        ("59,3° N, 18,1° Ö", Point(59.3, 18.1)),
        ("-33.8568, -151.2153", Point(-33.8568, -151.2153)),
        ("−33°51'30\" 151°12'30\"", Point(-33.858333, 151.208333)),
    ],
)
def test_it_reads_the_side_of_the_world(text: str, point: Point) -> None:
    assert is_at(text, point, 1e-6)


def test_a_letter_that_languages_read_differently_is_said_or_refused() -> None:
    german = point_in("N 48.1, O 11.5")
    assert german == TypedPoint(Point(48.1, 11.5), or_west=Point(48.1, -11.5))
    assert point_in("50.1 S, 14.4 V") is None  # north and east in Czech, south and west in Swedish


def test_it_offers_the_swapped_point_only_where_nothing_says_which_is_which() -> None:
    assert point_in("24.9364, 60.1652") == TypedPoint(Point(24.9364, 60.1652), swapped=HERE)
    for text in ("N 24.9364 E 60.1652", "lat 24.9364 lon 60.1652", "24.9364, 160.1652", "24.5, 24.5"):
        found = point_in(text)
        assert isinstance(found, TypedPoint)
        assert found.swapped is None


def test_a_longitude_before_its_latitude_is_read_where_nothing_else_is_meant() -> None:
    assert read("-123.1139, 49.2609") == Point(49.2609, -123.1139)


@pytest.mark.parametrize("text", ["9GG65WCF+26", "9gg65wcf+26", "9GG6 5WCF+26", "9GG65WCF+26, Helsinki"])
def test_it_reads_a_plus_code(text: str) -> None:
    assert is_at(text, Point(60.1700625, 24.9230625))


@pytest.mark.parametrize("text", ["5WCF+26 Helsinki", "Helsinki 5WCF+26", "Helsinki, 5wcf+26"])
def test_a_short_plus_code_needs_a_place(text: str) -> None:
    short = point_in(text)
    assert short == ShortCode("5WCF+26", "Helsinki")
    assert recovered(short, 60.2, 24.8) == pytest.approx((60.1700625, 24.9230625))


@pytest.mark.parametrize("text", ["5WCF + 26 Helsinki", "STREET+26", "5WCF+2", "15WCF+26"])
def test_what_is_like_a_plus_code_is_none(text: str) -> None:
    assert point_in(text) is None


@given(st.text())
def test_no_text_raises(text: str) -> None:
    for typed in (text, f"60.1 N {text}", f"https://{text}", f"https://maps.google.com/maps?{text}", f"geo:1{text}"):
        point_in(typed)
        is_link(typed)


LATS, LONS = st.floats(-89.999, 89.999), st.floats(-179.999, 179.999)


@given(LATS, LONS)
def test_every_point_is_read_back_from_decimals(lat: float, lon: float) -> None:
    assert is_at(f"{lat:.6f}, {lon:.6f}", Point(lat, lon), 6e-7)
    assert is_at(f"{lat:.6f} {lon:.6f}".replace(".", ","), Point(lat, lon), 6e-7)
    assert is_at(f"lon={lon:.6f} lat={lat:.6f}", Point(lat, lon), 6e-7)


def sides(lat: float, lon: float) -> tuple[str, str]:
    """Return the letters of a point."""
    return "S" if lat < 0 else "N", "W" if lon < 0 else "E"


@given(LATS, LONS)
def test_every_point_is_read_back_from_minutes(lat: float, lon: float) -> None:
    north, east = sides(lat, lon)
    a, b = (f"{int(abs(x))}° {abs(x) % 1 * 60:.4f}'" for x in (lat, lon))
    assert is_at(f"{a} {north} {b} {east}", Point(lat, lon), 1e-6)
    assert is_at(f"{north}{a} {east}{b}".replace("'", "").replace("°", ""), Point(lat, lon), 1e-6)


def in_seconds(degrees: float) -> str:
    """Return degrees, minutes and seconds to a hundredth, without their side."""
    minutes, hundredths = divmod(round(abs(degrees) * 360_000), 6_000)
    return f"{minutes // 60}°{minutes % 60:02}'{hundredths / 100:05.2f}\""


@given(LATS, LONS)
def test_every_point_is_read_back_from_seconds(lat: float, lon: float) -> None:
    north, east = sides(lat, lon)
    a, b = in_seconds(lat), in_seconds(lon)
    assert is_at(f"{a}{north} {b}{east}", Point(lat, lon), 3e-6)
    assert is_at(f"{north}{a}{east}{b}", Point(lat, lon), 3e-6)


@given(LATS, LONS)
def test_every_point_is_read_back_from_a_plus_code(lat: float, lon: float) -> None:
    assert is_at(openlocationcode.encode(lat, lon, 11), Point(lat, lon), 3e-5)
