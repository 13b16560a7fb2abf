"""How many slips of the finger lie between two words, and which trigrams find such a word."""

from __future__ import annotations


def edits(a: str, b: str, most: int) -> int | None:
    """Return the letters inserted, dropped, replaced or swapped with a neighbour between a and b, None above `most`.

    Optimal string alignment (restricted Damerau-Levenshtein). Digits are never taken for a slip: 108th is not 109th.
    """
    if abs(len(a) - len(b)) > most or len(set(a) ^ set(b)) > 2 * most or _digits(a) != _digits(b):
        return None
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    distance = _alignment(a[start : len(a) - end], b[start : len(b) - end])
    return distance if distance <= most else None


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _alignment(a: str, b: str) -> int:
    if not a or not b:
        return len(a) + len(b)
    older: list[int] = []
    above = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        older, above = above, row
    return above[-1]


def trigrams(text: str) -> list[str]:
    """Return the distinct runs of three letters in a text, in order."""
    return list(dict.fromkeys(text[i : i + 3] for i in range(len(text) - 2)))
