"""Settings are read strictly: a wrong one stops the start with a sentence that names it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from app.config import Config, load_config
from app.errors import ConfigError
from tests.support.settings import DOCUMENT, meanings, table, written_in


def test_it_has_defaults_for_everything() -> None:
    assert load_config({}) == Config()


def test_it_reads_each_kind_of_value() -> None:
    config = load_config(
        {"DOORSTEP_DATA_DIR": "/data", "DOORSTEP_LEASE_SECONDS": "2.5", "DOORSTEP_MAX_ATTEMPTS": "5", "PATH": "/bin"}
    )
    assert (config.data_dir, config.lease_seconds, config.max_attempts) == (Path("/data"), 2.5, 5)


def test_the_operators_page_has_the_table_of_all_settings() -> None:
    assert written_in(DOCUMENT.read_text(encoding="utf-8")) == table(), "write it: python -m tests.support.settings"


def test_every_setting_says_what_it_means() -> None:
    said = meanings()
    assert list(said) == [setting.name for setting in fields(Config)]
    assert all(meaning.endswith(".") and meaning[0].isupper() for meaning in said.values())


def test_the_table_shows_defaults_and_ranges() -> None:
    rows = table().splitlines()
    assert any(row.startswith("| `DOORSTEP_MAX_LIVE_JOBS` | 10,000 (1 to 10,000,000) | ") for row in rows)
    assert any(row.startswith("| `DOORSTEP_LEASE_SECONDS` | 15 (0.3 to 3,600) | ") for row in rows)
    assert any(row.startswith("| `DOORSTEP_OPERATOR_TOKEN` | none | ") for row in rows)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("DOORSTEP_LEASE_SECONDS", "soon", "'soon' is not a number"),
        ("DOORSTEP_LEASE_SECONDS", "nan", "nan is not between 0.3 and 3600"),
        ("DOORSTEP_MAX_ATTEMPTS", "2.5", "'2.5' is not a number"),
        ("DOORSTEP_MAX_ATTEMPTS", "0", "0 is not between 1 and 100"),
        ("DOORSTEP_DATA_DIR", "", "it is empty"),
        ("DOORSTEP_LOG_FORMAT", "xml", "'xml' is not one of text, json"),
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
