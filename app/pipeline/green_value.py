"""The daily walk value of one green space: walk, size, paths, nature and comfort."""

from __future__ import annotations

from collections.abc import Sequence

from app.pipeline.found import walk_minutes
from app.pipeline.kind_words import COMFORT_WORDS
from app.pipeline.profiles import METHODS
from app.pipeline.report import Part
from app.pipeline.scoring import at_least, interpolate, weighted_mean
from app.pipeline.words import listed, metres, minutes, number, percent, sentence
from app.sources.base import GreenSpace

METHOD = METHODS.green
WALK_FULL = METHOD.walk[0][1]


def green_parts(green: GreenSpace) -> tuple[Part, ...]:
    """Return the five parts of the value; nature is None where no land cover is mapped."""
    return (_walk(green), _size(green), _paths(green), _nature(green), _comfort(green))


def daily_walk_value(parts: Sequence[Part]) -> float:
    """Return the value, 0 to 10, over the parts that are known."""
    mean = weighted_mean((p.value / p.out_of, p.out_of) for p in parts if p.value is not None)
    return round(10 * (mean or 0.0), 1)


def escape_word(value: float, parts: Sequence[Part]) -> str:
    """Return "passes", "borderline" or "falls short"."""
    walk, size = (next(p.value or 0.0 for p in parts if p.key == key) for key in ("walk", "size"))
    if value >= METHOD.passes and min(walk, size) >= METHOD.passes_part:
        return "passes"
    return "borderline" if value >= METHOD.borderline else "falls short"


def walk_value(walk_min: float) -> float:
    """Return 0.5 to 3: 3 up to 10 minutes, falling to 2 at 20 and 1 at 30."""
    return METHOD.walk_beyond if walk_min > METHOD.walk[-1][0] else interpolate(METHOD.walk, walk_min)


def _walk(green: GreenSpace) -> Part:
    walk = walk_minutes(green.place) or 0.0
    return _part("walk", "Walk", walk_value(walk), WALK_FULL, f"{minutes(walk)} on foot.")


def _size(green: GreenSpace) -> Part:
    hectares = green.area_m2 / 10_000
    text = f"{number(hectares, 1)} ha." if hectares >= 0.05 else "Less than 0.1 ha."
    return _part("size", "Size", at_least(METHOD.size_ha, hectares), METHOD.size_ha[0][1], text)


def _paths(green: GreenSpace) -> Part:
    km = green.paths_inside_m / 1_000
    value = at_least(METHOD.paths_km, km, METHOD.paths_any if km > 0 else 0.0)
    full = METHOD.paths_km[0][1]
    if green.has_named_trail:
        return _part("paths", "Paths inside", full, full, "A named trail runs through it.")
    text = f"{sentence(metres(green.paths_inside_m))} of paths." if km > 0 else "No path is mapped inside."
    return _part("paths", "Paths inside", value, full, text)


def _nature(green: GreenSpace) -> Part:
    full = METHOD.nature_share[0][1]
    if green.nature_share is None:
        return Part("nature", "Nature", None, full, full, "No land cover is mapped there.")
    text = f"{percent(green.nature_share)} wood, water or meadow."
    return _part("nature", "Nature", at_least(METHOD.nature_share, green.nature_share), full, text)


def _comfort(green: GreenSpace) -> Part:
    value = min(METHOD.comfort_full, METHOD.comfort_each * len(set(green.comforts)))
    words = [word for key, word in COMFORT_WORDS.items() if key in green.comforts]
    text = f"{sentence(listed(words))}." if words else "No benches, toilets or the like are mapped there."
    return _part("comfort", "Comfort", value, METHOD.comfort_full, text)


def _part(key: str, label: str, value: float, full: float, evidence: str) -> Part:
    return Part(key, label, round(value, 2), full, full, evidence)
