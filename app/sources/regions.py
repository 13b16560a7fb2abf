"""The imported regions as a source of facts: what they cover, addresses completed and located, surroundings opened."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.atlas.atlas import Atlas
from app.atlas.geocoder.search.complete import Completion
from app.atlas.geocoder.search.query import CleanText, read_text
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.errors import (
    AddressNotFound,
    AtlasDamaged,
    DoorstepError,
    LinkWithoutPoint,
    NoRegions,
    RegionNotFound,
    ShortPlusCode,
)
from app.places import Location, Precision, Question
from app.seeing.counts import counted
from app.sources.deciding import Found, decided
from app.sources.interface import Surroundings
from app.sources.names import SharedNames, directories_of
from app.sources.pins import pinned
from app.sources.points import ShortCode, TypedPoint, is_link, point_in, recovered

#: Completions offered, the fewest letters worth completing, and the most that are looked at.
MOST_COMPLETIONS = 8
FEWEST_LETTERS = 3
LONGEST_TYPED = 200
#: Addresses offered to try; houses tried for one, and how far from a region's middle (metres).
MOST_EXAMPLES, TRIED_EXAMPLES, EXAMPLE_M = 3, 20, 4_000.0

#: What is written as it is mapped, but less well than this, may be a slip of something better.
WELL = 0.8

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CoveredRegion:
    """One region, for people. `usable` is False where its data is damaged; then only the name is known."""

    name: str
    title: str
    usable: bool = True
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


class ImportedRegions:
    """Answers from all regions of a folder; notices new and re-imported ones. Threads may share it."""

    def __init__(self, regions_dir: Path) -> None:
        self._store = RegionStore(regions_dir)
        self._lock = threading.Lock()
        self._open: dict[str, Atlas] = {}
        #: Damaged builds that are in the log already.
        self._logged: set[Path] = set()
        self._names = SharedNames(())
        #: Addresses to try, and the builds that they are from.
        self._examples: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def covered(self) -> tuple[CoveredRegion, ...]:
        """Return every region, the damaged ones too, in alphabetical order of their titles."""
        regions = [_covered(name, atlas) for name, atlas in self._regions()]
        return tuple(sorted(regions, key=lambda region: region.title.casefold()))

    def examples(self) -> tuple[str, ...]:
        """Return up to three addresses that are found without a question, of different regions, for people to try."""
        atlases = self._whole()
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
        atlases = self._whole()
        home = tuple(atlas for atlas in atlases if atlas.name == region) or self._home(beside, atlases)
        first = _in_turn([atlas.geocoder.complete(typed, limit) for atlas in home])
        others = (atlas for atlas in atlases if atlas not in home)
        rest = _in_turn([atlas.geocoder.complete(typed, limit) for atlas in others])
        return tuple(dict.fromkeys((*first, *rest)))[:limit]

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

        Raises AddressNotFound, AddressOutsideRegions, NoRegions, or AtlasDamaged where no region is whole.
        """
        atlases = self._whole()
        if not atlases:
            raise self._nothing_to_search()
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
            if directories_of(self._names.atlases) != directories_of(atlases):
                self._names = SharedNames(atlases)
            return self._names

    def can_draw(self, region: str, data_date: str) -> bool:
        """Return whether maps can be drawn of a region as it was on a day: it is still there, and has a base map."""
        try:
            atlas = self._atlas(region)
            return atlas.meta.data_date == data_date and atlas.basemap is not None
        except DoorstepError:
            return False

    def whole_region(self, name: str) -> Atlas:
        """Open a region to ask about all of it at once. Raises RegionNotFound, AtlasDamaged."""
        return self._atlas(name)

    def surroundings(self, location: Location) -> Surroundings:
        """Open the surroundings of a location that `locate` gave. Raises RegionNotFound, AtlasDamaged."""
        return AtlasSurroundings(self._atlas(location.region), location)

    def _regions(self) -> tuple[tuple[str, Atlas | None], ...]:
        """Return each region's name and atlas as they are now, by name; None where the data is damaged."""
        found: list[tuple[str, Atlas | None]] = []
        for name in self._store.names():
            try:
                found.append((name, self._atlas(name)))
            except RegionNotFound:  # removed a moment ago
                continue
            except AtlasDamaged:
                found.append((name, None))
        return tuple(found)

    def _whole(self) -> tuple[Atlas, ...]:
        return tuple(atlas for _, atlas in self._regions() if atlas is not None)

    def _nothing_to_search(self) -> DoorstepError:
        damaged = [name for name, atlas in self._regions() if atlas is None]
        return AtlasDamaged(name=damaged[-1]) if damaged else NoRegions()

    def _atlas(self, name: str) -> Atlas:
        """Open a region once: a build never changes, a new import is another folder.

        A damaged one is tried again each time, as a lack of file handles looks the same, but logged only once.
        """
        directory = self._store.directory(name)
        with self._lock:
            atlas = self._open.get(name)
            if atlas is None or atlas.directory != directory:
                atlas = self._open[name] = self._opened(name, directory)
            return atlas

    def _opened(self, name: str, directory: Path) -> Atlas:
        try:
            return Atlas(name, directory)
        except AtlasDamaged as error:
            if directory not in self._logged:
                self._logged.add(directory)
                log.warning("%s", error.message)
            raise


def _covered(name: str, atlas: Atlas | None) -> CoveredRegion:
    if atlas is None:
        return CoveredRegion(name, name, usable=False)
    meta = atlas.meta
    return CoveredRegion(
        name=name,
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
