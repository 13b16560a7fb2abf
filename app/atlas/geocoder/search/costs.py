"""What each difference between an address as typed and as mapped costs a match of score 1, and what is doubtful."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from app.atlas.geocoder.language import Vocabulary
from app.atlas.geocoder.numbers import is_year


class Doubt(StrEnum):
    """A difference that a person must be asked about, the gravest first."""

    #: Words that name nothing here, or nothing near the match, were left out.
    DROPPED = "dropped"
    #: It lies outside the town that was named.
    TOWN = "town"
    #: Another type of street or direction, or a street where a place may be meant.
    KIND = "kind"
    #: The number is mapped otherwise ("12" for "12x"), or not at all on a street with other numbers.
    NUMBER = "number"
    #: Only a part of the name of a place was typed, or it was typed with a slip and nothing else tells.
    NAME = "name"
    #: A building, a shop or a stop of that name, where something larger may be meant.
    LESSER = "lesser"


#: The street's name: slips of the finger, then types, directions, articles and the order of terms.
ONE_EDIT, TWO_EDITS, TWO_OF_LONG, EDIT_OF_SHORT = 0.13, 0.36, 0.3, 0.2
WRONG_TYPE, MISSING_TYPE, EXTRA_TYPE = 0.38, 0.12, 0.1
WRONG_DIRECTION, MISSING_DIRECTION = 0.3, 0.06
ARTICLE, ORDER, ACROSS_COMMA = 0.02, 0.06, 0.25
#: A whole name with a comma in it ("Grundskolan Norsen, Kronohagan").
WHOLE_ACROSS_COMMA = 0.005
#: A term of the name left out makes a near miss, unless its first letter is given ("Via G. Washington"), and hardly
#: counts where it is a year ("Rue du 11 Novembre 1918").
MISSING_TERM, INITIAL, MISSING_YEAR = 0.2, 0.08, 0.04
#: Written as mapped comes before what only reads alike: "S Street" before "South Street".
OTHER_SPELLING = 0.02
#: An earlier name, or one in another language, comes after what has the name today, be that only a shop.
OTHER_NAME = 0.07

#: The number is not on the street, or no street was found for it.
NO_SUCH_NUMBER, NUMBER_WITHOUT_STREET = 0.12, 0.3
#: More for a number that is not on a street whose name has a slip: then another street was meant.
DOUBLY_WRONG = 0.14

#: A hint that the address does not meet, and one that it meets at the edge of the reach of a locality. The named town
#: outweighs a number that is mapped elsewhere.
OTHER_LOCALITY, OTHER_POSTCODE, FAR_IN_LOCALITY = 0.3, 0.06, 0.04
#: Addresses here name another town, but the one asked for is near: the map's towns are guesses at its edge.
OTHER_TOWN_NEAR = 0.2
#: Tokens that name nothing here: "London" in Monaco; and each more of them.
FOREIGN, MORE_FOREIGN = 0.4, 0.2
#: The same where another hint places the address here, and the most that they cost then.
FOREIGN_BUT_PLACED, MORE_BUT_PLACED, MOST_BUT_PLACED = 0.15, 0.06, 0.3
#: Words before or behind an address that is right in all else, which name who lives there or a part of the region.
ADDRESSEE = 0.05
#: What is at the door of an address and named with it: a name that explains all that was typed comes before both.
HINT_AT_DOOR = 0.03
#: A number without a meaning, part of the name of a locality, and a token of the region's title.
ODD_NUMBER, KNOWN_TOKEN = 0.03, 0.01
#: "Main & Elm" is not the one of the two.
UNUSED_AND = 0.1
#: A place that says nothing of where trains go, where a station was asked for.
NOT_THE_STATION = 0.15
#: An address that ends with a locality of the region lies here, even if nothing else of it is known.
STREET_NOT_HERE = 0.5

#: What costs more than this is not worth showing even as a suggestion.
MOST_COST = 0.75

#: From this many letters on a name with two slips is still told from all others.
LONG_NAME = 13


class Difference(NamedTuple):
    """What the differences between two names cost, and whether one of them is doubtful."""

    cost: float
    doubt: Doubt | None = None
    #: The name was typed without the type of street that it has on the map.
    typeless: bool = False


def allowed_edits(length: int) -> int:
    """Return how many slips a name of this length may have and still be told from others."""
    return 0 if length < 4 else 1 if length < 9 else 2 if length < LONG_NAME else 3


def edit_cost(count: int, length: int) -> float:
    """Return what slips cost: more in a short name. Two make a near miss, except in a long name."""
    if length < 5:
        return EDIT_OF_SHORT * count
    if count == 1:
        return ONE_EDIT
    return TWO_OF_LONG if count == 2 and length >= LONG_NAME else TWO_EDITS + ONE_EDIT * (count - 2)


def difference(asked: Sequence[str], mapped: Sequence[str], vocabulary: Vocabulary) -> Difference:
    """Return what missing, extra and other types, directions and articles of a name cost."""
    wanted, there = Counter(asked), Counter(mapped)
    extra, missing = wanted - there, there - wanted
    cost = ARTICLE * sum(count for term, count in (extra + missing).items() if term in vocabulary.articles)
    doubt = None
    if any(term in vocabulary.directions for term in extra):
        cost, doubt = cost + WRONG_DIRECTION, Doubt.KIND
    elif any(term in vocabulary.directions for term in missing):
        cost += MISSING_DIRECTION
    more, less = _has_type(extra, vocabulary), _has_type(missing, vocabulary)
    if more and (less or _has_type(there, vocabulary)):
        return Difference(cost + WRONG_TYPE, Doubt.KIND)
    if not extra and not missing:
        return Difference(cost + (ORDER if tuple(asked) != tuple(mapped) else 0.0), doubt)
    return Difference(cost + EXTRA_TYPE * more + MISSING_TYPE * less, doubt, typeless=less)


def missing_terms_cost(
    asked: Sequence[str], mapped: Sequence[str], initials: Iterable[str], vocabulary: Vocabulary
) -> float:
    """Return what it costs that telling terms of a name were left out or given by their first letter."""
    missing = Counter(mapped) - Counter(asked)
    first_letters = set(initials)
    silent = vocabulary.articles | vocabulary.types | vocabulary.directions
    return sum(_missing_cost(term, first_letters) for term in missing if term not in silent)


def _missing_cost(term: str, first_letters: set[str]) -> float:
    if term.isdigit():
        return MISSING_YEAR if is_year(term) else 2 * MISSING_TERM
    return INITIAL if term[0] in first_letters else MISSING_TERM


def other_kind(asked: Sequence[str], mapped: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Return whether two names differ in type or direction: "av" for "bd" or "w" for "e" is no slip of the finger."""
    wanted, there = _kinds(asked, vocabulary), _kinds(mapped, vocabulary)
    return wanted != there and (bool(wanted) or not vocabulary.directions.isdisjoint(there))


def foreign_cost(foreign: int, placed: bool) -> float:
    """Return what tokens without meaning here cost an address that is, or is not, placed here by a hint."""
    if not foreign:
        return 0.0
    if placed:
        return min(MOST_BUT_PLACED, FOREIGN_BUT_PLACED + MORE_BUT_PLACED * (foreign - 1))
    return FOREIGN + MORE_FOREIGN * (foreign - 1)


def _kinds(terms: Iterable[str], vocabulary: Vocabulary) -> list[str]:
    return sorted(term for term in terms if term in vocabulary.types or term in vocabulary.directions)


def _has_type(terms: Iterable[str], vocabulary: Vocabulary) -> bool:
    return any(term in vocabulary.types and term not in vocabulary.directions for term in terms)
