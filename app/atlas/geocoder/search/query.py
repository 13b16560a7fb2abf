"""Reads what a person typed: its tokens in order, without the flat, the floor and other noise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from app.atlas.geocoder.text import Token, edits, fold, term_of, tokens_of
from app.atlas.geocoder.vocabulary import NEUTRAL, ORDINALS, SHORT_FORMS

#: More tokens than this are not read: no address needs them.
MAX_TOKENS = 16

_ORDINAL = r"(?:\d+(?:st|nd|rd|th|er|e|eme|o|\.)?|" + "|".join(w for w in ORDINALS if len(w) > 4) + r"|ground|top)"
_FLOOR = r"(?:floor|fl|etage|krs|kerros|stock|og|piano|planta|level)"
_NOISE = re.compile(
    r"\b(?:apt|apartment|appt|appartement|app|unit|suite|flat|room|rm|wohnung|whg|asunto|interno|int|scala|piso|"
    r"puerta|porte|lgh|bldg|building|batiment|bat|esc)\b\.?\s*#?\s*(?:\d+[a-z]?|[a-z]\d*)(?![\w'-])"
    rf"|\b(?:ste|as|bp|po box)\b\.?\s*#?\s*\d+[a-z]?\b|#\s*\w+"
    rf"|\b{_ORDINAL}\s*{_FLOOR}\b\.?|\b(?:floor|level|etage|piano)\s*\d+\b|\brez[- ]de[- ]chaussee\b"
)
_SPACED_RANGE = re.compile(r"(?<![\d-])(\d{1,4})\s*-\s*(\d{1,4}[a-z]?)(?![\w-])")
_SPACED_HALF = re.compile(r"(?<=\d) 1/2\b")
_NUMBER = re.compile(r"\d{1,6}(?:[a-z]|bis|ter|quater)?(?:[-/](?:\d{1,6}[a-z]?|[a-z]))?")
_NUMBER_ENDINGS = frozenset(("bis", "ter", "quater", "1/2"))


@dataclass(frozen=True)
class Query:
    """The tokens of an address as typed, in order."""

    tokens: tuple[Token, ...]

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The term of each token."""
        return tuple(term_of(token.text) for token in self.tokens)

    def with_types_mended(self) -> Query | None:
        """Return the query with misspelled street types ("Bulevard") put right, or None where there are none."""
        mended = tuple(mended_type(token.text) or token.text for token in self.tokens)
        if mended == tuple(token.text for token in self.tokens):
            return None
        return Query(tuple(t._replace(text=m) for t, m in zip(self.tokens, mended, strict=True)))

    def is_number(self, at: int) -> bool:
        """Return whether a token may be a house number."""
        return _NUMBER.fullmatch(self.tokens[at].text) is not None

    def number_at(self, at: int, taken: frozenset[int]) -> tuple[str, frozenset[int]]:
        """Return the house number that begins at a token, with a letter or "bis" after it, and the tokens used."""
        text, used = self.tokens[at].text, {at}
        after = at + 1
        if after < len(self.tokens) and after not in taken and self._ends_number(at):
            text += self.tokens[after].text
            used.add(after)
        return text, frozenset(used)

    def _ends_number(self, at: int) -> bool:
        number, after = self.tokens[at], self.tokens[at + 1]
        letter = after.text in _NUMBER_ENDINGS or (len(after.text) == 1 and after.text.isalpha())
        return letter and number.part == after.part and number.text[-1].isdigit()

    def says_nothing(self, at: int) -> bool:
        """Return whether a token is a country, a state's code or something else too short to mean a place."""
        token = self.tokens[at]
        return not token.numeric and (token.text in NEUTRAL or (len(token.text) <= 2 and token.text not in ORDINALS))


@lru_cache(maxsize=5_000)
def mended_type(token: str) -> str | None:
    """Return the street type that a token is one slip of the finger away from."""
    if len(token) < 3 or token in SHORT_FORMS:
        return None
    return next((long for long in SHORT_FORMS if len(long) > 3 and edits(token, long, 1)), None)


def read_query(text: str) -> Query:
    """Cut what a person typed into tokens; noise goes unless nothing would be left."""
    folded = " ".join(fold(text).split()) if "\n" not in text else fold(text)
    cleaned = _NOISE.sub(" , ", folded)
    cleaned = cleaned if re.search(r"[^\W\d_]", cleaned) else folded
    cleaned = _SPACED_HALF.sub("/1/2", _SPACED_RANGE.sub(r"\1-\2", cleaned))
    return Query(tuple(tokens_of(cleaned)[:MAX_TOKENS]))
