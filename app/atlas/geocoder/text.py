"""From a text as typed to what is compared: tokens, terms and keys, and the slips of the finger between two keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from app.atlas.geocoder.language import Vocabulary
from app.atlas.geocoder.letters import fold

#: "g.b. pirelli", "s.antonio" and "st.john" are several words, "v.le" and "p.za" are one.
_INITIALS = re.compile(
    r"\b(?:[^\W\d_]\.){2,}(?=[\s,;]|$)|\b[^\W\d_]\.(?=[^\W\d_]{4})|(?<=[^\W\d_]{2})\.(?=[^\W\d_]{2})"
)
_INNER_DOT = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_])")
_ELISION = re.compile(r"\b([a-z]|[a-z]+l|sant)'(?=[a-z]{2})")
_JOIN = re.compile(r"\s*&\s*|\s[@/+]\s|(?<=[^\W\d_]{3})/(?=[^\W\d_]{3})")
#: Stands for a mark or word between the names of two streets, as in "Main & Elm".
AND = "&"
#: Of the words that may stand between two streets ("corner", "at"), those that names have too.
_AND_WORDS = frozenset(("and", "und", "et", "och", "og", "ja", "en", "es", "si", "ir", "un", "eta", "agus"))
#: Most names: nothing to take apart but words.
_PLAIN = re.compile("[a-z ]+")
_TOKEN = re.compile(r"&|[^\W_]+(?:[-/][^\W_]+)*")
#: Where tokens part: at a hyphen or slash, and between a long word and digits stuck to it ("kaivokatu1").
_TOKEN_ENDS = re.compile(r"[-/]|(?<=[^\W\d_]{4})(?=\d)")


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, for look-ups."""
    return frozenset(text.split())


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
    if _PLAIN.fullmatch(text):
        return [Token(word) for word in text.split()]
    found: list[Token] = []
    text = _INNER_DOT.sub("", _INITIALS.sub(lambda match: match[0].replace(".", " "), text))
    text = _JOIN.sub(f" {AND} ", _ELISION.sub(r"\1 ", text).replace("'", ""))
    for part, piece in enumerate(re.split(r"[,;\n]", text)):
        for match in _TOKEN.finditer(piece):
            texts = [match[0]] if match[0][0].isdigit() else _TOKEN_ENDS.split(match[0])
            found += [Token(text, part) for text in texts]
    return found


def terms_of(text: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the terms of a name in order: "Bd. Albert 1er" and "boulevard Albert premier" have the same."""
    return terms_of_tokens(words_of(fold(text), vocabulary), vocabulary)


def words_of(folded: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the tokens of a folded name, an abbreviation with a mark inside as one."""
    return tuple(token.text for token in tokens_of(vocabulary.compact(folded)))


@lru_cache(maxsize=50_000)
def terms_of_tokens(tokens: tuple[str, ...], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the terms of the tokens of one name."""
    terms = vocabulary.terms(tokens)
    return tuple(_joining(term, vocabulary).replace("-", "").replace("/", "") for term in terms)


def _joining(term: str, vocabulary: Vocabulary) -> str:
    """Return AND for "and" and "und": single letters such as the Spanish "y" may as well be initials."""
    return AND if term in _AND_WORDS and term in vocabulary.joins else term


def key_of(terms: Iterable[str]) -> str:
    """Return the key under which these terms are found: "Haupt Str." and "Hauptstraße" have the same."""
    return "".join(terms)


def core_of(terms: Sequence[str], vocabulary: Vocabulary) -> str:
    """Return the key without street type, articles and direction, or "" when nothing telling would be left.

    A street that is only numbered keeps its type: "West 13th Avenue" gives "13avenue". One that has the name of a
    direction keeps that: "South Street".
    """
    core = [term for term in terms if term not in vocabulary.articles and term not in vocabulary.directions]
    core = core if any(term not in vocabulary.types for term in core) else list(terms)
    key = "".join(term for term in core if term not in vocabulary.types)
    if key.isdigit():
        return "".join(core) if len(core) > 1 else ""
    return key if sum(map(str.isalpha, key)) >= 3 else ""


def glued_keys(key: str, vocabulary: Vocabulary) -> list[str]:
    """Return the keys that a key with an abbreviated ending may stand for: "fredrikink" gives "fredrikinkatu"."""
    found = []
    for ending, longer in vocabulary.glued.items():
        if len(key) > len(ending) + 2 and key.endswith(ending):
            found += [key.removesuffix(ending) + end for end in longer if end != ending]
    return found


def mended_endings(key: str, vocabulary: Vocabulary) -> list[str]:
    """Return the keys that a key with a slip in the street type at its end may stand for ("hackensrasse")."""
    found = []
    for ending in vocabulary.glued_types:
        found += _with_slip_in(key, ending, (ending,)) if len(ending) > 4 else []
    for ending, longer in vocabulary.glued.items():
        if len(ending) == 1 and key[-2:-1] == ending and len(key) > 4:  # "mariakn." for "mariank."
            found += [key[:-2] + key[-1] + end for end in longer]
        found += _with_slip_in(key, ending, longer) if len(ending) > 2 else []
    return list(dict.fromkeys(found))


def _with_slip_in(key: str, ending: str, longer: Sequence[str]) -> list[str]:
    found = []
    for length in range(len(ending) - 1, len(ending) + 2):
        if len(key) >= length + 3 and edits(key[-length:], ending, 1):
            found += [key[:-length] + end for end in longer]
    return found


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
