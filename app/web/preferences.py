"""What a link asks of a report: a profile, must-haves and weights, by short names that do not change.

`profile=family`, `must=supermarket-10` for each must-have (`must=none` for none at all), `weight.park=2`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from werkzeug.datastructures import MultiDict

from app.pipeline.rescoring import PARTS, Preferences
from app.pipeline.rules.headline import AMOUNTS, PROFILES, profile_named
from app.pipeline.rules.must_haves import OFFERED

PROFILE, MUST, WEIGHT = "profile", "must", "weight"
#: No must-haves, where the report has some of its own.
NONE = "none"
#: Of a value that was left out, so many characters are shown; and so many such values are named.
SHOWN, NAMED = 40, 5
NOTHING_LEFT = "Something has to count, so the weights were left out."

#: A query: names and values in their order, the same name more than once for several must-haves.
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query asks for; a sentence on each value that is not known and was left out."""

    preferences: Preferences
    left_out: tuple[str, ...]


def pairs_in(query: MultiDict[str, str]) -> Pairs:
    """Return what a query asks of the report; other names are left alone."""
    pairs = query.items(multi=True)
    return tuple((name, value) for name, value in pairs if name.partition(".")[0] in (PROFILE, MUST, WEIGHT))


def preferences_in(pairs: Pairs, own: Preferences) -> Asked:
    """Read a query; what it does not name stays as it is in the report's own preferences."""
    left_out = tuple(dict.fromkeys(_left_out(pairs)))[:NAMED]
    given = [value for name, value in pairs if name == PROFILE and value in _PROFILE_KEYS]
    profile = given[-1] if given else own.profile
    weights = {part: float(value) for part, value in _weights(pairs) if _is_weight(part, value)}
    plain = Preferences(profile, _must_haves(pairs, own.must_haves))
    # What the profile says anyway is nothing of the person's own.
    differing = {p: w for p in PARTS if (w := weights.get(p)) is not None and w != plain.multiple(p)}
    wanted = Preferences(plain.profile, plain.must_haves, MappingProxyType(differing))
    return Asked(plain, (*left_out, NOTHING_LEFT)) if wanted.counts_nothing else Asked(wanted, left_out)


def query_of(wanted: Preferences, own: Preferences) -> Pairs:
    """Return the shortest query that asks for these preferences, () for the report's own."""
    profile = () if wanted.profile == own.profile else ((PROFILE, wanted.profile),)
    weights = tuple((f"{WEIGHT}.{part}", f"{wanted.weights[part]:g}") for part in PARTS if part in wanted.weights)
    must_haves = tuple((MUST, in_link(text)) for text in wanted.must_haves) or ((MUST, NONE),)
    return (*profile, *(() if wanted.must_haves == own.must_haves else must_haves), *weights)


def arguments_of(pairs: Pairs) -> dict[str, list[str]]:
    """Return a query as `url_for` takes it."""
    return {name: [value for other, value in pairs if other == name] for name, _ in pairs}


def in_link(must_have: str) -> str:
    """Return a must-have as a link names it: "supermarket-10"."""
    return must_have.replace(":", "-")


_PROFILE_KEYS = frozenset(profile.key for profile in PROFILES)
_MUST_HAVES = MappingProxyType({in_link(text): text for text in OFFERED} | {text: text for text in OFFERED})


def _must_haves(pairs: Pairs, own: tuple[str, ...]) -> tuple[str, ...]:
    given = [value for name, value in pairs if name == MUST]
    known = tuple(dict.fromkeys(_MUST_HAVES[value] for value in given if value in _MUST_HAVES))
    # A form sends "" for each that is open; a link whose must-haves are all unknown changes none.
    return known if known or any(value in ("", NONE) for value in given) else own


def _weights(pairs: Pairs) -> Iterator[tuple[str, str]]:
    """Yield the parts that are weighed, and how; a form sends "" for each that is left to the profile."""
    for name, value in pairs:
        head, _, part = name.partition(".")
        if head == WEIGHT and part and value:
            yield part, value


def _is_weight(part: str, value: str) -> bool:
    return part in PARTS and value in _AMOUNTS


_AMOUNTS = frozenset(f"{amount:g}" for amount in AMOUNTS)


def _left_out(pairs: Pairs) -> Iterator[str]:
    for name, value in pairs:
        if name == PROFILE and value and value not in _PROFILE_KEYS:
            yield f"There is no profile “{value[:SHOWN]}”, so it was left out."
        elif name == MUST and value not in ("", NONE) and value not in _MUST_HAVES:
            yield f"“{value[:SHOWN]}” cannot be asked for, so it was left out."
    for part, value in _weights(pairs):
        if not _is_weight(part, value):
            yield f"“{part[:SHOWN]}” cannot count “{value[:SHOWN]}”, so that was left out."


def made_for(preferences: Preferences) -> str:
    """Return preferences in words: "Family; a supermarket within 10 minutes; park double"."""
    titles = [OFFERED[text].title for text in preferences.must_haves if text in OFFERED]
    said = [title[:1].lower() + title[1:] for title in titles]
    return "; ".join((profile_named(preferences.profile).title, *said, *preferences.own_weights))
