"""Which schools are near, and which levels they teach: the importer has decided by the kind of place."""

from __future__ import annotations

from enum import StrEnum

from app.places import Kind, Place
from app.sources.interface import Surroundings


class SchoolLevel(StrEnum):
    """Levels that a family asks for."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


#: Kinds of school to the level they teach; of SCHOOL none is known.
LEVEL_OF = {
    Kind.PRIMARY_SCHOOL: SchoolLevel.PRIMARY,
    Kind.SECONDARY_SCHOOL: SchoolLevel.SECONDARY,
}

#: More schools than this within 45 minutes on foot say nothing more.
MOST_SCHOOLS = 200

#: Schools with the levels they are known to teach, shortest walk first.
Schools = tuple[tuple[Place, frozenset[SchoolLevel]], ...]


def schools_near(around: Surroundings) -> Schools:
    """Return the schools that can be walked to with their levels; special schools are none of any child's choice."""
    levels: dict[str, set[SchoolLevel]] = {}
    for kind, level in LEVEL_OF.items():
        for place in around.nearest(kind, limit=MOST_SCHOOLS):
            levels.setdefault(place.osm_id, set()).add(level)
    places = around.nearest(Kind.SCHOOL, *LEVEL_OF, limit=MOST_SCHOOLS)
    return tuple((p, frozenset(levels.get(p.osm_id, ()))) for p in places if p.walk_s is not None)
