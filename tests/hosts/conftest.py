"""Says loudly where several hosts could not have networks of their own."""

from __future__ import annotations

import pytest

from tests.support.hosts import NO_NAMESPACES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tested."""
    if any("NO NETWORK NAMESPACES" in str(report.longrepr) for report in terminalreporter.getreports("skipped")):
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(NO_NAMESPACES, red=True, bold=True)
