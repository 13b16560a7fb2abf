"""Travel times to destinations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.atlas.facts import TravelTimes
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, State
from app.pipeline.stages import urban_access
from app.places import Kind, Location, Place
from tests.support.surroundings import ADDRESS, StreetGrid, evaluation_of, location, place

LANDMARKS = tuple(
    place(kind, 1_000.0 + 100 * n, name=kind.name.title())
    for n, kind in enumerate((Kind.CITY_CENTRE, Kind.RAIL_STATION, Kind.HOSPITAL, Kind.AIRPORT, Kind.UNIVERSITY))
)
WORK = location("5 Mill Lane")


def run(around: StreetGrid, *destinations: str, profile: str = "balanced") -> Finding:
    listing = Listing(ADDRESS, destinations=destinations, profile=profile)
    return urban_access.run(evaluation_of(around, listing, known={"work": WORK}))


@pytest.mark.parametrize(
    ("purpose", "minutes", "word"),
    [
        ("commute", 45, "great"),
        ("commute", 75, "ok"),
        ("commute", 76, "painful"),
        ("airport", 60, "great"),
        ("airport", 91, "painful"),
        ("centre", 41, "ok"),
        ("hospital", 30, "great"),
        ("hospital", 61, "painful"),
        ("commute", None, ""),
    ],
)
def test_words_for_travel_times(purpose: str, minutes: float | None, word: str) -> None:
    assert urban_access.trip_word(purpose, [None, minutes]) == word


def test_a_city_is_measured_where_no_destination_is_given() -> None:
    finding = run(StreetGrid(places=LANDMARKS, transit_share=1.0, timetable=True))
    assert [t.purpose for t in finding.trips] == ["centre", "station", "hospital", "airport", "university"]
    assert finding.state is State.MEASURED


def test_own_destinations_go_before_the_citys() -> None:
    finding = run(StreetGrid(places=LANDMARKS), "work")
    assert [(t.purpose, t.destination) for t in finding.trips] == [("commute", "5 Mill Lane")]


def test_a_destination_that_is_not_found_is_a_gap() -> None:
    finding = run(StreetGrid(places=LANDMARKS), "work", "atlantis")
    assert [t.destination for t in finding.trips] == ["5 Mill Lane"]
    assert finding.gaps[0].what == "atlantis"
    assert "could not find" in finding.gaps[0].why


def test_a_destination_in_another_region_is_a_gap() -> None:
    listing = Listing(ADDRESS, destinations=("abroad",))
    abroad = replace(WORK, region="elsewhere")
    finding = urban_access.run(evaluation_of(StreetGrid(), listing, known={"abroad": abroad}))
    assert finding.trips == ()
    assert "another region" in finding.gaps[0].why


def test_landmarks_that_are_not_mapped_are_gaps() -> None:
    finding = run(StreetGrid(places=LANDMARKS[:1]))
    assert [g.what for g in finding.gaps] == ["main railway station", "hospital", "airport", "university"]


def test_nothing_mapped_is_unknown() -> None:
    assert run(StreetGrid()).state is State.UNKNOWN


def test_a_missing_timetable_is_said() -> None:
    trip = run(StreetGrid(places=LANDMARKS[:1])).trips[0]
    assert trip.transit_min is None
    assert "No timetable is known here, so there is no transit time." in trip.notes


def test_a_transit_time_has_its_range() -> None:
    trip = run(StreetGrid(places=LANDMARKS[:1], transit_share=0.8, timetable=True)).trips[0]
    assert (trip.transit_min, trip.transit_range_min) == (6.2, (4.2, 12.5))
    assert "80 % of the departures between 7:00 and 9:00 on a weekday get there." in trip.notes


def test_a_car_free_person_is_not_told_that_a_drive_is_great() -> None:
    far = (replace(LANDMARKS[0], walk_s=6_000.0),)
    assert run(StreetGrid(places=far)).trips[0].word == "great"
    assert run(StreetGrid(places=far), profile="car-free").trips[0].word == ""


def test_it_says_that_car_times_are_for_an_empty_road() -> None:
    assert "empty road" in run(StreetGrid(places=LANDMARKS)).notes[0]


def test_the_middle_of_a_towns_area_is_not_its_centre() -> None:
    area = replace(LANDMARKS[0], osm_id="r175905")
    assert "city or town centre" in [g.what for g in run(StreetGrid(places=(area,))).gaps]


def test_a_station_is_told_from_its_town() -> None:
    station = place(Kind.RAIL_STATION, 500.0, name="Gridtown")
    assert run(StreetGrid(places=(station,))).trips[0].destination == "Gridtown (railway station)"


def test_the_summary_names_the_walk_where_it_is_short() -> None:
    assert run(StreetGrid(places=LANDMARKS[:1])).summary == "City_Centre (city centre): 12 min on foot."


def test_a_walk_that_is_too_far_is_said_and_a_short_one_is_not() -> None:
    near, far = (run(StreetGrid(places=(place(Kind.HOSPITAL, metres),))).trips[0] for metres in (1_000, 5_000))
    assert "No walk of up to 45 minutes was found." in far.notes
    assert "No walk of up to 45 minutes was found." not in near.notes


def test_a_ride_by_bike_is_named_where_no_other_way_is_known() -> None:
    class BikeOnly(StreetGrid):
        def _times(self, destination: Location | Place) -> TravelTimes:
            return TravelTimes(None, 754.0, None, None)

    finding = run(BikeOnly(places=(place(Kind.HOSPITAL, 5_000, name="St Mary"),)))
    assert finding.summary == "St Mary (hospital): 13 min by bike."
    assert finding.trips[0].bike_min == 12.6
