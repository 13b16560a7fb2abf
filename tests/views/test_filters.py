"""Numbers as a person reads them."""

from __future__ import annotations

import pytest

from app.views import filters, report
from app.views.job import Estimate, estimate_from


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "unknown"), (0.2, "under 1 min"), (7.4, "7 min"), (60, "1 h"), (65, "1 h 5 min")],
)
def test_minutes(value: float | None, said: str) -> None:
    assert filters.minutes(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "unknown distance"), (4, "under 10 m"), (42, "40 m"), (994, "990 m"), (996, "1.0 km"), (1840, "1.8 km")],
)
def test_metres(value: float | None, said: str) -> None:
    assert filters.metres(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "under 0.1 s"),
        (0.097, "0.1 s"),
        (0.41, "0.4 s"),
        (12.4, "12 s"),
        (125, "2 min 5 s"),
        (11_400, "3 h 10 min"),
    ],
)
def test_duration(seconds: float, said: str) -> None:
    assert filters.duration(seconds) == said


@pytest.mark.parametrize(
    ("value", "out_of", "said"), [(96.4, 100, "96"), (6.5, 10, "6.5"), (7.0, 10, "7"), (0.45, 1, "0.45"), (1, 1, "1")]
)
def test_figure(value: float, out_of: float, said: str) -> None:
    assert report.figure(value, out_of) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "m", "unknown"),
        (True, "", "yes"),
        (False, "", "no"),
        (83.2, "per km²", "83 per km²"),
        (250.0, "m", "250 m"),
    ],
)
def test_amount(value: float | bool | None, unit: str, said: str) -> None:
    assert filters.amount(value, unit) == said


def test_it_leaves_a_date_alone_that_is_none() -> None:
    assert filters.day("2019-04-21") == "21 April 2019"
    assert filters.day("spring 2019") == "spring 2019"


@pytest.mark.parametrize(("osm_id", "ending"), [("n12", "node/12"), ("w3", "way/3"), ("r4", "relation/4")])
def test_it_links_to_elements(osm_id: str, ending: str) -> None:
    assert report.element_url(osm_id) == f"https://www.openstreetmap.org/{ending}"


@pytest.mark.parametrize("osm_id", ["", "x1", "n", "n1/../2"])
def test_it_links_to_nothing_else(osm_id: str) -> None:
    assert report.element_url(osm_id) == ""


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.02, 0.3, "about a second"), (1, 4, "1 to 4 seconds"), (3, 3.2, "about 3 seconds"), (60, 240, "1 to 4 minutes")],
)
def test_an_estimate_is_a_range(low: float, high: float, said: str) -> None:
    assert Estimate(low, high).sentence == f"usually {said}"


def test_there_is_no_estimate_before_the_first_run() -> None:
    assert estimate_from({}) is None
    assert estimate_from({"geocode": (1, 2), "saving": (0.5, 1)}) == Estimate(1.5, 3)
