"""What people read: every sentence is written down, and no word is jargon."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.pipeline.report import Report
from tests.support.asking import submit, visible_text
from tests.support.folders import SAMPLES
from tests.support.queue_steps import Steps
from tests.support.real_reports import SAMPLE_LISTINGS, sample_reports
from tests.support.words import DOCUMENT, listed_in, sections

#: Words of the trade, of earlier versions, and of brands.
JARGON = (
    *("baseline", "bonus", "final score", "precision", "profile weights", "version of the methods", "stands above"),
    *("index", "third place", "provisioning", "paradise", "exceptional", "compromised", "significant gaps"),
    *("lifestyle", "borderline", "painful", "sureness", "high-volume", "walk score", "transit score", "bike score"),
    *("amenit", "headsign", "service factor", "isochrone", "polygon", "re-weighted", "None", "nan"),
)
FOUND = re.compile("|".join(rf"\b{re.escape(word)}" for word in JARGON))


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    """Evaluate twelve addresses of the sample regions."""
    folder = tmp_path_factory.mktemp("samples")
    for name in ("helsinki", "monaco"):
        import_region(RegionStore(folder), name, RegionInput(SAMPLES / f"{name}.osm.pbf"))
    return list(sample_reports(folder))


def test_every_sentence_of_a_report_is_in_the_list_of_words() -> None:
    written = {title: [t.text.strip().replace("\n", " ") for t in templates] for title, templates in sections()}
    assert listed_in(DOCUMENT.read_text(encoding="utf-8")) == {k: v for k, v in written.items() if v}


@pytest.mark.parametrize("number", range(len(SAMPLE_LISTINGS)))
def test_a_report_has_no_jargon(client: FlaskClient, steps: Steps, reports: list[Report], number: int) -> None:
    submit(client)
    text = visible_text(client.get(f"/s/{steps.finish(reports[number])}"))
    assert sorted({match.group() for match in FOUND.finditer(text)}) == []


@pytest.mark.parametrize("path", ["/", "/methods", "/regions", "/compare"])
def test_a_page_has_no_jargon(client: FlaskClient, path: str) -> None:
    assert sorted({match.group() for match in FOUND.finditer(visible_text(client.get(path)))}) == []
