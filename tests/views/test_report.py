"""Scores and links as the report shows them."""

from __future__ import annotations

import msgspec
import pytest

from app.pipeline.report import Score
from app.queue.jobs import Snapshot
from app.views import report
from tests.support.reports import NO_VERDICT
from tests.support.reports import report as report_of


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


def seen(*names: str) -> report.ReportView:
    """Return the view of a report in which some names stand."""
    stored = msgspec.json.encode({"places": [{"name": name} for name in names]})
    return report.ReportView(report_of(NO_VERDICT), Snapshot("s", "j", "o", "a", 0.0, stored), mine=True)


def test_a_sentence_is_said_once() -> None:
    view = seen()
    assert view.unsaid("Sizes are those of the map. It is near.") == "Sizes are those of the map. It is near."
    assert view.unsaid("It is far. Sizes are those of the map. It is dear.") == "It is far. It is dear."


@pytest.mark.parametrize(
    "name",
    [
        *("Dr. Reisinger und Dr. Oelschlegel", "Hotel St. George", "Villa J. Rey", "Via V. A. La Fratta"),
        *("Déjà bu? Die Weinbar", "beam. Store", "Cafe 5. Linja", "Dr. med. Barbara Benzinger", "Ciao! Caffé"),
    ],
)
def test_no_part_of_a_name_is_left_out_as_said(name: str) -> None:
    view = seen("Caffé", name, f"{name}, near by")
    told = [view.unsaid(f"{name}, 2 min on foot."), view.unsaid(f"The nearest is {name}, 2 min on foot.")]
    told += [view.unsaid(f"Yes: {name}, 2 min on foot. It is near."), view.unsaid(f"It is near. It is {name}.")]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in told] == [
        f"{name}, 2 min on foot.",
        f"The nearest is {name}, 2 min on foot.",
        f"Yes: {name}, 2 min on foot. It is near.",
        f"It is {name}.",
    ]


@pytest.mark.parametrize("street", ["St. George's Road", "Via L. Galvani", "Dr. Josef Hoop-Strasse"])
def test_nor_of_a_name_that_stands_in_sentences_alone(street: str) -> None:
    view = seen()
    view.unsaid(f"{street} adds most.")
    assert view.unsaid(f"Mostly {street} adds most.") == f"Mostly {street} adds most."
