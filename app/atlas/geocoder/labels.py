"""How an address is written for a person, in the order of the region's own language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.text import tokens_of, word_set


class Style(StrEnum):
    """The order of an address's parts."""

    #: 12 High Street, Newport NP20 1FQ
    ENGLISH = "english"
    #: 27 Boulevard des Moulins, 98000 Monaco
    FRENCH = "french"
    #: Bulevardi 12, 00120 Helsinki
    NUMBER_LAST = "number last"


_ENGLISH_ENDS = word_set(
    """street st avenue ave road rd drive dr lane ln court ct place square highway parkway circle terrace crescent close
    gardens grove trail expressway boulevard blvd way north south east west mews row"""
)
_FRENCH_STARTS = word_set(
    "rue avenue boulevard route chemin impasse allee quai promenade passage escalier square place ruelle sentier"
)
#: Types that stand before a name and a number after it.
_OTHER_STARTS = word_set("via viale corso piazza largo vicolo calle carrer rua avenida travessa praca carretera paseo")
_OTHER_ENDS = re.compile(
    r"(?:katu|tie|kuja|strasse|str|gasse|weg|platz|gatan|vagen|straat|laan|gade|vej|gata|vegen|veien)$"
)


def style_of(street_names: Iterable[str]) -> Style:
    """Return how a region writes its addresses.

    Each street name votes by the type of street it ends or begins with ("... Street", "Rue ...", "Via ..."): the most
    votes decide. Without any the number comes last, as in most of the world.
    """
    votes = Counter(vote for vote in map(_vote, street_names) if vote)
    return min(votes, key=lambda style: (-votes[style], style), default=Style.NUMBER_LAST)


def _vote(name: str) -> Style | None:
    words = [token.text for token in tokens_of(fold(name))]
    if not words:
        return None
    if words[0] in _OTHER_STARTS or _OTHER_ENDS.search(words[-1]):
        return Style.NUMBER_LAST
    if len(words) > 1 and words[-1] in _ENGLISH_ENDS:
        return Style.ENGLISH
    return Style.FRENCH if len(words) > 1 and words[0] in _FRENCH_STARTS else None


def address_label(street: str, number: str, city: str, postcode: str, style: Style) -> str:
    """Return the address in one line; parts that are not known ("") are left out."""
    village = street
    if number:
        street = f"{street} {number}" if style is Style.NUMBER_LAST else f"{number} {street}"
    city = "" if city == village else city
    town = f"{city} {postcode}" if style is Style.ENGLISH else f"{postcode} {city}"
    return ", ".join(part for part in (street, town.strip()) if part)
