"""Imports only go down the layers, so that each layer can be read and tested without those above it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

APP = Path(__file__).parent.parent / "app"
#: Upper layers first. A module may import from its own layer and from later ones.
LAYERS = [
    ["__init__", "cli", "routes", "web", "views"],
    ["queue"],
    ["pipeline"],
    ["sources"],
    ["atlas"],
    ["db", "config", "errors", "geo", "places", "wording"],
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
MODULES = sorted(APP.rglob("*.py"))


def imported_parts(path: Path) -> set[str]:
    """Return the parts of `app` that a module imports, whether at the top or inside a function."""
    parts: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "app":
            words = node.module.split(".")
            parts |= {words[1]} if len(words) > 1 else {alias.name for alias in node.names}
    return parts & RANK.keys()


def part_of(path: Path) -> str:
    """Return the part of `app` a module belongs to."""
    return path.relative_to(APP).with_suffix("").parts[0]


def test_it_knows_the_layer_of_every_module() -> None:
    assert {part_of(path) for path in MODULES} <= RANK.keys()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(APP)))
def test_it_imports_only_downwards(path: Path) -> None:
    assert not {part for part in imported_parts(path) if RANK[part] < RANK[part_of(path)]}


@pytest.mark.parametrize("part", ["queue", "pipeline", "sources", "atlas"])
def test_it_keeps_flask_out_of_the_lower_layers(part: str) -> None:
    text = "\n".join(path.read_text() for path in (APP / part).rglob("*.py"))
    assert "import flask" not in text
    assert "from flask" not in text


def test_it_keeps_sql_out_of_the_pipeline() -> None:
    assert not [path for path in (APP / "pipeline").rglob("*.py") if "sqlite3" in path.read_text()]
