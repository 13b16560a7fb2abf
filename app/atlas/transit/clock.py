"""Reads and writes times of a service day, which may pass 24:00, and calendar dates."""

from __future__ import annotations

import datetime
import re

TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
#: Centuries that a timetable can be about; "99991231" for "without end" is cut to the last day of them.
DATE = re.compile(r"(?:19|20|99)\d{6}")
LAST_DAY = datetime.date(2099, 12, 31).toordinal()


def seconds_of(text: str) -> int | None:
    """Return the seconds after the service day's midnight of "H:MM:SS"; None where it is no time."""
    match = TIME.fullmatch(text)
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3]) if match else None


def hours_and_minutes(seconds: int) -> str:
    """Return "HH:MM", past 24:00 where the service day runs on."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def day_of(text: str) -> int | None:
    """Return the ordinal of a date "YYYYMMDD"; None where it is no date."""
    if not DATE.fullmatch(text):
        return None
    try:
        return min(LAST_DAY, datetime.date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal())
    except ValueError:
        return None


def iso_date(day: int) -> str:
    """Return "YYYY-MM-DD" of an ordinal."""
    return datetime.date.fromordinal(day).isoformat()
