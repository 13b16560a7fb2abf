"""The sentence that compares an address with its town."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.atlas.facts import TownNeed
from app.pipeline.town import town_sentence, usual_walk
from tests.support.surroundings import town_need

#: Minutes from 4 to 22, half of the addresses at most 13.
SPREAD = town_need([4.0 + 0.1 * i for i in range(181)])
#: Half at most 5, and all alike.
ALIKE = town_need([4.6, 5.0, 5.2] * 50)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (6.0, "half of Newport's addresses need more than 13 min"),
        (11.4, "half of Newport's addresses need more than 13 min"),
        (12.6, "about the middle for Newport's addresses"),
        (14.4, "about the middle for Newport's addresses"),
        (14.6, "half of Newport's addresses need 13 min or less"),
        (45.0, "half of Newport's addresses need 13 min or less"),
    ],
)
def test_it_gives_the_towns_median(minutes: float, expected: str) -> None:
    assert town_sentence(SPREAD, minutes, "Newport") == expected


def test_where_few_addresses_are_mapped_it_speaks_of_streets() -> None:
    streets = replace(SPREAD, sample="streets")
    assert town_sentence(streets, 6, "Vancouver") == "from half of Vancouver's streets it is more than 13 min"
    assert town_sentence(streets, 20, "Vancouver") == "from half of Vancouver's streets it is 13 min or less"
    assert town_sentence(streets, 13, "Vancouver") == "about the middle for Vancouver's streets"


def test_where_all_are_alike_most_are_as_far() -> None:
    assert town_sentence(ALIKE, 5.9, "Munich") == "about as far as for most in Munich"


def test_where_all_are_alike_there_is_still_the_median_and_no_rank() -> None:
    assert town_sentence(ALIKE, 12.0, "Munich") == "more than half of Munich's addresses need 5 min or less"
    assert town_sentence(ALIKE, 1.0, "Munich") == "more than half of Munich's addresses need more than 4 min"


@pytest.mark.parametrize("minutes", [1.0, 2.0, 4.0, 6.0, 9.0, 15.0, 30.0])
@pytest.mark.parametrize("town", [SPREAD, ALIKE, town_need([0.2] * 60 + [3.4] * 70), town_need([9.0] * 60, none=50)])
def test_its_half_is_about_half_or_more(town: TownNeed, minutes: float) -> None:
    words = town_sentence(town, minutes, "Ash").split()
    if "need" in words:
        limit = float(words[words.index("min") - 1])
        share = town.share_beyond(limit) if "than" in words[words.index("need") :] else town.share_within(limit)
        assert share > 0.55 if words[0] == "more" else 0.45 <= share <= 0.55


def test_a_town_in_which_most_have_none_says_so() -> None:
    assert town_sentence(town_need([9.0] * 50, none=60), 9, "Ash") == (
        "more than half of Ash's addresses have none within 45 min"
    )


@pytest.mark.parametrize("title", ["this area", "the area around Newport"])
def test_a_title_that_is_no_name_owns_nothing(title: str) -> None:
    assert town_sentence(SPREAD, 6.0, title) == f"half of the addresses in {title} need more than 13 min"
    streets = replace(SPREAD, sample="streets")
    assert town_sentence(streets, 6.0, title) == f"from half of the streets in {title} it is more than 13 min"


def test_names_that_end_in_s() -> None:
    assert town_sentence(SPREAD, 4, "Queens").startswith("half of Queens' addresses")


def test_nothing_is_said_without_minutes() -> None:
    assert town_sentence(SPREAD, None, "Newport") == ""


def test_nothing_is_said_without_a_town() -> None:
    assert town_sentence(None, 6, "Newport") == ""


def test_nothing_is_said_of_a_town_of_which_little_is_known() -> None:
    assert town_sentence(replace(SPREAD, unknown_share=0.4), 6, "Newport") == ""
    assert town_sentence(town_need([13.0] * 20), 6, "Newport") == ""


def test_the_nearest_minutes_are_said_in_whole_ones() -> None:
    town = town_need([0.2] * 200)
    assert town_sentence(town, 4, "Ash") == "more than half of Ash's addresses need 1 min or less"


def test_what_is_usual_in_few_words_is_what_the_sentence_says() -> None:
    assert usual_walk(SPREAD, 6.0) == "over 13 min"
    assert usual_walk(SPREAD, 13.0) == ""
    assert usual_walk(SPREAD, 20.0) == "up to 13 min"
    assert usual_walk(ALIKE, 1.0) == "over 4 min"
    assert usual_walk(town_need([9.0] * 60, none=80), 9.0) == "none within 45 min"
    assert usual_walk(None, 9.0) == usual_walk(SPREAD, None) == ""
