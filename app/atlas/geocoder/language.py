"""The words of addresses by language: which languages a region's street names are in, and what their tokens mean."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from app.atlas.geocoder.language_tables import FULL_LETTERS, Language, Place, Role, language, languages
from app.atlas.geocoder.letters import fold

__all__ = ["Vocabulary", "languages", "languages_in", "vocabulary"]

#: Where nothing tells the language.
_DEFAULT = ("en",)
#: A language counts from so many names, and from this share of those whose street type is known.
_LEAST_NAMES, _LEAST_SHARE = 3, 0.02
#: In a village of so few streets with a known type each of them tells.
_FEW_NAMES = 50
#: More names say no more, and are only sampled.
_MOST_NAMES = 20_000
#: Shorter endings may be the end of any word: only longer ones are told apart, behind a stem.
_ENDING_LETTERS, _STEM_LETTERS = 3, 3
_HIGHEST_ORDINAL = 999

#: Languages written in Greek or Cyrillic letters.
ROMANISED = frozenset(("be", "bg", "el", "mk", "ru", "sr", "uk"))

_Codes = frozenset[str]


class _Evidence(NamedTuple):
    """For each word or ending that tells a language by its place: which languages."""

    first: Mapping[str, _Codes]
    last: Mapping[str, _Codes]
    endings: Mapping[str, _Codes]
    longest_ending: int
    after: _Codes  # words that may follow a type that stands last

    def of(self, words: Sequence[str]) -> _Codes:
        """Return the languages that the street type of a name belongs to, none where it has no known one."""
        first, last = words[0].isdigit(), len(words) - 1
        if last and (words[last] in self.after or words[last].isdigit()):
            last -= 1
        begins = self.first.get(words[min(first, last)], frozenset())
        ends = self.last.get(words[last]) or self._glued(words[last])
        return (begins & ends) or (begins | ends)

    def _glued(self, word: str) -> _Codes:
        for length in range(min(len(word) - _STEM_LETTERS, self.longest_ending), _ENDING_LETTERS - 1, -1):
            if codes := self.endings.get(word[-length:]):
                return codes
        return frozenset()


def languages_in(names: Iterable[str]) -> tuple[str, ...]:
    """Return the languages that street names are in, sorted; ("en",) where nothing tells.

    A name counts for the language of its street type. What several languages have ("avenue", "via") counts for those of
    them that are there anyway, else for those that explain most of such names.
    """
    listed = list(names)
    known = Counter(_told(listed[:: len(listed) // _MOST_NAMES + 1]))
    del known[frozenset()]
    least = max(_LEAST_NAMES if known.total() > _FEW_NAMES else 1, _LEAST_SHARE * known.total())
    found = {code for codes, count in known.items() if len(codes) == 1 and count >= least for code in codes}
    while more := _explaining_most({codes: n for codes, n in known.items() if not codes & found}, least):
        found |= more
    return tuple(sorted(found)) or _DEFAULT


def _told(names: Iterable[str]) -> Iterator[_Codes]:
    evidence, folded = _evidence(), cache(fold)
    for name in names:
        words = name.replace(",", " ").replace(".", " ").split()
        if words:
            yield evidence.of([folded(word) for word in words])


def _explaining_most(known: Mapping[_Codes, int], least: float) -> set[str]:
    counts: Counter[str] = Counter()
    for codes, count in known.items():
        counts.update(dict.fromkeys(codes, count))
    most = max(counts.values(), default=0)
    return {code for code, count in counts.items() if count == most >= least}


@cache
def _evidence() -> _Evidence:
    first: dict[str, set[str]] = defaultdict(set)
    last: dict[str, set[str]] = defaultdict(set)
    endings: dict[str, set[str]] = defaultdict(set)
    after: set[str] = set()
    for table in map(language, languages()):
        for word in (*table.full_types(), *table.lookalikes):
            for places, place in ((first, Place.FIRST), (last, Place.LAST)):
                if table.place in (place, Place.EITHER) or word in table.lookalikes:
                    places[word].add(table.code)
        for ending in (*table.full_endings(), *table.lookalikes):
            endings[ending].add(table.code)
        after.update(word for term in table.spellings[Role.DIRECTION].items() for word in (term[0], *term[1]))
    longest = max(map(len, endings))
    return _Evidence(_frozen(first), _frozen(last), _frozen(endings), longest, frozenset(after - last.keys()))


def _frozen(found: Mapping[str, set[str]]) -> dict[str, _Codes]:
    return {word: frozenset(codes) for word, codes in found.items()}


class _Reading(NamedTuple):
    """What a token may stand for in a language."""

    role: Role
    code: str
    term: str
    place: Place
    full: bool

    def fits(self, index: int, span: _Span) -> bool:
        """Return whether a token at this place of a name may be meant so."""
        if self.full or self.role in (Role.WORD, Role.ARTICLE, Role.NUMBER):
            return True
        if self.role is Role.TYPE:
            return self.in_place(index, span)
        if self.role is Role.TITLE:
            return index < span.last
        return index > span.last or (index <= span.first and self.place is not Place.FIRST)

    def in_place(self, index: int, span: _Span) -> bool:
        """Return whether a street type of this language stands at this place of a name."""
        return (index == span.first and self.place is not Place.LAST) or (
            index == span.last and self.place is not Place.FIRST
        )


class _Span(NamedTuple):
    """The first and the last token of a name, without numbers at its ends and directions after it."""

    first: int
    last: int


class _Ending(NamedTuple):
    """What an ending stands for in a language."""

    whole: str
    code: str


_Readings = tuple[_Reading, ...]


class Vocabulary:
    """The words of addresses in one or more languages, as one region uses them."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        tables = [language(code) for code in codes]
        self.codes = codes
        self._readings = _readings(tables)
        self.types = self._terms_of(Role.TYPE)
        self.titles = self._terms_of(Role.TITLE)
        self.directions = self._terms_of(Role.DIRECTION)
        self.articles = self._terms_of(Role.ARTICLE)
        self.stations: frozenset[str] = frozenset().union(*(table.stations for table in tables))
        self.joins: frozenset[str] = frozenset().union(*(table.joins for table in tables))
        self.numbers: Mapping[str, str] = _numbers(self._readings, tables)
        #: Whether names come from other letters than Latin ones, and are romanised in several ways.
        self.romanised = not ROMANISED.isdisjoint(codes)
        self._endings = _endings(tables)
        self.glued: Mapping[str, tuple[str, ...]] = {
            short: tuple(dict.fromkeys(ending.whole for ending in endings))
            for short, endings in self._endings.items()
            if all(short != ending.whole for ending in endings)
        }
        whole_endings = {end for table in tables for end in table.full_endings()}
        self.glued_types = tuple(sorted(whole_endings, key=lambda end: (-len(end), end)))
        self._marked = {marked: word for table in tables for marked, word in table.marked.items()}
        self._marks = re.compile("|".join(rf"(?<!\w){re.escape(marked)}(?!\w)" for marked in sorted(self._marked)))

    def compact(self, text: str) -> str:
        """Return folded text with abbreviations that have a mark inside as one word: "s:a vagen" gives "sa vagen"."""
        return self._marks.sub(lambda match: self._marked[match[0]], text) if self._marked else text

    def terms(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Return the canonical term of each token of a name (folded, see letters.fold), by its place in the name.

        Of all that a token may mean, what fits its place is taken, in the order of `Role`; the languages that have
        their street type in this name go before the others. What fits nowhere is taken all the same from two letters.
        """
        readings = [self._readings.get(token, ()) for token in tokens]
        span = _span(tokens, readings)
        speaking = self._speaking(tokens, readings, span) if len(self.codes) > 1 else frozenset()
        found: list[str] = []
        for i, token in enumerate(tokens):
            meant = _by_speakers(readings[i], token, speaking) if speaking else readings[i]
            after_type = bool(found) and found[-1] in self.types
            found.append(_chosen(meant, token, i, span) or self._unlisted(token, after_type=after_type))
        return tuple(found)

    def _terms_of(self, role: Role) -> frozenset[str]:
        return frozenset(r.term for readings in self._readings.values() for r in readings if r.role is role)

    def _speaking(self, tokens: Sequence[str], readings: Sequence[_Readings], span: _Span) -> _Codes:
        """Return the languages that have a street type in its place in this name; those with a full word, if any."""
        if not tokens:
            return frozenset()
        ends = ((i, r) for i in (span.first, span.last) for r in readings[i] if r.role is Role.TYPE)
        found = [(r.full, r.code) for i, r in ends if r.in_place(i, span)]
        glued = self._ending_of(tokens[span.last])
        found += [(True, ending.code) for ending in self._endings[glued]] if glued else []
        return frozenset(code for full, code in found if full == max(found)[0])

    def _ending_of(self, token: str) -> str:
        for length in range(len(token) - _STEM_LETTERS, _ENDING_LETTERS - 1, -1):
            if token[-length:] in self._endings:
                return token[-length:]
        return ""

    def _unlisted(self, token: str, *, after_type: bool) -> str:
        if token in self.numbers:  # "1st"; but "Carrera 8A" is another street than "Carrera 8"
            return token if after_type and token[-1] in "ae" and token[-2].isdigit() else self.numbers[token]
        ending = self._ending_of(token)
        whole = {each.whole for each in self._endings[ending]} if ending else set()
        return token.removesuffix(ending) + whole.pop() if len(whole) == 1 else token


@lru_cache(maxsize=64)
def vocabulary(codes: tuple[str, ...]) -> Vocabulary:
    """Return the vocabulary of these languages. Raises FileNotFoundError for a code that has no table."""
    return Vocabulary(codes)


def _is(readings: _Readings, role: Role) -> bool:
    return any(reading.role is role for reading in readings)


def _span(tokens: Sequence[str], readings: Sequence[_Readings]) -> _Span:
    counts = [
        token[0].isdigit() or (bool(r) and r[0].role is Role.NUMBER) for token, r in zip(tokens, readings, strict=True)
    ]
    first, last = 0, len(tokens) - 1
    while first < last and counts[first]:
        first += 1
    while last > first and (counts[last] or _is(readings[last], Role.DIRECTION)):
        last -= 1
    return _Span(first, last)


def _by_speakers(readings: _Readings, token: str, speaking: _Codes) -> _Readings:
    """Return first what the speaking languages mean, and of the others only what is no single letter."""
    own = tuple(reading for reading in readings if reading.code in speaking)
    return own + tuple(reading for reading in readings if reading.code not in speaking and len(token) > 1)


def _chosen(readings: _Readings, token: str, index: int, span: _Span) -> str:
    for reading in readings:
        if reading.fits(index, span):
            return reading.term
    return readings[0].term if readings and len(token) > 1 else ""


def _readings(tables: Sequence[Language]) -> dict[str, _Readings]:
    """Return what each token may mean. Types and titles that two languages abbreviate alike become one term.

    Else "St-Pierre" would be sankt or saint in Switzerland, depending on which words around it are known.
    """
    found: dict[str, list[_Reading]] = defaultdict(list)
    for table in tables:
        for word, reading in _readings_of(table):
            found[word].append(reading)
    one = _joined(found.values())
    return {
        word: tuple(r._replace(term=one.get((r.role, r.term), r.term)) for r in sorted(readings, key=lambda r: r.role))
        for word, readings in found.items()
    }


def _readings_of(table: Language) -> Iterator[tuple[str, _Reading]]:
    """Yield what each token means in a language; a term means itself and nothing else, so that terms are stable."""
    apart = {term: tuple(word for word in words if len(word) > 1) for term, words in table.endings.items()}
    by_role = {**table.spellings, Role.TYPE: apart | dict(table.spellings[Role.TYPE])}
    terms = {term: role for role in reversed(Role) for term in by_role[role] if role is not Role.NUMBER}
    for role in Role:
        for term, spellings in by_role[role].items():
            for word in dict.fromkeys((*((term,) if role is not Role.NUMBER else ()), *spellings)):
                if word not in terms or (word == term and terms[word] is role):
                    yield word, _Reading(role, table.code, term, table.place, word == term or len(word) >= FULL_LETTERS)


def _joined(found: Iterable[Sequence[_Reading]]) -> dict[tuple[Role, str], str]:
    """Return the first of the terms that are to be one, by role and term."""
    groups: dict[tuple[Role, str], set[str]] = {}
    for readings in found:
        for one in readings:
            for other in readings:
                if one.code < other.code and one.role is other.role and _compete(one, other):
                    group = groups.get((one.role, one.term), {one.term}) | groups.get(
                        (one.role, other.term), {other.term}
                    )
                    groups.update({(one.role, term): group for term in group})
    return {key: min(group) for key, group in groups.items()}


def _compete(one: _Reading, other: _Reading) -> bool:
    apart = {one.place, other.place} == {Place.FIRST, Place.LAST}
    return one.term != other.term and (one.role is Role.TITLE or (one.role is Role.TYPE and not apart))


def _numbers(readings: Mapping[str, _Readings], tables: Sequence[Language]) -> dict[str, str]:
    found = {word: r.term for word, several in readings.items() for r in several if r.role is Role.NUMBER}
    suffixes = {suffix for table in tables for suffix in table.ordinals}
    return found | {f"{n}{suffix}": str(n) for n in range(1, _HIGHEST_ORDINAL + 1) for suffix in suffixes}


def _endings(tables: Sequence[Language]) -> dict[str, tuple[_Ending, ...]]:
    """Return what each ending of a name written together with its type stands for, itself included if it is whole."""
    found: dict[str, list[_Ending]] = defaultdict(list)
    for table in tables:
        for whole, spellings in table.endings.items():
            for spelling in (whole, *spellings):
                found[spelling].append(_Ending(whole, table.code))
    return {ending: tuple(wholes) for ending, wholes in found.items()}
