"""Whether a mapped thing is there and open, or gone, closed or not yet built: from its tags and the map's own date."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.atlas.geocoder.letters import fold
from app.atlas.importing.tags.words import split

Tags = Mapping[str, str]

#: Keys that say, with any value but "no", that the thing itself is not there, or not there yet.
LIFECYCLE = frozenset({"disused", "abandoned", "demolished", "razed", "ruins", "proposed", "planned"})
#: The same, but only of a place: a road that is being widened is a road.
_OF_PLACES = ("construction", "vacant", "closed", "removed", "destroyed", "dismantled")
#: Values of these that leave the place open.
_STILL_OPEN = frozenset({"no", "minor", "widening", "completed", "finished"})

#: Keys of the form "disused:shop" say what a thing no longer is, or is not yet.
PREFIXES = frozenset(
    {"disused", "abandoned", "was", "closed", "demolished", "removed", "razed", "destroyed", "dismantled", "historic"}
    | {"former", "old", "ruins", "ruined", "vacant", "proposed", "planned", "construction", "no"}
)

STATUS_KEYS = ("operational_status", "operational:status", "status", "lifecycle")
#: Values of them, with blanks for underscores, that begin so.
_NOT_OPERATING = (
    *("closed", "permanently closed", "temporarily closed", "abandoned", "disused", "out of", "inactive", "not "),
    *("non operational", "nonoperational", "decommissioned", "demolished", "destroyed", "vacant", "shut", "dismantled"),
    *("proposed", "planned", "construction", "under construction", "in construction", "ruin", "former", "defunct"),
)

_ALWAYS = r"(?:24/7|mo-su|mo-su,ph|00:00-24:00|mo-su 00:00-24:00)"
#: One rule of opening_hours that closes a place on every day; a comment gives the reason.
_SHUT = re.compile(rf'(?:{_ALWAYS}\s*)?(?:off|closed)(?:\s*"[^"]*")?')
#: Any rule that only closes: on holidays, in winter.
_CLOSING = re.compile(r'.*\b(?:off|closed)(?:\s*"[^"]*")?')
#: Hours that are nothing but a comment.
_SHUT_COMMENT = re.compile(
    r'"?(?:permanently closed|closed permanently|closed down|closed|dauerhaft geschlossen|geschlossen|'
    r'(?:definitivement )?fermee?|chiuso|cerrado|encerrado|suljettu|stangt)"?'
)

_CLOSED_WORDS = (
    r"(?:(?:now|currently|permanently|temporarily) )?closed(?: down| permanently| for good)?|historical|defunct|"
    r"former|disused|abandoned|demolished|vacant|shut down|out of business|under construction|"
    r"(?:dauerhaft |vorubergehend )?geschlossen|ehemals|ehemalig|ehemalige|ehem\.?|stillgelegt|"
    r"(?:definitivement )?fermee?|ancien|ancienne|desaffectee?|chiuso|chiusa|dismesso|ex|cerrado|cerrada|clausurado|"
    r"fechado|fechada|encerrado|encerrada|desativado|suljettu|lopetettu|lakkautettu|entinen|stangd|stangt|nedlagd|"
    r"nedlagt|lukket|gesloten|opgeheven|zamkniete|zamkniety|nieczynne|nieczynny|zavreno|zruseno|zatvorene|bezart|"
    r"inchis|kapali|zakryto|kleisto"
)
_WHEN = r"(?:,? (?:since|in|seit|depuis|dal|desde|from|as of))?[ \d./-]*"
#: "(closed)", "(closed 2019)", "[historical]", "... - closed", "CLOSED - ...", but not "(closed on Mondays)".
_CLOSED_NAME = re.compile(
    rf"[(\[](?:{_CLOSED_WORDS}){_WHEN}[)\]]|\s[-–:*]+\s*(?:{_CLOSED_WORDS}){_WHEN}$|^(?:closed|geschlossen|ferme)\s*[-–:]\s"
    r"|^\*+\s*closed|\bpermanently closed\b"
)


def is_gone(tags: Tags) -> bool:
    """Return whether lifecycle tags say that the thing is not there, or not there yet."""
    if LIFECYCLE.isdisjoint(tags):
        return False
    return any(tags.get(state, "no") != "no" and not _is_sight(state, tags) for state in LIFECYCLE)


def _is_sight(state: str, tags: Tags) -> bool:
    """Return whether "ruins" is about what a park or museum shows, not about the place itself."""
    return state == "ruins" and not {"historic", "leisure", "tourism"}.isdisjoint(tags)


def is_closed(tags: Tags) -> bool:
    """Return whether tags or the name say that a place is closed, or being built, whatever the date."""
    return (
        any(tags.get(key, "no") not in _STILL_OPEN for key in _OF_PLACES)
        or "construction" in (tags.get("building"), tags.get("landuse"))
        or _has_no_hours(tags.get("opening_hours", ""))
        or any(_not_operating(tags[key]) for key in STATUS_KEYS if key in tags)
        or ("name" in tags and _CLOSED_NAME.search(fold(tags["name"])) is not None)
    )


def _has_no_hours(hours: str) -> bool:
    """Return whether opening hours hold no hour at all: "off", 'closed "sold"', but not "PH off"."""
    folded = fold(hours).strip()
    if "off" not in folded and "closed" not in folded:
        return _SHUT_COMMENT.fullmatch(folded) is not None
    rules = split(folded)
    if _SHUT_COMMENT.fullmatch(folded) or folded.startswith(('"permanently closed', '"closed')):
        return True
    return any(map(_SHUT.fullmatch, rules)) and all(map(_CLOSING.fullmatch, rules))


def _not_operating(value: str) -> bool:
    return fold(value).replace("_", " ").replace("-", " ").strip().startswith(_NOT_OPERATING)


def former_tags(tags: Tags) -> dict[str, str]:
    """Return what a thing was or will be: {"amenity": "doctors"} for "disused:amenity=doctors".

    A key that the thing has again is left out: it was a doctor's and is a bank.
    """
    found = {}
    for key, value in tags.items():
        prefix, _, rest = key.partition(":")
        if rest and prefix in PREFIXES and rest not in tags and value != "no":
            found[rest] = value
    return found


#: Keys with the day on which a place opens or closes.
DATE_KEYS = frozenset({"end_date", "opening_date", "start_date"})
_DATE = re.compile(r"(?<!\d)\d{4}(?:-\d\d(?!\d)(?:-\d\d(?!\d))?)?(?!\d)")


def is_there_on(tags: Tags, date: str) -> bool:
    """Return whether a thing has opened and not closed on the day of the map ("2024-05-06").

    Where the map carries no day, an end is taken to have come, as hardly anybody maps one ahead; so is a start, which
    nearly always is the year in which a place was founded; an opening day, mapped for what is not open yet, is not.
    """
    if DATE_KEYS.isdisjoint(tags):
        return True
    if _has_ended(tags.get("end_date", "no"), date):
        return False
    if "opening_date" in tags and not date:
        return False
    return not any(_is_to_come(tags.get(key, ""), date) for key in ("opening_date", "start_date"))


def _has_ended(end: str, date: str) -> bool:
    """Return whether an end has come; a year or month counts from its beginning, one that cannot be read has come."""
    if end in ("no", ""):
        return False
    last = max(_DATE.findall(end), default="")
    return not (last and date) or last <= date[: len(last)]


def _is_to_come(start: str, date: str) -> bool:
    first = min(_DATE.findall(start), default="")
    return bool(first and date) and first > date[: len(first)]
