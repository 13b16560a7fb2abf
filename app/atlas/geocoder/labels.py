"""How an address is written for a person, in the order of the region's own language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from app.atlas.geocoder.text import terms_of
from app.atlas.geocoder.vocabulary import word_set


class Style(StrEnum):
    """The order of an address's parts."""

    #: 12 High Street, Newport NP20 1FQ
    ENGLISH = "english"
    #: 27 Boulevard des Moulins, 98000 Monaco
    FRENCH = "french"
    #: Bulevardi 12, 00120 Helsinki
    NUMBER_LAST = "number last"


_ENGLISH_ENDS = word_set("st av rd dr ln ct cts pl sq hwy pkwy cir ter cres cl gdns grv trl bd way n s e w mews row")
_FRENCH_STARTS = word_set("r av bd rd ch imp all qu prom pass esc sq pl rte")
#: Terms and whole words at the start of Italian, Spanish and Portuguese names, which share "av" with French.
_LATIN_STARTS = word_set("v vle cso lgo vic c ctra pso plz trav rua avenida calle via viale piazza corso")
_GLUED = re.compile(r"(?:katu|tie|kuja|str|gasse|weg|platz|gatan|vagen)$")


def style_of(street_names: Iterable[str]) -> Style:
    """Return how a region writes its addresses.

    Each street name votes by the type of street it ends or begins with ("... Street", "Rue ...", "Via ..."): the most
    votes decide. Without any the number comes last, as in most of the world.
    """
    votes = Counter(vote for vote in map(_vote, street_names) if vote)
    return min(votes, key=lambda style: (-votes[style], style), default=Style.NUMBER_LAST)


def _vote(name: str) -> Style | None:
    terms = terms_of(name)
    if not terms:
        return None
    if terms[0] in _LATIN_STARTS or name.split(maxsplit=1)[0].casefold() in _LATIN_STARTS or _GLUED.search(terms[-1]):
        return Style.NUMBER_LAST
    if len(terms) > 1 and terms[-1] in _ENGLISH_ENDS:
        return Style.ENGLISH
    return Style.FRENCH if len(terms) > 1 and terms[0] in _FRENCH_STARTS else None


def address_label(street: str, number: str, city: str, postcode: str, style: Style) -> str:
    """Return the address in one line; parts that are not known ("") are left out."""
    if number:
        street = f"{street} {number}" if style is Style.NUMBER_LAST else f"{number} {street}"
    town = f"{city} {postcode}" if style is Style.ENGLISH else f"{postcode} {city}"
    return ", ".join(part for part in (street, town.strip()) if part)
