"""Points as people type them: degrees with decimals, minutes and seconds, letters or labels, and full Plus Codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from openlocationcode import openlocationcode


class Point(NamedTuple):
    """A point in degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class TypedPoint:
    """A point as it was given.

    `swapped` is the same with latitude and longitude exchanged, where that is a point on Earth too and the notation
    does not say which is which. `or_west` is the same west of Greenwich, where the letter O stands for Ost (east) or
    for Ouest, Oeste, Ovest (west). Both are None otherwise.
    """

    point: Point
    swapped: Point | None = None
    or_west: Point | None = None


#: Letters of the longest notation, with room to spare.
LONGEST_POINT = 200


def typed_point(text: str) -> TypedPoint | None:
    """Return the point that a text is in degrees or as a full Plus Code; None where it is none on Earth."""
    if point := full_code(text):
        return TypedPoint(point)
    if len(text) > LONGEST_POINT:
        return None
    if found := _WELL_KNOWN_TEXT.fullmatch(text):
        text = f"lon {found[1]} lat {found[2]}"
    text = _plain(text)
    return _labelled(text) or _lettered(text) or _unlettered(text)


def point_at(lat: float, lon: float) -> Point | None:
    """Return the point at these degrees, None where that is not on Earth."""
    return Point(lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


#: 8 digits and what follows the plus: squares of 280 m and smaller.
_FULL = re.compile(r"([2-9CFGHJMPQRVWX]{4})\s?([2-9CFGHJMPQRVWX]{4})\s?\+\s?([2-9CFGHJMPQRVWX]{0,7})(?=[\s,]|$)", re.I)


def full_code(text: str) -> Point | None:
    """Return the middle of the Plus Code that a text begins with, None where it begins with none."""
    found = _FULL.match(text.strip())
    code = f"{found[1]}{found[2]}+{found[3]}" if found else ""
    if not openlocationcode.isFull(code):
        return None
    area = openlocationcode.decode(code)
    return Point(area.latitudeCenter, area.longitudeCenter)


#: Marks that look alike, as one each; marks of the direction of writing are left out.
_ALIKE = {
    **dict.fromkeys("º˚∘", "°"),
    **dict.fromkeys("′’‘´`ʹʼ＇", "'"),
    **dict.fromkeys("″”“„ʺ˝＂", '"'),
    **dict.fromkeys("−–—‐‑", "-"),
    **dict.fromkeys("\u200b\u200e\u200f\u202a\u202c\u2066\u2069\ufeff", None),
    "，": ",",
}
_MARKS = str.maketrans(_ALIKE)
_WORDS_FOR_MARKS = (
    (re.compile(r"\s*\bdeg(?:rees?)?\b\.?|(?<=[0-9])\s*deg(?:rees?)?\b\.?", re.I), "°"),
    (re.compile(r"(?<=[0-9])\s*min(?:utes?)?\b\.?", re.I), "'"),
    (re.compile(r"(?<=[0-9])\s*sec(?:onds?)?\b\.?|''", re.I), '"'),
    # Small letters only: a large S is the south.
    (re.compile(r"(?<=[0-9])\s*d\s*([0-9.,]+)\s*m\s*([0-9.,]+)\s*s(?![a-z])"), r"°\1'\2" + '"'),
    (re.compile(r"(?<=[0-9])\s*d\s*([0-9.,]+)\s*m(?![a-z])"), r"°\1'"),
    (re.compile(r"с\s*\.?\s*ш\b\.?", re.I), "N"),
    (re.compile(r"ю\s*\.?\s*ш\b\.?", re.I), "S"),
    (re.compile(r"в\s*\.?\s*д\b\.?", re.I), "E"),
    (re.compile(r"з\s*\.?\s*д\b\.?", re.I), "W"),
)
#: As programs write it, the longitude first; and what maps write behind a point to say how large it is shown.
_WELL_KNOWN_TEXT = re.compile(r"\s*(?:srid=4326;)?point\s*\(\s*(-?[0-9.]+)\s+(-?[0-9.]+)\s*\)\s*", re.I)
_ZOOM = re.compile(r"(?<=[0-9]),\s*[0-9.]{1,5}z\s*$", re.I)
_FRAME = re.compile(
    r"^[\s(\[{<@]*(?:(?:gps|wgs ?84|coordinates?|loc(?:ation)?|position)\s*:?[\s(\[]*)?|[\s)\]}>.,;]*$", re.I
)


def _plain(text: str) -> str:
    """Return a text with one mark for each meaning, without what stands around it."""
    text = _ZOOM.sub("", text.translate(_MARKS))
    for pattern, mark in _WORDS_FOR_MARKS:
        text = pattern.sub(mark, text)
    return _FRAME.sub("", text)


_LATITUDE = re.compile(r'"?\b(?:lat|latitude|latitud|latitudine|breite|breitengrad|leveys)\b"?\s*[:=]?\s*', re.I)
_LONGITUDE = re.compile(
    r'"?\b(?:lon|lng|long|longitude|longitud|longitudine|länge|längengrad|pituus)\b"?\s*[:=]?\s*', re.I
)

#: Letters for north, south, east and west: English, German, Dutch, French and Spanish, Portuguese, Finnish, Swedish,
#: Danish, Czech. Letters that two of them read differently are no point, but for O.
_LETTERS = ("NSEW", "NSOW", "NZOW", "NSEO", "NSLO", "PEIL", "NSÖV", "NSØV", "SJVZ")
_WORDS = {
    **dict.fromkeys(("north", "nord", "norte", "noord", "norr", "pohjoista"), "N"),
    **dict.fromkeys(("south", "süd", "sud", "sur", "sul", "syd", "sør", "zuid", "eteläistä"), "S"),
    **dict.fromkeys(("east", "ost", "est", "este", "oost", "öst", "øst", "leste", "itäistä"), "E"),
    **dict.fromkeys(("west", "ouest", "oeste", "ovest", "vest", "väst", "läntistä"), "W"),
}
_LETTER = f"({'|'.join(sorted(_WORDS, key=len, reverse=True))}|[{''.join(sorted(set(''.join(_LETTERS))))}])"
_WHOLE = "[0-9]{1,3}"
_NUMBER = f"{_WHOLE}(?:[.,][0-9]+)?"
#: Degrees, minutes and seconds with any gap between: only beside a letter or a label.
_LOOSE = rf"""({_NUMBER}(?:(?:\s*[°:]\s*|\s+){_NUMBER}(?:(?:\s*[':]\s*|\s+){_NUMBER})?)?\s*[°'"]?)"""
#: The same with marks.
_MARKED = rf"""({_NUMBER}\s*°(?:\s*{_NUMBER}(?:\s*'\s*{_NUMBER})?\s*['"]?)?)"""
#: Decimals without a mark. A comma needs three digits after it: "12,14 15,16" are house numbers.
_DECIMAL = rf"({_WHOLE}(?:\.[0-9]+|,[0-9]{{3,}}))"
_SIGN = r"([+-]?)\s?"

_BEFORE = re.compile(rf"{_LETTER}\.?\s*{_LOOSE}[\s,;/|]*" * 2, re.I)
_AFTER = re.compile(rf"{_LOOSE}\s*{_LETTER}(?![^\W\d_])\.?[\s,;/|]*" * 2, re.I)
_DECIMALS = re.compile(rf"{_SIGN}{_DECIMAL}(?:\s*[,;/|]\s*|\s+){_SIGN}{_DECIMAL}")
#: The same with commas for the decimals of both, which a semicolon, or a gap where one has three digits, keeps apart.
_COMMA_DECIMALS = re.compile(rf"{_SIGN}({_WHOLE},[0-9]+)(?:\s*[;/|]\s*|,?\s+){_SIGN}({_WHOLE},[0-9]+)")
_SEXAGESIMALS = re.compile(rf"{_SIGN}{_MARKED}\s*[,;/|]?\s*{_SIGN}{_MARKED}")
#: What labels leave: the second one stands as a "=".
_VALUES = re.compile(rf"\W*?{_SIGN}{_LOOSE}[\s,;/|&]*=\s*{_SIGN}{_LOOSE}\W*")


def _labelled(text: str) -> TypedPoint | None:
    """Return the point whose two numbers have labels ("lat 60.1 lon 24.9")."""
    latitude, longitude = _LATITUDE.search(text), _LONGITUDE.search(text)
    if not latitude or not longitude:
        return None
    first, second = sorted((latitude, longitude), key=lambda label: label.start())
    values = f"{text[first.end() : second.start()]}={text[second.end() :]}"
    if lettered := _lettered(values.replace("=", " ")):
        return lettered
    found = _VALUES.fullmatch(values)
    degrees = _signed(found) if found else None
    point = point_at(*(degrees if first is latitude else degrees[::-1])) if degrees else None
    return TypedPoint(point) if point else None


def _lettered(text: str) -> TypedPoint | None:
    """Return the point whose two numbers have letters ("60.1 N, 24.9 E"), in either order."""
    if found := _AFTER.fullmatch(text):
        numbers, letters = found.group(1, 3), found.group(2, 4)
    elif found := _BEFORE.fullmatch(text):
        numbers, letters = found.group(2, 4), found.group(1, 3)
    else:
        return None
    degrees = [_degrees(number) for number in numbers]
    points = [point for signs in _readings(*letters) if (point := _read(degrees, signs))]
    if len(points) == 2 and points[0].lat == points[1].lat:
        return TypedPoint(points[0], or_west=points[1])
    return TypedPoint(points[0]) if len(points) == 1 else None


#: Which of the two numbers is the latitude, and the signs of latitude and longitude.
_Reading = tuple[int, int, int]


def _readings(first: str, second: str) -> list[_Reading]:
    """Return all that two letters mean in the languages that know both, each once."""
    one, other = (_WORDS.get(letter.casefold(), letter.upper()) for letter in (first, second))
    found = []
    for letters in _LETTERS:
        for latitude, (a, b) in enumerate(((one, other), (other, one))):
            if a in letters[:2] and b in letters[2:]:
                found.append((latitude, 1 - 2 * letters.index(a), 1 - 2 * (letters.index(b) - 2)))
    return list(dict.fromkeys(found))


def _read(degrees: Sequence[float | None], reading: _Reading) -> Point | None:
    row, north, east = reading
    lat, lon = degrees[row], degrees[1 - row]
    return point_at(north * lat, east * lon) if lat is not None and lon is not None else None


#: Digits after the point from which on two numbers in the wrong order are read all the same.
_PRECISE = re.compile(r"[.,][0-9]{3}")


def _unlettered(text: str) -> TypedPoint | None:
    """Return the point of two numbers with decimals or degree marks: the latitude first, if it can be one."""
    found = _DECIMALS.fullmatch(text) or _SEXAGESIMALS.fullmatch(text) or _with_commas(text)
    degrees = _signed(found) if found else None
    if not found or not degrees:
        return None
    point, swapped = point_at(*degrees), point_at(*degrees[::-1])
    if point:
        return TypedPoint(point, swapped if swapped != point else None)
    is_precise = all(map(_PRECISE.search, found.group(2, 4)))
    return TypedPoint(swapped) if swapped and is_precise else None


def _with_commas(text: str) -> re.Match[str] | None:
    found = _COMMA_DECIMALS.fullmatch(text)
    return found if found and (re.search("[;/|]", text) or any(map(_PRECISE.search, found.group(2, 4)))) else None


def _signed(found: re.Match[str]) -> tuple[float, float] | None:
    """Return the degrees of two numbers, each after its sign."""
    first, second = _degrees(found[2]), _degrees(found[4])
    if first is None or second is None:
        return None
    return (-first if found[1] == "-" else first), (-second if found[3] == "-" else second)


def _degrees(text: str) -> float | None:
    """Return "60 9 54.7" in degrees; None where minutes or seconds are no such, or follow a fraction."""
    numbers = re.findall(r"[0-9]+(?:[.,][0-9]+)?", text)
    if not all(map(str.isdigit, numbers[:-1])):
        return None
    values = [float(number.replace(",", ".")) for number in numbers]
    if any(value > 60 for value in values[1:]):
        return None
    return sum(value / sixtieths for value, sixtieths in zip(values, (1, 60, 3600), strict=False))
