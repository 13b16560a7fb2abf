"""Travel times to destinations."""

from __future__ import annotations

from dataclasses import replace

from app.atlas.facts import TransitTime, TravelTimes
from app.errors import AddressOutsideRegions, RegionNotFound
from app.pipeline.evaluation import Evaluation
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, Gap, State, Trip
from app.pipeline.stages import urban_access
from app.places import Answer, Choice, Kind, Location, Place, Precision, Question
from tests.support.surroundings import ADDRESS, REGION, StreetGrid, Town, evaluation_of, location, place

LANDMARKS = tuple(
    place(kind, 1_000.0 + 100 * n, name=kind.name.title())
    for n, kind in enumerate((Kind.CITY_CENTRE, Kind.RAIL_STATION, Kind.HOSPITAL, Kind.AIRPORT, Kind.UNIVERSITY))
)
WORK = replace(location("5 Mill Lane"), lat=52.01)
ABROAD = Location(40.0, 3.0, "Harbour 1, Farport", Precision.HOUSE, "farland")


class NoWayAbroad(StreetGrid):
    """A street grid from which no way leads out of its region."""

    def _times(self, destination: Location | Place) -> TravelTimes:
        inside = isinstance(destination, Place) or destination.region == "gridtown"
        return StreetGrid._times(self, destination) if inside else TravelTimes(None, None, None, None)


class TwoRegions(Town):
    """A town beside another region."""

    def surroundings(self, where: Location) -> StreetGrid:
        return self.around if where.region == "gridtown" else StreetGrid(region=replace(REGION, title="Farland"))


def run(around: StreetGrid, *destinations: str, profile: str = "balanced", **known: Location | Question) -> Finding:
    listing = Listing(ADDRESS, destinations=destinations, profile=profile)
    return urban_access.run(evaluation_of(around, listing, known={"work": WORK, **known}))


def run_in(town: Town, *destinations: str, answers: tuple[Answer, ...] = ()) -> Finding:
    evaluation = Evaluation(Listing(ADDRESS, destinations=destinations, answers=answers), town)
    evaluation.findings["geocode"] = Finding(state=State.MEASURED, summary="", location=location())
    return urban_access.run(evaluation)


def test_a_city_is_measured_where_no_destination_is_given() -> None:
    finding = run(StreetGrid(places=LANDMARKS, transit_share=1.0, timetable=True))
    assert [t.purpose for t in finding.trips] == ["centre", "station", "hospital", "airport", "university"]
    assert finding.state is State.MEASURED


def test_own_destinations_go_before_the_citys() -> None:
    finding = run(StreetGrid(places=LANDMARKS), "work")
    assert [(t.purpose, t.destination) for t in finding.trips] == [("commute", "5 Mill Lane")]


def test_it_shows_what_was_typed_beside_what_was_found() -> None:
    trip = run(StreetGrid(), "work").trips[0]
    assert (trip.typed, trip.destination) == ("work", "5 Mill Lane")


def test_what_a_city_offers_was_typed_by_nobody() -> None:
    assert {trip.typed for trip in run(StreetGrid(places=LANDMARKS)).trips} == {""}


def test_a_destination_comes_with_its_own_note() -> None:
    note = "No house number was given; distances are from the middle of the street."
    street = replace(WORK, label="Mill Lane", note=note)
    assert run(StreetGrid(), "mill lane", **{"mill lane": street}).trips[0].notes[0] == note


def test_a_destination_that_is_not_found_is_a_gap() -> None:
    finding = run(StreetGrid(places=LANDMARKS), "work", "atlantis")
    assert [t.destination for t in finding.trips] == ["5 Mill Lane"]
    assert finding.gaps == (Gap("atlantis", "“atlantis” was not found in Gridtown."),)


def test_a_destination_in_no_region_is_a_gap() -> None:
    class Small(Town):
        def locate(self, text: str, near: Location | None = None) -> Location | Question:
            if text == "london":
                raise AddressOutsideRegions(regions=("Gridtown", "Monaco"))
            return Town.locate(self, text, near)

    finding = run_in(Small(), "london")
    reason = "“london” is in none of the regions covered here, which are: Gridtown and Monaco."
    assert finding.gaps == (Gap("london", reason),)
    assert finding.summary == "No travel time could be measured."


def test_a_destination_in_another_region_is_a_gap_that_names_it() -> None:
    finding = run_in(TwoRegions(NoWayAbroad(), {"harbour": ABROAD}), "harbour")
    reason = (
        "“harbour” (Harbour 1, Farport) lies in Farland, another region than the address, so no way there is known."
    )
    assert finding.trips == ()
    assert finding.gaps == (Gap("harbour", reason),)


def test_a_destination_beyond_live_data_is_a_gap() -> None:
    fetched = NoWayAbroad(region=replace(REGION, title="this area", fetched_at="2026-11-27T21:10Z"))
    reason = run_in(TwoRegions(fetched, {"harbour": ABROAD}), "harbour").gaps[0].why
    assert reason.startswith("“harbour” (Harbour 1, Farport) lies beyond the streets that were fetched")


def test_another_region_that_is_gone_is_not_named() -> None:
    class Gone(TwoRegions):
        def surroundings(self, where: Location) -> StreetGrid:
            if where.region != "gridtown":
                raise RegionNotFound(name=where.region)
            return self.around

    reason = run_in(Gone(NoWayAbroad(), {"Harbour 1, Farport": ABROAD}), "Harbour 1, Farport").gaps[0].why
    assert reason.startswith("“Harbour 1, Farport” lies in another region than the address")


def test_a_place_that_is_on_this_map_too_lies_in_no_other_region() -> None:
    finding = run(StreetGrid(), "station", station=replace(WORK, region="overlapping"))
    assert ([trip.walk_min for trip in finding.trips], finding.gaps) == ([20.0], ())


def test_a_destination_that_was_left_out_on_request_is_a_gap() -> None:
    finding = run_in(Town(known={"work": WORK}), "work", "springfield", answers=(Answer("springfield", None),))
    assert [t.destination for t in finding.trips] == ["5 Mill Lane"]
    assert finding.gaps == (Gap("springfield", "You chose to leave it out."),)


def test_a_destination_that_was_chosen_is_the_one_measured() -> None:
    finding = run_in(Town(), "springfield", answers=(Answer("springfield", WORK),))
    assert [(t.typed, t.destination) for t in finding.trips] == [("springfield", "5 Mill Lane")]


def test_a_place_that_has_become_unclear_is_left_out_and_the_others_are_kept() -> None:
    unclear = Question("mill", "There are two.", (Choice(WORK, "house"),))
    finding = run_in(Town(known={"work": WORK, "mill": unclear}), "work", "mill")
    assert [t.destination for t in finding.trips] == ["5 Mill Lane"]
    assert finding.gaps == (Gap("mill", "“mill” may mean several places, so it was left out."),)


def test_one_place_in_other_words_is_one_trip() -> None:
    finding = run(StreetGrid(), "work", "5 mill lane", **{"5 mill lane": WORK})
    assert [(t.typed, t.destination) for t in finding.trips] == [("work", "5 Mill Lane")]
    assert "“5 mill lane” is the same place." in finding.trips[0].notes


def test_the_address_itself_is_no_way_off() -> None:
    finding = run(StreetGrid(), "home", home=location())
    trip = finding.trips[0]
    assert (trip.walk_min, trip.bike_min, trip.car_min, trip.transit_min, trip.word) == (0, None, None, None, "")
    assert trip.notes == ("This is the address itself.",)
    assert finding.summary == "1 High Street: 0 min on foot."
    assert finding.state is State.MEASURED


def test_another_name_of_the_same_spot_is_not_called_the_address() -> None:
    trip = run(StreetGrid(), "shop", shop=location("The Shop")).trips[0]
    assert trip.notes == ("This is the very spot of the address.",)


def test_landmarks_that_are_not_mapped_are_gaps() -> None:
    finding = run(StreetGrid(places=LANDMARKS[:1]))
    assert [g.what for g in finding.gaps] == ["main railway station", "hospital", "airport", "university"]


def test_nothing_mapped_is_unknown() -> None:
    assert run(StreetGrid()).state is State.UNKNOWN


def test_a_missing_timetable_is_said() -> None:
    trip = run(StreetGrid(places=LANDMARKS[:1])).trips[0]
    assert trip.transit_min is None
    assert urban_access.UNTIMED in trip.notes


def test_a_transit_time_has_its_range() -> None:
    trip = run(StreetGrid(places=LANDMARKS[:1], transit_share=0.8, timetable=True)).trips[0]
    assert (trip.transit_min, trip.transit_range_min) == (6.2, (4.2, 12.5))
    assert "80 % of the departures between 7:00 and 9:00 on a weekday get there." in trip.notes


def test_a_timetable_without_a_way_there_speaks_for_itself_alone() -> None:
    # "No bus or train gets there" was said of Milan's airport, whose buses another operator runs.
    trip = run(StreetGrid(places=LANDMARKS[:1], timetable=True)).trips[0]
    assert trip.transit_min is None
    assert urban_access.NO_RIDE in trip.notes


class Rides(StreetGrid):
    """A town whose bus takes as long as was told, beside a walk of 50 minutes."""

    def _times(self, destination: Location | Place) -> TravelTimes:
        rides = {"slow": (2_980.0, 2_900.0, 3_000.0, 0.9), "even": (1_200.0, 1_190.0, 1_205.0, 1.0)}
        mean_s, min_s, max_s, share = rides[destination.tags["bus"]]  # type: ignore[union-attr]
        return TravelTimes(3_000.0, 900.0, 500.0, TransitTime(mean_s, min_s, max_s, 1.0, share))


def ride(bus: str) -> tuple[Finding, Trip]:
    finding = run(Rides(places=(place(Kind.HOSPITAL, 4_000, name="St Mary", bus=bus),), timetable=True))
    return finding, finding.trips[0]


def test_where_walking_is_as_quick_it_says_so_and_calls_nothing_transit() -> None:
    finding, trip = ride("slow")
    assert (trip.transit_min, trip.transit_range_min) == (None, None)
    assert trip.notes == (urban_access.AS_QUICK,)
    assert finding.summary == "St Mary (hospital): 50 min on foot and 8 min by car."


def test_a_range_that_is_one_value_is_one_value() -> None:
    trip = ride("even")[1]
    assert (trip.transit_min, trip.transit_range_min) == (20.0, None)


def test_no_trip_is_called_great() -> None:
    near = run(StreetGrid(places=LANDMARKS[:1], transit_share=0.8, timetable=True))
    assert {trip.word for trip in near.trips} == {""}


def test_a_car_free_person_is_told_of_no_drive() -> None:
    far = (replace(LANDMARKS[0], walk_s=6_000.0),)
    assert "by car" in run(StreetGrid(places=far)).summary
    assert "by car" not in run(StreetGrid(places=far), profile="car-free").summary


def test_it_says_that_car_times_are_for_an_empty_road() -> None:
    assert "empty road" in run(StreetGrid(places=LANDMARKS)).notes[0]


def test_the_middle_of_a_towns_area_is_not_its_centre() -> None:
    area = replace(LANDMARKS[0], osm_id="r175905")
    assert "city or town centre" in [g.what for g in run(StreetGrid(places=(area,))).gaps]


def test_a_station_is_told_from_its_town() -> None:
    station = place(Kind.RAIL_STATION, 500.0, name="Gridtown")
    assert run(StreetGrid(places=(station,))).trips[0].destination == "Gridtown (railway station)"


def test_the_walk_to_a_station_is_that_to_its_entrance_as_in_other_sections() -> None:
    class Underground(StreetGrid):
        def _times(self, destination: Location | Place) -> TravelTimes:
            return TravelTimes(240.0, None, None, None)  # to its point

    station, hospital = place(Kind.RAIL_STATION, 80, name="Central"), place(Kind.HOSPITAL, 80)
    walks = {trip.purpose: trip.walk_min for trip in run(Underground(places=(station, hospital))).trips}
    assert walks == {"station": 1.0, "hospital": 4.0}


def test_the_summary_names_the_walk_where_it_is_short() -> None:
    assert run(StreetGrid(places=LANDMARKS[:1])).summary == "City_Centre (city centre): 13 min on foot."


def test_a_walk_that_is_too_far_is_said_and_a_short_one_is_not() -> None:
    near, far = (run(StreetGrid(places=(place(Kind.HOSPITAL, metres),))).trips[0] for metres in (1_000, 5_000))
    assert "No walk there was found; farther than 6 km none is looked for." in far.notes
    assert "No walk there was found; farther than 6 km none is looked for." not in near.notes


def test_a_ride_by_bike_is_named_where_no_other_way_is_known() -> None:
    class BikeOnly(StreetGrid):
        def _times(self, destination: Location | Place) -> TravelTimes:
            return TravelTimes(None, 754.0, None, None)

    finding = run(BikeOnly(places=(place(Kind.HOSPITAL, 5_000, name="St Mary"),)))
    assert finding.summary == "St Mary (hospital): 13 min by bike."
    assert finding.trips[0].bike_min == 12.6
