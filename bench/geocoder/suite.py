"""The eleven questions about Milan that people really asked, and what is published of another geocoder beside them."""

from __future__ import annotations

import csv
from pathlib import Path

from app.places import Choice
from bench.geocoder.addresses import without_accents
from bench.geocoder.judging import Asked
from bench.geocoder.mapped import key

FILE = Path("suites") / "geocoder_milan.csv"
LEAST_RIGHT = 10
#: What could be found in print, with the caveat: no figure for Nominatim on the Italian questions is published.
BESIDE = """\
Beside it: no pass rate of Nominatim on the Italian questions of geocoder-tester was found in print. Published are
473 passed of 1,634 judged (29 %) on the suite's questions about Île-de-France, asked of nominatim.openstreetmap.org
(github.com/geocoders/geocoder-tester/issues/59, December 2021; 647 more were skipped). Not comparable: other questions,
the whole planet, data of another year; and the suite collects what is hard, as a maintainer says in that thread.
"""


def milan(data: Path) -> list[Asked]:
    """Return the questions, [] where the file is absent."""
    if not (data / FILE).exists():
        return []
    with (data / FILE).open(encoding="utf-8", newline="") as file:
        return [_asked(row) for row in csv.DictReader(file)]


def _asked(row: dict[str, str]) -> Asked:
    street, city = _plain(row["street"]), _plain(row["city"])

    def right(choice: Choice) -> bool:
        said = _plain(f"{choice.location.label}, {choice.where}")
        return street in said and city in said

    return Asked(row["query"], f"{row['street']}, {row['city']}", right)


def _plain(text: str) -> str:
    """Return a text to compare; the map of these questions writes "Piazza 4 novembre" for "Piazza Quattro Novembre"."""
    return key(without_accents(text.lower())).replace("quattro", "4")
