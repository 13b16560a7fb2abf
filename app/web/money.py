"""Amounts of money as people type them: "£1,250 pcm", "1.250,00", "CHF 1'950.-", "$2.1k"; a currency is never guessed.

A mark is read by what follows it. Where both point and comma stand, the last is the decimal mark. One mark alone with
three digits after it stands between thousands ("1.250" is 1,250), with one or two it is the decimal mark; a mark that
comes twice stands between thousands.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Period(Enum):
    """How often an amount is due, by how many times a year; ONCE where nothing is said."""

    ONCE = 0
    YEAR = 1
    MONTH = 12
    WEEK = 52


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as it was typed: its currency is the sign or code, "" where none was typed."""

    amount: float
    currency: str
    period: Period

    @property
    def monthly(self) -> float:
        """Return what is due in a month, to the hundredth: a year's weeks are spread over twelve months."""
        if self.period in (Period.ONCE, Period.MONTH):
            return self.amount
        return round(self.amount * float(self.period.value) / 12, 2)


#: One apostrophe for all; brackets, as in "£1,250 (pcm)", say nothing.
_TIDIED = str.maketrans({"’": "'", "(": " ", ")": " "})


def read_money(text: str) -> Money | None:
    """Return the amount that a text means, None where it is not one amount."""
    rest = unicodedata.normalize("NFKC", text).translate(_TIDIED)
    rest, currency = _without_currency(" ".join(rest.split()))
    rest, period = _without_period(rest)
    if not currency:  # behind a period that came first: "pcm £1,250"
        rest, currency = _without_currency(rest)
    amount = _number(rest)
    return None if amount is None else Money(amount, currency, period)


# --- currencies ------------------------------------------------------------------------------------

_DOLLARS = "USD CAD AUD NZD SGD HKD TWD MXN CLP COP ARS UYU JMD BBD TTD BSD BZD FJD LRD NAD XCD"
_CROWNS = "SEK NOK DKK ISK"
#: What a sign or word may stand for: it tells which amounts may be compared, and is kept as it was typed.
SIGNS = MappingProxyType(
    {
        "€": "EUR", "euro": "EUR", "euros": "EUR",
        "£": "GBP FKP GIP SHP IMP JEP GGP EGP LBP SYP", "pounds": "GBP FKP GIP SHP IMP JEP GGP EGP LBP SYP",
        "$": _DOLLARS, "us$": "USD", "u$": "USD", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD",
        "s$": "SGD", "hk$": "HKD", "nt$": "TWD", "mx$": "MXN", "dollars": _DOLLARS,
        "kr": _CROWNS, "kr.": _CROWNS, "skr": "SEK", "nkr": "NOK", "dkr": "DKK",
        "fr": "CHF", "fr.": "CHF", "sfr": "CHF", "sfr.": "CHF",
        "¥": "JPY CNY", "円": "JPY", "元": "CNY", "₩": "KRW", "₹": "INR", "rs": "INR PKR LKR NPR MUR",
        "rs.": "INR PKR LKR NPR MUR", "zł": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON MDL", "лв": "BGN",
        "₽": "RUB", "₴": "UAH", "₺": "TRY", "₪": "ILS", "r$": "BRL", "₱": "PHP CUP", "฿": "THB", "₫": "VND", "₦": "NGN",
        "r": "ZAR", "rm": "MYR", "₡": "CRC", "₸": "KZT", "₾": "GEL",
    }
)  # fmt: skip
#: Codes of ISO 4217 that a listing may give; any other three letters are not taken for one.
_OTHER_CODES = (
    "AED ALL AMD AZN BAM BHD BOB DOP DZD GHS GTQ HNL IDR JOD KES KWD MAD MKD OMR PEN PYG QAR RSD SAR TND TZS UGX"
)
CODES = frozenset(" ".join((*SIGNS.values(), _OTHER_CODES)).split())
_EDGE = r"[^\W\d_]*[^\w\s.,'/+\-\d]|[^\W\d_]+\.?"
_BEFORE, _AFTER = re.compile(rf"({_EDGE})\s*(?=\d)"), re.compile(rf"(?<=[\d.\-–—])\s*({_EDGE})$")
#: "1 250 kr pr. md.", "950 €/mois"
_BETWEEN = re.compile(rf"(?<=[\d.\-–—])\s*({_EDGE})(?=[ /])")


def may_be(currency: str) -> frozenset[str]:
    """Return the codes that a sign may stand for; empty where it is no currency."""
    if currency.upper() in CODES:
        return frozenset((currency.upper(),))
    return frozenset(SIGNS.get(currency.casefold(), "").split())


def _without_currency(text: str) -> tuple[str, str]:
    """Take a currency off: before the digits, at the end, or between amount and period; "" where there is none."""
    if (found := _BEFORE.match(text)) and may_be(found[1]):
        return text[found.end() :].strip(), found[1]
    if (found := _AFTER.search(text)) and may_be(found[1]):
        return text[: found.start()].strip(), found[1]
    for found in _BETWEEN.finditer(text):
        if may_be(found[1]):
            return f"{text[: found.start()]}{text[found.end() :]}".strip(), found[1]
    return text, ""


# --- periods ---------------------------------------------------------------------------------------

#: What is written behind a rent, in the languages of the listings that people paste from.
PERIODS = MappingProxyType(
    {
        Period.MONTH: (
            r"p\.?c\.?m\.?|p[./]?m\.?|per (?:calendar )?month|a month|each month|/ ?(?:calendar )?month|/ ?mon?\.?"
            r"|/ ?mth|mo|monthly|(?:pro|im|/ ?) ?monat|mtl\.?|monatlich|(?:par |/ ?)mois|mensuels?|(?:al |/ ?)mese"
            r"|(?:al |/ ?)mes|mensual(?:es)?|(?:por |/ ?)mês|per maand|p\.? ?mnd\.?|(?:pr\.?|per|i) ?m[dn]\.?|/ ?m[dn]"
            r"|/ ?mån(?:ad)?|/ ?kk|kuussa|miesięcznie|/ ?mies\.?|/ ?měs\.?|měsíčně|/ ?hó"
        ),
        Period.WEEK: r"p\.?w\.?|p/w|per week|a week|each week|/ ?week|/ ?wk|weekly|pro woche|/ ?woche|par semaine",
        Period.YEAR: (
            r"p\.?a\.?|p/a|per (?:year|annum)|a year|each year|/ ?year|/ ?yr|yearly|annually|pro jahr|/ ?jahr|par an"
        ),
    }
)  # fmt: skip
_PERIODS = MappingProxyType(
    {p: re.compile(rf"(?<![^\W\d_])(?:{words})$", re.IGNORECASE) for p, words in PERIODS.items()}
)
_LEADING = MappingProxyType({p: re.compile(rf"(?:{words}) (?=\W?\d)", re.IGNORECASE) for p, words in PERIODS.items()})


def _without_period(text: str) -> tuple[str, Period]:
    for period, pattern in _PERIODS.items():
        if found := pattern.search(text):
            return text[: found.start()].strip(), period
        if found := _LEADING[period].match(text):
            return text[found.end() :].strip(), period
    return text, Period.ONCE


# --- numbers ---------------------------------------------------------------------------------------

_TIMES = MappingProxyType({"": 1, "k": 1_000, "thousand": 1_000, "m": 1_000_000, "mn": 1_000_000, "million": 1_000_000})
#: Digits with marks between thousands, decimals, then a dash in place of decimals ("1'950.-", "1 250:-"), or thousands.
_NUMBER = re.compile(
    r"(?P<digits>\d[\d .,']*?)(?:[.,:]?[-–—]+)?(?P<times>k|mn?| ?thousand| ?million)?", re.IGNORECASE | re.ASCII
)
_SPACED = re.compile(r"\d{1,3}(?:[ ']\d{3})+(?=[.,]|$)", re.ASCII)
#: Thousands in threes, or as in India (12,50,000), with one mark throughout.
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*|[1-9]\d?(?:,\d{2})+,\d{3}", re.ASCII)
_DECIMALS = re.compile(r"(?P<whole>.*?)[.,](?P<decimals>\d{1,2})", re.ASCII)
_PLAIN = re.compile(r"\d{1,15}", re.ASCII)


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    value = _value(match["digits"].strip())
    return None if value is None else round(value * _TIMES[(match["times"] or "").strip().lower()], 2)


def _value(digits: str) -> float | None:
    whole = _whole(digits)
    if whole is not None:
        return float(whole)
    parts = _DECIMALS.fullmatch(digits)
    if parts is None:
        return None
    whole, mark = _whole(parts["whole"]), digits[parts.end("whole")]
    if whole is None or mark in parts["whole"]:
        return None
    return float(f"{whole}.{parts['decimals']}")


def _whole(digits: str) -> str | None:
    """Return the digits of a whole number without the marks between its thousands, None where it is none."""
    if _PLAIN.fullmatch(digits):
        return digits
    if _GROUPED.fullmatch(digits) or ((spaced := _SPACED.match(digits)) and spaced.end() == len(digits)):
        return re.sub(r"\D", "", digits)
    return None
