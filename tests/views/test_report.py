"""Scores and links as the report shows them."""

from __future__ import annotations

import pytest

from app.pipeline.report import Score
from app.views import report


@pytest.mark.parametrize(
    ("value", "out_of", "said"), [(96.4, 100, "96"), (6.5, 10, "6.5"), (7.0, 10, "7"), (0.45, 1, "0.45"), (1, 1, "1")]
)
def test_figure(value: float, out_of: float, said: str) -> None:
    assert report.figure(value, out_of) == said


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (Score("a walk", 5.9, 10.0, "", 5.9, 10.0), "5.9 to 10"),
        (Score("a walk", 5.9, 10.0, "fair"), "5.9"),
        (Score("daily life", 64.2, 100.0, "", 51.8, 80.3), "51 to 81"),
    ],
)
def test_a_range_has_the_decimals_of_its_scale(score: Score, said: str) -> None:
    assert report.figures(score) == said


@pytest.mark.parametrize(("osm_id", "ending"), [("n12", "node/12"), ("w3", "way/3"), ("r4", "relation/4")])
def test_it_links_to_elements(osm_id: str, ending: str) -> None:
    assert report.element_url(osm_id) == f"https://www.openstreetmap.org/{ending}"


@pytest.mark.parametrize("osm_id", ["", "x1", "n", "n1/../2"])
def test_it_links_to_nothing_else(osm_id: str) -> None:
    assert report.element_url(osm_id) == ""
