"""Which version of the program this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Return the program's version, "unknown" where it was not installed."""
    try:
        return version("doorstep")
    except PackageNotFoundError:
        return "unknown"
