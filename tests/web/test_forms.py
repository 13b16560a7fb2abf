"""From typed text to a listing and back."""

from __future__ import annotations

import pytest

from app.errors import InvalidListing
from app.pipeline.listing import Listing
from app.places import Answer
from app.web.forms import FormValues, listing_from, values_from


def listing_of(**values: str) -> Listing:
    return listing_from(FormValues({"address": "Bulevardi 12"} | values))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("950", 950),
        ("1 250", 1250),
        ("1,250", 1250),
        ("1.250", 1250),
        ("1,250.50", 1250.5),
        ("1.250,50", 1250.5),
        ("1'250'000", 1_250_000),
        (" 62,5 ", 62.5),
        ("", None),
    ],
)
def test_it_reads_amounts_as_people_write_them(text: str, value: float | None) -> None:
    assert listing_of(price=text).price == value


@pytest.mark.parametrize("text", ["nan", "inf", "1e9", "٣", "1,2,3", "9" * 16, "12 50", "0x10"])
def test_it_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(InvalidListing, match="must be a number"):
        listing_of(price=text)


def test_it_folds_white_space() -> None:
    assert listing_from(FormValues({"address": "  12 \t Bulevardi \n"})).address == "12 Bulevardi"


def test_it_leaves_out_destinations_that_are_empty_or_twice() -> None:
    values = FormValues({"address": "x"}, ("Harbour 1", "", " Harbour  1 "))
    assert listing_from(values).destinations == ("Harbour 1",)


def test_it_tells_no_from_not_said() -> None:
    listing = listing_of(has_parking="no", has_laundry="yes", has_cooling="")
    assert (listing.has_parking, listing.has_laundry, listing.has_cooling) == (False, True, None)


def test_it_writes_a_listing_back_into_the_form() -> None:
    listing = Listing(
        "Bulevardi 12",
        "family",
        rent=1250.5,
        bedrooms=2,
        has_parking=False,
        wants_cooling=True,
        destinations=("a", "b"),
        must_haves=("supermarket:10", "steps"),
    )
    assert listing_from(values_from(listing)) == listing


def test_a_must_have_is_one_of_those_offered() -> None:
    values = FormValues({"address": "x"}, (), ("park:5", "park:5", "motorway:300"))
    assert listing_from(values).must_haves == ("park:5", "motorway:300")
    with pytest.raises(InvalidListing, match="“casino:5” cannot be asked for"):
        listing_from(FormValues({"address": "x"}, (), ("casino:5",)))


def test_it_opens_the_options_only_when_some_are_given() -> None:
    assert not values_from(Listing("x")).has_options
    assert values_from(Listing("x", rent=900.0)).has_options
    assert values_from(Listing("x", must_haves=("steps",))).has_options


def test_what_was_answered_to_a_question_is_no_field() -> None:
    listing = Listing("x", answers=(Answer("x", None),))
    assert values_from(listing) == values_from(Listing("x"))
    assert "answers" not in values_from(listing).query
