"""The documents: their links lead somewhere, and what they quote of the program is what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.folders import ROOT

DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
OPERATIONS = ROOT / "docs" / "operations.md"
LIVE = ROOT / "docs" / "live.md"
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#]*)(#[^)]*)?\)")
#: Quoted as symptoms, but said by the system.
OF_THE_SYSTEM = ("Address already in use", "Killed", "Permission denied")


def anchors_of(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as they are made from their words."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    for name, anchor in LINK.findall(document.read_text(encoding="utf-8")):
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), name
        if anchor and target.suffix == ".md":
            assert anchor[1:] in anchors_of(target), f"{name}{anchor}"


@pytest.mark.parametrize(
    ("document", "fewest"), [(OPERATIONS, 10), (LIVE, 6)], ids=lambda each: getattr(each, "name", "")
)
def test_the_symptoms_are_what_the_program_says(document: Path, fewest: int) -> None:
    section = document.read_text(encoding="utf-8").partition("## Troubleshooting")[2].partition("\n## ")[0]
    quotes = re.findall(r'"([^"]+)"', "\n".join(row.split(" | ")[0] for row in section.splitlines()))
    pieces = [piece for quote in quotes for piece in re.split(r"\.\.\.|\b\d+\b|DOORSTEP_\w*", quote)]
    said = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py"))
    said = " ".join(said.split())
    assert len(quotes) > fewest
    assert [each for each in pieces if not any(own in each for own in OF_THE_SYSTEM) and each.strip() not in said] == []
