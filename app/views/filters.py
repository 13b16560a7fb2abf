"""Numbers as a person reads them: filters for the templates."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask

from app.config import Config

#: In English whatever the host's locale is.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def init_app(app: Flask, config: Config) -> None:
    """Give templates these filters."""
    for function in (
        minutes,
        metres,
        duration,
        day,
        moment,
        iso,
        amount,
        sentence_start,
    ):
        app.add_template_filter(function)


def minutes(value: float | None, missing: str = "unknown") -> str:
    """Say minutes: "under 1 min", "7 min", "1 h 5 min"."""
    if value is None:
        return missing
    whole = round(value)
    if whole < 1:
        return "under 1 min"
    hours, rest = divmod(whole, 60)
    if not hours:
        return f"{whole} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def metres(value: float | None, missing: str = "unknown distance") -> str:
    """Say metres to ten metres, kilometres to a tenth."""
    if value is None:
        return missing
    if value < 10:
        return "under 10 m"
    rounded = round(value / 10) * 10
    return f"{rounded} m" if rounded < 1000 else f"{value / 1000:.1f} km"


def duration(seconds: float) -> str:
    """Say how long something took: "under 0.1 s", "0.4 s", "12 s", "2 min 5 s", "3 h 10 min"."""
    if seconds < 0.095:
        return "under 0.1 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def day(value: str) -> str:
    """Say an ISO date in words; other text as it is."""
    try:
        parsed = date.fromisoformat(value[:10])
    except ValueError:
        return value
    return f"{parsed.day} {MONTHS[parsed.month - 1]} {parsed.year}"


def moment(unix_seconds: float) -> str:
    """Say a moment in words, in UTC."""
    at = datetime.fromtimestamp(unix_seconds, UTC)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M} UTC"


def iso(unix_seconds: float) -> str:
    """Write a moment for machines."""
    return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def amount(value: float | str | bool | None, unit: str = "") -> str:
    """Say a fact's value: yes or no, a number with its unit, text as it is, "unknown" for None."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"{value} {unit}".strip()
    if unit == "m":
        return metres(value)
    if unit == "min":
        return minutes(value)
    number = f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.2g}"
    return f"{number}{unit}" if unit == "%" else f"{number} {unit}".strip()


def ordinal(number: int) -> str:
    """Say which one: "second", "third"; beyond ten as a figure."""
    return ORDINALS[number - 1] if number <= len(ORDINALS) else f"{number}th"


def sentence_start(text: str) -> str:
    """Write the first letter large and leave the rest as it is."""
    return text[:1].upper() + text[1:]
