"""The methods page's content."""

from __future__ import annotations

from app.pipeline.methods import SECTIONS
from app.pipeline.rules.profiles import METHODS, METHODS_VERSION

TEXT = "\n".join(
    "\n".join((s.title, *s.paragraphs, *s.columns, *(cell for row in s.rows for cell in row), *s.sources))
    for s in SECTIONS
)


def test_every_section_has_words() -> None:
    assert all(s.title and s.paragraphs for s in SECTIONS)


def test_keys_are_unique() -> None:
    assert len({s.key for s in SECTIONS}) == len(SECTIONS)


def test_every_row_is_as_wide_as_its_heading() -> None:
    assert all(len(row) == len(s.columns) for s in SECTIONS for row in s.rows)


def test_every_category_check_and_profile_is_explained() -> None:
    for title in (
        *(c.label for c in METHODS.walk.categories),
        *(r.title for r in METHODS.safety.rules),
        *(p.title for p in METHODS.profiles),
        *(c.label for c in METHODS.tier2.categories),
    ):
        assert title in TEXT


def test_numbers_come_from_the_constants() -> None:
    for number in ("402", "2,414", "2.3135", "805", "115 to 570", "0.6", METHODS_VERSION):
        assert number in TEXT


def test_no_raw_tag_and_no_none_is_shown() -> None:
    assert "None" not in TEXT
    assert "_" not in TEXT
    assert "=" not in TEXT
