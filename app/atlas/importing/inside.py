"""What lies around a place: a school's own pitch, a kiosk in a prison, a pool in a garden are not for all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from app.atlas.importing.tags.access import EATING, is_open_to_all
from app.atlas.importing.tags.leisure import PUBLIC_POOL_M2, is_some_pool
from app.atlas.importing.twins import Mapped
from app.geo import Geometries
from app.places import Kind

#: Grounds that are their pupils' by day.
SCHOOLS = frozenset(
    {Kind.SCHOOL, Kind.PRIMARY_SCHOOL, Kind.SECONDARY_SCHOOL, Kind.SPECIAL_SCHOOL, Kind.KINDERGARTEN, Kind.CHILDCARE}
)
#: What a school has for itself, unless a name of its own or access=yes says that others may come.
OF_SCHOOLS = EATING | {
    *(Kind.PITCH, Kind.PLAYGROUND, Kind.SWIMMING_POOL, Kind.SPORTS_CENTRE, Kind.FITNESS_CENTRE, Kind.LIBRARY),
    *(Kind.GARDEN, Kind.PARK, Kind.THEATRE, Kind.CONVENIENCE, Kind.OTHER_SHOP),
}
#: Kinds that a name does not open: pitches and playgrounds have names within the school too ("A-Feld").
CLOSED_BY_DAY = frozenset({Kind.PITCH, Kind.PLAYGROUND})
BATHS = frozenset({Kind.SPORTS_CENTRE, Kind.SWIMMING_POOL})
#: Stations and stops serve even who may not enter the ground.
STOPS = range(Kind.BUS_STOP, Kind.CITY_CENTRE)


def not_for_all(things: Sequence[Mapped], geometries: Geometries, closed: Geometries) -> set[int]:
    """Return the positions of places that strangers may not use, by what they lie in. Geometries are in metres.

    `closed` are grounds that only some may enter: prisons, barracks, zoos, what is being built or has closed.
    """
    is_area = shapely.get_dimensions(geometries) == 2
    points = shapely.point_on_surface(geometries)
    schools = _rows(things, is_area, SCHOOLS)
    gone = {
        i for i, _ in _inside(points, _rows(things, None, OF_SCHOOLS), geometries, schools) if _is_schools(things[i])
    }
    gone |= _in_closed(things, points, closed)
    return gone | _garden_pools(things, geometries, points, is_area)


def _rows(things: Sequence[Mapped], is_area: NDArray[np.bool_] | None, kinds: frozenset[Kind]) -> NDArray[np.intp]:
    found = [i for i, t in enumerate(things) if t.kind in kinds and (is_area is None or is_area[i])]
    return np.array(found, dtype=np.intp)


def _inside(
    points: Geometries, rows: NDArray[np.intp], areas: Geometries, among: NDArray[np.intp]
) -> list[tuple[int, int]]:
    """Return which of these rows lie in which of those areas, but none in itself."""
    if not len(rows) or not len(among):
        return []
    row, area = shapely.STRtree(areas[among]).query(points[rows], predicate="intersects")
    return [(i, j) for i, j in zip(rows[row].tolist(), among[area].tolist(), strict=True) if i != j]


def _is_schools(thing: Mapped) -> bool:
    if is_open_to_all(thing.tags) or thing.tags.get("fee") == "yes":
        return False
    return not thing.name or thing.kind in CLOSED_BY_DAY or "school" in thing.name or "schul" in thing.name


def _in_closed(things: Sequence[Mapped], points: Geometries, closed: Geometries) -> set[int]:
    if not len(closed):
        return set()
    inside = np.unique(shapely.STRtree(closed).query(points, predicate="intersects")[0]).tolist()
    return {i for i in inside if things[i].kind not in STOPS and not is_open_to_all(things[i].tags)}


def _garden_pools(
    things: Sequence[Mapped], geometries: Geometries, points: Geometries, is_area: NDArray[np.bool_]
) -> set[int]:
    """Return pools that nothing but themselves calls public, unless they are large or part of a bath."""
    pools = _rows(things, None, frozenset({Kind.SWIMMING_POOL}))
    small = {i for i in pools.tolist() if is_some_pool(things[i].tags) and things[i].area_m2 < PUBLIC_POOL_M2}
    baths = np.array([i for i in _rows(things, is_area, BATHS).tolist() if i not in small], dtype=np.intp)
    in_bath = {i for i, _ in _inside(points, np.array(sorted(small), dtype=np.intp), geometries, baths)}
    return small - in_bath
