"""Addresses are found however people write them."""

from __future__ import annotations

import pytest

from app.atlas.geocoder.geocoder import FOUND, PLAUSIBLE
from app.atlas.geocoder.search.costs import Doubt
from app.places import Precision
from tests.support.geocoder_town import first, house, row_of_houses, sample, spot, taken, town, village, way

NEWPORT = [
    *row_of_houses("High Street", range(1, 40), "Newport"),
    house("St James Street", "12", 900, "Newport", "NP20 1AA"),
    house("Elm Road", "12a", 1_200, "Newport"),
    house("Elm Road", "14", 1_220, "Newport"),
    house("Church Street", "5", 1_800, "Newport", "NP20 2BB"),
    house("Church Street", "5", 9_000, "Marshfield", "CF3 2TT"),
]
QUEENS = [house("109th Avenue", number, at) for at, number in enumerate(("203-04", "203-06", "203-10", "204-02"))]
#: Names that make a vocabulary: a region speaks the languages of its streets.
FRENCH = [way(name, east_m=20_000 + 1_000 * at) for at, name in enumerate(("Rue Haute", "Rue Basse", "Avenue Verte"))]
ITALIAN = [way(name, east_m=20_000 + 1_000 * at) for at, name in enumerate(("Via Roma", "Via Milano", "Viale Alto"))]


@pytest.mark.parametrize(
    "text", ["12 Bulevardi, Helsinki", "Bulevardi 12", "BULEVARDI 12, 00120 helsinki, Finland", "Bulevarden 12"]
)
def test_helsinki_finds_a_house_on_bulevardi(text: str) -> None:
    match = sample("helsinki").search(text)[0]
    assert match.text == "Bulevardi 12, Helsinki"
    assert match.location.precision is Precision.HOUSE
    assert match.score >= 0.9


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Boulevard des Moulins 27", "27 Boulevard des Moulins, 98000 Monaco"),
        ("1 rue des roses monte carlo", "1 Rue des Roses, 98000 Monte-Carlo"),
        ("27 bd albert 1er", "27 Boulevard Albert 1er, 98000 Monaco"),
        ("bulevard des moulins 27", "27 Boulevard des Moulins, 98000 Monaco"),
        ("27 moulins", "27 Boulevard des Moulins, 98000 Monaco"),
    ],
)
def test_monaco_finds_its_houses(text: str, label: str) -> None:
    assert first(sample("monaco"), text) == label


@pytest.mark.parametrize(
    "text",
    ["12 Saint James St", "st james street 12", "Flat 3, 12 St. James Street, Newport NP20 1AA", "12 st jmaes street"],
)
def test_it_finds_a_house_in_newport(text: str) -> None:
    assert taken(town(NEWPORT), text) == "12 St James Street, Newport NP20 1AA"


@pytest.mark.parametrize("text", ["203-06 109th Avenue", "20306 109 ave", "109th Av 203-06, NY 11412"])
def test_it_finds_hyphenated_numbers(text: str) -> None:
    assert first(town(QUEENS), text) == "203-06 109th Avenue"


def test_it_finds_a_block_typed_with_a_space() -> None:
    assert first(town(QUEENS), "203 06 109th Avenue") == "203-06 109th Avenue"


@pytest.mark.parametrize("text", ["12 High Street C34", "12 High Street c 34", "12, High Street", "high street12"])
def test_a_flat_after_the_number_does_no_harm(text: str) -> None:
    assert taken(town([house("High Street", "12")]), text) == "12 High Street"


@pytest.mark.parametrize("text", ["12a Elm Road", "12 A Elm Rd", "Elm Road 12a", "12-A Elm Road", "Elm Road 12/a"])
def test_it_finds_a_number_with_a_letter(text: str) -> None:
    assert taken(town(NEWPORT), text) == "12a Elm Road, Newport"


def test_a_house_in_a_range_is_found() -> None:
    assert taken(town([house("Elm Road", "12-16")]), "14 Elm Road") == "12-16 Elm Road"


def test_a_missing_number_is_placed_between_its_neighbours() -> None:
    match = town([house("Kaivokatu", "2", 0), house("Kaivokatu", "6", 100)]).search("Kaivokatu 4")[0]
    assert (match.location.precision, match.doubt) == (Precision.INTERPOLATED, None)
    assert match.location.lon == pytest.approx(24.0 + 50 / 55_600)
    assert match.location.note == "Number 4 is not mapped; its place is estimated between numbers 2 and 6."


def test_a_number_on_the_other_side_is_no_neighbour_to_interpolate_with() -> None:
    match = town([house("Kaivokatu", "3", 0), house("Kaivokatu", "5", 100)]).search("Kaivokatu 4")[0].location
    assert "is the place of number" in match.note


def test_a_number_a_few_doors_away_is_offered() -> None:
    geocoder = town([house("Elm Road", "10")])
    assert taken(geocoder, "12 Elm Road") == "12 Elm Road"
    assert taken(geocoder, "14 Elm Road") == "?10 Elm Road"
    assert taken(geocoder, "30 Elm Road") == "?Elm Road"


def test_a_street_without_any_number_stands_for_its_houses_and_says_so() -> None:
    match = town((), [way("Mill Lane")]).search("12 Mill Lane")[0]
    assert (match.location.precision, match.doubt) == (Precision.STREET, None)
    assert "Number 12 is not mapped on this street, nor is any other" in match.location.note


def test_a_street_alone_is_found_as_a_street() -> None:
    match = town(NEWPORT, [way("Mill Lane", "Lôn y Felin")]).search("Lon y Felin")[0]
    assert (match.text, match.location.precision) == ("Mill Lane, Newport", Precision.STREET)


def test_a_place_alone_is_found_as_a_place() -> None:
    match = town(NEWPORT, places=[spot("Maindee", "suburb")]).search("Maindee")[0]
    assert (match.text, match.location.precision) == ("Maindee", Precision.PLACE)


@pytest.mark.parametrize("text", ["Renfrew Newport", "Renfrew station", "renfrew railway station"])
def test_a_station_is_found_with_or_without_that_word(text: str) -> None:
    assert taken(town(NEWPORT, places=[spot("Renfrew Station", "railway station")]), text) == "Renfrew Station"


def test_a_town_comes_before_its_station_unless_that_is_said() -> None:
    geocoder = town(NEWPORT, places=[spot("Ashby", "town"), spot("Ashby", "railway station", 900)])
    assert geocoder.search("Ashby")[0].kind == "town"
    assert geocoder.search("Ashby railway station")[0].kind == "railway station"


def test_a_town_of_two_words_is_no_question_beside_its_station() -> None:
    geocoder = town(NEWPORT, places=[spot("Old Ashby", "town"), spot("Old Ashby", "railway station", 900)])
    assert taken(geocoder, "Old Ashby") == "Old Ashby"
    assert geocoder.search("Old Ashby")[0].kind == "town"


def test_a_name_that_explains_all_comes_before_two_that_do() -> None:
    places = [spot("Villa", "shop", 120), spot("Villa 12", "school", 290)._replace(street="Elm Road")]
    assert taken(town(row_of_houses("Elm Road", range(1, 30)), (), places), "Villa 12, Elm Road") == "Villa 12"


def test_a_street_may_not_have_a_slip_and_lack_the_number() -> None:
    geocoder = town((), [way("Mill Lane")])
    assert taken(geocoder, "12 Mill Lane") == "Mill Lane"
    assert taken(geocoder, "12 Mil Lane") == "?Mill Lane"


def test_a_town_that_is_mapped_comes_before_the_addresses_that_name_it() -> None:
    geocoder = town(NEWPORT, places=[spot("Newport", "town", 12_000)])
    assert geocoder.search("Newport")[0].kind == "town"


def test_two_names_of_one_station_are_one() -> None:
    def stations(apart_m: float) -> int:
        places = [spot("Ashby Station", "railway station"), spot("Ashby", "railway station", apart_m)]
        return len(town(NEWPORT, places=places).search("Ashby station"))

    assert (stations(200), stations(400)) == (1, 2)


def test_a_building_says_less_than_the_school_in_it() -> None:
    hall = spot("Old Mill House", "building", 0, "Mill School")
    assert [match.text for match in town(NEWPORT, places=[hall]).search("Mill School")] == ["Old Mill House"]
    places = [hall, spot("Mill School", "school", 50)]
    assert [match.text for match in town(NEWPORT, places=places).search("Mill School")] == ["Mill School"]


def test_a_shop_among_words_that_are_not_here_is_nothing_like_it() -> None:
    shop = town(NEWPORT, places=[spot("Verona", "shop")]).search("Verona Fantasia Grande")
    assert all(match.score < PLAUSIBLE for match in shop)
    village = town(NEWPORT, places=[spot("Verona", "village")]).search("Verona Fantasia Grande")
    assert village[0].score >= PLAUSIBLE


@pytest.mark.parametrize("text", ["R-Kioski, Newport", "r kioski newport"])
def test_a_letter_of_a_name_is_not_left_out(text: str) -> None:
    geocoder = town(NEWPORT, places=[spot("Kioski", "shop", 900), spot("R-Kioski", "shop")])
    assert taken(geocoder, text) == "R-Kioski"
    assert taken(geocoder, text[2:]) == "Kioski"


def test_a_part_of_the_town_is_told_where_it_reaches() -> None:
    geocoder = town(NEWPORT, places=[spot("Maindee", "suburb"), spot("Newport", "town", 200)])
    assert geocoder.district(60.0, 24.0) == "Maindee"
    assert geocoder.district(60.0, 24.2) == ""


def test_a_postcode_alone_is_found_as_a_place() -> None:
    match = town(NEWPORT).search("np20 1aa")[0]
    assert (match.text, match.location.precision) == ("NP20 1AA", Precision.PLACE)


@pytest.mark.parametrize("text", ["Via G. Washington 70", "Via Washington 70"])
def test_a_forename_may_be_an_initial_or_missing(text: str) -> None:
    assert taken(town([house("Via Giorgio Washington", "70")], ITALIAN), text) == "Via Giorgio Washington 70"


def test_initials_without_a_space_are_two() -> None:
    geocoder = town([house("Via Giovanni Battista Pirelli", "30")], ITALIAN)
    assert taken(geocoder, "via g.b. pirelli 30") == "Via Giovanni Battista Pirelli 30"


@pytest.mark.parametrize("text", ["Via 20 Settembre 12", "via venti settembre 12", "v. XX settembre, 12"])
def test_a_number_in_a_name_may_be_a_word_or_roman(text: str) -> None:
    assert taken(town([house("Via XX Settembre", "12")], ITALIAN), text) == "Via XX Settembre 12"


@pytest.mark.parametrize("text", ["12 rue du 11 novembre", "12 rue du onze novembre 1918", "r. du 11 novembre, 12"])
def test_the_year_may_be_left_out(text: str) -> None:
    houses = [house("Rue du 11 Novembre 1918", "12")]
    assert taken(town(houses, FRENCH), text) == "12 Rue du 11 Novembre 1918"


def test_a_street_without_a_year_comes_before_one_with_it() -> None:
    houses = [house("Rue du 8 Mai 1945", "12"), house("Rue du 8 Mai", "12", 400)]
    assert taken(town(houses, FRENCH), "12 rue du 8 mai") == "12 Rue du 8 Mai"
    assert taken(town(houses, FRENCH), "12 rue du 8 mai 1945") == "12 Rue du 8 Mai 1945"


def test_a_number_that_is_no_year_stays() -> None:
    for name in ("County Road 1200", "Highway 1945"):
        geocoder = town([house(name, "12"), house("Elm Road", "1", 900)])
        assert taken(geocoder, f"12 {name}") != ""
        assert taken(geocoder, f"12 {name.rpartition(' ')[0]}") in ("", f"?12 {name}")


def test_two_numbers_mapped_one_by_one_are_found() -> None:
    match = town([house("Elm Road", "60"), house("Elm Road", "62", 20)]).search("60 & 62 Elm Road")[0]
    assert (match.text, match.doubt) == ("60 Elm Road", None)
    assert match.location.note == "Numbers 60 and 62 are mapped one by one; this is the first."
    assert taken(town([house("Elm Road", "60")]), "60 & 62 Elm Road") == "?60 Elm Road"


def test_the_number_of_a_block_may_be_a_part_of_its_name() -> None:
    blocks = [spot(f"Les Agaves - Bât. {at}", "building", 100 * at) for at in (1, 2)]
    geocoder = town([house("Rue Haute", "12", 900)], FRENCH, [*blocks, spot("Les Agaves", "place", 150)])
    assert taken(geocoder, "Les Agaves - Bât. 2") == "Les Agaves - Bât. 2"
    assert taken(geocoder, "Bât. 2, 12 rue Haute") == "12 Rue Haute"


def test_the_longest_name_is_found() -> None:
    name = "Boutique de La Collection de voitures anciennes de SAS le Prince de Monaco"
    assert taken(town((), FRENCH, [spot(name, "shop"), spot("Monaco", "city", 900)]), name.upper()) == name


def test_a_whole_name_comes_before_a_stop_that_has_a_part_of_it() -> None:
    places = [spot("Héliport", "bus stop"), spot("Héliport de Monaco", "place", 150), spot("Monaco", "city", 900)]
    assert taken(town((), FRENCH, places), "Héliport de Monaco") == "Héliport de Monaco"


def test_the_number_of_a_name_may_not_be_missing() -> None:
    assert taken(town([house("Via XX Settembre", "12")], ITALIAN), "via settembre 12") == "?Via XX Settembre 12"


def test_a_king_may_be_short_of_his_forename() -> None:
    geocoder = town([house("Corso Vittorio Emanuele II", "12")], ITALIAN)
    assert first(geocoder, "c.so v. emanuele II 12") == "Corso Vittorio Emanuele II 12"


def test_numbers_of_double_style_are_found_by_either() -> None:
    rows = [house("Dlouhá", "400/9", 0)._replace(other_numbers="9;400"), house("Dlouhá", "12/21", 300)]
    geocoder = town(rows)
    for text in ("Dlouhá 9", "dlouha 400", "Dlouhá 400/9"):
        assert taken(geocoder, text) == "Dlouhá 400/9"


def test_a_village_has_houses_and_no_streets() -> None:
    geocoder = town([village("Kolice", "314"), village("Kolice", "316", 230), village("Kolice", "ev.12", 400)])
    assert taken(geocoder, "Kolice 314") == "Kolice 314"
    assert taken(geocoder, "Kolice ev. 12") == "Kolice ev.12"
    missing = geocoder.search("Kolice 315")[0]
    assert (missing.location.precision, missing.doubt) == (Precision.PLACE, "number")
    assert "is not mapped in this village" in missing.location.note


def test_a_village_alone_is_its_place() -> None:
    geocoder = town([village("Kolice", "314"), village("Kolice", "1", 300)], places=[spot("Kolice", "village", 50)])
    assert [match.kind for match in geocoder.search("Kolice")] == ["village"]


def test_what_is_called_so_today_comes_before_what_was() -> None:
    places = [spot("Mill School", "school", 0, "Park School"), spot("Park School", "school", 900)]
    assert taken(town(NEWPORT, places=places), "Park School") == "Park School"


@pytest.mark.parametrize("text", ["Rose Cottage, Mill Lane", "rose cottage, mill lane, ashby", "Rose Cottage"])
def test_a_house_is_found_by_its_name(text: str) -> None:
    cottage = spot("Rose Cottage", "house")._replace(street="Mill Lane", city="Ashby")
    assert taken(town(NEWPORT, places=[cottage]), text) == "Rose Cottage, Mill Lane, Ashby"


@pytest.mark.parametrize("own", [("Mill Lane 2", ""), ("Mill Lane", "2")])
def test_the_number_of_its_address_is_no_other_number_beside_a_place(own: tuple[str, str]) -> None:
    inn = spot("Old Castle Inn", "restaurant")._replace(street=own[0], number=own[1])
    geocoder = town(NEWPORT, [way("Mill Lane")], [inn])
    assert taken(geocoder, "Old Castle Inn, Mill Lane 2") == "Old Castle Inn"
    assert taken(geocoder, "Old Castle Inn, Mill Lane 4") != "Old Castle Inn"


@pytest.mark.parametrize("name", ["My O My", "Corner"])
def test_a_name_of_words_that_say_nothing_is_no_town(name: str) -> None:
    geocoder = town([*NEWPORT], [], [spot(name, "shop"), spot("Newport", "city")])
    assert taken(geocoder, f"{name}, Newport") == name


def test_tokens_of_the_regions_title_are_known() -> None:
    text = "12 High Street, Gwent"
    assert taken(town(NEWPORT), text).startswith("?")
    assert taken(town(NEWPORT, title="Gwent"), text) == "12 High Street, Newport"


@pytest.mark.parametrize(
    ("hint", "town_name"), [("Marshfield", "Marshfield CF3 2TT"), ("NP20 2BB", "Newport NP20 2BB")]
)
def test_a_city_or_postcode_chooses_between_streets_of_one_name(hint: str, town_name: str) -> None:
    assert taken(town(NEWPORT), f"5 Church St, {hint}") == f"5 Church Street, {town_name}"


@pytest.mark.parametrize(("text", "why"), [("CF3 2TT", Doubt.TOWN), ("90210", Doubt.DROPPED), ("NP20 1AA", None)])
def test_a_postcode_far_away_or_of_nowhere_is_doubtful(text: str, why: Doubt | None) -> None:
    match = town(NEWPORT).search(f"12 St James Street, {text}")[0]
    assert (match.text, match.doubt) == ("12 St James Street, Newport NP20 1AA", why)


def test_one_address_twice_is_told_apart_by_its_postcode() -> None:
    geocoder = town([house("Elm Road", "1", 0, "Newport", "NP1"), house("Elm Road", "1", 3_000, "Newport", "NP2")])
    assert taken(geocoder, "1 Elm Road, Newport").startswith("?")
    assert taken(geocoder, "1 Elm Road NP2") == "1 Elm Road, Newport NP2"


@pytest.mark.parametrize("text", ["Schlosstr. 3", "Schloßstrase 3", "schlossstrasse 3", "Schlosstrasse 3 Adorf"])
def test_a_sharp_s_and_a_slip_are_found_together(text: str) -> None:
    houses = [house("Schloßstraße", "3", 0, "Adorf"), house("Hauptstraße", "1", 900, "Adorf")]
    assert taken(town(houses, [way("Marktplatz"), way("Rosenweg")]), text) == "Schloßstraße 3, Adorf"


@pytest.mark.parametrize("place", ["København K", "kobenhavn k", "København"])
def test_a_part_of_a_postal_town_is_that_town(place: str) -> None:
    geocoder = town([house("Frederiksborggade", "21", 0, "København K")])
    assert taken(geocoder, f"Frederiksborggade 21, {place}") == "Frederiksborggade 21, København K"


def test_the_street_that_has_the_number_wins() -> None:
    houses = [house("Church Street", "5", 0, "Newport"), house("Church Street", "77", 9_000, "Marshfield")]
    assert first(town(houses), "77 Church Street") == "77 Church Street, Marshfield"


@pytest.mark.parametrize("name", ["monaco", "helsinki"])
def test_an_address_elsewhere_is_like_nothing_here(name: str) -> None:
    assert all(match.score < PLAUSIBLE for match in sample(name).search("10 Downing Street, London"))


def test_a_street_named_after_a_town_of_the_region_is_elsewhere() -> None:
    assert all(match.doubt for match in sample("helsinki").search("5 Helsinki Avenue, Stockholm"))


@pytest.mark.parametrize(
    "text", ["Westgate Hotel, 12 High Street", "12 High Street, Westgate Hotel, Newport", "Westgate High Street"]
)
def test_other_words_are_asked_about(text: str) -> None:
    assert taken(town(NEWPORT), text).startswith("?")


def test_words_behind_an_address_are_asked_about_where_its_type_comes_first_too() -> None:
    geocoder = town([house("Rue Basse", "12", 0, "Nizza")], FRENCH)
    assert taken(geocoder, "Ritz, 12 rue Basse, Nizza") == "12 Rue Basse, Nizza"
    assert taken(geocoder, "12 rue Basse, Ritz, Nizza") == "?12 Rue Basse, Nizza"


@pytest.mark.parametrize("text", ["Westgate Hotel, 12 High Street, Newport", "c/o Smith, High Street 12, Newport"])
def test_a_building_or_a_person_before_a_placed_address_does_no_harm(text: str) -> None:
    assert taken(town(NEWPORT), text) == "12 High Street, Newport"


@pytest.mark.parametrize("text", ["Ermou 12", "ERMOY 12", "Ερμού 12", "odos ermou 12"])
def test_greek_is_found_in_its_letters_and_romanised(text: str) -> None:
    rows = [house("Οδός Ερμού", "12"), house("Οδός Αθηνάς", "5", 900), house("Λεωφόρος Νίκης", "7", 1_900)]
    assert first(town(rows), text) == "Οδός Ερμού 12"


@pytest.mark.parametrize("text", ["ул. 8 Марта 12", "ulica 8 marta 12", "Ulitsa 8 Marta, 12", "улица 8 марта 12"])
def test_russian_is_found_in_its_letters_and_romanised(text: str) -> None:
    rows = [house("улица 8 Марта", "12"), house("улица Ленина", "5", 900), house("проспект Мира", "7", 1_900)]
    assert first(town(rows), text) == "улица 8 Марта 12"


@pytest.mark.parametrize("text", ["", "  ", ",;", "???", "\x00", "12"])
def test_it_finds_nothing_in_nothing(text: str) -> None:
    assert town(NEWPORT).search(text) == ()


def test_an_empty_region_has_no_answers() -> None:
    geocoder = town()
    assert geocoder.search("12 High Street") == geocoder.complete("12 Hi") == ()
    assert geocoder.reverse(60.0, 24.0) is None


def test_a_score_without_doubt_may_still_be_too_low() -> None:
    match = town(NEWPORT).search("12 Hogh Streat")[0]
    assert match.text == "12 High Street, Newport"
    assert PLAUSIBLE <= match.score < FOUND


@pytest.mark.parametrize("text", ["Fredrikinkatu 41 A 5", "Fredrikinkatu 41 a 12, Helsinki", "Fredrikinkatu 41A 5"])
def test_a_stair_and_a_flat_are_no_part_of_the_number(text: str) -> None:
    streets = [
        way(name, east_m=5_000 + 1_000 * at) for at, name in enumerate(("Eerikinkatu", "Kalevankatu", "Runeberginkatu"))
    ]
    houses = row_of_houses("Fredrikinkatu", range(39, 44), "Helsinki")
    assert taken(town(houses, streets), text) == "Fredrikinkatu 41, Helsinki"
    with_stairs = [*houses, house("Fredrikinkatu", "41a", 5_000, "Helsinki")]
    assert taken(town(with_stairs, streets), text) == "Fredrikinkatu 41a, Helsinki"


def test_a_letter_that_begins_the_name_of_a_street_is_no_part_of_the_number() -> None:
    geocoder = town([house("East Broadway", "2780"), house("West Broadway", "2780", 4_000)])
    assert taken(geocoder, "2780 E Broadway") == "East Broadway 2780"


@pytest.mark.parametrize(
    "text", ["High Street no 12", "High Street nr. 12", "12 High Street, Newport, tel 01633 123456"]
)
def test_the_word_number_and_a_phone_do_no_harm(text: str) -> None:
    assert taken(town(NEWPORT), text) == "12 High Street, Newport"


def test_a_county_does_no_harm_where_the_postcode_is_right() -> None:
    geocoder = town(NEWPORT)
    assert taken(geocoder, "12 St James Street, Newport, Gwent, NP20 1AA") == "12 St James Street, Newport NP20 1AA"
    assert geocoder.search("12 St James Street, Newport, Gwent")[0].doubt is Doubt.DROPPED
    assert geocoder.search("13 St James Street, Newport, Gwent, NP20 1AA")[0].doubt


def test_the_first_half_of_a_postcode_is_found_and_tells_streets_apart() -> None:
    geocoder = town(NEWPORT)
    match = geocoder.search("NP20")[0]
    assert (match.text, match.kind, match.doubt) == ("NP20", "postcode area", None)
    assert taken(geocoder, "5 Church Street, NP20") == "5 Church Street, Newport NP20 2BB"
    assert taken(geocoder, "5 Church Street, CF3") == "5 Church Street, Marshfield CF3 2TT"


@pytest.mark.parametrize("text", ["Royal General Hospital", "RGH", "Royal General Hospital (RGH)"])
def test_a_name_with_another_in_brackets_is_found_by_both(text: str) -> None:
    assert (
        taken(town(NEWPORT, (), [spot("Royal General Hospital (RGH)", "hospital")]), text)
        == "Royal General Hospital (RGH)"
    )


def test_a_postcode_beside_its_town_says_more_than_the_town() -> None:
    geocoder = town(NEWPORT, (), [spot("Newport", "city")])
    assert geocoder.search("NP20 1AA Newport")[0].kind == "postcode"
    assert geocoder.search("99999 Newport")[0].text == "Newport"
