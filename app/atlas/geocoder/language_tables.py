"""Reads the tables of `languages/`, one a language; docs/languages.md says what they hold and how to add one."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from app.atlas.geocoder.letters import fold

_TABLES = files("app.atlas.geocoder") / "languages"
#: Shorter spellings are read as abbreviations, and only where their role allows; longer ones anywhere.
FULL_LETTERS = 4


class Place(StrEnum):
    """Where the street types of a language stand in a name."""

    FIRST = "first"
    LAST = "last"
    EITHER = "either"


class Role(IntEnum):
    """What a word may be; of several that fit, the first is taken."""

    TYPE = 0
    TITLE = 1
    DIRECTION = 2
    WORD = 3
    ARTICLE = 4
    NUMBER = 5


@dataclass(frozen=True, slots=True)
class Language:
    """One table, folded: by role, the spellings of each term."""

    code: str
    name: str
    place: Place
    spellings: Mapping[Role, Mapping[str, tuple[str, ...]]]
    endings: Mapping[str, tuple[str, ...]]  # of names written together with their type, with their abbreviations
    stations: frozenset[str]
    joins: frozenset[str]
    ordinals: tuple[str, ...]  # what stands behind the digits of "1st", "2nd"
    lookalikes: frozenset[str]  # words and endings of names here that another language would take for its own
    marked: Mapping[str, str]  # abbreviations written with a mark inside, without it: "s:a" -> "sa"

    def full_types(self) -> Iterator[str]:
        """Yield the street types that are words of their own, without abbreviations."""
        for terms in (self.spellings[Role.TYPE], self.endings):
            for term, spellings in terms.items():
                yield from (word for word in (term, *spellings) if word == term or len(word) >= FULL_LETTERS)

    def full_endings(self) -> Iterator[str]:
        """Yield the street types that end a word, without abbreviations."""
        for term, spellings in self.endings.items():
            yield from (word for word in (term, *spellings) if word == term or len(word) >= FULL_LETTERS)


def languages() -> tuple[str, ...]:
    """Return the codes of all languages that have a table, sorted."""
    return tuple(
        sorted(entry.name.removesuffix(".toml") for entry in _TABLES.iterdir() if entry.name.endswith(".toml"))
    )


@cache
def language(code: str) -> Language:
    """Return the table of one language. Raises FileNotFoundError for a code that has none."""
    return _folded(code, tomllib.loads((_TABLES / f"{code}.toml").read_text("utf-8")))


_MARKS = re.compile(r"[-:/.']")
_MARK_INSIDE = re.compile(r"[-:/]")
_ROMAN_UNITS = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"]
#: Up to 30, where Roman numerals of streets end; a single letter is more often an initial.
_ROMAN = {
    tens + unit: str(10 * len(tens) + n)
    for tens in ("", "x", "xx")
    for n, unit in enumerate(_ROMAN_UNITS)
    if len(tens + unit) > 1
} | {"xxx": "30"}


def _words(text: str) -> tuple[str, ...]:
    return tuple(_MARKS.sub("", word) for word in fold(text).split())


def _folded(code: str, table: dict[str, Any]) -> Language:
    def terms(section: str) -> dict[str, tuple[str, ...]]:
        return {fold(term): _words(spellings) for term, spellings in table[section].items()}

    spellings: dict[Role, dict[str, tuple[str, ...]]] = {
        Role.TYPE: terms("types"),
        Role.TITLE: terms("titles"),
        Role.DIRECTION: terms("directions"),
        Role.WORD: terms("words"),
        Role.ARTICLE: dict.fromkeys(_words(table["articles"]), ()),
        Role.NUMBER: _numbers(table),
    }
    listed = (
        spelling for section in ("types", "titles", "directions", "words") for spelling in table[section].values()
    )
    written = fold(" ".join(listed)).split()
    return Language(
        code=code,
        name=table["name"],
        place=Place(table["place"]),
        spellings=spellings,
        endings=terms("endings"),
        stations=frozenset(_words(table["stations"])),
        joins=frozenset(_words(table["joins"])),
        ordinals=_words(table["ordinals"]),
        lookalikes=frozenset(_words(table["lookalikes"])),
        marked={word: _MARKS.sub("", word) for word in written if _MARK_INSIDE.search(word)},
    )


def _numbers(table: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the words for each number: both lists of the table run upwards, by one and by ten; "-" leaves one out."""
    found: dict[str, list[str]] = defaultdict(list)
    for word, digits in _ROMAN.items():
        if word not in _words(table["plain"]):
            found[digits].append(word)
    for key, step in (("counted", 1), ("tens", 10)):
        for line in table[key]:
            for place, words in enumerate(line.split(), 1):
                found[str(place * step)] += _words(words.replace("|", " ")) if words != "-" else ()
    return {digits: tuple(words) for digits, words in found.items()}
