"""Which of the regions' matches a text means: the one that fits without doubt, or a question to the person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.atlas.atlas import Atlas
from app.atlas.geocoder.geocoder import FOUND, PLAUSIBLE
from app.atlas.geocoder.kinds import EVERYDAY_KINDS, REACH_M, STATION_KINDS
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.search.costs import Doubt
from app.atlas.geocoder.search.match import SAME_SCORE, Match
from app.geo import compass, distance_m
from app.places import MOST_CHOICES, Choice, Location, Precision, Question
from app.wording import metres

#: Matches of two regions nearer than this are one place, mapped twice (metres); towns are points in something large.
SAME_PLACE_M, SAME_TOWN_M = 150.0, 10_000.0
#: A street on which other numbers are mapped comes so little behind one of its name on which none is, or one between.
NOT_HERE_EITHER = 0.1
#: A choice this much worse than the best one is not worth showing.
WORSE = 0.2
#: Kinds whose middle is far from their edge, so that distances from it are rough.
AREAS = frozenset({"postcode", "locality", "park", "cemetery", "beach", "nature reserve", "forest", "water"})
#: Of several shops of one name the nearest is meant where it is so many times nearer than the next.
MUCH_NEARER = 1.5


@dataclass(frozen=True, slots=True)
class Found:
    """A match and the region it is in."""

    match: Match
    atlas: Atlas

    def sure(self, near: Location | None) -> bool:
        """Return whether it may be taken without asking: a shop only where someone at an address goes there."""
        match = self.match
        everyday = match.kind in EVERYDAY_KINDS | STATION_KINDS
        goes_there = near is not None and match.doubt is Doubt.LESSER and everyday
        return (match.doubt is None or goes_there) and match.score >= FOUND

    @property
    def unmapped(self) -> bool:
        """Return whether a number was asked for of which the map does not say where it is."""
        return self.match.kind in ("house", "street") and self.match.location.precision is not Precision.HOUSE

    def likely_house(self, best: float) -> bool:
        """Return whether an unmapped number may be meant here as well as at the best match of another street."""
        return self.match.doubt is Doubt.NUMBER and best - self.match.score <= NOT_HERE_EITHER

    @property
    def worth(self) -> tuple[str, float, str]:
        """What regions that overlap are chosen by: the fresher, then the larger."""
        return worth(self.atlas)


def worth(atlas: Atlas) -> tuple[str, float, str]:
    """Return what regions that overlap are chosen by: the fresher, then the larger."""
    return atlas.meta.data_date, atlas.meta.covered_km2, atlas.name


def decided(text: str, found: Sequence[Found], near: Location | None = None) -> Location | Question | None:
    """Return the place that a text means, a question where that is open, or None where nothing is like it.

    `near` is the address from which a destination is looked for.
    """
    ranked = _places(found)
    sure = [each for each in ranked if each.sure(near)]
    if sure:
        best = sure[0].match.score
        rivals = [each for each in ranked if _rivals(each, best, near)]
        if sure[0].unmapped:
            rivals += [each for each in ranked if each not in rivals and each.likely_house(best)]
        if near is not None:
            rivals = [each for each in rivals if each.atlas.name == near.region] or rivals
        if len(rivals) == 1:
            return location_of(rivals[0])
        if near is not None and (nearest := _clearly_nearest(rivals, near)):
            return location_of(nearest)
        return _question(text, rivals, f"“{text}” can mean several places. Which one?")
    if near is not None:  # there is no way known to a place in another region
        ranked = [each for each in ranked if each.atlas.name == near.region]
    best = max((each.match.score for each in ranked), default=0.0)
    likely = [each for each in ranked if each.match.score >= max(PLAUSIBLE, best - WORSE)]
    return replace(_question(text, likely, _why(text, likely[0])), doubtful=True) if likely else None


def location_of(found: Found) -> Location:
    """Return where a match is, in its region, named with its kind where that tells something."""
    match, at = found.match, found.match.location
    label, note, precision, kind = at.label, at.note, at.precision, match.kind.replace("_", " ")
    if at.precision is Precision.PLACE and match.kind != "house":
        is_thing = match.kind not in REACH_M and match.kind not in AREAS
        precision = Precision.NAMED if is_thing else Precision.PLACE
        tells = kind not in ("street", "place") and kind not in fold(label)
        label = f"{label} ({kind})" if tells else label
        note = note or _place_note(match)
    return replace(at, label=label, note=note, precision=precision, region=found.atlas.name)


def _place_note(match: Match) -> str:
    name = match.location.label
    if match.kind in REACH_M or match.kind in AREAS:
        return f"Only {name} was given, not a street in it: distances are from its middle."
    return ""


def _rivals(each: Found, best: float, near: Location | None) -> bool:
    """Return whether a match must be told apart from the best one that is sure: as good, or better but doubtful."""
    return each.match.score > best + SAME_SCORE or (each.sure(near) and best - each.match.score <= SAME_SCORE)


def _places(found: Sequence[Found]) -> list[Found]:
    """Return one match for each place, best first: of regions that overlap the fresher one's."""
    kept: list[Found] = []
    by_worth = sorted(found, key=lambda each: each.worth, reverse=True)
    for each in sorted(by_worth, key=lambda each: (-each.match.score, each.match.doubt is not None)):
        if not any(_same(each.match, other.match) and each.atlas is not other.atlas for other in kept):
            kept.append(each)
    return kept


def _same(one: Match, other: Match) -> bool:
    apart_m = distance_m(one.location.lat, one.location.lon, other.location.lat, other.location.lon)
    if one.kind in REACH_M and other.kind in REACH_M:
        return apart_m <= SAME_TOWN_M and fold(one.text) == fold(other.text)
    return apart_m <= SAME_PLACE_M and (one.kind == other.kind or fold(one.text) == fold(other.text))


def _clearly_nearest(rivals: Sequence[Found], near: Location) -> Found | None:
    """Return the shop, stop or the like that is much nearer to the address than all others of its name."""
    if not all(each.match.kind in EVERYDAY_KINDS for each in rivals):
        return None
    metres = [distance_m(near.lat, near.lon, each.match.location.lat, each.match.location.lon) for each in rivals]
    first, second, *_ = sorted(metres)
    return rivals[metres.index(first)] if first * MUCH_NEARER <= second else None


# --- the question ---


def _question(text: str, found: Sequence[Found], why: str) -> Question:
    shown = found[:MOST_CHOICES]
    several = len({each.atlas.name for each in shown}) > 1
    choices = [Choice(location_of(each), each.match.kind.replace("_", " "), _where(each, several)) for each in shown]
    return Question(text, why, tuple(told_apart(choices)))


def told_apart(choices: Sequence[Choice]) -> Iterator[Choice]:
    """Yield the choices, those that read like one before them with how far and in which direction of it they lie."""
    firsts: dict[tuple[str, str], Location] = {}
    for choice in choices:
        at = choice.location
        first = firsts.setdefault((at.label, choice.where), at)
        if first is not at:
            far = metres(distance_m(first.lat, first.lon, at.lat, at.lon))
            further = f"{far} {compass(first.lat, first.lon, at.lat, at.lon)} of the first"
            choice = replace(choice, where=", ".join(filter(None, (choice.where, further))))
        yield choice


def _where(found: Found, several_regions: bool) -> str:
    """Return what tells a choice from others of its name: the part of the town, and the region if there are several."""
    at = found.match.location
    parts = [found.atlas.geocoder.district(at.lat, at.lon)]
    parts += [found.atlas.meta.title] if several_regions else []
    return ", ".join(dict.fromkeys(part for part in parts if part and fold(part) not in fold(at.label)))


def _why(text: str, best: Found) -> str:
    """Return why a person is asked about the best match that there is."""
    match = best.match
    match match.doubt:
        case Doubt.DROPPED if match.about:
            return f"We found nothing that fits “{match.about}” as well. Is it one of these?"
        case Doubt.TOWN:
            return f"We did not find “{text}” in the town that it names. Is it one of these?"
        case Doubt.KIND:
            return f"There is no “{text}” on the map here, but this has a name like it."
        case Doubt.NUMBER:
            return f"Number {match.about} is not on the map there. Is it one of these?"
        case Doubt.LESSER if _letters(text) in _letters(match.text):
            return f"This is all that is called “{text}” on the map here. Is it meant?"
        case Doubt.LESSER if _letters(match.text) in _letters(text):
            return f"This is all that is called “{match.text}” on the map here. Is it meant?"
        case Doubt.NAME if match.score >= FOUND and _letters(text) in _letters(match.text):
            return f"“{text}” is only a part of these names. Which one?"
        case _:
            return f"“{text}” is not on the map here as it is written. Is it one of these?"


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))
