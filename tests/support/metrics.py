"""The site's figures as a monitoring server reads them."""

from __future__ import annotations

import requests
from prometheus_client.parser import text_string_to_metric_families

TOKEN = "scrape-me"
BEARER = {"Authorization": f"Bearer {TOKEN}"}

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(text: str) -> Figures:
    """Return each sample's value by its name and labels."""
    families = text_string_to_metric_families(text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def scrape(url: str) -> Figures:
    """Ask a running site, over a connection of its own."""
    return parsed(requests.get(f"{url}/metrics", headers=BEARER, timeout=30).text)


def value(figures: Figures, name: str, **labels: str) -> float:
    """Return one sample, 0.0 where there is none."""
    return figures.get((name, frozenset(labels.items())), 0.0)


def labels_of(figures: Figures, name: str, label: str) -> set[str]:
    """Return the values that a label has."""
    return {dict(labels)[label] for found, labels in figures if found == name and label in dict(labels)}
