"""The page on security: each line of its table names tests that are there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.folders import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
HELD = PAGE.partition("## What holds")[2].partition("\n## ")[0]
LINES = [line for line in HELD.splitlines() if line.startswith("| ")][2:]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_there_are_lines() -> None:
    assert len(LINES) >= 20


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[2:42])
def test_each_line_names_tests_that_are_there(line: str) -> None:
    threat, holds, tests = (cell.strip() for cell in line.strip("|").split("|"))
    assert threat
    assert holds
    named = NAMED.findall(tests)
    assert named
    assert tests == ", ".join(f"`{path}::{name}`" if name else f"`{path}`" for path, name in named)
    for path, name in named:
        functions = [node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if hasattr(node, "name")]
        assert (name in functions) if name else any(each.startswith("test_") for each in functions)
