"""Small extracts with rare ways of mapping addresses. Skipped where ../shared/data is absent."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.places import Question
from app.sources.regions import ImportedRegions
from tests.sources.test_imported_regions import located
from tests.support.folders import SHARED

CASES = SHARED / "cases"
#: Double numbers, and streets called by numbers: one town in two cases.
NUMBERS, HOUSE_NAMES, VILLAGE = "15-number-names/c5b.osm", "b10-house-names/town.osm", "b11-village-numbers/town.osm"

pytestmark = pytest.mark.skipif(not (CASES / NUMBERS).exists(), reason="the cases (../shared/data) are not here")
_folders: list[TemporaryDirectory[str]] = []


@cache
def case(name: str) -> ImportedRegions:
    """Import a case once."""
    _folders.append(TemporaryDirectory())
    folder = Path(_folders[-1].name)
    import_region(RegionStore(folder), "case", RegionInput(CASES / name))
    return ImportedRegions(folder)


@pytest.mark.parametrize(
    ("name", "text", "label"),
    [
        (NUMBERS, "Dlouhá 9, Praha", "400/9 Dlouhá, Praha"),
        (NUMBERS, "Dlouhá 7", "321/7 Dlouhá, Praha"),
        (NUMBERS, "Dlouhá 400", "400/9 Dlouhá, Praha"),
        (NUMBERS, "dlouha 12/21", "12/21 Dlouhá, Praha"),
        (NUMBERS, "12 rue du 11 novembre", "12 Rue du 11 Novembre 1918, Smallville"),
        (NUMBERS, "ул. 8 Марта 12", "12 Улица 8 Марта, Smallville"),
        (NUMBERS, "Via 20 Settembre 12", "12 Via XX Settembre, Smallville"),
        (NUMBERS, "Piazza quattro novembre 12", "12 Piazza IV Novembre, Smallville"),
        (NUMBERS, "Şişli Cad. 12", "12 Şişli Caddesi, Smallville"),
        (NUMBERS, "Cra. 7 #12-45", "12-45 Carrera 7, Smallville"),
        (NUMBERS, "12-a High Street", "12A High Street, Smallville"),
        (NUMBERS, "12 High Street", "12 High Street, Smallville"),
        (NUMBERS, "62 Range Road", "62 Range Road, Smallville"),
        (NUMBERS, "60 & 62 Range Road", "60 Range Road, Smallville"),
        (HOUSE_NAMES, "Rose Cottage, Bakers Row", "Rose Cottage, Bakers Row, Testham"),
        (HOUSE_NAMES, "the gables", "The Gables, Bakers Row, Testham"),
        (VILLAGE, "Kolice 314", "Kolice 314"),
        (VILLAGE, "Kolice č.p. 315", "Kolice 315"),
        (VILLAGE, "Kolice ev.12", "Kolice ev.12"),
    ],
)
def test_the_house_is_found(name: str, text: str, label: str) -> None:
    assert located(case(name), text).label == label


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        (NUMBERS, "7 Oak Avenue", "can mean several places"),
        (NUMBERS, "61 High Street", "Number 61 is not on the map there"),
        (HOUSE_NAMES, "Ivy Cottage, Bakers Row", "We found nothing that fits “ivy cottage” as well"),
        (VILLAGE, "Kolice 12", "Number 12 is not on the map there"),
    ],
)
def test_what_differs_is_asked_about(name: str, text: str, why: str) -> None:
    question = case(name).locate(text)
    assert isinstance(question, Question)
    assert why in question.why


def test_a_number_that_a_village_lacks_is_missing_in_the_village() -> None:
    question = case(VILLAGE).locate("Kolice 317")
    assert isinstance(question, Question)
    assert "is not mapped in this village" in question.choices[0].location.note
