"""Of the matches in all regions one is taken, or the person is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.places import Location, Precision, Question
from app.sources.regions import ImportedRegions
from tests.sources.test_imported_regions import located, put
from tests.support.extracts import Town, lat_lon, small_town


def town_of(name: str, *, north_m: float = 0) -> Town:
    """Return a town of this name so far north, with houses on High Street and a shop, a school and a station."""
    town = Town()
    town.street("High Street", north_m)
    town.street(f"{name} Road", north_m + 100)
    for number in range(1, 9):
        address = {"addr:housenumber": str(number), "addr:street": "High Street", "addr:city": name}
        town.node(-450 + 90 * number, north_m + (12 if number % 2 else -12), address)
    town.node(0, north_m + 300, {"place": "town", "name": name})
    town.node(-300, north_m + 20, {"shop": "supermarket", "name": "Tesco"})
    town.node(450, north_m + 40, {"shop": "supermarket", "name": "Tesco"})
    town.node(300, north_m + 60, {"railway": "station", "name": f"{name} Central"})
    town.node(100, north_m + 30, {"amenity": "school", "name": "Park School"})
    return town


@pytest.fixture
def source(tmp_path: Path) -> ImportedRegions:
    """Give two towns in regions of their own, 40 km apart."""
    put(tmp_path, town_of("Ashby"), "ashby")
    put(tmp_path, town_of("Otley", north_m=40_000), "otley")
    return ImportedRegions(tmp_path / "regions")


def asked(source: ImportedRegions, text: str, near: Location | None = None) -> Question:
    question = source.locate(text, near)
    assert isinstance(question, Question), question
    assert question.about == text
    return question


def labels(question: Question) -> list[str]:
    return [choice.location.label for choice in question.choices]


def test_a_named_town_decides(source: ImportedRegions) -> None:
    assert located(source, "3 High Street, Otley").region == "otley"
    assert located(source, "3 High Street, Ashby").region == "ashby"


def test_an_address_in_two_towns_is_asked_about(source: ImportedRegions) -> None:
    question = asked(source, "3 High Street")
    assert "can mean several places" in question.why
    assert sorted(labels(question)) == ["3 High Street, Ashby", "3 High Street, Otley"]
    assert [choice.where for choice in question.choices] == ["", ""]


def test_choices_of_one_label_are_told_apart(source: ImportedRegions) -> None:
    question = asked(source, "Park School")
    assert labels(question) == ["Park School"] * 2
    assert {choice.where for choice in question.choices} == {"Ashby", "Otley"}
    assert {choice.what for choice in question.choices} == {"school"}


def test_choices_that_read_alike_say_where_they_lie(tmp_path: Path) -> None:
    town = town_of("Ashby")
    town.node(1_200, 20, {"addr:housenumber": "3", "addr:street": "High Street", "addr:city": "Ashby"})
    put(tmp_path, town)
    first, second = asked(ImportedRegions(tmp_path / "regions"), "3 High Street, Ashby").choices
    assert (first.location.label, first.where) == (second.location.label, "") == ("3 High Street, Ashby", "")
    assert second.where in ("1.4 km east of the first", "1.4 km west of the first")


def test_an_exact_single_match_goes_straight_on(source: ImportedRegions) -> None:
    assert located(source, "Otley Central").precision is Precision.NAMED
    assert located(source, "Ashby").label == "Ashby (town)"
    assert located(source, "Ashby").note == "Only Ashby was given, not a street in it: distances are from its middle."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("3 High Street, Fantasia", "We found nothing that fits “fantasia” as well"),
        ("77 High Street, Otley", "Number 77 is not on the map there"),
        ("3 High Road, Otley", "There is no “3 High Road, Otley” on the map here"),
        ("Park", "“Park” is only a part of these names"),
    ],
)
def test_the_question_says_why(source: ImportedRegions, text: str, why: str) -> None:
    assert why in asked(source, text).why


def test_a_shop_is_called_so_whatever_its_marks(tmp_path: Path) -> None:
    town = town_of("Ashby")
    town.node(50, 20, {"shop": "bakery", "name": "F.A.M.I."})
    put(tmp_path, town)
    assert "This is all that is called “FAMI”" in asked(ImportedRegions(tmp_path / "regions"), "FAMI").why


def test_the_town_of_some_addresses_at_the_edge_is_no_town_here(tmp_path: Path) -> None:
    town = town_of("Ashby")
    town.node(0, 20, {"addr:housenumber": "9", "addr:street": "High Street", "addr:city": "Baltimore"})
    put(tmp_path, town)
    source = ImportedRegions(tmp_path / "regions")
    assert labels(asked(source, "Baltimore")) == ["Baltimore (postal town)"]
    assert "in the town that it names" in asked(source, "3 High Street, Baltimore").why
    assert located(source, "9 High Street, Baltimore").label == "9 High Street, Baltimore"


def test_choices_in_several_regions_name_theirs(tmp_path: Path) -> None:
    put(tmp_path, town_of("Ashby"), "north")
    put(tmp_path, town_of("Otley", north_m=40_000), "south")
    question = asked(ImportedRegions(tmp_path / "regions"), "Park School")
    assert {choice.where for choice in question.choices} == {"Ashby, North", "Otley, South"}


def test_there_are_at_most_five_choices(tmp_path: Path) -> None:
    town = Town()
    for at in range(8):
        town.street("Mill Lane", north_m=5_000 * at)
    put(tmp_path, town)
    assert len(asked(ImportedRegions(tmp_path / "regions"), "Mill Lane").choices) == 5


def test_the_same_place_in_two_regions_is_no_question(tmp_path: Path) -> None:
    for name in ("one", "two"):
        put(tmp_path, small_town(), name)
    source = ImportedRegions(tmp_path / "regions")
    assert located(source, "3 Main Street, Smallville").label == "3 Main Street, Smallville"
    assert located(source, "Smallville").label == "Smallville (town)"


# --- destinations ---


def home(source: ImportedRegions) -> Location:
    return located(source, "3 High Street, Ashby")


def test_a_destination_is_looked_for_in_the_region_of_the_address(source: ImportedRegions) -> None:
    assert located(source, "5 High Street", home(source)).label == "5 High Street, Ashby"
    assert located(source, "Park School", home(source)).region == "ashby"


def test_of_several_shops_the_nearest_is_meant(source: ImportedRegions) -> None:
    found = located(source, "Tesco", home(source))
    assert (found.lat, found.lon) == pytest.approx(lat_lon(-300, 20), abs=1e-5)


def test_shops_as_near_as_each_other_are_asked_about(source: ImportedRegions) -> None:
    question = asked(source, "Tesco", located(source, "6 High Street, Ashby"))
    assert labels(question) == ["Tesco (supermarket)"] * 2


def test_a_building_of_a_name_is_no_shop_that_one_goes_to(tmp_path: Path) -> None:
    town = town_of("Ashby")
    town.square(50, 50, 20, {"building": "yes", "name": "Verona"})
    town.node(80, 90, {"shop": "bakery", "name": "Vienna"})
    put(tmp_path, town, "ashby")
    source = ImportedRegions(tmp_path / "regions")
    assert labels(asked(source, "Verona", home(source))) == ["Verona (building)"]
    assert located(source, "Vienna", home(source)).label.startswith("Vienna")
    assert "all that is called" in asked(source, "Vienna").why


def test_a_destination_in_another_region_is_found_there(source: ImportedRegions) -> None:
    assert located(source, "Otley", home(source)).region == "otley"


def test_a_street_is_no_destination_in_the_place_of_a_town(tmp_path: Path) -> None:
    put(tmp_path, town_of("Ashby"), "ashby")
    town = town_of("Otley", north_m=40_000)
    town.street("London Street", 40_200)
    put(tmp_path, town, "otley")
    source = ImportedRegions(tmp_path / "regions")
    assert labels(asked(source, "London", located(source, "3 High Street, Otley"))) == ["London Street, Otley"]
    with pytest.raises(Exception, match="Nothing like that"):
        source.locate("London", home(source))


def test_a_number_mapped_nowhere_is_asked_about_on_every_street_of_the_name(tmp_path: Path) -> None:
    unnumbered = Town()
    unnumbered.street("High Street", 0)
    unnumbered.node(0, 300, {"place": "town", "name": "Selby"})
    put(tmp_path, town_of("Ashby", north_m=40_000), "ashby")
    put(tmp_path, unnumbered, "selby")
    source = ImportedRegions(tmp_path / "regions")
    assert len(asked(source, "77 High Street").choices) == 2
    assert located(source, "3 High Street").region == "ashby"
    assert located(source, "77 High Street, Selby").region == "selby"
