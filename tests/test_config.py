"""Settings are read strictly: a wrong one stops the start with a sentence that names it."""

from __future__ import annotations

import re
from dataclasses import Field, fields
from pathlib import Path

import pytest

from app.config import Config, load_config
from app.errors import ConfigError
from tests.support.folders import ROOT

OPERATIONS = ROOT / "docs" / "operations.md"


def test_it_has_defaults_for_everything() -> None:
    assert load_config({}) == Config()


def test_it_reads_each_kind_of_value() -> None:
    config = load_config(
        {"DOORSTEP_DATA_DIR": "/data", "DOORSTEP_LEASE_SECONDS": "2.5", "DOORSTEP_MAX_ATTEMPTS": "5", "PATH": "/bin"}
    )
    assert (config.data_dir, config.lease_seconds, config.max_attempts) == (Path("/data"), 2.5, 5)


def test_the_operators_page_names_every_setting_with_its_default_and_range() -> None:
    rows = re.findall(r"^\| `DOORSTEP_([A-Z_]+)` \| `?([^`|]+?)`? \|", OPERATIONS.read_text(), re.MULTILINE)
    words = {"none": "", "made at first start": ""}
    said = [(name.lower(), words.get(default, default).replace(",", "")) for name, default in rows]
    assert said == [(setting.name, default_and_range(setting)) for setting in fields(Config)]


def default_and_range(setting: Field[object]) -> str:
    """Return "15 (0.3 to 3600)", or the default alone where there is no range."""
    if "low" not in setting.metadata:
        return str(setting.default)
    low, high = setting.metadata["low"], setting.metadata["high"]
    return f"{setting.default:.10g} ({low:.10g} to {high:.10g})"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("DOORSTEP_LEASE_SECONDS", "soon", "'soon' is not a number"),
        ("DOORSTEP_LEASE_SECONDS", "nan", "nan is not between 0.3 and 3600"),
        ("DOORSTEP_MAX_ATTEMPTS", "2.5", "'2.5' is not a number"),
        ("DOORSTEP_MAX_ATTEMPTS", "0", "0 is not between 1 and 100"),
        ("DOORSTEP_DATA_DIR", "", "it is empty"),
        ("DOORSTEP_LEASE", "15", "there is no such setting"),
    ],
)
def test_it_refuses_a_bad_value(name: str, text: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config({name: text})
    assert caught.value.message == f"The setting {name} is wrong: {why}."


def test_it_limits_every_number() -> None:
    numbers = [setting for setting in fields(Config) if isinstance(setting.default, int | float)]
    assert len(numbers) >= 11
    assert all(setting.metadata["low"] <= setting.default <= setting.metadata["high"] for setting in numbers)
