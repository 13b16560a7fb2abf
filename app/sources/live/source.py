"""Imported regions first; where none covers an address, what live services find, and the tile around it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from app.atlas.geocoder.letters import fold
from app.errors import (
    AddressNotFound,
    AddressOutsideRegions,
    AddressUnknown,
    LinkWithoutPoint,
    MaybeInDamagedRegion,
    NoHomeHere,
    NoRegions,
    ServiceDenied,
    ServiceResting,
    ServiceSpent,
    ServiceTrouble,
)
from app.geo import distance_m
from app.places import MOST_CHOICES, Choice, Location, Precision, Question
from app.sources.extras import Extras
from app.sources.interface import Surroundings
from app.sources.live.extras.extras import LiveExtras
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.choosing import decided
from app.sources.live.geocoders.geocoding import Geocoders
from app.sources.live.tiles.grid import is_tile, tile_at
from app.sources.live.tiles.tiles import Tiles
from app.sources.pins import degrees
from app.sources.points import ShortCode, TypedPoint, is_link, point_in, recovered
from app.sources.regions import WORDS, ImportedRegions

#: What the regions raise where they do not hold what was typed.
NOT_IN_REGIONS = (AddressNotFound, AddressOutsideRegions, NoRegions, MaybeInDamagedRegion)
#: Why a service cannot help for now; ServiceBusy is none of these, as one's turn comes.
TROUBLE = (ServiceTrouble, ServiceSpent, ServiceDenied, ServiceResting)
#: What the map says of an address counts for what a service found no further away than this (metres).
SAME_ADDRESS_M = 300.0
#: A house is on a street that a service found no further away than this (metres).
SAME_STREET_M = 3_000.0
PRECISIONS = tuple(Precision)


class LiveSource:
    """What `app.sources.interface.Source` promises, for one try of one evaluation."""

    def __init__(
        self,
        regions: ImportedRegions,
        geocoders: Geocoders,
        tiles: Tiles,
        extras: LiveExtras,
        *,
        extras_in_regions: bool = False,
    ) -> None:
        self._regions = regions
        self._geocoders = geocoders
        self._tiles = tiles
        self._extras = extras
        self._extras_in_regions = extras_in_regions

    def locate(self, text: str, near: Location | None = None) -> Location | Question:
        """Find an address in the regions, else by the services; a destination only on the map of its address.

        Raises as the regions do, AddressUnknown where no service knows it either, and what `Asks.ask` raises.
        """
        if near is not None:
            return self._destination(text, near)
        try:
            found = self._regions.locate(text)
        except MaybeInDamagedRegion as damaged:
            try:
                return self._beyond_regions(text)
            except AddressUnknown:
                raise damaged from None
        except NOT_IN_REGIONS:
            return self._beyond_regions(text)
        return self._further(text, found) if isinstance(found, Question) and found.doubtful else found

    def surroundings(self, location: Location) -> Surroundings:
        """Open the surroundings of a location; of one outside the regions, fetch them first. Raises as both do."""
        self._make_ready(location)
        return self._regions.surroundings(location)

    def extras(self, location: Location) -> Extras:
        """Return what others say of an address: of one in a region only where the settings say so."""
        asked = is_tile(location.region) or self._extras_in_regions
        return self._extras.around(location) if asked else Extras()

    def _destination(self, text: str, near: Location) -> Location | Question:
        if not is_tile(near.region):
            return self._regions.locate(text, near)
        self._make_ready(near)
        return self._regions.located_in_tile(text, near.region, near)

    def _beyond_regions(self, text: str) -> Location | Question:
        point = point_in(text)
        if isinstance(point, ShortCode) and point.near:
            place = self._first(point.near, text)
            point = TypedPoint(recovered(point, place.lat, place.lon), None)
        if isinstance(point, TypedPoint):
            return self._pinned(text, point)
        if is_link(text):
            raise LinkWithoutPoint
        candidates = self._geocoders.find(text)
        found = decided(text, candidates, self._region_at)
        if found is None:
            raise AddressUnknown
        return self._numbered(text, found) if isinstance(found, Question) else self._on_map(text, found, candidates)

    def _first(self, place: str, typed: str) -> Candidate:
        candidates = self._geocoders.find(place, about=typed)
        if not candidates:
            raise AddressUnknown
        return candidates[0]

    def _further(self, text: str, question: Question) -> Location | Question:
        """Return what the services find where the regions only have something like it, both to choose from if unsure.

        A service in trouble leaves it at what the regions have.
        """
        candidates: Sequence[Candidate] = ()
        with suppress(*TROUBLE):
            candidates = self._geocoders.find(text)
        found = decided(text, candidates, self._region_at)
        if found is None:
            return question
        if isinstance(found, Location) and any(_names_town(text, each) for each in candidates if _is_at(each, found)):
            return self._on_map(text, found, candidates)
        return _joined(question, found, candidates)

    def _pinned(self, text: str, typed: TypedPoint) -> Location | Question:
        """Return a point outside all regions, named by what the map has there, else by a service."""
        point = typed.point
        tile = self._tiles.ready(*point)
        try:
            found = self._regions.located_in_tile(text, tile)
        except AddressOutsideRegions:
            raise NoHomeHere(where="far from every street and house on the map") from None
        if isinstance(found, Location) and found.label == degrees(point):
            with suppress(*TROUBLE):
                return replace(found, label=self._geocoders.name_at(*point, about=text) or found.label)
        return found

    def _on_map(self, text: str, found: Location, candidates: Sequence[Candidate]) -> Location:
        """Return what the map of a tile says of an address that a service found, where it says it as exactly."""
        if not is_tile(found.region):
            return found
        self._make_ready(found, next((each.country for each in candidates if _is_at(each, found)), ""))
        with suppress(*NOT_IN_REGIONS):
            mapped = self._regions.located_in_tile(text, found.region)
            all_mapped = [each.location for each in mapped.choices] if isinstance(mapped, Question) else [mapped]
            same = [each for each in all_mapped if _is_as_good(each, found)]
            if same:
                return min(same, key=lambda each: PRECISIONS.index(each.precision))
        return found

    def _numbered(self, text: str, question: Question) -> Location | Question:
        """Return the house where it is in doubt only as the service does not know its number: the map may know it."""
        street = question.choices[0].location
        if len(question.choices) > 1 or street.precision is not Precision.STREET or not is_tile(street.region):
            return question
        self._tiles.ready(street.lat, street.lon)
        with suppress(*NOT_IN_REGIONS):
            mapped = self._regions.located_in_tile(text, street.region)
            if (
                isinstance(mapped, Location)
                and distance_m(mapped.lat, mapped.lon, street.lat, street.lon) <= SAME_STREET_M
            ):
                return mapped
        return question

    def _make_ready(self, location: Location, country: str = "") -> None:
        """Begin to ask others about an address, and meanwhile fetch what is around one that no region covers."""
        if is_tile(location.region) or self._extras_in_regions:
            self._extras.begin(location, country)
        if is_tile(location.region):
            self._tiles.ready(location.lat, location.lon)

    def _region_at(self, lat: float, lon: float) -> str:
        """Return the name of the region that a point lies in, or of the tile that it would lie in."""
        return self._regions.holding(lat, lon) or tile_at(lat, lon).name


def _joined(question: Question, found: Location | Question, candidates: Sequence[Candidate]) -> Question:
    """Return a question with what the services found before what the regions have."""
    if isinstance(found, Question):
        choices = found.choices
    else:
        choices = tuple(Choice(found, each.what, each.where) for each in candidates if _is_at(each, found))[:1]
    return replace(question, choices=(*choices, *question.choices)[:MOST_CHOICES])


def _is_at(candidate: Candidate, location: Location) -> bool:
    return (candidate.lat, candidate.lon) == (location.lat, location.lon)


def _is_as_good(mapped: Location, found: Location) -> bool:
    is_near = distance_m(mapped.lat, mapped.lon, found.lat, found.lon) <= SAME_ADDRESS_M
    return is_near and PRECISIONS.index(mapped.precision) <= PRECISIONS.index(found.precision)


def _names_town(text: str, candidate: Candidate) -> bool:
    """Return whether a text says where the candidate is, beyond its street and number."""
    typed, street = _words(text), _words(candidate.street or candidate.label.partition(",")[0])
    beyond = {word for word in typed - street if not word.isdigit()}
    return bool(beyond) and beyond <= _words(f"{candidate.label} {candidate.where}")


def _words(text: str) -> set[str]:
    return set(WORDS.findall(fold(text)))
