"""What a listing says of money: rent by the month, a price, and the most that one would pay, all in one currency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from app.errors import InvalidListing
from app.pipeline.listing import MONEY
from app.web.money import Money, Period, may_be, read_money
from app.wording import money

#: Smallest and largest sensible amount, and what to call it.
LIMITS: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {
        "rent": (0, 10_000_000, "The rent"),
        "price": (0, 10_000_000_000, "The price"),
        "budget": (1, 10_000_000_000, "Your limit"),
    }
)
#: What is due again and again, so that it can be turned into months.
BY_TIME = (Period.YEAR, Period.MONTH, Period.WEEK)


def read_amount(name: str, text: str) -> Money | None:
    """Return the amount in a field, None where it was left empty. Raises InvalidListing for what cannot be one."""
    if not text.strip():
        return None
    low, high, what = LIMITS[name]
    read = read_money(text)
    if read is None:
        raise InvalidListing(field=name, why=f"{what} must be a number, such as 950, “£1,250 pcm” or “€ 1.250,00”.")
    if name == "price" and read.period in BY_TIME:
        raise InvalidListing(field=name, why="The price is paid once. If this is a rent, put it into “Rent a month”.")
    if not low <= read.monthly <= high:
        raise InvalidListing(field=name, why=f"{what} must be between {low:,.0f} and {high:,.0f}.")
    return read


def listing_money(amounts: Mapping[str, Money | None], texts: Mapping[str, str]) -> dict[str, object]:
    """Return the fields of a listing for these amounts. Raises InvalidListing where they cannot be compared."""
    given = {name: amount for name in MONEY if (amount := amounts.get(name)) is not None}
    _refuse_two_currencies(given)
    _refuse_monthly_limit_on_price(given)
    currency = next((amount.currency for amount in given.values() if amount.currency), "")
    found: dict[str, object] = {"currency": currency}
    for name, amount in given.items():
        found[name] = amount.monthly
        found[f"{name}_typed"] = _worth_showing(amount, texts.get(name, ""))
    return found


def _refuse_two_currencies(given: Mapping[str, Money]) -> None:
    """Raise InvalidListing where two signs cannot be one currency; "$" and "US$" can."""
    signed = [(name, amount.currency) for name, amount in given.items() if amount.currency]
    for name, currency in signed[1:]:
        first = signed[0][1]
        if not may_be(first) & may_be(currency):
            why = f"This is in {currency}, and what stands before it in {first}. Please give both in one currency."
            raise InvalidListing(field=name, why=why)


def _refuse_monthly_limit_on_price(given: Mapping[str, Money]) -> None:
    limit = given.get("budget")
    if limit and limit.period in BY_TIME and "price" in given and "rent" not in given:
        why = "Your limit is for a month, and the home has a price. Give the most that you would pay at once."
        raise InvalidListing(field="budget", why=why)


def _worth_showing(amount: Money, text: str) -> str:
    """Return what was typed where it was turned into months, or where its marks could be read in another way."""
    typed = " ".join(text.split())
    figures = re.sub(r"[^\d.,]", "", typed).strip(".,")
    as_shown = money(amount.amount)
    is_plain = figures in (as_shown, as_shown.replace(",", ""), f"{amount.amount:,.2f}", f"{amount.amount:.2f}")
    return "" if is_plain and amount.period in (Period.ONCE, Period.MONTH) else typed
