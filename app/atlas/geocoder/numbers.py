"""House numbers as people and mappers write them: 12a, 12 A, 12-14, 12/3, 27 bis, 203-06, "2;4;6"."""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import NamedTuple

from app.atlas.geocoder.letters import fold

#: A longer "range" is a unit and a house number, as in Vancouver's "9-1551".
LONGEST_RANGE = 60
#: From this many digits on a number by itself is a postcode's or a phone's rather than a house's.
LONG_NUMBER = 5

#: A flat before the number: "Unit 102 - 1626", "#110 532", "2 1551".
_UNIT_FIRST = re.compile(
    r"^(?:#\s*\w+|(?:unit|suite|studio|apt|flat|u)\s*(?:\d\w*|\w\b))(?:\s*[-,]\s*|\s+)(?=\d)|^\d{1,4}\s+(?=\d{3,}$)"
)
#: What says no more than that a number follows: "No. 12", "n° 12", "#12", and the Czech "č. p. 12".
_NUMBER_WORD = re.compile(r"^(?:#|n(?:o|r|um)?[.:°]*|c\.?\s?p\.?|c\.)\s*(?=\d)")
#: Weekend houses in Czechia and Slovakia are numbered by themselves: "ev.12", "č. ev. 12".
_PROVISIONAL = re.compile(r"^(?:c\.?\s?)?(?:ev|evid)\.?\s?(?:c\.?)?\s*(?=\d)")
_BLOCK = re.compile(r"\d{1,3}-\d\d[A-Za-z]?")
_LETTER = r"[^\W\d_]"
_NUMBER = re.compile(
    r"(\d{1,6})\s*(?:([-/])\s*(\d{1,6}))?"
    rf"(\s*1/2|\s*[-/]?\s*(?:bis|ter|quater|{_LETTER}(?:\s?[-/]\s?{_LETTER})?)|(?<=\d){_LETTER}\d{{1,3}})?(?![\w.])"
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
    shown = " ".join(text.replace("½", " 1/2").split())
    folded = fold(shown)
    if provisional := _PROVISIONAL.match(folded):
        return _provisional(parse_number(folded[provisional.end() :]))
    rest = _NUMBER_WORD.sub("", _UNIT_FIRST.sub("", folded))
    shown = shown[len(folded) - len(rest) :] if len(folded) == len(shown) else rest
    match = _NUMBER.match(rest)
    if not match:
        return None
    house, second, suffix = int(match[1]), int(match[3] or 0), "".join((match[4] or "").split()).lstrip("-/")
    shown = shown[: match.end()].strip()
    if match[2] is None:
        return HouseNumber(shown, house, house, suffix)
    if match[2] == "-" and block_style:
        whole = int(match[1] + match[3])
        return HouseNumber(shown, whole, whole, suffix)
    return _pair(shown, match[2], house, second, suffix)


def _provisional(number: HouseNumber | None) -> HouseNumber | None:
    return number and HouseNumber(f"ev.{number.text}", number.house, number.last, f"{number.suffix}ev")


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


#: What stands between two numbers of one house. A capital "E" is a staircase: "12 E 4".
_BETWEEN = re.compile(r"[;,&+]|(?<=[\da-zA-Z])\s+(?:(?i:and|und|et|en|og|och|ja|y)|e)\s+(?=\d)")


@lru_cache(maxsize=50_000)
def split_numbers(text: str) -> tuple[str, ...]:
    """Return the house numbers that one mapped house carries ("2;4;6", "60 & 62" or "8, Floor 6")."""
    if text.isdigit():
        return (text,)
    pieces = [piece.strip() for piece in _BETWEEN.split(text)]
    numbers = tuple(piece for piece in pieces if parse_number(piece) and not re.search(r"[^\W\d_]{4}", piece))
    if numbers:
        return numbers
    at_end = re.search(r"[^\W\d_]{4,}\s+(\d+[a-z]?)$", text.strip())
    return (at_end[1],) if at_end and not re.match(r"(?i)flat|unit|suite|floor|farm", text) else ()


def numbers_of(number: str, other_numbers: str = "", *, block_style: bool = False) -> list[HouseNumber]:
    """Return the numbers of one mapped house, each once: those of AddressRow's `number` and `other_numbers`.

    With other numbers, "12/21" is house 12 of the municipality and 21 of the street, no range.
    """
    double = double_number(number) if other_numbers else None
    found = [double] if double else [parse_number(part, block_style) for part in split_numbers(number)]
    found += [parse_number(part) for part in other_numbers.split(";")]
    by_exact: dict[str, HouseNumber] = {}
    for each in filter(None, found):
        by_exact.setdefault(each.exact, each)
    return list(by_exact.values())


def is_long_number(text: str) -> bool:
    """Return whether a number is too long for a house: a postcode's or a phone's."""
    return len(text) >= LONG_NUMBER and text.isdigit()


def is_year(term: str) -> bool:
    """Return whether digits in the name of a street are a year: "Rue du 8 Mai 1945", but not "County Road 1200"."""
    return len(term) == 4 and "1500" <= term < "2100"


def double_number(text: str) -> HouseNumber | None:
    """Return a number with a slash as the Czech and Slovaks read it, or None for any other."""
    match = _DOUBLE.fullmatch(fold(text))
    return HouseNumber(text, int(match[1]), int(match[1]), f"/{match[2]}") if match else None


_DOUBLE = re.compile(r"(\d{1,6})\s*/\s*(\d{1,6}[a-z]?)")


def asked_numbers(text: str) -> tuple[HouseNumber, ...]:
    """Return the house numbers that a person may mean, the likeliest first.

    "203-06" is one of block 203 or, elsewhere, a range; "12/21" is one double number or a range. A number without a
    hyphen ("20306") needs no second reading: it sorts where the hyphenated one does.
    """
    first, _, second = text.partition("-")
    if is_block_number(text) and int(second[:2]) < int(first):
        reading = parse_number(text, True)
        return (reading,) if reading else ()
    readings = (double_number(text), parse_number(text), parse_number(text, True))
    return tuple(dict.fromkeys(reading for reading in readings if reading))
