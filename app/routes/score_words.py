"""Scores and checks as the report shows them: filters for the templates."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from app.config import Config
from app.pipeline.report import Check, Outcome

#: Routes listed at once; the others are one click away.
SHOWN_ROUTES = 5
#: Gravest first, as the report lists them.
OUTCOMES = {
    Outcome.FAIL: "Fails",
    Outcome.WARN: "Caution",
    Outcome.UNKNOWN: "Unknown",
    Outcome.PASS: "Passes",
}
#: Shares of a score's range from which it counts as good, and as fair.
GOOD, FAIR = 0.7, 0.4


def init_app(app: Flask, config: Config) -> None:
    """Give templates these filters."""
    for function in (figure, band, outcome_word, gravest_first, element_url):
        app.add_template_filter(function)
    app.jinja_env.globals["shown_routes"] = SHOWN_ROUTES


def figure(value: float, out_of: float) -> str:
    """Write a score: whole out of 100, one decimal on shorter scales."""
    if out_of >= 50:
        return f"{value:.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if out_of <= 2 else f"{value:.1f}".removesuffix(".0")


def band(value: float | None, out_of: float) -> str:
    """Name the colour band of a score; words always stand beside it."""
    if value is None:
        return "unknown"
    share = value / out_of if out_of else 0.0
    return "good" if share >= GOOD else "fair" if share >= FAIR else "poor"


def outcome_word(outcome: Outcome) -> str:
    """Say what a check found in one word."""
    return OUTCOMES[outcome]


def gravest_first(checks: Sequence[Check]) -> list[Check]:
    """Put what needs a second look before what is fine; equal outcomes keep their order."""
    order = list(OUTCOMES)
    return sorted(checks, key=lambda check: order.index(check.outcome))


def element_url(osm_id: str) -> str:
    """Return OpenStreetMap's page of an element ("n123", "w45", "r6"), "" where the id is none."""
    kinds = {"n": "node", "w": "way", "r": "relation"}
    kind, number = kinds.get(osm_id[:1]), osm_id[1:]
    return f"https://www.openstreetmap.org/{kind}/{number}" if kind and number.isdigit() else ""
