"""Chooses among the numbers of a query the one of the house."""

from __future__ import annotations

import re

from app.atlas.geocoder.hits import Hit
from app.atlas.geocoder.numbers import HouseNumber, asked_numbers, parse_number
from app.atlas.geocoder.query import Query

_FLAT = re.compile(r"[a-z]?\d{1,3}")


def chosen_number(query: Query, hit: Hit, covered: frozenset[int]) -> tuple[tuple[HouseNumber, ...], frozenset[int]]:
    """Return the house number's readings and the tokens it takes up, (), {} for none.

    It is the number beside the street, rather not one that reads as a postcode: those are the last resort, and only
    right before the street.
    """
    taken = hit.covers | covered
    free = [at for at in range(len(query.tokens)) if at not in hit.covers and query.is_number(at)]
    choices = []
    for at in free:
        text, used = query.number_at(at, taken)
        gap = min(abs(hit.start - 1 - max(used)), abs(at - hit.end))
        postcode = at in covered or (len(text) >= 5 and text.isdigit() and (gap > 0 or text[0] == "0"))
        choices.append((postcode, gap, at, text, used))
    for postcode, gap, at, text, used in sorted(choices, key=lambda choice: choice[:3]):
        if postcode and not (gap == 0 and len(free) == 1 and used <= covered and hit.start > max(used)):
            continue
        block = _block_before(query, at, taken)
        whole = parse_number(f"{block}-{text}", True) if block else None
        readings = (whole, *asked_numbers(text)) if whole else asked_numbers(text)
        used |= {at - 1} if whole else set()
        return readings, used | _flat_after(query, max(used), taken)
    return (), frozenset()


def _block_before(query: Query, at: int, taken: frozenset[int]) -> str:
    """Return the block of a house of Queens that is typed with a space: the 203 of "203 06"."""
    if at == 0 or at - 1 in taken or not re.fullmatch(r"\d\d", query.tokens[at].text):
        return ""
    block = query.tokens[at - 1].text
    return block if re.fullmatch(r"\d{2,3}", block) else ""


def _flat_after(query: Query, at: int, taken: frozenset[int]) -> frozenset[int]:
    """Return the token after a number where it is a flat's: the 4 in "12 A 4", the "c34" in "12 C34"."""
    after = at + 1
    if after >= len(query.tokens) or after in taken or not _FLAT.fullmatch(query.tokens[after].text):
        return frozenset()
    return frozenset((after,))
