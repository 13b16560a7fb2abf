"""What a listing says of money, from the fields of the form."""

from __future__ import annotations

import pytest

from app.errors import InvalidListing
from app.pipeline.listing import Listing
from app.views.report import given_in
from app.web.forms import FormValues, listing_from, values_from


def listing(**texts: str) -> Listing:
    return listing_from(FormValues({"address": "12 Bulevardi"} | texts))


def shown(**texts: str) -> dict[str, str]:
    return dict(given_in(listing(**texts)))


def test_it_keeps_the_sign_that_was_typed() -> None:
    assert shown(rent="£1,250 pcm")["Rent a month"] == "£1,250"
    assert shown(rent="CHF 1'950.-")["Rent a month"] == "CHF\u00a01,950"
    assert shown(rent="1 250 kr", budget="1300")["Most you would pay"] == "1,300\u00a0kr"


def test_it_guesses_no_currency() -> None:
    assert shown(rent="1250")["Rent a month"] == "1,250"
    assert listing(rent="1250").currency == ""


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("£250 pw", "£1,083.33 (you typed “£250 pw”)"),
        ("£15,000 a year", "£1,250 (you typed “£15,000 a year”)"),
        ("€ 1.250", "€1,250 (you typed “€ 1.250”)"),
        ("1.250,00", "1,250 (you typed “1.250,00”)"),
        ("$2.1k", "$2,100 (you typed “$2.1k”)"),
        ("$2,100 a month", "$2,100"),
        ("1250", "1,250"),
    ],
)
def test_it_says_how_an_amount_was_understood(typed: str, says: str) -> None:
    assert shown(rent=typed)["Rent a month"] == says


@pytest.mark.parametrize(
    ("texts", "field", "says"),
    [
        ({"rent": "£1,250", "budget": "€1,300"}, "budget", "in €, and what stands before it in £"),
        ({"price": "£250,000", "budget": "£900 pcm"}, "budget", "for a month"),
        ({"price": "£900 pcm"}, "price", "paid once"),
        ({"rent": "£900 a day"}, "rent", "must be a number"),
    ],
)
def test_it_refuses_what_cannot_be_compared(texts: dict[str, str], field: str, says: str) -> None:
    with pytest.raises(InvalidListing, match=says) as refused:
        listing(**texts)
    assert list(refused.value.by_field) == [field]


def test_a_dollar_may_be_a_us_dollar() -> None:
    assert listing(rent="US$2,000", budget="$2,100").currency == "US$"


def test_it_names_every_wrong_field_in_the_order_of_the_form() -> None:
    with pytest.raises(InvalidListing) as refused:
        listing(address=" , ", profile="pirate", min_bedrooms="x", rent="much", has_parking="maybe")
    assert list(refused.value.by_field) == ["address", "rent", "has_parking", "min_bedrooms", "profile"]


@pytest.mark.parametrize("rent", ["£1,250 pcm", "£250 pw", "1.250,00", "CHF 1'950.-", "950 kr", ""])
def test_the_form_filled_in_again_says_the_same(rent: str) -> None:
    once = listing(rent=rent, budget="2000", shares_money="yes")
    assert listing_from(values_from(once)) == once
