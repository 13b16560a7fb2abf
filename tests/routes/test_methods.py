"""The page that explains every score."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.pipeline.methods import SECTIONS
from app.pipeline.rules.profiles import METHODS_VERSION
from tests.support.asking import soup, visible_text


def test_it_explains_every_section_with_its_table(client: FlaskClient) -> None:
    page = soup(client.get("/methods"))
    assert [section["id"] for section in page.select("section")] == [section.key for section in SECTIONS]
    assert len(page.select("table")) == sum(bool(section.rows) for section in SECTIONS)


def test_it_names_its_version(client: FlaskClient) -> None:
    assert f"Methods, version {METHODS_VERSION}" in visible_text(client.get("/methods"))
