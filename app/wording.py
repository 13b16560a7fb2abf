"""Numbers, times, dates and lists in plain English: one rule each, for pages, JSON, commands and reports."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

#: In English whatever the host's locale is.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def minutes(value: float | None, missing: str = "unknown") -> str:
    """Return minutes as people write them: "under 1 min", "7 min", "1 h 5 min"; `missing` for None."""
    if value is None:
        return missing
    whole = whole_minutes(value)
    if whole < 1:
        return "under 1 min"
    hours, rest = divmod(whole, 60)
    if not hours:
        return f"{whole} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def whole_minutes(value: float) -> int:
    """Return minutes as they are shown, half a minute up: the same for a walk and for its tenths of a minute."""
    return math.floor(round(value, 1) + 0.5)


def metres(value: float | None, missing: str = "unknown distance") -> str:
    """Return a distance in tens of metres, from 1 km on in tenths of a kilometre; `missing` for None."""
    if value is None:
        return missing
    if value < 10:
        return "under 10 m"
    return f"{round(value / 10) * 10} m" if value < 995 else f"{number(value / 1000)} km"


def limit(value: float) -> str:
    """Return a limit given in metres, unrounded below 1 km and to 10 m above."""
    return f"{value:g} m" if value < 1_000 else f"{value / 1_000:.2f}".rstrip("0").rstrip(".") + " km"


def exact(value: float) -> str:
    """Return a constant with all its digits: "2,414", "0.225"."""
    return f"{value:,g}" if abs(value) < 100_000 else f"{value:,.0f}"


def percent(share: float) -> str:
    """Return a share of 1 as whole percent, never rounding to "0 %" or "100 %" what is not."""
    whole = round(share * 100)
    if 0 < share < 1:
        whole = min(max(whole, 1), 99)
    return f"{whole} %"


#: A number with what it counts, and the space between.
_AMOUNT = re.compile(r"(?<=\d) (?=(?:%|min|minutes?|h|hours?|m|km|km/h|ha|dB|m²)(?!\w))")


def together(text: str) -> str:
    """Return a sentence in which no line ends between a number and its unit: "49 %", "4 min"."""
    return _AMOUNT.sub("\u00a0", text)


def number(value: float, decimals: int = 1) -> str:
    """Return a number without needless zeros."""
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: float, currency: str = "") -> str:
    """Return an amount with its sign or code where English puts it: "£1,250", "CHF 950", "1,250 kr"."""
    text = f"{value:,.2f}".removesuffix(".00")
    if not currency or not any(map(str.isalpha, currency)) or currency[-1:] == "$":
        return f"{currency}{text}"
    is_code = len(currency) == 3 and currency.isalpha() and currency.isupper()
    return f"{currency}\u00a0{text}" if is_code else f"{text}\u00a0{currency}"


def points(value: float, out_of: float = 100.0) -> str:
    """Return a score out of 100 or so as a whole number, with tenths where that would make full what is not."""
    whole = round(value)
    return number(value) if whole == out_of and value < out_of else f"{whole:,}"


def count(amount: int, noun: str) -> str:
    """Return "1 stop" or "3 stops"."""
    return f"{amount:,} {noun if amount == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return an English plural."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    return noun + "s"


#: There are no two of them.
ONE_OF_A_KIND = ("sea shore",)


def with_article(noun: str) -> str:
    """Put "a" or "an" before a noun."""
    if noun in ONE_OF_A_KIND:
        return f"the {noun}"
    sounds_like_you = noun.startswith(("univ", "unit"))
    return f"an {noun}" if noun[:1].lower() in "aeiou" and not sounds_like_you else f"a {noun}"


def title_of(name: str) -> str:
    """Return "Queens Village NY US" for "queens-village-ny-us": two letters at the end stand for a state or country."""
    words = name.split("-")
    rest = len(words)
    while rest > 1 and len(words[rest - 1]) == 2:
        rest -= 1
    return " ".join([*(word.title() for word in words[:rest]), *(word.upper() for word in words[rest:])])


def listed(items: Sequence[str], last: str = "and") -> str:
    """Return "a", "a and b", "a, b and c", with another word before the last where given."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""


def named(items: Sequence[str], most: int) -> str:
    """Return "a, b and c", or "a, b and 5 more" where there are more than so many."""
    more = len(items) - most
    return listed(items) if more <= 0 else f"{', '.join(items[:most])} and {more} more"


_LETTERS = re.compile(r"[^\W\d_]+")
#: Words within names that begin with no capital letter, in the languages of timetables that shout.
_SMALL = re.compile("all?|d(a|all|as|e|ei|el|ell|ella|er|es|i|o|os|u)|el?|en|l[ae]|of|the|und|y", re.IGNORECASE)


#: Abbreviations without a vowel that are written as words: titles, and what comes before a place's name.
_TITLES = frozenset({"dr", "fr", "gr", "jd", "jr", "mr", "mt", "pl", "pq", "pr", "rd", "sr", "sq", "st", "str", "vl"})


def calm(name: str) -> str:
    """Return a name that is written in capitals throughout, or in none, as names are: "Estacao Novo Hamburgo".

    Short words without a vowel are abbreviations ("FS", "SNCF", "MM"); Roman numerals stay as they are, and so do names
    whose words are all short ("MAX").
    """
    is_shouted = name == name.upper() and max(map(len, _LETTERS.findall(name)), default=0) >= 5
    if not is_shouted and (name != name.lower() or "(" in name):
        return name
    return _LETTERS.sub(lambda word: _calm_word(word.group(), before=name[: word.start()]), name)


def _calm_word(word: str, *, before: str) -> str:
    """Return one word of a name; the rest of an abbreviation ("P.za") begins with no capital."""
    lower = word.lower()
    if (before and _SMALL.fullmatch(word)) or (before.endswith(".") and 1 < len(word) <= 3):
        return lower
    if set(lower) <= set("ivx") or _is_abbreviation(lower):
        return word.upper()
    return word if word.isupper() and len(word) == 2 and lower not in _TITLES else word.capitalize()


def _is_abbreviation(lower: str) -> bool:
    return len(lower) <= 4 and lower.isascii() and set(lower).isdisjoint("aeiouy") and lower not in _TITLES


def sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def duration(seconds: float) -> str:
    """Return how long something took: "under 0.1 s", "0.4 s", "12 s", "2 min 5 s", "3 h 10 min"."""
    if seconds < 0.095:
        return "under 0.1 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def clock(seconds: int) -> str:
    """Return seconds after midnight as people write the time: "7:00"."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}"


def day(value: str) -> str:
    """Return an ISO date in words; other text as it is."""
    try:
        parsed = date.fromisoformat(value[:10])
    except ValueError:
        return value
    return f"{parsed.day} {MONTHS[parsed.month - 1]} {parsed.year}"


def moment(unix_seconds: float) -> str:
    """Return a moment in words, in UTC."""
    at = datetime.fromtimestamp(unix_seconds, UTC)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}, {time_of_day(unix_seconds)}"


def time_of_day(unix_seconds: float) -> str:
    """Return the time of day of a moment, in UTC: "14:32 UTC"."""
    return f"{datetime.fromtimestamp(unix_seconds, UTC):%H:%M} UTC"


def moment_at(value: str) -> str:
    """Return an ISO date and time in words, in UTC."""
    return moment(datetime.fromisoformat(value).timestamp())


def iso(unix_seconds: float) -> str:
    """Write a moment for machines."""
    return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ordinal(rank: int) -> str:
    """Return "second", "third" up to ten, then "11th", "22nd"."""
    if rank <= len(ORDINALS):
        return ORDINALS[rank - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}th" if rank % 100 in (11, 12, 13) else f"{rank}{ending}"


def amount(value: float | str | bool | None, unit: str = "") -> str:
    """Return a fact's value for people: yes or no, a number with its unit, text as it is, "unknown" for None."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"{value} {unit}".strip()
    if unit == "m":
        return metres(value)
    if unit == "min":
        return minutes(value)
    number = f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.2g}"
    return f"{number}{unit}" if unit == "%" else f"{number} {unit}".strip()
