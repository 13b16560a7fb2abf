"""Words of names, looked for in folded text: whole words, beginnings ("grundschul*") or parts ("*apotheke*")."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.atlas.geocoder.letters import fold


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds one of these in folded text.

    A word stands alone; "*" at an end of it lets the word go on there, as German, Finnish and Swedish join words.
    """
    return re.compile("|".join(map(_pattern, words)))


def _pattern(word: str) -> str:
    plain = re.escape(fold(word.strip("*"))).replace(r"\ ", r"[\s-]+")
    before = "" if word.startswith("*") else r"(?<!\w)"
    after = "" if word.endswith("*") else r"(?!\w)"
    return f"{before}{plain}{after}"


def split(value: str) -> list[str]:
    """Return the values of a tag that holds several, as in "1;2"."""
    if ";" not in value:
        return [value] if value else []
    return [part.strip() for part in value.split(";") if part.strip()]
