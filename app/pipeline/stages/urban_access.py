"""Stage urban_access: travel times to the person's own destinations, or to what a city offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.atlas.facts import STOP_KINDS, TransitTime, TravelTimes
from app.atlas.streets.network import FARTHEST_M
from app.atlas.transit.journeys import MORNING
from app.errors import AddressNotFound, AddressOutsideRegions, DoorstepError
from app.geo import distance_m
from app.pipeline.confidence import section
from app.pipeline.evaluation import Asked, Evaluation
from app.pipeline.found import kind_noun, name_and_noun, place_name, rounded, same_words
from app.pipeline.report import AS_QUICK, Finding, Gap, State, Trip
from app.pipeline.rules.profiles import METHODS
from app.places import Kind, Location, Place
from app.sources.interface import Surroundings
from app.wording import clock, listed, minutes, named, percent, sentence

CENTRE_KINDS = (Kind.CITY_CENTRE, Kind.TOWN_CENTRE)
LANDMARKS = (
    ("centre", "city or town centre", CENTRE_KINDS),
    ("station", "main railway station", (Kind.RAIL_STATION,)),
    ("hospital", "hospital", (Kind.HOSPITAL,)),
    ("airport", "airport", (Kind.AIRPORT,)),
    ("university", "university", (Kind.UNIVERSITY,)),
)
METHOD = METHODS.urban
NOTES = ("Car times are for an empty road: speed limits and road classes, no traffic, no parking.",)


#: So many regions are named of those where a destination was looked for.
MOST_REGIONS = 3
#: Places that are this near to each other are one.
SAME_PLACE_M = 1.0


@dataclass(frozen=True, slots=True)
class Destination:
    """Somewhere to go, and what for. What the person typed is "" for what a city offers."""

    purpose: str
    name: str
    target: Location | Place
    typed: str = ""
    #: What else they typed that is the same place.
    again: tuple[str, ...] = ()


def run(evaluation: Evaluation) -> Finding:
    """Measure walk, bike, car and transit times to each destination."""
    destinations, gaps = _own(evaluation) if evaluation.listing.destinations else _landmarks(evaluation)
    times = evaluation.around.travel_times([d.target for d in destinations]) if destinations else ()
    trips = tuple(_trip(d, t, evaluation) for d, t in zip(destinations, times, strict=True))
    return Finding(
        state=_state(trips, gaps),
        summary=travel_summary(trips, drives=evaluation.profile.drives),
        trips=trips,
        notes=NOTES if any(trip.car_min is not None for trip in trips) else (),
        gaps=tuple(gaps),
        confidence=section(evaluation, radius_m=METHODS.distances.disc_m),
    )


def _own(evaluation: Evaluation) -> tuple[list[Destination], list[Gap]]:
    """Locate the person's own destinations; one that cannot be found is a gap and costs nothing else."""
    found: list[Destination] = []
    gaps: list[Gap] = []
    for text in evaluation.listing.destinations:
        place = _located(text, evaluation)
        if isinstance(place, Gap):
            gaps.append(place)
            continue
        twin = next((n for n, other in enumerate(found) if _is_same(other.target, place)), None)
        if twin is None:
            found.append(Destination("commute", place.label, place, text))
        else:
            found[twin] = replace(found[twin], again=(*found[twin].again, text))
    return found, gaps


def _located(text: str, evaluation: Evaluation) -> Location | Gap:
    """Return where a destination is, or why there is no way to it."""
    try:
        place = evaluation.locate(text, near=evaluation.location)
    except Asked:  # the data has changed since `geocode` asked
        return Gap(text, f"“{text}” may mean several places, so it was left out.")
    except DoorstepError as error:
        return Gap(text, _why_not_found(text, error))
    if place is None:
        return Gap(text, "You chose to leave it out.")
    return Gap(text, _why_no_way(text, place, evaluation)) if _is_beyond(place, evaluation) else place


def _why_not_found(text: str, error: DoorstepError) -> str:
    """Return the reason in words about the text: those of the error are about the address."""
    match error:
        case AddressNotFound(details={"regions": tuple(regions)}):
            return f"“{text}” was not found in {_few(regions)}."
        case AddressOutsideRegions(details={"regions": tuple(regions)}):
            return f"“{text}” is in none of the regions covered here, which are: {_few(regions)}."
    return error.message


def _few(regions: tuple[str, ...]) -> str:
    """Return the titles of the regions that were searched, the first of them where there are many."""
    return named(regions, MOST_REGIONS)


def _is_beyond(place: Location, evaluation: Evaluation) -> bool:
    """Return whether a place lies in another region and no way there is on this one's map: regions may overlap."""
    if place.region == evaluation.location.region:
        return False
    times = evaluation.around.travel_times([place])[0]
    return all(time is None for time in (times.walk_s, times.bike_s, times.car_s, times.transit))


def _why_no_way(text: str, place: Location, evaluation: Evaluation) -> str:
    named = f"“{text}”" if same_words(text, place.label) else f"“{text}” ({place.label})"
    if evaluation.around.region.fetched_at:
        return f"{named} lies beyond the streets that were fetched around the address, so no way there is known."
    try:
        region = f"{evaluation.source.surroundings(place).region.title}, another region than the address"
    except DoorstepError:  # removed or damaged a moment ago
        region = "another region than the address"
    return f"{named} lies in {region}, so no way there is known."


def _is_same(one: Location | Place, other: Location | Place) -> bool:
    return distance_m(one.lat, one.lon, other.lat, other.lon) < SAME_PLACE_M


def _landmarks(evaluation: Evaluation) -> tuple[list[Destination], list[Gap]]:
    """Find the nearest of what a city offers, in the whole region."""
    found, gaps = [], []
    for purpose, words, kinds in LANDMARKS:
        place = landmark(evaluation.around, purpose, kinds)
        if place is None:
            gaps.append(Gap(words, "There is none on the map of this region; the nearest may lie outside it."))
        else:
            found.append(Destination(purpose, landmark_name(place), place))
    return found, gaps


def landmark(around: Surroundings, purpose: str, kinds: tuple[Kind, ...]) -> Place | None:
    """Return the nearest place of some kinds in the region.

    The middle of a town's area is not its centre, so only a point counts as a centre.
    """
    place = around.landmark(*kinds)
    return None if place and purpose == "centre" and not place.osm_id.startswith("n") else place


def landmark_name(place: Place) -> str:
    """Return "Helsinki (railway station)": a station often has the name of its town."""
    return name_and_noun(place.name, kind_noun(place.kind)) if place.name else place_name(place)


def _trip(destination: Destination, times: TravelTimes, evaluation: Evaluation) -> Trip:
    if _is_here(destination, evaluation):
        times = TravelTimes(0.0, None, None, None)
    times = replace(times, walk_s=_walk_to(destination.target, times.walk_s))
    walk, bike, car = (rounded(None if s is None else s / 60.0) for s in (times.walk_s, times.bike_s, times.car_s))
    transit = None if _walks_as_quick(times) else times.transit
    return Trip(
        destination=destination.name,
        purpose=destination.purpose,
        walk_min=walk,
        bike_min=bike,
        car_min=car,
        transit_min=None if transit is None else round(transit.mean_s / 60.0, 1),
        transit_range_min=None if transit is None else _range(transit),
        word="",
        notes=(*_place_notes(destination, evaluation), *_time_notes(times, transit, evaluation)),
        typed=destination.typed,
    )


def _walk_to(target: Location | Place, walk_s: float | None) -> float | None:
    """Return the walk to a station where one enters it, as other sections tell it, else the one to its point."""
    own = target.walk_s if isinstance(target, Place) and target.kind in STOP_KINDS else None
    return walk_s if own is None else own if walk_s is None else min(own, walk_s)


def _walks_as_quick(times: TravelTimes) -> bool:
    """Return whether riding saves nothing worth having: whoever is there as soon on foot does not wait for a bus."""
    if times.walk_s is None or times.transit is None:
        return False
    saved_s = times.walk_s - times.transit.mean_s
    return times.transit.rides_share == 0 or saved_s < METHOD.worth_riding_min * 60


def _range(transit: TransitTime) -> tuple[float, float] | None:
    """Return the quickest and the slowest ride in minutes, None where a person would read one value twice."""
    quickest, slowest = transit.min_s / 60, transit.max_s / 60
    return None if minutes(quickest) == minutes(slowest) else (round(quickest, 1), round(slowest, 1))


def _is_here(destination: Destination, evaluation: Evaluation) -> bool:
    return bool(destination.typed) and _is_same(destination.target, evaluation.location)


def _place_notes(destination: Destination, evaluation: Evaluation) -> Iterable[str]:
    """Yield what is to be said of the place itself."""
    if _is_here(destination, evaluation):
        itself = same_words(destination.name, evaluation.location.label)
        yield "This is the address itself." if itself else "This is the very spot of the address."
    elif isinstance(destination.target, Location) and destination.target.note:
        yield destination.target.note
    yield from (f"“{text}” is the same place." for text in destination.again)


UNTIMED = "No timetable is known here, so the time by bus or train is not known."
LEAVING = f"between {clock(MORNING.first_s)} and {clock(MORNING.first_s + MORNING.minutes * 60)} on a weekday"
#: What other operators run is not in the timetable, and what leaves later or takes longer is not looked for.
NO_RIDE = f"The timetable shows no ride of up to {minutes(MORNING.limit_s / 60)} there that leaves {LEAVING}."


def _time_notes(times: TravelTimes, transit: TransitTime | None, evaluation: Evaluation) -> Iterable[str]:
    """Yield why a time is not known; nothing where there is no way to go."""
    if times.walk_s == 0:
        return
    if times.walk_s is None:
        yield f"No walk there was found; farther than {FARTHEST_M['walk'] / 1_000:g} km none is looked for."
    if times.car_s is None:
        yield "No way by car was found on this map."
    if _walks_as_quick(times):
        yield AS_QUICK
    elif transit is None:
        yield NO_RIDE if evaluation.knowledge.has_timetable else UNTIMED
    elif transit.reached_share < 1:
        yield f"{percent(transit.reached_share)} of the departures {LEAVING} get there."


def _state(trips: Sequence[Trip], gaps: Sequence[Gap]) -> State:
    if not any(rides(trip) for trip in trips):
        return State.UNKNOWN
    unknown = any(trip.transit_min is None and trip.walk_min != 0 and not trip.is_as_quick_on_foot for trip in trips)
    return State.PARTIAL if gaps or unknown else State.MEASURED


def rides(trip: Trip, *, drives: bool = True) -> list[str]:
    """Return the walk where it is short, else transit (or the walk) and car; the bike where nothing else is known."""
    if trip.walk_min == 0:
        return ["0 min on foot"]
    if trip.walk_min is not None and trip.walk_min <= METHOD.short_walk_min:
        return [f"{minutes(trip.walk_min)} on foot"]
    slow = (trip.walk_min, "on foot") if trip.transit_min is None else (trip.transit_min, "by transit")
    car = (trip.car_min if drives else None, "by car")
    known = [f"{minutes(ride)} {how}" for ride, how in (slow, car) if ride is not None]
    return known or [f"{minutes(ride)} by bike" for ride in (trip.bike_min,) if ride is not None]


def travel_summary(trips: Sequence[Trip], *, drives: bool) -> str:
    """Return the times that matter most to each destination; without a car, none by car."""
    known = [(trip, ways) for trip in trips if (ways := rides(trip, drives=drives))]
    if not known:
        return "No travel time could be measured."
    return sentence("; ".join(f"{trip.destination}: {listed(ways)}" for trip, ways in known) + ".")
