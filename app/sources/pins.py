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


#: A point and the region that holds it.
Reading = tuple[Point, Atlas]


def pinned(text: str, typed: TypedPoint, atlases: Sequence[Atlas]) -> Location | Question:
    """Return the location of a point, or a question where it may be read in two ways or nobody can live there.

    Raises AddressOutsideRegions, or NoHomeHere where no address is near either.
    """
    readings = [*_readings(typed.point, atlases), *_readings(typed.or_west, atlases)]
    swapped = _readings(typed.swapped, atlases)
    if not readings and not swapped:
        raise AddressOutsideRegions(regions=tuple(sorted(each.meta.title for each in atlases)))
    if swapped or len(readings) > 1:
        return _which(text, readings, swapped)
    point, atlas = readings[0]
    ground = ground_at(atlas, *point)
    return _location(point, atlas) if ground.habitable else _neighbours(text, point, ground, atlas)


def _which(text: str, readings: Sequence[Reading], swapped: Sequence[Reading]) -> Question:
    why = f"The point {text} can be read in two ways. Which one?"
    if not readings:
        why = f"The point {text} lies outside the regions covered here. Are latitude and longitude swapped?"
    choices = (Choice(_location(point, atlas), "point", atlas.meta.title) for point, atlas in (*readings, *swapped))
    return Question(text, why, tuple(choices))


def _readings(point: Point | None, atlases: Sequence[Atlas]) -> list[Reading]:
    """Return the point with the best region that holds data there, [] where none does."""
    holding = [atlas for atlas in atlases if point is not None and atlas.coverage.holds(*point)]
    return [(point, max(holding, key=worth))] if holding and point is not None else []


def _location(point: Point, atlas: Atlas) -> Location:
    """Return the point itself as a location, named by what it stands in and beside."""
    nearest = atlas.geocoder.reverse(*point)
    inside = [name for kind, name in ground_at(atlas, *point).inside if name and kind not in WIDE][:1]
    numbers = degrees(point)
    beside = ""
    if nearest is not None:
        gap = "at" if nearest.metres < AT_DOOR_M else f"{metres(nearest.metres)} from"
        beside = f"{gap} {nearest.text}" if nearest.is_house else f"beside {nearest.text}"
    stands = ", ".join((*(f"in {name}" for name in inside), *filter(None, (beside,))))
    note = f"The point {numbers}: {stands}." if stands else "No address or street is mapped near this point."
    label = f"Near {nearest.text}" if nearest is not None else numbers
    return Location(point.lat, point.lon, label, Precision.POINT, atlas.name, note)


def degrees(point: Point) -> str:
    """Return a point as the name of an address at which nothing is mapped."""
    return f"{point.lat:.5f}, {point.lon:.5f}"


def _neighbours(text: str, point: Point, ground: Ground, atlas: Atlas) -> Question:
    near = atlas.geocoder.nearest(*point, MOST_NEIGHBOURS, NEIGHBOUR_M)
    where = WHERE[ground.kind] + (f" ({ground.name})" if ground.name else "")
    if not near:
        raise NoHomeHere(where=where)
    choices = tuple(Choice(each.location_in(atlas.name), "house", f"{metres(each.metres)} away") for each in near)
    return Question(text, f"This point lies {where}, where nobody lives. Shall it be an address near it?", choices)
