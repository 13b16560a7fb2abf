"""Where in a town wishes are met: the whole answer, from one region and what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.atlas.atlas import Atlas
from app.pipeline.choosing.asking import Reach, criteria_of
from app.pipeline.choosing.criteria import Criterion
from app.pipeline.choosing.ranking import Ranking, Squares, Standing, Street, best_streets, squares_of
from app.pipeline.rules.headline import Profile
from app.pipeline.rules.wishes import MOST_STREETS, Wish

#: The address of a home is looked for within this (metres): points along streets have houses beside them.
ADDRESS_M = 120.0


@dataclass(frozen=True, slots=True)
class Counted:
    """One wish or place, with how many homes meet it, and at how many it is not known."""

    text: str
    title: str
    met: int
    unknown: int


@dataclass(frozen=True, slots=True)
class NotKnown:
    """A wish that is known at no home of the region, and why."""

    text: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class StreetFound:
    """A street or quarter of the list; `address` is one of its homes, in degrees beside it."""

    name: str
    #: The part of the town that it lies in, "" for none.
    part: str
    standing: Standing
    homes: int
    meeting: int
    failures: tuple[str, ...]
    unknown: tuple[str, ...]
    address: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Choice:
    """Where in a region what is asked for is met."""

    region: str
    title: str
    data_date: str
    #: What the homes are: "addresses", or "streets" for points along them.
    sample: str
    homes: int
    counted: tuple[Counted, ...]
    not_known: tuple[NotKnown, ...]
    #: How many homes stand so, by Standing.
    by_standing: tuple[int, ...]
    squares: Squares
    streets: tuple[StreetFound, ...]

    @property
    def meeting(self) -> int:
        """Return at how many homes all that is known is met."""
        return self.by_standing[Standing.ALL] if self.counted else 0


def choose(atlas: Atlas, wishes: Sequence[Wish], reaches: Sequence[Reach], profile: Profile, size_m: float) -> Choice:
    """Judge all homes of a region and rank its streets; `size_m` is the width of the squares."""
    town = atlas.town
    ranking = Ranking.of(criteria_of(atlas, wishes, reaches, profile), town.count)
    streets = best_streets(ranking, atlas.home_streets.keys, MOST_STREETS) if ranking.criteria else ()
    return Choice(
        region=atlas.name,
        title=atlas.meta.title,
        data_date=atlas.meta.data_date,
        sample=town.sample,
        homes=town.count,
        counted=tuple(_counted(each) for each in ranking.criteria),
        not_known=tuple(NotKnown(each.text, each.title, each.why_unknown) for each in ranking.unknown),
        by_standing=tuple(ranking.homes(standing) for standing in Standing),
        squares=squares_of(ranking, town.lats, town.lons, size_m),
        streets=tuple(_found(atlas, street) for street in streets),
    )


def _counted(criterion: Criterion) -> Counted:
    return Counted(criterion.text, criterion.title, criterion.met, criterion.unknown)


def _found(atlas: Atlas, street: Street) -> StreetFound:
    lat, lon = float(atlas.town.lats[street.home]), float(atlas.town.lons[street.home])
    near = atlas.geocoder.nearest(lat, lon, 1, ADDRESS_M)
    return StreetFound(
        name=atlas.home_streets.names[street.key],
        part=atlas.geocoder.district(lat, lon),
        standing=street.standing,
        homes=street.homes,
        meeting=street.meeting,
        failures=street.failures,
        unknown=street.unknown,
        address=near[0].text if near else f"{lat:.5f}, {lon:.5f}",
        lat=round(lat, 6),
        lon=round(lon, 6),
    )
