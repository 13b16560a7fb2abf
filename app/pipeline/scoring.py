"""Pure curves and sums: no places, no words, no constants of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from app.atlas.facts import Floats
from app.pipeline.report import Part
from app.pipeline.rules.indexes import WalkIndex
from app.pipeline.rules.profiles import METHODS
from app.pipeline.rules.transit import Points, Words


def interpolate(points: Points, x: float) -> float:
    """Return y on the straight lines through the points, flat before the first and after the last."""
    if x <= points[0][0]:
        return points[0][1]
    for (left, y), (right, next_y) in pairwise(points):
        if x <= right:
            return y + (next_y - y) * (x - left) / (right - left)
    return points[-1][1]


def interpolate_all(points: Points, x: Floats) -> Floats:
    """Return y for each x, as `interpolate` does; infinity gives the last point's y."""
    return np.interp(x, [p[0] for p in points], [p[1] for p in points])


def below(points: Points, x: float) -> float:
    """Return the y of the first point whose x lies above this one, else 0."""
    return next((y for limit, y in points if x < limit), 0.0)


def above(points: Points, x: float) -> float:
    """Return the y of the first point whose x lies below this one, else 0."""
    return next((y for limit, y in points if x > limit), 0.0)


def at_least(points: Points, x: float, otherwise: float = 0.0) -> float:
    """Return the y of the first point whose x is reached: ">= 4 ha 1.5, >= 1.2 ha 1"."""
    return next((y for limit, y in points if x >= limit), otherwise)


def word_for(words: Words, value: float) -> str:
    """Return the word of the highest limit that a value reaches, as the whole number that people see."""
    return next((word for limit, word in words if round(value) >= limit), words[-1][1])


def walk_decay(method: WalkIndex, metres: Floats) -> Floats:
    """Return g(d): 1 to `full_m`, 0 from `none_m`, a power curve between (0.12 at one mile)."""
    share = np.clip((method.none_m - metres) / (method.none_m - method.full_m), 0.0, 1.0)
    return np.asarray(share**method.exponent, dtype=np.float64)


def slot_sum(slots: Sequence[float], values: Floats) -> float:
    """Return the sum of slot weight times value, best value first, so that one more place never lowers it."""
    best = np.sort(values)[::-1][: len(slots)]
    return float(np.dot(np.asarray(slots[: len(best)]), best))


def fifteen_minutes(minutes: float | None, full: float, none: float) -> float:
    """Return 1 up to `full` minutes, falling to 0 at `none`; None (nothing found) is 0."""
    if minutes is None:
        return 0.0
    return 1.0 if minutes <= full else max(0.0, (none - minutes) / (none - full))


def weighted_mean(pairs: Iterable[tuple[float, float]]) -> float | None:
    """Return the mean of (value, weight) pairs, None where nothing has weight: unknown parts are left out."""
    known = [(value, weight) for value, weight in pairs if weight > 0]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total else None


def enough_known(parts: Iterable[Part]) -> bool:
    """Return whether more than half of an index's weight is known: an index of less would say too little."""
    parts = tuple(parts)
    known = sum(part.weight for part in parts if part.value is not None)
    return known > METHODS.confidence.least_known * sum(part.weight for part in parts) + 1e-9


def clamp(value: float, low: float = 0.0, high: float = 100.0) -> float:
    """Return the value kept within its scale."""
    return min(max(value, low), high)
