"""Amounts of money as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.money import Money, Period, may_be, read_money

ONCE, MONTH, WEEK, YEAR = Period.ONCE, Period.MONTH, Period.WEEK, Period.YEAR
READ = {
    "950": (950, "", ONCE),
    "1 250": (1250, "", ONCE),
    "1\u202f250\u00a0€": (1250, "€", ONCE),
    "1,250.50": (1250.5, "", ONCE),
    "1.250,00": (1250, "", ONCE),
    "12,5": (12.5, "", ONCE),
    # One mark with three digits after it stands between thousands, whichever it is.
    "1.250": (1250, "", ONCE),
    "1,250": (1250, "", ONCE),
    "1.250.000": (1_250_000, "", ONCE),
    "₹12,50,000": (1_250_000, "₹", ONCE),
    "1'950": (1950, "", ONCE),
    "CHF 1'950.-": (1950, "CHF", ONCE),
    "CHF 1’950.–": (1950, "CHF", ONCE),
    "Fr. 1950.--": (1950, "Fr.", ONCE),
    "1250:-": (1250, "", ONCE),
    "£1,250 pcm": (1250, "£", MONTH),
    "£1,250pcm": (1250, "£", MONTH),
    "£1,250 (pcm)": (1250, "£", MONTH),
    "pcm £1,250": (1250, "£", MONTH),
    "£1,250 per calendar month": (1250, "£", MONTH),
    "1250.00 GBP pcm": (1250, "GBP", MONTH),
    "€950": (950, "€", ONCE),
    "950 EUR": (950, "EUR", ONCE),
    "950 € im Monat": (950, "€", MONTH),
    "1 200 €/mois": (1200, "€", MONTH),
    "2500,00 €/kk": (2500, "€", MONTH),
    "1 250 kr": (1250, "kr", ONCE),
    "1 250 kr/mån": (1250, "kr", MONTH),
    "kr 12.500,- pr. md.": (12_500, "kr", MONTH),
    "3 500 zł miesięcznie": (3500, "zł", MONTH),
    "10 000 Kč/měs.": (10_000, "Kč", MONTH),
    "R$ 1.500,00": (1500, "R$", ONCE),
    "$2.1k": (2100, "$", ONCE),
    "€1.2m": (1_200_000, "€", ONCE),
    "1.2 million": (1_200_000, "", ONCE),
    "$2,100/mo.": (2100, "$", MONTH),
    "US$2,000": (2000, "US$", ONCE),
    "£250 pw": (250, "£", WEEK),
    "£300 p.w.": (300, "£", WEEK),
    "250 pounds per week": (250, "pounds", WEEK),
    "$500/wk": (500, "$", WEEK),
    "£15,000 pa": (15_000, "£", YEAR),
}


@pytest.mark.parametrize("text", READ)
def test_it_reads_what_people_type(text: str) -> None:
    assert read_money(text) == Money(*READ[text])


NOT_ONE = (
    *("", "£", "much", "-5", "1200-1400", "0.950", "1,25,0", "1,250,00", "1.2.3", "12 50", "1e5", "1 2 3", "nan"),
    *("950 XYZ", "1,250 pcm incl. bills", "1,250 or more", "£€5"),
    # A rent for each person is not the rent.
    *("£300 pppw", "£300 ppw"),
)


@pytest.mark.parametrize("text", NOT_ONE)
def test_it_refuses_what_is_not_one_amount(text: str) -> None:
    assert read_money(text) is None


def test_a_week_s_rent_is_a_year_s_weeks_over_twelve_months() -> None:
    assert Money(250, "£", WEEK).monthly == 1083.33
    assert Money(15_000, "£", YEAR).monthly == 1250.0
    assert Money(950, "£", MONTH).monthly == Money(950, "", ONCE).monthly == 950


@given(st.integers(1, 999_999_999), st.sampled_from(["", "£", "€", "$", "CHF", "kr"]), st.sampled_from(" '.,"))
def test_it_reads_whole_amounts_however_thousands_are_marked(amount: int, sign: str, mark: str) -> None:
    marked = f"{amount:,}".replace(",", mark)
    for text in (f"{sign}{marked}", f"{sign} {marked}", f"{marked} {sign}"):
        assert read_money(text) == Money(amount, sign, ONCE)


@given(st.integers(0, 99_999_999))
def test_it_reads_hundredths_in_both_ways_of_writing(hundredths: int) -> None:
    english = f"{hundredths / 100:,.2f}"
    continental = english.translate(str.maketrans(",.", ".,"))
    for text in (english, continental):
        assert read_money(text) == Money(hundredths / 100, "", ONCE)


@given(st.text(max_size=30))
def test_it_never_stumbles(text: str) -> None:
    read = read_money(text)
    assert read is None or read.amount >= 0


def test_a_sign_that_several_countries_use_stands_for_all_of_them() -> None:
    assert may_be("$") > may_be("US$") == may_be("usd") == {"USD"}
    assert may_be("kr") == {"SEK", "NOK", "DKK", "ISK"}
    assert not may_be("£") & may_be("€")
    assert may_be("") == may_be("XYZ") == frozenset()
