"""The shape of one section of the methods page, and how numbers are written on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.pipeline.found import kind_word
from app.pipeline.rules.indexes import Words
from app.places import Kind
from app.wording import listed, plural


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, perhaps one table, and the sources a reader can check."""

    key: str
    title: str
    paragraphs: tuple[str, ...]
    #: Column headings of the table; empty where there is none.
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    #: Works and data that the method rests on.
    sources: tuple[str, ...] = ()


def kinds_words(kinds: Iterable[Kind]) -> str:
    """Return kinds as plural nouns in a list."""
    return listed([plural(kind_word(kind)) for kind in kinds])


def words_sentence(words: Words) -> str:
    """Say "From 90: walker's paradise; from 70: very walkable; below 25: by car."."""
    said = [f"from {limit:g}: {word}" for limit, word in words[:-1]]
    return f"The words: {'; '.join(said)}; below {words[-2][0]:g}: {words[-1][1]}."
