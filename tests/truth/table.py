"""The net over many addresses: one row each, and what was found false."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app import create_app
from app.config import Config
from app.pipeline.report import Report
from app.web.services import services_of
from tests.support.asking import submit
from tests.support.queue_steps import Steps
from tests.truth.hazards_said import hazard_statements
from tests.truth.near_by import Region, Surroundings, green_statements, near_statements
from tests.truth.page_said import page_statements
from tests.truth.statements import Statement
from tests.truth.transit_said import transit_statements


@dataclass(frozen=True, slots=True)
class Row:
    """One address with all that was checked of its report."""

    region: str
    address: str
    statements: tuple[Statement, ...]

    @property
    def false(self) -> tuple[Statement, ...]:
        """What is not so."""
        return tuple(statement for statement in self.statements if statement.truth)


class Pages:
    """Renders reports as the site does."""

    def __init__(self, app: Flask, steps: Steps) -> None:
        self.client, self.steps = app.test_client(), steps

    def render(self, report: Report) -> str:
        """Return a report's page."""
        submit(self.client)
        response = self.client.get(f"/s/{self.steps.finish(report)}")
        assert response.status_code == 200
        return response.text


def check(report: Report, region: Region, page: str) -> Iterator[Statement]:
    """Yield every statement of a report that an oracle, or the page itself, can judge."""
    around = Surroundings(region, report)
    yield from near_statements(around)
    yield from green_statements(around)
    yield from hazard_statements(around)
    yield from transit_statements(around)
    yield from page_statements(report, page)


def table(rows: list[Row]) -> Iterator[str]:
    """Yield the lines of the table, the totals by kind, and each falsehood."""
    yield f"{'region':<22} {'address':<44} {'statements':>10} {'false':>6}"
    for row in rows:
        yield f"{row.region:<22.22} {row.address:<44.44} {len(row.statements):>10,} {len(row.false):>6}"
    checked = Counter(statement.kind for row in rows for statement in row.statements)
    false = Counter(statement.kind for row in rows for statement in row.false)
    yield ""
    yield f"{'kind':<22} {'statements':>10} {'false':>6}"
    for kind in sorted(checked):
        yield f"{kind:<22} {checked[kind]:>10,} {false[kind]:>6}"
    yield f"{len(rows)} reports: {checked.total():,} statements checked, {false.total()} false"
    for row in rows:
        for statement in row.false:
            yield f"FALSE [{statement.kind}] {row.address}: {statement.said} -- {statement.truth}"


def pages_in(folder: Path) -> Pages:
    """Return a site of its own in a folder."""
    app = create_app(Config(data_dir=folder, operator_token="let-me-in", secret_key="k" * 64))
    return Pages(app, Steps(services_of(app).store))
