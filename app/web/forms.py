"""From what a person typed, in a form or as JSON, to a listing; each refusal names its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from flask import request
from werkzeug.datastructures import MultiDict

from app.errors import InvalidListing
from app.pipeline.listing import MAX_ADDRESS_LENGTH, MAX_DESTINATIONS, Listing
from app.pipeline.rules.profiles import PROFILES

#: Smallest and largest sensible amount of each number, and what to call it.
NUMBERS: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {
        "rent": (0, 1_000_000, "The rent"),
        "price": (0, 10_000_000_000, "The price"),
        "budget": (1, 10_000_000_000, "Your budget"),
        "size_m2": (1, 100_000, "The size"),
        "min_size_m2": (1, 100_000, "The smallest size"),
    }
)
COUNTS: Mapping[str, tuple[int, int, str]] = MappingProxyType(
    {"bedrooms": (0, 100, "The number of bedrooms"), "min_bedrooms": (0, 100, "The fewest bedrooms")}
)
WISHES = ("wants_laundry", "wants_cooling")
ANSWERS: Mapping[str, bool | None] = MappingProxyType(
    {"": None, "yes": True, "no": False, "true": True, "false": False, "on": True}
)
NUMBER = re.compile(
    r"(?P<whole>[0-9]{1,3}(?:[ ,.'\u00a0\u202f][0-9]{3})+|[0-9]{1,15})(?:[.,](?P<decimals>[0-9]{1,2}))?"
)
NO_ADDRESS = "Type an address first, such as “12 Bulevardi, Helsinki”."


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form: text by field, kept as typed so that nothing is lost when a field is refused."""

    values: Mapping[str, str]
    destinations: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        """Return a field's text, "" where it was left empty."""
        return self.values.get(name, "")

    @property
    def has_options(self) -> bool:
        """Return whether anything beyond the address was given."""
        options = {name: value for name, value in self.values.items() if name != "address"}
        return any(value and (name, value) != ("profile", PROFILES[0].key) for name, value in options.items()) or any(
            self.destinations
        )


#: A wish that was not ticked stands for nothing.
UNSAID = {(name, False) for name in WISHES}
FIELDS = tuple(field.name for field in fields(Listing) if field.name != "destinations")


def listing_from(typed: Typed) -> Listing:
    """Check every field. Raises InvalidListing naming the first field that is wrong and what to do."""
    return Listing(
        address=_address(typed["address"]),
        profile=_profile(typed["profile"]),
        rent=_number(typed, "rent"),
        price=_number(typed, "price"),
        budget=_number(typed, "budget"),
        size_m2=_number(typed, "size_m2"),
        min_size_m2=_number(typed, "min_size_m2"),
        bedrooms=_count(typed, "bedrooms"),
        min_bedrooms=_count(typed, "min_bedrooms"),
        has_laundry=_answer(typed, "has_laundry"),
        has_cooling=_answer(typed, "has_cooling"),
        has_parking=_answer(typed, "has_parking"),
        has_outdoor_space=_answer(typed, "has_outdoor_space"),
        wants_laundry=_answer(typed, "wants_laundry") is True,
        wants_cooling=_answer(typed, "wants_cooling") is True,
        destinations=_destinations(typed.destinations),
    )


def typed_from(listing: Listing) -> Typed:
    """Write a listing back into the form it came from."""
    given = {name: getattr(listing, name) for name in FIELDS}
    said = {name: value for name, value in given.items() if value is not None and (name, value) not in UNSAID}
    return Typed({name: text_of(value) for name, value in said.items()}, listing.destinations)


def text_of(value: str | float | bool | None) -> str:
    """Write a value the way the form would have sent it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}".removesuffix(".00") if isinstance(value, float) else str(value)


def _words(text: str, field: str, what: str) -> str:
    """Fold white space, refuse what no address holds."""
    text = " ".join(text.split())
    if len(text) > MAX_ADDRESS_LENGTH:
        why = f"{what} is {len(text)} characters long; please shorten it to {MAX_ADDRESS_LENGTH}."
        raise InvalidListing(field=field, why=why)
    if not text.isprintable():
        raise InvalidListing(field=field, why=f"{what} holds characters that cannot be read; please type it again.")
    return text


def _address(text: str) -> str:
    address = _words(text, "address", "That address")
    if not any(letter.isalnum() for letter in address):
        raise InvalidListing(field="address", why=NO_ADDRESS)
    return address


def _destinations(texts: tuple[str, ...]) -> tuple[str, ...]:
    places = tuple(filter(None, (_words(text, "destinations", "That destination") for text in texts)))
    if len(places) > MAX_DESTINATIONS:
        raise InvalidListing(field="destinations", why=f"Please give at most {MAX_DESTINATIONS} destinations.")
    return tuple(dict.fromkeys(places))


def _profile(text: str) -> str:
    key = text or PROFILES[0].key
    known = [profile.key for profile in PROFILES]
    if key not in known:
        raise InvalidListing(field="profile", why=f"Please choose one of these profiles: {', '.join(known)}.")
    return key


def _number(typed: Typed, name: str) -> float | None:
    """Read "950", "1 250", "1,250.50" or "1.250,50": three digits after a mark are thousands, one or two decimals."""
    low, high, what = NUMBERS[name]
    text = typed[name].strip()
    if not text:
        return None
    match = NUMBER.fullmatch(text)
    if not match:
        raise InvalidListing(field=name, why=f"{what} must be a number, such as 950.")
    value = float("".join(filter(str.isdigit, match["whole"])) + "." + (match["decimals"] or "0"))
    if not low <= value <= high:
        raise InvalidListing(field=name, why=f"{what} must be between {low:,.0f} and {high:,.0f}.")
    return value


def _count(typed: Typed, name: str) -> int | None:
    low, high, what = COUNTS[name]
    text = typed[name].strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise InvalidListing(field=name, why=f"{what} must be a whole number between {low} and {high}.")
    return int(text)


def _answer(typed: Typed, name: str) -> bool | None:
    text = typed[name].strip().lower()
    if text not in ANSWERS:
        raise InvalidListing(field=name, why="Please answer with yes or no, or leave it open.")
    return ANSWERS[text]


def typed_in_request() -> Typed:
    """Return what the body holds. Raises InvalidListing where a JSON body has another shape."""
    if not request.is_json:
        return typed_in(request.form)
    body = request.get_json(silent=True)
    if not isinstance(body, Mapping):
        raise InvalidListing(field="address", why='Send a JSON object such as {"address": "12 Bulevardi, Helsinki"}.')
    return _from_json(body)


def typed_in(form: MultiDict[str, str]) -> Typed:
    """Return the fields of a form or of a query string; others are left alone."""
    destinations = tuple(form.getlist("destinations"))
    return Typed({name: form[name] for name in FIELDS if name in form}, destinations)


def _from_json(body: Mapping[str, object]) -> Typed:
    values: dict[str, str] = {}
    destinations: tuple[str, ...] = ()
    for name, value in body.items():
        if name == "destinations" and isinstance(value, list):
            destinations = tuple(_scalar(name, item) for item in value)
        elif name in FIELDS:
            values[name] = _scalar(name, value)
        else:
            raise InvalidListing(field=name, why=f"There is no field “{name}” with such a value.")
    return Typed(values, destinations)


def _scalar(field: str, value: object) -> str:
    if value is None or isinstance(value, str | int | float | bool):
        return text_of(value)
    raise InvalidListing(field=field, why=f"The field “{field}” takes one text, number or yes and no.")
