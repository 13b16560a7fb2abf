"""What a point in degrees stands for: a home named by what it stands in and beside, or an offer of addresses near."""

from __future__ import annotations

from collections.abc import Sequence

from app.atlas.atlas import Atlas
from app.atlas.ground import Ground, ground_at
from app.errors import AddressOutsideRegions, NoHomeHere
from app.places import Choice, Location, Precision, Question
from app.sources.deciding import worth
from app.sources.points import Point, TypedPoint
from app.wording import metres

#: Addresses offered instead of a point on which nobody lives.
MOST_NEIGHBOURS = 3
#: No further away than this (metres).
NEIGHBOUR_M = 1_500.0
#: Nearer than this (metres) a pin is at the address, and no distance is named.
AT_DOOR_M = 15.0

#: Kinds of ground that are too wide to say where in it a point is.
WIDE = frozenset({"island"})

WHERE = {"water": "in the water", "motorway": "on a motorway", "railway": "on a railway"}


def pinned(text: str, typed: TypedPoint, atlases: Sequence[Atlas]) -> Location | Question:
    """Return the location of a point, or a question where it may be swapped or nobody can live there.

    Raises AddressOutsideRegions, or NoHomeHere where no address is near either.
    """
    atlas = _holding(typed.point, atlases)
    other = _holding(typed.swapped, atlases) if typed.swapped else None
    if atlas is None and other is None:
        raise AddressOutsideRegions(regions=", ".join(sorted(each.meta.title for each in atlases)))
    if typed.swapped and other is not None:
        swapped = Choice(_location(typed.swapped, other), "point", other.meta.title)
        if atlas is None:
            why = f"The point {text} lies outside the regions covered here. Are latitude and longitude swapped?"
            return Question(text, why, (swapped,))
        as_typed = Choice(_location(typed.point, atlas), "point", atlas.meta.title)
        return Question(text, "Which of the two numbers is the latitude?", (as_typed, swapped))
    assert atlas is not None  # noqa: S101 - one of the two holds it
    ground = ground_at(atlas, *typed.point)
    return _location(typed.point, atlas) if ground.habitable else _neighbours(text, typed.point, ground, atlas)


def _holding(point: Point, atlases: Sequence[Atlas]) -> Atlas | None:
    """Return the best region that holds data at a point, None where there is none."""
    holding = [atlas for atlas in atlases if atlas.coverage.holds(point.lat, point.lon)]
    return max(holding, key=worth, default=None)


def _location(point: Point, atlas: Atlas) -> Location:
    """Return the point itself as a location, named by what it stands in and beside."""
    nearest = atlas.geocoder.reverse(*point)
    inside = [name for kind, name in ground_at(atlas, *point).inside if name and kind not in WIDE][:1]
    numbers = f"{point.lat:.5f}, {point.lon:.5f}"
    beside = ""
    if nearest is not None:
        gap = "at" if nearest.metres < AT_DOOR_M else f"{metres(nearest.metres)} from"
        beside = f"{gap} {nearest.text}" if nearest.is_house else f"beside {nearest.text}"
    stands = ", ".join((*(f"in {name}" for name in inside), *filter(None, (beside,))))
    note = f"The point {numbers}: {stands}." if stands else "No address or street is mapped near this point."
    label = f"Near {nearest.text}" if nearest is not None else numbers
    return Location(point.lat, point.lon, label, Precision.POINT, atlas.name, note)


def _neighbours(text: str, point: Point, ground: Ground, atlas: Atlas) -> Question:
    near = atlas.geocoder.nearest(*point, MOST_NEIGHBOURS, NEIGHBOUR_M)
    where = WHERE[ground.kind] + (f" ({ground.name})" if ground.name else "")
    if not near:
        raise NoHomeHere(where=where)
    choices = tuple(Choice(each.location_in(atlas.name), "house", f"{metres(each.metres)} away") for each in near)
    return Question(text, f"This point lies {where}, where nobody lives. Shall it be an address near it?", choices)
