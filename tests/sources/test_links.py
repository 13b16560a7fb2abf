"""Links of maps give the point that they show, and other links none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sources.points import Point, TypedPoint, is_link, point_in
from tests.sources.test_points import HERE, LATS, LONS, is_at

GOOGLE = "https://www.google.com/maps"


@pytest.mark.parametrize(
    "link",
    [
        "https://www.openstreetmap.org/#map=17/60.1652/24.9364",
        "openstreetmap.org/#map=17/60.1652/24.9364&layers=N",
        "https://www.openstreetmap.org/?mlat=60.1652&mlon=24.9364#map=12/60.2/25.0",
        "https://www.openstreetmap.org/search?query=60.1652%2C24.9364#map=12/60.2/25.0",
        "https://www.openstreetmap.org/node/25602919#map=17/60.1652/24.9364",
        f"{GOOGLE}/@60.1652,24.9364,17z",
        f"{GOOGLE}/place/Bulevardi+12/@60.2,25.0,17z/data=!3m1!4b1!4m6!3m5!1s0x46920bca!8m2!3d60.1652!4d24.9364!16s",
        f"{GOOGLE}/place/60.1652,24.9364",
        f"{GOOGLE}/place/60%C2%B009'54.72%22N+24%C2%B056'11.04%22E/@60.2,25.0,17z",
        f"{GOOGLE}/search/60.1652,+24.9364?entry=tts",
        f"{GOOGLE}/search/?api=1&query=60.1652%2C24.9364",
        f"{GOOGLE}/dir/?api=1&destination=60.1652,24.9364",
        f"{GOOGLE}/dir/Helsinki/60.1652,24.9364/@60.2,25.0,17z/data=!3m1!4b1",
        "https://maps.google.fi/maps?q=60.1652,24.9364",
        "https://maps.google.com/maps?q=loc:60.1652,24.9364",
        "https://maps.google.com/?q=Home&ll=60.1652,24.9364",
        "https://maps.google.com/maps?daddr=60.1652,24.9364",
        "google.navigation:q=60.1652,24.9364",
        "https://maps.apple.com/?ll=60.1652,24.9364&q=Home",
        "https://maps.apple.com/?q=60.1652,24.9364",
        "https://maps.apple.com/place?coordinate=60.1652,24.9364&name=Home",
        "https://www.bing.com/maps?cp=60.1652~24.9364&lvl=17",
        "https://www.bing.com/maps?where1=60.1652,24.9364&cp=60.2~25.0",
        "https://bing.com/maps/default.aspx?sp=point.60.1652_24.9364_Home",
        "https://share.here.com/l/60.1652,24.9364,Home?z=17",
        "https://wego.here.com/?map=60.1652,24.9364,17,normal",
        "https://yandex.com/maps/?ll=24.9364%2C60.1652&z=17",
        "https://yandex.ru/maps/10493/helsinki/?ll=25.0,60.2&whatshere%5Bpoint%5D=24.9364%2C60.1652",
        "https://yandex.com/maps/?text=60.1652,24.9364&ll=25.0,60.2",
        "https://mapy.cz/zakladni?x=24.9364&y=60.1652&z=17",
        "https://mapy.com/en/zakladni?source=coor&id=24.9364%2C60.1652&x=25.0&y=60.2",
        "https://waze.com/ul?ll=60.1652,24.9364&navigate=yes",
        "https://www.waze.com/live-map/directions?to=ll.60.1652%2C24.9364",
        "https://opentopomap.org/#map=17/60.1652/24.9364",
        "https://umap.openstreetmap.fr/en/map/town_1#17/60.1652/24.9364",
        "https://osmand.net/go?lat=60.1652&lon=24.9364&z=17",
        "https://osmand.net/map?pin=60.1652,24.9364#12/60.2/25.0",
        "om://map?v=1&ll=60.1652,24.9364&n=Home",
        "https://omaps.app/map?v=1&ll=60.1652,24.9364",
        "https://duckduckgo.com/?q=60.1652%2C24.9364&iaxm=maps",
        "https://map.example.org/?lat=60.1652&lng=24.9364",
        "geo:60.1652,24.9364?z=17",
        "geo:60.1652,24.9364,12;u=35",
        "geo:0,0?q=60.1652,24.9364(Home)",
        "Our flat: https://maps.google.com/?q=60.1652,24.9364.",
    ],
)
def test_it_reads_the_point_of_a_link(link: str) -> None:
    assert is_link(link)
    assert is_at(link, HERE)


@pytest.mark.parametrize(
    "link",
    [
        "https://maps.app.goo.gl/Zx1yAbCdEf",
        "https://goo.gl/maps/Zx1yAbCdEf",
        "https://example.org/flats/12.5,14.5",
        "https://example.org/?q=60.1652,24.9364",
        "www.example.org",
        "http://[",
        "https://www.openstreetmap.org/directions?from=60.1,24.9&to=60.2,25.0#map=17/60.1652/24.9364",
        "https://www.openstreetmap.org/relation/34914",
        f"{GOOGLE}/dir/Helsinki/Espoo/@60.1652,24.9364,17z",
        f"{GOOGLE}?q=12,14+High+Street",
        f"{GOOGLE}/place/12,14",
        f"{GOOGLE}/@95.5,24.9364,17z",
        "https://mapy.cz/s/gukavoporu",
        "https://osm.org/go/",
        "geo:0,0?q=Helsinki",
    ],
)
def test_a_link_without_coordinates_gives_no_point(link: str) -> None:
    assert is_link(link)
    assert point_in(link) is None


@pytest.mark.parametrize(
    ("code", "lat", "lon", "within"),
    [("0EEQhq--", 51.510, 0.054, 2e-3), ("0OP4tR~rx", 51.876, 19.579, 2e-6), ("0OP4tR@rx?m", 51.876, 19.579, 2e-6)],
)
def test_it_reads_a_short_link_of_openstreetmap(code: str, lat: float, lon: float, within: float) -> None:
    assert is_at(f"https://osm.org/go/{code}", Point(lat, lon), within)


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [("8wAAAAAAAA", 0, 0), ("Byqqqqqqqq", 45, 0), ("BaF6F6F6F6", -20, 20), ("B4srhdHVVt", 64.5234, 12.1234)],
)
def test_it_reads_a_short_link_of_organic_maps(code: str, lat: float, lon: float) -> None:
    for link in (f"https://omaps.app/{code}/Name", f"ge0://{code}", f"om://{code}/Name"):
        assert is_at(link, Point(lat, lon), 2e-6)


@pytest.mark.parametrize("link", ["https://omaps.app/8wAAAAAAA", "https://omaps.app/8wAAAAAAAAA", "ge0://8wAAAAAA!A"])
def test_a_short_link_of_another_length_is_none(link: str) -> None:
    assert point_in(link) is None


@given(LATS, LONS, st.sampled_from([f"{GOOGLE}/@{{}},{{}},17z", "osm.org/#map=9/{}/{}", "geo:{},{}"]))
def test_every_point_is_read_back_from_a_link(lat: float, lon: float, link: str) -> None:
    found = point_in(link.format(f"{lat:.6f}", f"{lon:.6f}"))
    assert found == TypedPoint(Point(float(f"{lat:.6f}"), float(f"{lon:.6f}")))
