"""House numbers as people and mappers write them: 12a, 12 A, 12-14, 12/3, 27 bis, 203-06, "2;4;6"."""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import NamedTuple

from app.atlas.geocoder.letters import fold

#: A longer "range" is a unit and a house number, as in Vancouver's "9-1551".
LONGEST_RANGE = 60

_UNIT_FIRST = re.compile(r"^(?:#\s*\w+|(?:unit|suite|studio|apt|flat|u)\s*\w+)\s*[-,]?\s*(?=\d)|^\d{1,4}\s+(?=\d{3,}$)")
_BLOCK = re.compile(r"\d{1,3}-\d\d[A-Za-z]?")
_NUMBER = re.compile(
    r"(\d{1,6})\s*(?:([-/])\s*(\d{1,6}))?\s*(1/2|/?[a-z](?:\s?[-/]\s?[a-z])?|bis|ter|quater)?(?![\w.])"
)


class HouseNumber(NamedTuple):
    """One house number: `text` for people, `house` to sort by, `last` of a range, `suffix` such as "a" or "bis"."""

    text: str
    house: int
    last: int
    suffix: str

    @property
    def exact(self) -> str:
        """Return a text that is the same for all spellings of one number."""
        return f"{self.house}-{self.last}{self.suffix}"

    def holds(self, other: HouseNumber) -> bool:
        """Return whether the other number lies in this range, on its side of the street."""
        inside = self.house <= other.house and other.last <= self.last
        return inside and (other.house - self.house) % 2 in (0, (self.last - self.house) % 2)


@lru_cache(maxsize=50_000)
def parse_number(text: str, block_style: bool = False) -> HouseNumber | None:
    """Return the house number at the start of a text, or None where there is none.

    `block_style` reads "12-14" as house 14 of block 12, as houses are numbered in Queens; otherwise it is a range.
    """
    shown = " ".join(text.split())
    folded = _UNIT_FIRST.sub("", fold(shown))
    shown = shown[len(fold(shown)) - len(folded) :] if len(fold(shown)) == len(shown) else folded
    match = _NUMBER.match(folded)
    if not match:
        return None
    house, second, suffix = int(match[1]), int(match[3] or 0), "".join((match[4] or "").removeprefix("/").split())
    shown = shown[: match.end()].strip()
    if match[2] is None:
        return HouseNumber(shown, house, house, suffix)
    if match[2] == "-" and block_style:
        whole = int(match[1] + match[3])
        return HouseNumber(shown, whole, whole, suffix)
    return _pair(shown, match[2], house, second, suffix)


def _pair(shown: str, mark: str, house: int, second: int, suffix: str) -> HouseNumber:
    low, high = sorted((house, second))
    if high - low <= LONGEST_RANGE and (mark == "-" or high == second):
        return HouseNumber(shown, low, high, suffix)
    if mark == "-" and second > house:
        return HouseNumber(str(second) + suffix, second, second, suffix)
    return HouseNumber(shown, house, house, f"{mark}{second}{suffix}")


def is_block_number(text: str) -> bool:
    """Return whether a number is written as in Queens: a block, a hyphen, two digits."""
    return _BLOCK.fullmatch(text) is not None


def is_no_range(number: str) -> bool:
    """Return whether a number that looks like one of a block ("203-06") cannot be a range of numbers."""
    low, high = number.rstrip(string.ascii_letters).split("-")
    return not 0 < int(high) - int(low) <= LONGEST_RANGE


@lru_cache(maxsize=50_000)
def split_numbers(text: str) -> tuple[str, ...]:
    """Return the house numbers that one mapped house carries ("2;4;6" or "8, Floor 6")."""
    if text.isdigit():
        return (text,)
    pieces = [piece.strip() for piece in re.split(r"[;,]", text)]
    numbers = tuple(piece for piece in pieces if parse_number(piece) and not re.search(r"[^\W\d_]{4}", piece))
    if numbers:
        return numbers
    at_end = re.search(r"[^\W\d_]{4,}\s+(\d+[a-z]?)$", text.strip())
    return (at_end[1],) if at_end and not re.match(r"(?i)flat|unit|suite|floor|farm", text) else ()


def asked_numbers(text: str) -> tuple[HouseNumber, ...]:
    """Return the house numbers that a person may mean: "203-06" is one of block 203 or, elsewhere, a range.

    A number without a hyphen ("20306") needs no second reading: it sorts where the hyphenated one does.
    """
    first, _, second = text.partition("-")
    if is_block_number(text) and int(second[:2]) < int(first):
        reading = parse_number(text, True)
        return (reading,) if reading else ()
    readings = (parse_number(text), parse_number(text, True))
    return tuple(dict.fromkeys(reading for reading in readings if reading))
