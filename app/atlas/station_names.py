"""What tells one station's name from another's, however map, timetable and signs at the entrances write it."""

from __future__ import annotations

import re
from functools import lru_cache

from app.atlas.geocoder.letters import fold

#: Words of a station's name that tell it from no other.
COMMON = frozenset(
    {"station", "stazione", "bahnhof", "hauptbahnhof", "bf", "hbf", "gare", "estacion", "estacao", "estacio"}
    | {"metro", "metropolitana", "metroasema", "asema", "subway", "underground", "skytrain", "tube", "ubahn", "sbahn"}
    | {"bahn", "entrance", "exit", "ausgang", "eingang", "ingresso", "uscita", "sortie", "entree", "salida", "fs"}
    | {"the", "of", "de", "di", "la", "le", "sant", "santo", "santa", "san", "saint", "sankt", "st"}
)
#: How timetables shorten what the map writes in full: "P.TA GENOVA" is Porta Genova.
CONTRACTIONS = {
    "p.ta": "porta",
    "p.za": "piazza",
    "p.le": "piazzale",
    "v.le": "viale",
    "c.so": "corso",
    "l.go": "largo",
}
_CONTRACTED = re.compile(rf"\b(?:{'|'.join(map(re.escape, CONTRACTIONS))})(?!\w)")
#: Lines ("M2", "S11") and letters of exits.
_LINE = re.compile(r"[a-z]{1,2}?\d*")
_WORDS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=10_000)
def telling_words(name: str) -> frozenset[str]:
    """Return the words of a name that tell it from others: "Garibaldi F.S." and "GARIBALDI FS" have the same ones."""
    folded = _CONTRACTED.sub(lambda found: CONTRACTIONS[found[0]], fold(name).replace("f.s.", ""))
    words = _WORDS.findall(folded)
    return frozenset(word for word in words if word not in COMMON and not _is_line(word))


def leads_away(headsign: str, stop: str) -> bool:
    """Return whether a line names an end that is not this stop itself: at "Vaduz Post" none leads to "Vaduz, Post"."""
    return bool(headsign) and _WORDS.findall(fold(headsign)) != _WORDS.findall(fold(stop))


def _is_line(word: str) -> bool:
    return len(word) == 1 or (word[-1].isdigit() and _LINE.fullmatch(word) is not None)
