"""How an address is written for a person, in the order of the region's own language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.atlas.address_text import short_forms


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Street types at the end of a name in English, and at its beginning in French: the number comes before the street.
_ENGLISH = _words("st av rd dr ln ct cts pl sq hwy pkwy cir ter cres cl gdns grv trl bd way n s e w mews row")
_FRENCH = _words("r av bd rd ch imp all qu prom pass esc sq pl rte")
#: What shows that a name beginning with "via", "calle", "avenida" and the like is not French.
_AFTER_FIRST = _words("v vle cso lgo vic c ctra pso plz trav rua avenida")


def puts_number_first(street_names: Iterable[str]) -> bool:
    """Tell whether addresses of a region begin with the number, as in English and French.

    Each street name votes by the type of street it ends or begins with ("... Street", "Rue ..."): the majority of
    those that tell decides. Without any the number comes last, as in most of the world.
    """
    votes = 0
    for name in street_names:
        votes += _vote(name)
    return votes > 0


def _vote(name: str) -> int:
    words = short_forms(name)
    first_word = name.split(maxsplit=1)[0].casefold() if name.strip() else ""
    if len(words) < 2:
        return -1 if re.search(r"(katu|tie|kuja|stra(ss|ß)e|gasse|weg|platz|gatan)$", name.casefold()) else 0
    if first_word in ("rua", "avenida", "calle", "via", "viale", "piazza") or words[0] in _AFTER_FIRST:
        return -1
    if words[-1] in _ENGLISH or words[0] in _FRENCH:
        return 1
    return -1 if re.search(r"(katu|tie|kuja|str|gasse|weg|platz|gatan)$", words[-1]) else 0


def address_label(street: str, number: str, city: str, postcode: str, number_first: bool) -> str:
    """Return "27 Boulevard des Moulins, 98000 Monaco" or "Bulevardi 12, 00120 Helsinki"; empty parts are left out.

    A postcode of letters and digits follows the city, as in Britain and Canada.
    """
    if number:
        street = f"{number} {street}" if number_first else f"{street} {number}"
    after = any(c.isalpha() for c in postcode)
    town = f"{city} {postcode}" if after else f"{postcode} {city}"
    return ", ".join(part for part in (street, town.strip()) if part)


def place_label(name: str, city: str) -> str:
    """Return the name of a place with its city, unless that is its name too."""
    return name if not city or city == name else f"{name}, {city}"
