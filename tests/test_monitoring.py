"""The dashboard, the alerts and their page name metrics that there are, and the page names them all."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app.config import Config
from tests.conftest import TOKEN
from tests.support.folders import ROOT

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "doorstep.json").read_text())
ALERTS = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text())
PAGE = (ROOT / "docs" / "monitoring.md").read_text()
NAME = re.compile(r"\bdoorstep_[a-z_]+")
ENDINGS = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",), "gauge": ("",)}


@pytest.fixture
def families(app: Flask) -> dict[str, str]:
    """Give each metric's name as the page writes it, with its type."""
    text = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    found = {family.name: family.type for family in text_string_to_metric_families(text)}
    return {f"{name}_total" if kind == "counter" else name: kind for name, kind in found.items()}


@pytest.fixture
def samples(families: dict[str, str]) -> set[str]:
    """Give the names that a query may use."""
    names = {(name.removesuffix("_total"), kind) for name, kind in families.items()}
    return {name + ending for name, kind in names for ending in ENDINGS[kind]}


def queries() -> dict[str, str]:
    panels = {panel["title"]: panel["targets"] for panel in DASHBOARD["panels"]}
    asked = {f"{title} {target['refId']}": target["expr"] for title, found in panels.items() for target in found}
    rules = {rule["alert"]: rule["expr"] for group in ALERTS["groups"] for rule in group["rules"]}
    return asked | rules


@pytest.mark.parametrize("title", queries())
def test_every_query_asks_for_metrics_that_there_are(title: str, samples: set[str]) -> None:
    asked = set(NAME.findall(queries()[title]))
    assert asked
    assert asked <= samples


def test_every_metric_is_on_the_dashboard(families: dict[str, str]) -> None:
    asked = {name for expr in queries().values() for name in NAME.findall(expr)}
    missing = {name for name, kind in families.items() if not asked & {name + e for e in (*ENDINGS[kind], "")}}
    assert not missing


def test_the_page_lists_every_metric_and_no_other(families: dict[str, str]) -> None:
    rows = re.findall(r"^\| (`doorstep_.*?`) \| (.*?) \|", PAGE, re.MULTILINE)
    listed = [name for names, _ in rows for name in NAME.findall(names)]
    assert sorted(listed) == sorted(families)


def test_panels_do_not_overlap() -> None:
    taken = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


def test_there_are_three_alerts_and_the_page_says_what_to_do() -> None:
    rules = [rule["alert"] for group in ALERTS["groups"] for rule in group["rules"]]
    assert len(rules) == 3
    assert re.findall(r"^\| `(Doorstep\w+)` \|", PAGE, re.MULTILINE) == rules


def test_every_setting_that_the_page_names_exists() -> None:
    named = {name.lower() for name in re.findall(r"DOORSTEP_([A-Z_]+)", PAGE)}
    assert named <= set(Config.__dataclass_fields__)
