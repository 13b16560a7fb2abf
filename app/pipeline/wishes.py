"""The person's wishes for the home itself, checked only where a wish was given."""

from __future__ import annotations

from collections.abc import Iterator

from app.pipeline.listing import Listing
from app.pipeline.report import Check, Outcome
from app.pipeline.words import count, number

SILENT = "The listing does not say."


def wish_checks(listing: Listing) -> tuple[Check, ...]:
    """Return one check for each wish."""
    return tuple(_wishes(listing))


def cost_of(listing: Listing) -> float | None:
    """Return what the home costs: the rent where given, else the price."""
    return listing.rent if listing.rent is not None else listing.price


def _wishes(listing: Listing) -> Iterator[Check]:
    if listing.wants_laundry:
        yield _offered("laundry", "Laundry", listing.has_laundry)
    if listing.wants_cooling:
        yield _offered("cooling", "Cooling", listing.has_cooling)
    if listing.min_size_m2 is not None:
        yield _at_least("size", "Size", listing.size_m2, listing.min_size_m2, "m²")
    if listing.min_bedrooms is not None:
        yield _bedrooms(listing.bedrooms, listing.min_bedrooms)
    if listing.budget is not None:
        yield _cost(cost_of(listing), listing.budget)


def _offered(key: str, title: str, offered: bool | None) -> Check:
    if offered is None:
        return _wish(key, title, Outcome.UNKNOWN, SILENT)
    text = f"The listing offers {title.lower()}." if offered else f"The listing says there is no {title.lower()}."
    return _wish(key, title, Outcome.PASS if offered else Outcome.FAIL, text)


def _at_least(key: str, title: str, value: float | None, wish: float, unit: str) -> Check:
    if value is None:
        return _wish(key, title, Outcome.UNKNOWN, SILENT)
    text = f"{number(value)} {unit}, and you asked for {number(wish)} {unit} or more."
    return _wish(key, title, Outcome.PASS if value >= wish else Outcome.FAIL, text)


def _bedrooms(value: int | None, wish: int) -> Check:
    if value is None:
        return _wish("bedrooms", "Bedrooms", Outcome.UNKNOWN, SILENT)
    text = f"{count(value, 'bedroom')}, and you asked for {wish} or more."
    return _wish("bedrooms", "Bedrooms", Outcome.PASS if value >= wish else Outcome.FAIL, text)


def _cost(cost: float | None, budget: float) -> Check:
    if cost is None:
        return _wish("cost", "Cost", Outcome.UNKNOWN, SILENT)
    text = f"It costs {number(cost, 0)}, and your limit is {number(budget, 0)}."
    return _wish("cost", "Cost", Outcome.PASS if cost <= budget else Outcome.FAIL, text)


def _wish(key: str, title: str, outcome: Outcome, finding: str) -> Check:
    return Check(
        f"wish_{key}", title, outcome, finding, rule="Your own wish.", evidence="What the listing says.", strength=""
    )
