"""How well a candidate fits what was typed: services leave out what they do not find, and do not say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from app.atlas.geocoder.countries import is_country, is_elsewhere, lies_in
from app.atlas.geocoder.language import languages, languages_in, vocabulary
from app.atlas.geocoder.letters import fold, romanised_alike, spelled_out
from app.atlas.geocoder.numbers import HouseNumber, asked_numbers, is_long_number, numbers_of
from app.atlas.geocoder.search.costs import allowed_edits
from app.atlas.geocoder.search.query import CleanText, Query, read_text
from app.atlas.geocoder.text import edits, glued_keys, key_of, terms_of, words_of
from app.places import Precision
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.census import STATES
from app.sources.live.geocoders.town_names import other_names

#: Scripts without spaces between words, in which a text has no tokens to compare: Thai, Lao, Kana, Han.
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_LATIN = re.compile("[a-z]")
#: Names are typed in no more pieces.
LONGEST_RUN = 4
#: In front of these, "new" and "south" are part of a country's name, or of a state's.
_BEFORE_COUNTRY = frozenset({"new", "north", "south", "west", "united", "great", "channel", "northern"})
#: Countries in which a house number may have five digits and stands first.
_LONG_NUMBERS = frozenset({"au", "ca", "us"})
#: Languages of countries whose code is not that of their language; one street name alone does not always tell.
_SPOKEN = {
    **dict.fromkeys(("au", "gb", "ie", "nz", "us", "za"), "en"),
    **dict.fromkeys(("at", "li"), "de"),
    **dict.fromkeys(("ar", "cl", "co", "mx", "pe"), "es"),
    "al": "sq", "ba": "bs", "be": "fr nl", "br": "pt", "by": "be ru", "ca": "en fr", "ch": "de fr it", "cz": "cs",
    "dk": "da", "ee": "et", "fi": "fi sv", "gr": "el", "lu": "de fr lb", "mc": "fr", "my": "ms", "no": "nb", "rs": "sr",
    "se": "sv", "si": "sl", "ua": "ru uk", "vn": "vi",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fit:
    """A candidate beside what was typed."""

    candidate: Candidate
    #: Its place in the service's answer, from 0.
    rank: int
    #: Words that name nothing of it.
    dropped: tuple[str, ...] = ()
    #: Whether a country or a state was typed in which it does not lie.
    is_elsewhere: bool = False
    #: Whether a country or a state was typed that is none of its names, though it may lie there.
    is_beside: bool = False
    #: Whether another type of street or direction was typed than it has.
    is_other_kind: bool = False
    #: The house number that was typed and is not its own, "" where it is or none was typed.
    missing_number: str = ""
    #: Whether the house number that was typed is its own, and whether only as one of a range.
    has_number: bool = False
    is_in_range: bool = False
    #: The postcode that was typed and is not its own.
    other_postcode: str = ""
    #: Words of its name that were not typed, and whether none of them was: then only where it lies was named.
    untyped: int = 0
    is_unnamed: bool = False
    #: Whether its names are in letters in which the text is not, so that words say nothing.
    is_unread: bool = False

    @property
    def is_sure(self) -> bool:
        """Return whether nothing that was typed speaks against it."""
        misfits = (self.dropped, self.missing_number, self.is_elsewhere, self.is_other_kind, self.is_unnamed)
        return not any(misfits) and not self.candidate.is_partial

    @property
    def misfit(self) -> tuple[bool, int, bool]:
        """How much of what was typed is not its own, the gravest first."""
        return self.is_elsewhere, len(self.dropped), bool(self.missing_number)

    @property
    def looseness(self) -> tuple[bool, bool, int, bool]:
        """What tells fits apart against which nothing speaks."""
        return self.is_beside, bool(self.other_postcode), self.untyped, self.is_in_range

    @property
    def order(self) -> tuple[bool | int, ...]:
        """What to sort by: the best fit comes first, and of equal ones what the service has first."""
        return (*self.misfit, not self.is_sure, *self.looseness, self.rank)


def fits(text: str, candidates: Sequence[Candidate]) -> list[Fit]:
    """Return the candidates beside what was typed, the best fit first."""
    found = [_fit(text, read_text(text), candidate, rank) for rank, candidate in enumerate(candidates)]
    return sorted(found, key=lambda fit: fit.order)


def has_house_number(text: str) -> bool:
    """Return whether a text has a number that may be of a house, rather than a postcode alone."""
    if _UNSPACED.search(text):
        return bool(_numbers_unspaced(_squeezed(text)))
    query = read_text(text).query(vocabulary(("en",)))
    numbers = [at for at in range(len(query.tokens)) if query.is_number(at)]
    short = [at for at in numbers if not is_long_number(query.tokens[at].text)]
    return len(query.tokens) > 1 and bool(short or (numbers and numbers[0] == 0 and len(query.tokens) > 2))


def _fit(text: str, typed: CleanText, candidate: Candidate, rank: int) -> Fit:
    if _UNSPACED.search(text):
        return _unspaced(text, candidate, rank)
    found = _Comparison(typed, candidate)
    if candidate.address and found.is_by_address:
        return replace(_Comparison(typed, _without_name(candidate)).fit(rank), candidate=candidate)
    return found.fit(rank)


def _without_name(candidate: Candidate) -> Candidate:
    """Return a thing as the house in which it is: a Hotel Vancouver may stand in any town."""
    words = tuple(word for word in candidate.words if word != candidate.name)
    return replace(candidate, name="", words=words)


class _Names:
    """All names of a candidate as they may be typed, read in the languages of its own one."""

    def __init__(self, candidate: Candidate) -> None:
        self.own = candidate.name or candidate.street or candidate.label
        self.street = candidate.street or self.own
        spoken = _SPOKEN.get(candidate.country, candidate.country).split()
        codes = {*languages_in([self.street]), *spoken}
        self.vocabulary = vocabulary(tuple(sorted(codes.intersection(languages()))))
        names = (*candidate.words, candidate.postcode.replace(" ", ""))
        folded = [*map(fold, names), *(fold(spelled_out(name)) for name in names)]
        words = [words_of(name, self.vocabulary) for name in folded]
        self.words = frozenset(word for each in words for word in each)
        #: Numbers in what it lies in, rather than in its own name: the postcode, "Praha 1".
        own = (candidate.name, candidate.street)
        self.numbers_around = frozenset(
            word
            for name, each in zip(names * 2, words, strict=True)
            if name not in own
            for word in each
            if word[0].isdigit()
        )
        self.terms = frozenset(term for name in folded for term in terms_of(name, self.vocabulary))
        self.keys = frozenset(key_of(terms_of(name, self.vocabulary)) for name in folded) - {""}
        self._alike = frozenset(map(romanised_alike, self.words)) if self.vocabulary.romanised else frozenset()
        #: Whether some name is in letters that no Latin ones stand for: Arabic, Hebrew, Han.
        self.has_other_letters = any(word and not _LATIN.search(word) and word.isalpha() for word in self.words)

    def hold(self, word: str, term: str) -> bool:
        """Return whether a word that was typed is in one of the names: as it is, short, with a slip, or abroad."""
        known = self.words | self.terms | self.keys
        if word in known or term in known or not other_names(word).isdisjoint(self.words):
            return True
        if self._alike and romanised_alike(word) in self._alike:
            return True
        return any(_has_slip(word, other) for other in self.words | self.terms)

    def has_types(self) -> bool:
        """Return whether its street says in its name what kind it is."""
        return not self.vocabulary.types.isdisjoint(terms_of(self.street, self.vocabulary))


class _Comparison:
    """One text beside one candidate."""

    def __init__(self, typed: CleanText, candidate: Candidate) -> None:
        self._candidate = candidate
        self._names = _Names(candidate)
        self._query: Query = typed.query(self._names.vocabulary)

    def fit(self, rank: int) -> Fit:
        """Return what of the text is not the candidate's."""
        number_at = self._own_number
        strange = [at for at in range(len(self._query.tokens)) if at not in number_at and not self._is_known(at)]
        numbers = [at for at in strange if any(map(str.isdigit, self._text(at)))]
        words = [at for at in strange if at not in numbers and not self._is_country(at)]
        kinds = [at for at in words if self._is_kind(at)]
        telling = tuple(self._text(at) for at in words if at not in kinds and not self._is_silent(at))
        is_unread = bool(telling) and self._names.has_other_letters
        missing, postcode = self._missing(numbers, frozenset(range(len(self._query.tokens))) - frozenset(strange))
        untyped, is_unnamed = (0, False) if is_unread else self._untyped()
        return Fit(
            self._candidate,
            rank,
            dropped=() if is_unread else telling,
            is_elsewhere=any(self._is_elsewhere(at) for at in strange),
            is_beside=any(self._is_country(at) for at in strange),
            is_other_kind=any(self._is_other_kind(at) for at in kinds),
            missing_number=missing,
            has_number=bool(number_at),
            is_in_range=bool(number_at) and not self._has_exact_number,
            other_postcode=postcode,
            untyped=untyped,
            is_unnamed=is_unnamed,
            is_unread=is_unread,
        )

    @property
    def is_by_address(self) -> bool:
        """Return whether a thing was named by its street and house number, rather than by its own name as well."""
        name = terms_of(self._candidate.name, self._names.vocabulary)
        return bool(self._own_number) and not all(self._was_typed(term) for term in name)

    def _text(self, at: int) -> str:
        return self._query.tokens[at].text

    @cached_property
    def _own_number(self) -> frozenset[int]:
        """Return the tokens that are the house number of the candidate: the 12 in "12 Rue du 8 Mai", never the 8."""
        number = self._candidate.number
        for at in range(len(self._query.tokens)) if number else ():
            if self._candidate.country == "jp" and self._text(at).endswith(f"-{number}"):
                return frozenset((at,))  # the block before the house
            if at not in self._in_name and self._query.is_number(at):
                with_letter, used = self._query.number_at(at, frozenset())
                if same_number(with_letter, number):
                    return used
                if same_number(self._text(at), number):
                    return frozenset((at,))
        return frozenset()

    @property
    def _has_exact_number(self) -> bool:
        """Return whether the number that was typed is the candidate's alone, rather than one of "12-16"."""
        texts = {self._text(at) for at in self._own_number}
        return not texts.isdisjoint(words_of(fold(self._candidate.number), self._names.vocabulary)) or len(texts) > 1

    @cached_property
    def _in_name(self) -> frozenset[int]:
        """Return the tokens that are numbers in its own name: of two alike one is that of the house.

        "XX Settembre" has the number 20, too, "Kolmas linja" the 3 and "26 Carré Or" the 26, unless that is all there
        is for the house.
        """
        at_street, name = fold(self._candidate.street), fold(f"{self._candidate.street} {self._candidate.name}")
        streets = frozenset(words_of(at_street or name, self._names.vocabulary))
        words = {*words_of(name, self._names.vocabulary), *terms_of(name, self._names.vocabulary)}
        texts = [token.text for token in self._query.tokens]
        said = [at for at, text in enumerate(texts) if text[0].isdigit() and texts.index(text) == at]
        others = (at for at in said if not same_number(texts[at], self._candidate.number))
        return frozenset(at for at in said if texts[at] in streets) | frozenset(
            at for at in others if texts[at] in words or self._query.terms[at] in words
        )

    def _is_known(self, at: int) -> bool:
        word = self._text(at)
        if at in self._together:
            return True
        if word[0].isdigit():
            return at in self._in_name or word in self._names.numbers_around
        return self._names.hold(word, self._query.terms[at])

    @cached_property
    def _runs(self) -> dict[str, range]:
        """Return what runs of tokens make, written together: "haupt str" may be "hauptstrasse"."""
        found: dict[str, range] = {}
        for start in range(len(self._query.tokens)):
            for end in range(start + 1, min(start + LONGEST_RUN, len(self._query.tokens)) + 1):
                for key in (key_of(map(self._text, range(start, end))), key_of(self._query.terms_of(start, end))):
                    found |= dict.fromkeys((key, *glued_keys(key, self._names.vocabulary)), range(start, end))
        return found

    @cached_property
    def _together(self) -> frozenset[int]:
        """Return the tokens that are a name or a word of one when they are written together, or were; no numbers."""
        known = self._names.keys | self._names.words | self._names.terms
        runs = [run for key, run in self._runs.items() if key in known]
        return frozenset(at for run in runs if len(run) > 1 or not self._text(run[0])[0].isdigit() for at in run)

    def _is_country(self, at: int) -> bool:
        """Return whether a token names a country or a state, or begins the name of one."""
        after = self._text(at + 1) if at + 1 < len(self._query.tokens) else ""
        return is_country(self._text(at)) or (self._text(at) in _BEFORE_COUNTRY and is_country(after))

    def _is_elsewhere(self, at: int) -> bool:
        """Return whether a token that is none of the candidate's names a country or a state in which it is not."""
        word, point = self._text(at), (self._candidate.lat, self._candidate.lon)
        if self._candidate.country == "us" and self._query.is_code(at) and word in STATES:
            return not self._names.words.issuperset(STATES[word].split())
        if is_country(word):
            return not lies_in(word, *point)
        return self._query.is_code(at) and is_elsewhere(word, *point)

    def _is_kind(self, at: int) -> bool:
        """Return whether a token is a type of street or a direction of the compass, rather than the code of a state."""
        is_type = self._query.terms[at] in self._names.vocabulary.types
        return is_type or (self._query.is_direction(at) and not self._query.is_code(at))

    def _is_silent(self, at: int) -> bool:
        """Return whether a token joins words, says of a station that it is one, or is too short to name a place."""
        words = self._names.vocabulary
        is_joining = self._query.is_join(at) or self._query.terms[at] in words.articles
        is_station = self._candidate.precision is Precision.NAMED and self._text(at) in words.stations
        return is_joining or is_station or self._query.says_nothing(at)

    def _is_other_kind(self, at: int) -> bool:
        """Return whether a type or direction was typed where the candidate has another, or is no street."""
        is_type = self._query.terms[at] in self._names.vocabulary.types
        is_street = bool(self._candidate.street) or self._candidate.precision is Precision.STREET
        return not is_type or self._names.has_types() or not is_street

    def _missing(self, strange: Sequence[int], known: frozenset[int]) -> tuple[str, str]:
        """Return the house number and the postcode that were typed and are not the candidate's, "" for none."""
        postcodes = [at for at in strange if self._is_postcode(at)]
        numbers = [at for at in strange if at not in postcodes]
        number = "" if self._own_number or not numbers else self._query.number_at(numbers[0], known)[0]
        return number, " ".join(self._text(at) for at in postcodes)

    def _is_postcode(self, at: int) -> bool:
        text = self._text(at)
        if not self._query.is_number(at):
            return True
        if is_long_number(text):
            return not (at == 0 and not self._own_number and self._candidate.country in _LONG_NUMBERS)
        return len(text) == 4 and bool(self._own_number) and text.isdigit()

    def _untyped(self) -> tuple[int, bool]:
        """Return how many telling words of its name were not typed, and whether none was.

        A house of which the number was typed goes by its street, whatever else stands there.
        """
        words, at = self._names.vocabulary, self._candidate
        own = at.street if self._own_number and at.street else self._names.own
        silent = words.types | words.articles | words.directions | {""}
        terms = terms_of(own, words)
        telling = [term for term in terms if term not in silent] or list(terms)
        whole = key_of(terms) in self._runs
        missing = [term for term in telling if not whole and not self._was_typed(term)]
        no_house_asked = bool(at.number) and not self._own_number
        return len(missing) + no_house_asked, bool(telling) and len(missing) == len(telling)

    def _was_typed(self, term: str) -> bool:
        """Return whether a term of a name was typed: as it is, written in pieces, with a slip, or abroad."""
        if term in self._runs or not other_names(term).isdisjoint(self._runs):
            return True
        return any(_has_slip(term, run) for run in self._runs)


def _has_slip(word: str, other: str) -> bool:
    """Return whether two words differ by one slip of the finger: with more, a service has found something else."""
    return bool(allowed_edits(len(word))) and edits(word, other, 1) is not None


def same_number(asked: str, have: str) -> bool:
    """Return whether a house number that was asked for is that of a house: "9" is that of "400/9", "14" of "12-16"."""
    parts = [have, *have.split("/")] if re.fullmatch(r"\d+/\d+\w?", have) else [have]
    numbers = [number for part in parts for blocks in (False, True) for number in numbers_of(part, block_style=blocks)]
    return any(_is_same(have, each) for have in numbers for each in asked_numbers(asked))


def _is_same(have: HouseNumber, asked: HouseNumber) -> bool:
    is_range = have.house != have.last
    return have.exact == asked.exact or (is_range and have.holds(asked))


# --- scripts without spaces ---

_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_NUMERAL = re.compile("[一二三四五六七八九](?=丁目)")
#: What stands between the numbers of a block and a house in Japan, and what says nothing.
_PARTS, _NOISE = re.compile("丁目|番地|番|号"), re.compile("日本国|日本|〒|市|区|町|[-,.、。0-9a-z]")
_NUMBERS = re.compile(r"\d+(?:-\d+)*")


def _squeezed(text: str) -> str:
    """Return a text without spaces, its numerals as digits: "猿江一丁目4番2号" gives "猿江1-4-2"."""
    folded = _NUMERAL.sub(lambda found: found[0].translate(_DIGITS), fold("".join(text.split())))
    return _PARTS.sub("-", folded).rstrip("-")


def _numbers_unspaced(squeezed: str) -> list[str]:
    """Return the numbers of blocks and houses, without the postcode: three digits and four."""
    return [number for number in _NUMBERS.findall(squeezed) if not re.fullmatch(r"\d{3}-\d{4}|\d{5,7}", number)]


def _unspaced(text: str, candidate: Candidate, rank: int) -> Fit:
    """Compare a text without spaces: each name that stands in it is taken out, and what is left names nothing."""
    typed, rest = _squeezed(text), _squeezed(text)
    for name in sorted(map(_squeezed, candidate.words), key=len, reverse=True):
        rest = rest.replace(name, "") if len(name) > 1 else rest
    numbers, own_number = _numbers_unspaced(typed), _squeezed(candidate.number)
    has_number = any(number == own_number or number.endswith(f"-{own_number}") for number in numbers if own_number)
    missing = "" if has_number else next(reversed(_numbers_unspaced(rest)), "")
    own, left = _squeezed(candidate.street or candidate.name), _NOISE.sub("", rest)
    is_unread = not any(map(_UNSPACED.search, candidate.words))
    return Fit(
        candidate,
        rank,
        dropped=(left,) if len(left) > 1 and not is_unread else (),
        missing_number=missing,
        has_number=has_number,
        untyped=int(bool(candidate.number) and not has_number),
        is_unnamed=not is_unread and own not in typed,
        is_unread=is_unread,
    )
