"""The imported regions as a source of facts: what they cover, addresses completed and located, surroundings opened."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.atlas.atlas import Atlas
from app.atlas.files import Manifest
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.search.complete import Completion
from app.atlas.geocoder.search.query import CleanText, read_text
from app.atlas.surroundings import AtlasSurroundings
from app.errors import (
    AddressNotFound,
    AddressOutsideRegions,
    AtlasDamaged,
    AtlasUnreadable,
    BuildGone,
    DoorstepError,
    LinkWithoutPoint,
    MaybeInDamagedRegion,
    NoRegions,
    RegionNotFound,
    ShortPlusCode,
)
from app.geo import Box
from app.places import Location, Precision, Question
from app.seeing.counts import counted
from app.sources.deciding import Found, decided, worth
from app.sources.extras import Extras
from app.sources.interface import Surroundings
from app.sources.live.tiles.grid import is_tile
from app.sources.names import SharedNames, directories_of
from app.sources.opened import OpenRegions
from app.sources.pins import pinned
from app.sources.points import Point, ShortCode, TypedPoint, is_link, point_in, recovered

#: Completions offered, the fewest letters worth completing, and the most that are looked at.
MOST_COMPLETIONS = 8
FEWEST_LETTERS = 3
LONGEST_TYPED = 200
#: Addresses offered to try; houses tried for one, and how far from a region's middle (metres).
MOST_EXAMPLES, TRIED_EXAMPLES, EXAMPLE_M = 3, 20, 4_000.0

#: Tiles of fetched streets and places that one process keeps open.
MOST_OPEN_TILES = 8

#: What is written as it is mapped, but less well than this, may be a slip of something better.
WELL = 0.8

WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class CoveredRegion:
    """One region, for people. `usable` is False where its data cannot be read; then little but the name is known."""

    name: str
    title: str
    usable: bool = True
    #: What is the matter with a region that is not usable.
    problem: str = ""
    #: An ISO date, "" where the map file carries none.
    data_date: str = ""
    attribution: str = ""
    covered_km2: float = 0.0
    addresses: int = 0
    places: int = 0
    feeds: tuple[str, ...] = ()
    #: The day that the timetables are taken from, an ISO date; "" without timetables.
    service_date: str = ""
    notes: tuple[str, ...] = ()


class _Troubled:
    """A region that cannot be read, with what its manifest tells where that is whole."""

    def __init__(self, problem: AtlasUnreadable, manifest: Manifest | None) -> None:
        self.problem = problem
        self.title = problem.name if manifest is None else manifest.title
        self.box = None if manifest is None else manifest.box

    def covered(self) -> CoveredRegion:
        """Return it for people."""
        return CoveredRegion(self.problem.name, self.title, usable=False, problem=self.problem.message)


class ImportedRegions:
    """Answers from all regions of a folder; notices new and re-imported ones. Threads may share it.

    What is around an address it tells from the tiles of `tiles_dir` too, which no address is looked up in.
    """

    def __init__(
        self, regions_dir: Path, clock: Callable[[], float] = time.monotonic, tiles_dir: Path | None = None
    ) -> None:
        self._regions = OpenRegions(regions_dir, clock)
        self._tiles = OpenRegions(tiles_dir or regions_dir, clock, MOST_OPEN_TILES)
        self._lock = threading.Lock()
        self._names = SharedNames(())
        #: Addresses to try, and the builds that they are from.
        self._examples: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def covered(self) -> tuple[CoveredRegion, ...]:
        """Return every region, also those that cannot be read, in alphabetical order of their titles."""
        regions = [*map(_covered, self._regions.all()[0]), *(each.covered() for each in self._troubled())]
        return tuple(sorted(regions, key=lambda region: region.title.casefold()))

    def problems(self) -> tuple[str, ...]:
        """Return what is the matter with each region that cannot be read, for whoever runs the site."""
        return tuple(problem.finding for problem in self._regions.all()[1])

    def examples(self) -> tuple[str, ...]:
        """Return up to three addresses that are found without a question, of different regions, for people to try."""
        return self._regions.undisturbed(self._examples_of)

    def _examples_of(self, atlases: tuple[Atlas, ...]) -> tuple[str, ...]:
        builds = directories_of(atlases)
        if self._examples[0] != builds:
            ranked = sorted(atlases, key=lambda atlas: -atlas.meta.addresses)
            found = filter(None, map(self._example_in, ranked[:MOST_EXAMPLES]))
            self._examples = (builds, tuple(found))
        return self._examples[1]

    def _example_in(self, atlas: Atlas) -> str:
        """Return a house near the middle of a region, "" where none nearby is found by its own words."""
        box = atlas.meta.box
        lat, lon = (box.min_lat + box.max_lat) / 2, (box.min_lon + box.max_lon) / 2
        for house in atlas.geocoder.nearest(lat, lon, TRIED_EXAMPLES, EXAMPLE_M):
            try:
                found = self.locate(house.text)
            except DoorstepError:
                continue
            if isinstance(found, Location) and found.precision is Precision.HOUSE and found.region == atlas.name:
                return house.text
        return ""

    @counted
    def complete(
        self, typed: str, limit: int = MOST_COMPLETIONS, beside: str = "", region: str = ""
    ) -> tuple[str, ...]:
        """Return addresses and places that begin as typed, each region's in turn; none before there is enough to go on.

        `beside` is the address that a destination is given with: what its region has comes first. So does what the
        region of that name has.
        """
        typed = typed.strip()[:LONGEST_TYPED]
        if sum(map(str.isalnum, typed)) < FEWEST_LETTERS:
            return ()

        def completed(atlases: tuple[Atlas, ...]) -> tuple[str, ...]:
            home = tuple(atlas for atlas in atlases if atlas.name == region) or self._home(beside, atlases)
            return _completed(typed, limit, home, atlases)

        return self._regions.undisturbed(completed)

    def _home(self, address: str, atlases: tuple[Atlas, ...]) -> tuple[Atlas, ...]:
        """Return the regions that know the words of an address, none where all do or none does."""
        if not address.strip() or len(atlases) < 2:
            return ()
        names, text = self._shared_names(atlases), read_text(address[:LONGEST_TYPED])
        home = names.knowing_all(text) or names.knowing_most(text)[0]
        return home if len(home) < len(atlases) else ()

    @counted
    def locate(self, text: str, near: Location | None = None) -> Location | Question:
        """Find an address, a place or a point; return a question where a text may mean several, or none exactly.

        Raises AddressNotFound, AddressOutsideRegions, NoRegions, MaybeInDamagedRegion, or AtlasUnreadable where no
        region can be read.
        """
        return self._regions.undisturbed(lambda atlases: self._used(self._located(text, near, atlases), near, atlases))

    def _used(
        self, found: Location | Question, near: Location | None, atlases: tuple[Atlas, ...]
    ) -> Location | Question:
        """Note the build in which an address was found: all else about it is told from the same."""
        if near is None and isinstance(found, Location):
            for atlas in atlases:
                if atlas.name == found.region:
                    self._regions.use(atlas)
        return found

    def _located(self, text: str, near: Location | None, atlases: tuple[Atlas, ...]) -> Location | Question:
        if not atlases:
            raise self._nothing_to_search()
        try:
            answer = self._found(text, near, atlases)
        except (AddressNotFound, AddressOutsideRegions):
            self._refuse_troubled(may_hold=_may_hold(text), near=near)
            raise
        if isinstance(answer, Question):
            self._refuse_troubled(may_hold=_is_named(text), near=near)
        return answer

    def _refuse_troubled(self, may_hold: Callable[[_Troubled], bool], near: Location | None) -> None:
        """Raise MaybeInDamagedRegion, or another trouble, where a region that cannot be read may hold what was typed.

        A destination is looked for beside its address, whose region can be read.
        """
        found = [] if near is not None else [each for each in self._troubled() if may_hold(each)]
        if damaged := tuple(each.title for each in found if isinstance(each.problem, AtlasDamaged)):
            raise MaybeInDamagedRegion(name=damaged)
        if found:
            raise found[0].problem

    def _troubled(self) -> tuple[_Troubled, ...]:
        """Return the regions that cannot be read, with what their manifests tell."""
        problems = self._regions.all()[1]
        return tuple(_Troubled(problem, self._regions.manifest(problem.name)) for problem in problems)

    def _found(self, text: str, near: Location | None, atlases: tuple[Atlas, ...]) -> Location | Question:
        point = point_in(text)
        if isinstance(point, TypedPoint):
            return pinned(text, point, atlases)
        if isinstance(point, ShortCode):
            return self._recovered(text, point, atlases)
        if is_link(text):
            raise LinkWithoutPoint
        answer = self._looked_up(text, atlases, near)
        if answer is None:
            raise AddressNotFound(regions=_titles(atlases))
        return answer

    def _looked_up(self, text: str, atlases: tuple[Atlas, ...], near: Location | None) -> Location | Question | None:
        found: list[Found] = []
        typed = read_text(text)
        for asked, slips in self._rounds(typed, atlases, near):
            found = [each for each in found if each.atlas not in asked]
            found += [Found(match, atlas) for atlas in asked for match in atlas.geocoder.look_for(typed, slips=slips)]
            if any(each.sure(near) and (slips or each.match.score >= WELL) for each in found):
                break
        return decided(text, found, near)

    def _rounds(
        self, typed: CleanText, atlases: tuple[Atlas, ...], near: Location | None
    ) -> Iterator[tuple[tuple[Atlas, ...], bool]]:
        """Yield which regions to ask, one round after the other until one is sure, and whether with slips.

        A destination is looked for in the region of the address first. One look at all regions' names says which of
        the others know the words.
        """
        home = tuple(atlas for atlas in atlases if near is not None and atlas.name == near.region)
        if home or len(atlases) == 1:
            yield home or atlases, True
        if len(atlases) == 1:
            return
        names = self._shared_names(atlases)
        yield tuple(atlas for atlas in names.knowing_all(typed) if atlas not in home), False
        most, some = names.knowing_most(typed)
        yield tuple(atlas for atlas in most if atlas not in home), True
        yield tuple(atlas for atlas in some if atlas not in home), False

    def _recovered(self, text: str, short: ShortCode, atlases: tuple[Atlas, ...]) -> Location | Question:
        """Return the point of a Plus Code without its beginning, which the place named with it completes."""
        if not short.near:
            raise ShortPlusCode
        place = self._looked_up(short.near, atlases, None)
        if isinstance(place, Question):
            place = place.choices[0].location
        if place is None:
            raise AddressNotFound(regions=_titles(atlases))
        return pinned(text, TypedPoint(recovered(short, place.lat, place.lon), None), atlases)

    def _shared_names(self, atlases: tuple[Atlas, ...]) -> SharedNames:
        """Return the words of all regions' names, gathered once for each set of builds."""
        with self._lock:
            if not self._names.are_of(atlases):
                self._names = SharedNames(atlases)
            return self._names

    def can_draw(self, region: str, data_date: str) -> bool:
        """Return whether maps can be drawn of a region as it was on a day: it is still there, and has a base map."""
        try:
            atlas = self._opened(region).atlas(region)
            return atlas.meta.data_date == data_date and atlas.basemap is not None
        except DoorstepError:
            return False

    def whole_region(self, name: str) -> Atlas:
        """Open a region to ask about all of it at once. Raises RegionNotFound, AtlasUnreadable."""
        return self._regions.atlas(name)

    def surroundings(self, location: Location) -> Surroundings:
        """Open the surroundings of a location that `locate` gave. Raises RegionNotFound, AtlasUnreadable."""
        atlas = self._opened(location.region).used(location.region)
        with atlas.reading():
            return AtlasSurroundings(atlas, location)

    def region_in_use(self, name: str) -> Atlas:
        """Return a region whose files are to stay as they are in a `settled` block. Raises as `whole_region`."""
        return self._regions.used(name)

    def located_in_tile(self, text: str, tile: str, near: Location | None = None) -> Location | Question:
        """Find a text in one tile alone. Raises as `locate`, and RegionNotFound or AtlasUnreadable."""
        return self._found(text, near, (self._tiles.used(tile),))

    def holding(self, lat: float, lon: float) -> str:
        """Return the name of the region that holds data at a point, "" where none does."""
        holding = [atlas for atlas in self._regions.all()[0] if atlas.coverage.holds(lat, lon)]
        return max(holding, key=worth).name if holding else ""

    def extras(self, location: Location) -> Extras:
        """Return nothing: what is imported asks nobody."""
        return Extras()

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Let what a block makes of surroundings count only where their data stayed as it was written.

        Raises AtlasUnreadable where it did not, and AtlasReplaced where the block failed as it was replaced.
        """
        with self._regions.settled(), self._tiles.settled():
            yield

    @contextmanager
    def pinned(self, needs: str) -> Iterator[None]:
        """Answer from this build ("name@build") of its region, "" for the regions as they are. Raises BuildGone."""
        if not needs:
            yield
            return
        name, _, build = needs.partition("@")
        try:
            self._regions.build_directory(name, build)
        except RegionNotFound as error:
            raise BuildGone(name=name) from error
        with self._regions.pinned(name, build):
            yield

    def builds_used(self) -> tuple[str, ...]:
        """Return the builds ("name@build") of regions and tiles that were used within `settled` so far."""
        return (*self._regions.builds_used(), *self._tiles.builds_used())

    def use_build(self, build: str) -> bool:
        """Return whether a region or tile is of this build ("name@build"); within `settled` it stays so."""
        name = build.partition("@")[0]
        try:
            return f"{name}@{self._opened(name).used(name).build}" == build
        except (RegionNotFound, AtlasUnreadable):
            return False

    def _opened(self, name: str) -> OpenRegions:
        return self._tiles if is_tile(name) else self._regions

    def watched(self) -> ImportedRegions:
        """Return the same, looking at its regions every few seconds also while nobody asks."""
        self._regions.watch()
        return self

    def _nothing_to_search(self) -> DoorstepError:
        problems = self._regions.all()[1]
        return problems[-1] if problems else NoRegions()


def _covered(atlas: Atlas) -> CoveredRegion:
    meta = atlas.meta
    return CoveredRegion(
        name=atlas.name,
        title=meta.title,
        data_date=meta.data_date,
        attribution=meta.attribution,
        covered_km2=meta.covered_km2,
        addresses=meta.addresses,
        places=meta.places,
        feeds=meta.feeds,
        service_date=meta.service_date,
        notes=meta.notes,
    )


def _may_hold(text: str) -> Callable[[_Troubled], bool]:
    """Return whether a region may hold what was typed: any may, but a point has to lie in its box."""
    typed = point_in(text)
    points = [point for point in (typed.point, typed.or_west) if point] if isinstance(typed, TypedPoint) else []
    return lambda region: not points or region.box is None or any(_is_in(point, region.box) for point in points)


def _is_named(text: str) -> Callable[[_Troubled], bool]:
    """Return whether a text has every word of a region's title."""
    words = set(WORDS.findall(fold(text)))
    return lambda region: words.issuperset(WORDS.findall(fold(region.title)))


def _is_in(point: Point, box: Box) -> bool:
    return box.min_lat <= point.lat <= box.max_lat and box.min_lon <= point.lon <= box.max_lon


def _completed(typed: str, limit: int, home: tuple[Atlas, ...], atlases: tuple[Atlas, ...]) -> tuple[str, ...]:
    """Return completions of these regions, those at home first."""
    first = _in_turn([atlas.geocoder.complete(typed, limit) for atlas in home])
    others = (atlas for atlas in atlases if atlas not in home)
    rest = _in_turn([atlas.geocoder.complete(typed, limit) for atlas in others])
    return tuple(dict.fromkeys((*first, *rest)))[:limit]


def _in_turn(lists: Sequence[Sequence[Completion]]) -> list[str]:
    """Return the labels by rank; of equal rank the first of each list, then the second of each, and so on."""
    ranked: list[tuple[int, int, int, str]] = []
    for at, found in enumerate(lists):
        counts: Counter[int] = Counter()
        for label, rank in found:
            ranked.append((rank, counts[rank], at, label))
            counts[rank] += 1
    return [label for *_, label in sorted(ranked)]


def _titles(atlases: tuple[Atlas, ...]) -> tuple[str, ...]:
    return tuple(sorted(atlas.meta.title for atlas in atlases))
