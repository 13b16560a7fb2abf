"""Which of a service's candidates a text means: the one that fits without doubt, or a question to the person.

The rules and sentences are those for imported regions (app/sources/deciding.py), as far as they can be followed without
the map: what fits equally well is asked about, and so is what leaves out a word or the house number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.atlas.geocoder.kinds import MAJOR_KINDS
from app.atlas.geocoder.letters import fold
from app.geo import distance_m
from app.places import MOST_CHOICES, Choice, Location, Precision, Question
from app.sources.deciding import SAME_TOWN_M, told_apart
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.fitting import Fit, fits

#: Answers of one name nearer than this are one thing, mapped twice; pieces of a street lie further apart (metres).
SAME_THING_M, SAME_STREET_M = 200.0, 3_000.0
#: Of several towns of one name that one is meant without a question which is so much better known (`importance`): Paris
#: in France (0.9) before Paris in Texas (0.5); the Springfields lie within 0.1.
BETTER_KNOWN = 0.25

#: Things that are as likely meant as a street of the same name, as services call them.
_MAJOR_THINGS = MAJOR_KINDS | {"station", "halt", "aerodrome", "train station", "school", "college", "museum"}

_HOUSES = (Precision.HOUSE, Precision.INTERPOLATED)


@dataclass(frozen=True, slots=True)
class _Regions:
    """Names the region of a point."""

    of: Callable[[float, float], str]

    def location(self, fit: Fit) -> Location:
        """Return where a candidate is: by its address where its number was typed, else by its name."""
        at = fit.candidate
        by_address = fit.has_number and bool(at.address)
        precision = Precision.HOUSE if by_address else at.precision
        label = at.address if by_address else _label(at)
        return Location(at.lat, at.lon, label, precision, self.of(at.lat, at.lon), _note(fit, precision), at.street)


def decided(
    text: str,
    candidates: Sequence[Candidate],
    region_of: Callable[[float, float], str],
) -> Location | Question | None:
    """Return the place that a text means, a question where that is open, or None where there is no candidate.

    `region_of` names the region of a point in degrees.
    """
    regions = _Regions(region_of)
    ranked = _places(fits(text, candidates))
    rivals = _rivals([fit for fit in ranked if fit.is_sure])
    if len(rivals) == 1 and not _is_part_of_name(rivals[0]):
        return regions.location(rivals[0])
    if len(rivals) > 1:
        return _question(text, rivals, f"“{text}” can mean several places. Which one?", regions)
    likely = [fit for fit in ranked if _is_likely(fit, ranked[0])]
    return _question(text, likely, _why(text, likely[0]), regions) if likely else None


def _places(ranked: Sequence[Fit]) -> list[Fit]:
    """Return one fit for each place, in order."""
    kept: list[Fit] = []
    for fit in ranked:
        if not any(_same(fit.candidate, other.candidate) for other in kept):
            kept.append(fit)
    return kept


def _same(one: Candidate, other: Candidate) -> bool:
    apart_m = distance_m(one.lat, one.lon, other.lat, other.lon)
    if {one.precision, other.precision} == {Precision.PLACE}:
        return apart_m <= SAME_TOWN_M and fold(one.name) == fold(other.name)
    if {one.precision, other.precision} == {Precision.STREET}:
        return apart_m <= SAME_STREET_M and fold(one.label) == fold(other.label)
    if one.number and other.number:
        same_house = (fold(one.street), fold(one.number)) == (fold(other.street), fold(other.number))
        return apart_m <= SAME_THING_M and same_house
    return apart_m <= SAME_THING_M and fold(one.name) == fold(other.name)


def _rivals(sure: Sequence[Fit]) -> list[Fit]:
    """Return those that fit as well as the best one; of towns of one name only the best known, if one is.

    A shop or a building beside a street or a town of its name is called after that.
    """
    rivals = [fit for fit in sure if fit.looseness == sure[0].looseness]
    rivals = [fit for fit in rivals if not _is_lesser(fit)] or rivals
    if len(rivals) > 1 and all(fit.candidate.precision is Precision.PLACE for fit in rivals):
        first, second = sorted((fit.candidate.importance for fit in rivals), reverse=True)[:2]
        if first - second >= BETTER_KNOWN:
            return [fit for fit in rivals if fit.candidate.importance == first]
    return rivals


def _is_lesser(fit: Fit) -> bool:
    return fit.candidate.precision is Precision.NAMED and fit.candidate.what not in _MAJOR_THINGS


def _is_likely(fit: Fit, best: Fit) -> bool:
    """Return whether a doubtful candidate is worth showing beside the best one."""
    return fit.misfit == best.misfit and (fit.untyped == 0 or best.untyped > 0)


def _is_part_of_name(fit: Fit) -> bool:
    """Return whether a thing has more in its name than was typed, so that another may be meant."""
    return fit.untyped > 0 and not fit.has_number and fit.candidate.precision is Precision.NAMED


# --- in words ---


def _label(at: Candidate) -> str:
    """Return how a candidate is called, with its kind where that tells something."""
    tells = at.precision in (Precision.NAMED, Precision.PLACE) and at.what != "place" and at.what not in fold(at.label)
    return f"{at.label} ({at.what})" if tells else at.label


def _note(fit: Fit, precision: Precision) -> str:
    """Return what was left out or assumed, in sentences."""
    return " ".join(filter(None, (_place_note(fit, precision), _postcode_note(fit), _letters_note(fit))))


def _place_note(fit: Fit, precision: Precision) -> str:
    at, middle = fit.candidate, "distances are from the middle of the street."
    if fit.missing_number:
        if precision in _HOUSES:
            return f"Number {fit.missing_number} was not found; this is number {at.number}."
        within = "on this street" if precision is Precision.STREET else "here"
        tail = f"; {middle}" if precision is Precision.STREET else "."
        return f"Number {fit.missing_number} is not mapped {within}{tail}"
    match precision:
        case Precision.INTERPOLATED:
            return f"The place of number {at.number} is estimated from the numbers of its part of the street."
        case Precision.STREET:
            return f"No house number was given; {middle}"
        case Precision.PLACE:
            return f"Only {at.name or at.label} was given, not a street in it: distances are from its middle."
        case _:
            return ""


def _postcode_note(fit: Fit) -> str:
    if not fit.other_postcode:
        return ""
    own = f"its postcode is {fit.candidate.postcode}" if fit.candidate.postcode else "its postcode is not known"
    return f"The postcode {fit.other_postcode.upper()} was not found with it: {own}."


def _letters_note(fit: Fit) -> str:
    return "Its names are in other letters than those typed, so they could not be compared." if fit.is_unread else ""


def _question(text: str, found: Sequence[Fit], why: str, regions: _Regions) -> Question:
    shown = found[:MOST_CHOICES]
    choices = [Choice(regions.location(fit), fit.candidate.what, fit.candidate.where) for fit in shown]
    return Question(text, why, tuple(told_apart(choices)))


def _why(text: str, best: Fit) -> str:
    """Return why a person is asked about the best candidate that there is."""
    if best.is_elsewhere:
        return f"We did not find “{text}” in the country or state that it names. Is it one of these?"
    if best.dropped:
        return f"We found nothing that fits “{' '.join(best.dropped)}” as well. Is it one of these?"
    if best.missing_number:
        return f"Number {best.missing_number} is not on the map there. Is it one of these?"
    if best.is_other_kind:
        return f"There is no “{text}” on the map, but this has a name like it."
    if _is_part_of_name(best):
        return f"“{text}” is only a part of these names. Which one?"
    return f"“{text}” is not on the map as it is written. Is it one of these?"
