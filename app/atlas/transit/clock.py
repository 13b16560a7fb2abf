"""Reads and writes times of a service day, which may pass 24:00, and calendar dates."""

from __future__ import annotations

import datetime
import re

#: Seconds may be missing, or carry fractions.
TIME = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?")
DAY_S = 24 * 3600
#: The largest number that is stored, and the longest way to write one.
LARGEST_NUMBER, LONGEST_NUMBER = 2**31 - 1, 40
#: Whole numbers that a program wrote as fractions: "1.0".
WHOLE = re.compile(r"(\d+)(?:\.0*)?")
#: Centuries that a timetable can be about; "99991231" for "without end" is cut to the last day of them.
DATE = re.compile(r"((?:19|20|99)\d\d)(-?)(\d\d)\2(\d\d)(?:\.0*)?")
LAST_DAY = datetime.date(2099, 12, 31).toordinal()


def seconds_of(text: str) -> int | None:
    """Return the seconds after the service day's midnight of "H:MM:SS" or "H:MM"; None where it is no time."""
    match = TIME.fullmatch(text)
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0) if match else None


def hours_and_minutes(seconds: int) -> str:
    """Return "HH:MM" as a clock shows it: 24:19 of the service day is 00:19."""
    return f"{seconds % DAY_S // 3600:02d}:{seconds % 3600 // 60:02d}"


def whole_number(text: str) -> int | None:
    """Return a number without fraction, however it was written ("3", "3.0"); None for anything else.

    None too for one that does not fit in 32 bits: nothing in a timetable counts so far.
    """
    match = WHOLE.fullmatch(text) if text.isascii() and len(text) <= LONGEST_NUMBER else None
    return int(match[1]) if match and int(match[1]) <= LARGEST_NUMBER else None


def day_of(text: str) -> int | None:
    """Return the ordinal of a date "YYYYMMDD" or "YYYY-MM-DD"; None where it is no date."""
    match = DATE.fullmatch(text) if text.isascii() else None
    if match is None:
        return None
    try:
        return min(LAST_DAY, datetime.date(int(match[1]), int(match[3]), int(match[4])).toordinal())
    except ValueError:
        return None


def iso_date(day: int) -> str:
    """Return "YYYY-MM-DD" of an ordinal."""
    return datetime.date.fromordinal(day).isoformat()
