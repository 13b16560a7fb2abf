"""Numbers, times, dates and lists in plain English: one rule each, for pages, JSON, commands and reports."""

from __future__ import annotations

from collections.abc import Sequence


def minutes(value: float) -> str:
    """Say minutes as whole ones, at least one."""
    return count(max(1, round(value)), "minute")


def metres(value: float) -> str:
    """Say a distance in tens of metres, from 1 km on in kilometres."""
    if value < 5:
        return "less than 10 m"
    if value < 995:
        return f"{max(10, round(value / 10) * 10)} m"
    return f"{number(value / 1000)} km"


def limit(value: float) -> str:
    """Say a limit in metres exactly as the rule has it."""
    return f"{value:g} m" if value < 1_000 else f"{value / 1_000:.2f}".rstrip("0").rstrip(".") + " km"


def percent(share: float) -> str:
    """Say a share of 1 as whole percent, never rounding to "0 %" or "100 %" what is not."""
    whole = round(share * 100)
    if 0 < share < 1:
        whole = min(max(whole, 1), 99)
    return f"{whole} %"


def number(value: float, decimals: int = 1) -> str:
    """Say a number without needless zeros."""
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(amount: int, noun: str) -> str:
    """Say "1 stop" or "3 stops"."""
    return f"{amount:,} {noun if amount == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return an English plural."""
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    return noun + "s"


def with_article(noun: str) -> str:
    """Put "a" or "an" before a noun."""
    sounds_like_you = noun.startswith(("univ", "unit"))
    return f"an {noun}" if noun[:1].lower() in "aeiou" and not sounds_like_you else f"a {noun}"


def listed(items: Sequence[str]) -> str:
    """Say "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]
