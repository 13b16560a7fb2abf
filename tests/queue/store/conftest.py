"""Every test of the store runs on both databases, unless it says why not (tests/support/dialects.py)."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _on_both(dialect: str) -> None:
    """Let every test open its stores in both, one after the other."""
