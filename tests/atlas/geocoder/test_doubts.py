"""What differs from an address as typed is never taken silently: each match says what must be asked."""

from __future__ import annotations

import pytest

from app.atlas.geocoder.search.costs import Doubt
from tests.support.geocoder_town import corner, house, row_of_houses, spot, taken, town, way

HOUSES = [
    *row_of_houses("High Street", range(1, 40), "Newport"),
    house("Elm Road", "14", 1_220, "Newport"),
    house("James Street", "5", 1_500, "Newport"),
    house("Hauptstrasse", "2", 3_000, "Altdorf"),
    house("Hauptstrasse", "1", 12_000, "Neudorf"),
]
PLACES = [spot("Newport", "town"), spot("Altdorf", "town", 3_000), spot("Neudorf", "town", 12_000)]
TOWN = town(HOUSES, [way("London Street", east_m=800), way("Cardiff Road", east_m=900)], PLACES)


def doubt(text: str) -> Doubt | None:
    """Return what must be asked about the best match."""
    return TOWN.search(text)[0].doubt


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("12 High Street, London", Doubt.DROPPED),
        ("12 High Street, Fantasia", Doubt.DROPPED),
        ("12 High Street, Newport, Minnesota", Doubt.DROPPED),
        ("5 St James Street", Doubt.KIND),
        ("12 High Street E", Doubt.DROPPED),
        ("Fantasy Lane 4, Newport", Doubt.DROPPED),
        ("London", Doubt.KIND),
        ("Cardiff", Doubt.KIND),
        ("12 High Road", Doubt.KIND),
        ("12 West High Street", Doubt.DROPPED),
        ("14b Elm Road", Doubt.NUMBER),
        ("999 High Street", Doubt.NUMBER),
        ("Hauptstrasse 9, Altdorf", Doubt.NUMBER),
        ("Elm Road 14, Neudorf", Doubt.TOWN),
        ("Elm Road station", Doubt.KIND),
        ("Neudorf railway station", Doubt.KIND),
        ("Elme Road", Doubt.NAME),
    ],
)
def test_a_difference_is_doubtful(text: str, why: Doubt) -> None:
    assert doubt(text) is why


@pytest.mark.parametrize(
    "text",
    [
        "12 High Street",
        "high street 12 newport",
        "12 High St, Newport, Finland",
        "12 Hihg Street",
        "14 Elm Rd, Newport",
        "Elme Road, Newport",
        "14 Elm",
    ],
)
def test_what_fits_is_not(text: str) -> None:
    assert doubt(text) is None


def test_the_named_town_outweighs_a_number_that_is_mapped_in_another() -> None:
    match = TOWN.search("Hauptstr. 1, Altdorf")[0]
    assert match.location.label.endswith("Altdorf")
    assert match.doubt is Doubt.NUMBER


def test_a_number_that_is_mapped_with_a_letter_less_is_offered_as_it_is() -> None:
    match = TOWN.search("14b Elm Road")[0]
    assert match.location.note == "Number 14b is not mapped by itself; this is number 14."
    assert match.about == "14b"


def test_the_words_left_out_are_named() -> None:
    assert TOWN.search("12 High Street, Fantasia Grande")[0].about == "fantasia grande"


@pytest.mark.parametrize("kind", ["shop", "building", "cafe", "railway station"])
def test_a_shop_may_have_the_name_of_a_town_elsewhere(kind: str) -> None:
    geocoder = town(HOUSES, places=[spot("Verona", kind)])
    assert geocoder.search("Verona")[0].doubt is Doubt.LESSER
    assert geocoder.search("Verona, Newport")[0].doubt is None


@pytest.mark.parametrize("kind", ["bus stop", "tram stop"])
def test_a_stop_is_called_after_something_larger_even_in_its_town(kind: str) -> None:
    geocoder = town(HOUSES, places=[*PLACES, spot("Saint Woolos Cathedral", kind)])
    assert geocoder.search("Saint Woolos Cathedral")[0].doubt is Doubt.LESSER
    assert geocoder.search("Saint Woolos Cathedral, Newport")[0].doubt is Doubt.LESSER


def test_a_short_word_before_a_town_is_a_part_of_another_name() -> None:
    match = TOWN.search("TU Newport")[0]
    assert (match.doubt, match.about) == (Doubt.DROPPED, "tu")


def test_a_type_that_is_missing_counts_where_the_number_is_nowhere() -> None:
    geocoder = town(HOUSES, [way("Terminal Avenue", east_m=5_000)])
    assert geocoder.search("Terminal 5")[0].doubt is Doubt.KIND
    assert geocoder.search("Terminal Avenue 5")[0].doubt is None


def test_what_is_of_a_town_is_more_than_a_shop_in_it() -> None:
    streets = [way(name, east_m=1_000 * at) for at, name in enumerate(("Rue Haute", "Rue Basse", "Avenue Verte"))]
    geocoder = town((), streets, [spot("Casino", "supermarket"), spot("Monte-Carlo", "suburb")])
    assert geocoder.search("Casino, Monte-Carlo")[0].doubt is None
    assert geocoder.search("Casino de Monte-Carlo")[0].doubt is Doubt.LESSER


def test_a_part_of_the_name_of_a_place_is_not_the_whole() -> None:
    geocoder = town(HOUSES, places=[spot("Royal Gwent Hospital", "hospital")])
    assert taken(geocoder, "Royal Gwent Hospital") == "Royal Gwent Hospital"
    assert geocoder.search("royal gwent")[0].doubt is Doubt.NAME


def test_a_name_with_a_slip_and_nothing_else_is_doubtful() -> None:
    geocoder = town(HOUSES, places=[spot("Lilly", "village")])
    assert geocoder.search("Lille")[0].doubt is Doubt.NAME


def test_streets_that_read_alike_are_told_apart_by_how_they_are_written() -> None:
    geocoder = town([house("S Street", "641"), house("South Street", "641", 400)])
    assert taken(geocoder, "641 South Street") == "641 South Street"
    assert taken(geocoder, "641 S Street") == "641 S Street"


def test_an_east_and_a_west_street_are_asked_about() -> None:
    geocoder = town([house("East 5th Street", "20"), house("West 5th Street", "20", 400)])
    assert taken(geocoder, "20 5th Street").startswith("?")
    assert taken(geocoder, "20 E 5th St") == "20 East 5th Street"


CORNERED = town(
    HOUSES,
    [way("Main Street", east_m=500), way("Imperial Avenue", east_m=500)],
    corners=[corner(555, "Main Street", "Imperial Avenue")],
)


@pytest.mark.parametrize(
    "text",
    ["Main St & Imperial Ave", "imperial avenue and main street", "corner of Main and Imperial", "Main / Imperial Av"],
)
def test_a_corner_is_the_place_where_two_streets_meet(text: str) -> None:
    match = CORNERED.search(text)[0]
    assert (match.text, match.doubt) == ("Corner of Imperial Avenue and Main Street, Newport", None)
    assert match.location.lon == pytest.approx(24.0 + 555 / 55_600)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Main St & Imperial Ave, Fantasia", Doubt.DROPPED),
        ("Main Road & Imperial Ave", Doubt.KIND),
        ("Main St & Imperial Ave, Neudorf", Doubt.TOWN),
        ("Main St & Imperial Ave, Newport", None),
    ],
)
def test_what_differs_from_a_corner_is_doubtful_too(text: str, why: Doubt | None) -> None:
    match = CORNERED.search(text)[0]
    assert (match.kind, match.doubt) == ("corner", why)


def test_a_statue_at_a_corner_is_no_corner() -> None:
    statue = spot("Three Smiths", "landmark", 556)._replace(street="Imperial Avenue/Main Street")
    ways = [way("Main Street", east_m=500), way("Imperial Avenue", east_m=500)]
    geocoder = town(HOUSES, ways, [statue], corners=[corner(555, "Main Street", "Imperial Avenue")])
    assert taken(geocoder, "Three Smiths, Imperial Avenue/Main Street") == "Three Smiths"


def test_streets_that_do_not_meet_are_asked_about() -> None:
    match = CORNERED.search("Main Street & High Street")[0]
    assert match.kind == "street"
    assert match.doubt is Doubt.DROPPED
