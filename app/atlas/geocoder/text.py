"""From a text as typed to what is compared: tokens, terms and keys, and the slips of the finger between two keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from app.atlas.geocoder.vocabulary import ARTICLES, DIRECTIONS, GLUED_ENDINGS, ORDINALS, SHORT_FORMS, TYPES

_LETTERS = str.maketrans(
    {"æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
    | dict.fromkeys("’‘`´ʼ′", "'")
    | dict.fromkeys("–—‐‑−", "-")
)
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def fold(text: str) -> str:
    """Return the text in lower case without accents or ligatures ("Århus, Straße" gives "arhus, strasse")."""
    text = text.casefold()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LETTERS)


def spelled_out(text: str) -> str:
    """Return the text with umlauts written as two letters, as people do without the keys for them."""
    return unicodedata.normalize("NFC", text.casefold()).translate(_SPELLED_OUT)


_INNER_DOT = re.compile(r"(?<=[a-z])\.(?=[a-z])")
_ELISION = re.compile(r"\b([a-z])'")
_TOKEN = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*")
#: Where tokens part: at a hyphen or slash, and between a long word and digits stuck to it ("kaivokatu1").
_TOKEN_ENDS = re.compile(r"[-/]|(?<=[^\W\d_]{4})(?=\d)")


class Token(NamedTuple):
    """A word or number of an address: folded text, and which of the comma-separated parts it stands in."""

    text: str
    part: int = 0

    @property
    def numeric(self) -> bool:
        """Return whether it starts like a house number."""
        return self.text[0].isdigit()


def tokens_of(text: str) -> list[Token]:
    """Cut folded text into tokens; "203-06" and "12/3" stay whole, "saint-roman" becomes two."""
    found: list[Token] = []
    text = _ELISION.sub(r"\1 ", _INNER_DOT.sub("", text)).replace("'", "")
    for part, piece in enumerate(re.split(r"[,;\n]", text)):
        for match in _TOKEN.finditer(piece):
            texts = [match[0]] if match[0][0].isdigit() else _TOKEN_ENDS.split(match[0])
            found += [Token(text, part) for text in texts]
    return found


_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|er|ere|eme|e|re)")
_LONG_STREET = re.compile(r"(?<=\w{3})(?:strasse|strase|stras)$")


@lru_cache(maxsize=20_000)
def term_of(token: str) -> str:
    """Return the term that stands for a token in keys: "boulevard" and "blvd" give "bd", "1er" and "first" give "1"."""
    if token in SHORT_FORMS:
        return SHORT_FORMS[token]
    if token in ORDINALS:
        return ORDINALS[token]
    if ordinal := _ORDINAL.fullmatch(token):
        return ordinal[1]
    return _LONG_STREET.sub("str", token).replace("-", "").replace("/", "")


def terms_of(text: str) -> tuple[str, ...]:
    """Return the terms of a name in order."""
    return tuple(term_of(token.text) for token in tokens_of(fold(text)))


def key_of(terms: Sequence[str]) -> str:
    """Return the key under which these terms are found: "Haupt Str." and "Hauptstraße" have the same."""
    return "".join(terms)


def core_of(terms: Sequence[str]) -> str:
    """Return the key without street type, articles and direction, or "" when nothing telling would be left.

    A street that is only numbered keeps its type: "West 13th Avenue" gives "13av".
    """
    core = [term for term in terms if term not in ARTICLES and term not in DIRECTIONS]
    key = "".join(term for term in core if term not in TYPES)
    if key.isdigit():
        return "".join(core) if len(core) > 1 else ""
    return key if sum(map(str.isalpha, key)) >= 3 else ""


def glued_keys(key: str) -> list[str]:
    """Return the keys that a key with an abbreviated ending may stand for: "fredrikink" gives "fredrikinkatu"."""
    found = []
    for ending, longer in GLUED_ENDINGS.items():
        if len(key) > len(ending) + 3 and key.endswith(ending):
            found += [key.removesuffix(ending) + end for end in longer if end != ending]
    return found


def mended_endings(key: str) -> list[str]:
    """Return the keys that a key with a misspelled "strasse" or "str" at its end may stand for."""
    found = []
    for ending, lengths in (("strasse", (6, 7, 8)), ("str", (2, 3, 4))):
        for length in lengths:
            tail = key[-length:]
            if len(key) >= length + 3 and edits(tail, ending, 1):
                found.append(key[:-length] + "str")
    return list(dict.fromkeys(found))


def edits(a: str, b: str, most: int) -> int | None:
    """Return the letters inserted, dropped, replaced or swapped with a neighbour between a and b, None above `most`.

    Optimal string alignment (restricted Damerau-Levenshtein). Digits are never taken for a slip: 108th is not 109th.
    """
    count = OSA.distance(a, b, score_cutoff=most)
    return count if count <= most and same_digits(a, b) else None


def same_digits(a: str, b: str) -> bool:
    """Return whether two texts have the same digits in the same order."""
    return _digits(a) == _digits(b)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def trigrams(text: str) -> list[str]:
    """Return the distinct runs of three letters in a text, in order."""
    return list(dict.fromkeys(text[i : i + 3] for i in range(len(text) - 2)))
