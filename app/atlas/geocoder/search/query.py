"""Reads what a person typed: its tokens in order, without the flat, the floor and other noise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from app.atlas.geocoder.countries import is_country
from app.atlas.geocoder.language import Vocabulary
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.text import AND, Token, edits, terms_of_tokens, tokens_of

#: More tokens than this are not read: no address needs them.
MAX_TOKENS = 16

_ORDINALS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|premier|premiere|deuxieme"
)
_ORDINAL = rf"(?:\d+(?:st|nd|rd|th|er|e|eme|o|\.)?|{_ORDINALS}|ground|top)"
_FLOOR = r"(?:floor|fl|etage|krs|kerros|stock|og|piano|planta|level)"
_NOISE = re.compile(
    r"\b(?:apt|apartment|appt|appartement|app|unit|suite|flat|room|rm|wohnung|whg|asunto|interno|int|scala|piso|"
    r"puerta|porte|lgh|bldg|building|batiment|bat|esc)\b\.?\s*#?\s*(?:\d+[a-z]?|[a-z]\d*)(?![\w'-])"
    rf"|\b(?:ste|as|bp|po box)\b\.?\s*#?\s*\d+[a-z]?\b|#\s*(?!\d+[a-z]?\s*-\s*\d)\w+"
    r"|\b(?:tel|telephone|phone|mobile|fax)\b[.: ]*\+?\d[\d ()/-]{4,}"
    rf"|\b{_ORDINAL}\s*{_FLOOR}\b\.?|\b(?:floor|level|etage|piano)\s*\d+\b|\brez[- ]de[- ]chaussee\b"
)
_SPACED_RANGE = re.compile(r"(?<![\d-])(\d{1,4})\s*-\s*(\d{1,4}[a-z]?)(?![\w-])")
_SPACED_HALF = re.compile(r"(?<=\d) 1/2\b")
#: "60 & 62" and "60 and 62" ask for the houses from 60 to 62.
_TWO_NUMBERS = re.compile(r"\b(\d{1,4})\s*(?:&|\+|and|und|et|y|e|och|og|ja)\s*(\d{1,4})\b(?!\s*(?:st|nd|rd|th)\b)")
#: "Stow Hill no 42": what says that a house number follows, where it does.
_NUMBER_WORD = re.compile(r"(?<=[a-z] )(?:no|nr|num|number|numero)\b\.? ?(?=\d+[a-z]?\s*(?:,|$))")
#: Countries of which one word tells which it is.
_UNITED = re.compile(r"\bunited (kingdom|states)\b")
_NUMBER = re.compile(r"\d{1,6}(?:[a-z]|bis|ter|quater)?(?:[-/](?:\d{1,6}[a-z]?|[a-z]))?")
_NUMBER_ENDINGS = frozenset(("bis", "ter", "quater", "1/2"))


class Query:
    """The tokens of an address as typed, in order, read with the words of a region's languages."""

    def __init__(self, tokens: Sequence[Token], vocabulary: Vocabulary) -> None:
        self.tokens = tuple(tokens)
        self.vocabulary = vocabulary
        self._texts = tuple(token.text for token in tokens)
        #: The term of each token by itself.
        self.terms = tuple(self.terms_of(at, at + 1)[0] for at in range(len(tokens)))

    def terms_of(self, start: int, end: int) -> tuple[str, ...]:
        """Return the terms of some tokens in a row, read as one name."""
        return terms_of_tokens(self._texts[start:end], self.vocabulary)

    def with_types_mended(self) -> Iterator[Query]:
        """Yield the query with a misspelled street type ("Bulevard") put right, in each way in which that goes."""
        for at, text in enumerate(self._texts):
            for mended in mended_types(text, self.vocabulary):
                tokens = list(self.tokens)
                tokens[at] = tokens[at]._replace(text=mended)
                yield Query(tokens, self.vocabulary)

    def is_number(self, at: int) -> bool:
        """Return whether a token may be a house number."""
        return _NUMBER.fullmatch(self._texts[at]) is not None

    def number_at(self, at: int, taken: Set[int]) -> tuple[str, frozenset[int]]:
        """Return the house number that begins at a token, with a letter or "bis" after it, and the tokens used."""
        text, used = self._texts[at], {at}
        after = at + 1
        if after < len(self.tokens) and after not in taken and self._ends_number(at):
            text += self._texts[after]
            used.add(after)
        return text, frozenset(used)

    def _ends_number(self, at: int) -> bool:
        number, after = self.tokens[at], self.tokens[at + 1]
        letter = after.text in _NUMBER_ENDINGS or (len(after.text) == 1 and after.text.isalpha())
        return letter and number.part == after.part and number.text[-1].isdigit()

    def is_kind(self, at: int) -> bool:
        """Return whether a token says what kind of street it is, or is an article or a joining word."""
        term, words = self.terms[at], self.vocabulary
        return term in words.types or term in words.articles or self.is_join(at)

    def is_join(self, at: int) -> bool:
        """Return whether a token may stand between the two streets of a corner."""
        return self._texts[at] == AND or self._texts[at] in self.vocabulary.joins

    def is_direction(self, at: int) -> bool:
        """Return whether a token is a direction of the compass."""
        return self.terms[at] in self.vocabulary.directions

    def is_code(self, at: int) -> bool:
        """Return whether a token stands where the code of a country or a state does: last, but for a postcode.

        After a name without a comma it may as well be short for a type or a direction.
        """
        rest = self.tokens[at + 1 :]
        if at == 0 or not all(token.numeric or is_country(token.text) for token in rest):
            return False
        before = self.tokens[at - 1]
        apart = before.part < self.tokens[at].part
        word = self.terms[at] == self._texts[at] and not self.is_direction(at) and not self.is_kind(at)
        return apart or (word and not before.numeric)

    def says_nothing(self, at: int) -> bool:
        """Return whether a token is a country, a state's code or something else too short to mean a place."""
        text = self._texts[at]
        if text[0].isdigit():
            return False
        return is_country(text) or (len(text) <= 2 and text not in self.vocabulary.numbers)


@dataclass(frozen=True, slots=True)
class CleanText:
    """What was typed, folded and without noise: read for each region with its own languages."""

    text: str
    #: The same with its noise, "" where it has none: a name may hold some ("Les Agaves - Bât. A").
    whole: str = ""

    def query(self, vocabulary: Vocabulary) -> Query:
        """Return the query for a region."""
        return Query(tokens_of(vocabulary.compact(self.text))[:MAX_TOKENS], vocabulary)


@lru_cache(maxsize=5_000)
def mended_types(token: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the street types that a token is one slip of the finger away from."""
    if len(token) < 3 or token in vocabulary.types or terms_of_tokens((token,), vocabulary)[0] != token:
        return ()
    return tuple(long for long in sorted(vocabulary.types) if len(long) > 3 and edits(token, long, 1))


def read_text(text: str) -> CleanText:
    """Cut what a person typed into tokens; noise goes unless nothing would be left."""
    folded = " ".join(fold(text).split()) if "\n" not in text else fold(text)
    folded = _NUMBER_WORD.sub("", _UNITED.sub(r"\1", folded))
    cleaned = _NOISE.sub(" , ", folded)
    cleaned = cleaned if re.search(r"[^\W\d_]", cleaned) else folded
    whole = folded if cleaned != folded else ""
    cleaned = _TWO_NUMBERS.sub(r"\1-\2", cleaned)
    cleaned = _SPACED_HALF.sub("/1/2", _SPACED_RANGE.sub(r"\1-\2", cleaned))
    return CleanText(cleaned, whole)
