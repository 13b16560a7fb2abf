"""What the person told about a home, in words."""

from __future__ import annotations

from app.pipeline.listing import Listing

#: Fields and what the report calls them; the unit follows the number.
LABELS = (
    ("rent", "Rent a month", ""),
    ("price", "Price", ""),
    ("budget", "Most you would pay", ""),
    ("bedrooms", "Bedrooms", ""),
    ("min_bedrooms", "Fewest bedrooms", ""),
    ("size_m2", "Size", " m²"),
    ("min_size_m2", "Smallest size", " m²"),
    ("has_laundry", "Laundry", ""),
    ("has_cooling", "Cooling", ""),
    ("has_parking", "Parking", ""),
    ("has_outdoor_space", "Outdoor space", ""),
)
WISHES = (("wants_laundry", "Laundry needed"), ("wants_cooling", "Cooling needed"))


def told(listing: Listing) -> tuple[tuple[str, str], ...]:
    """Return label and value of everything that was given beside the address."""
    values = [(label, _value(getattr(listing, name)) + unit) for name, label, unit in LABELS if _given(listing, name)]
    wishes = [(label, "yes") for name, label in WISHES if getattr(listing, name)]
    places = [(f"Destination {number}", place) for number, place in enumerate(listing.destinations, 1)]
    return (*values, *wishes, *places)


def _given(listing: Listing, name: str) -> bool:
    return getattr(listing, name) is not None


def _value(value: float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.2f}".removesuffix(".00")
