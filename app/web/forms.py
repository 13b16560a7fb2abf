"""What a person gives, in a form or as JSON, read into a listing; each refusal names its field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from types import MappingProxyType
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from app.errors import InvalidListing
from app.pipeline.listing import MAX_ADDRESS_LENGTH, MAX_DESTINATIONS, MAX_LINK_LENGTH, MONEY, TYPED, Listing
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.must_haves import OFFERED
from app.sources.points import is_link
from app.web.amounts import listing_money, read_amount
from app.web.money import Period, read_money

#: What a listing holds and no field of the form: lists, what was answered to a question, and how an amount was typed.
WITHOUT_FIELD = ("destinations", "must_haves", "answers", "currency", *TYPED)
#: The fields that hold one value, named as in a listing.
FIELDS = tuple(field.name for field in fields(Listing) if field.name not in WITHOUT_FIELD)


#: Of these, the ones that no number and no yes or no can be.
TEXTS = ("address", "profile")


@dataclass(frozen=True, slots=True)
class FormValues:
    """The form as it was filled in: text by field, kept so that nothing is lost when a field is refused."""

    values: Mapping[str, str]
    destinations: tuple[str, ...] = ()
    must_haves: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        """Return a field's text, "" if it was left empty."""
        return self.values.get(name, "")

    @property
    def query(self) -> dict[str, str | list[str]]:
        """Return the query of a link that fills the form like this."""
        return {**self.values, "destinations": list(self.destinations), "must_haves": list(self.must_haves)}

    @property
    def has_options(self) -> bool:
        """Return whether anything beyond the address was given."""
        options = {name: value for name, value in self.values.items() if name != "address"}
        return any(value and (name, value) != ("profile", PROFILES[0].key) for name, value in options.items()) or any(
            (*self.destinations, *self.must_haves)
        )


# --- from a request --------------------------------------------------------------------------------


def values_in_request() -> FormValues:
    """Return what the body holds. Raises InvalidListing if a JSON body has another shape."""
    if not request.is_json:
        return values_in(request.form)
    body = request.get_json(silent=True)
    if not isinstance(body, Mapping):
        raise InvalidListing(field="address", why='Send a JSON object such as {"address": "12 Bulevardi, Helsinki"}.')
    return values_in_json(body)


def form_in_request() -> MultiDict[str, str]:
    """Return the form of a refused request as far as it can be read: it may have been too large as well."""
    try:
        return request.form
    except RequestEntityTooLarge:
        return MultiDict()


def sent_in_request() -> MultiDict[str, str]:
    """Return the texts of a form or a JSON object by name, those of a list under one name.

    Raises InvalidListing if a JSON body has another shape.
    """
    if not request.is_json:
        return request.form
    body = request.get_json(silent=True)
    if not isinstance(body, Mapping):
        raise InvalidListing(field="body", why="Send a JSON object.")
    sent: MultiDict[str, str] = MultiDict()
    for name, value in body.items():
        for item in value if isinstance(value, list) else [value]:
            sent.add(name, _text(name, item))
    return sent


def values_in(form: MultiDict[str, str]) -> FormValues:
    """Return the fields of a form or of a query string; others are left alone."""
    given = {name: form[name] for name in FIELDS if name in form}
    return FormValues(given, tuple(form.getlist("destinations")), tuple(filter(None, form.getlist("must_haves"))))


def values_in_json(body: Mapping[str, object]) -> FormValues:
    """Return the fields of a JSON object. Raises InvalidListing for one that is not known, or has another shape."""
    values: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {"destinations": (), "must_haves": ()}
    for name, value in body.items():
        if name in lists and isinstance(value, list):
            lists[name] = tuple(_text(name, item) for item in value)
        elif name in FIELDS:
            values[name] = _text(name, "" if value is None else value) if name in TEXTS else _scalar(name, value)
        else:
            raise InvalidListing(field=name, why=f"There is no field “{name}” with such a value.")
    return FormValues(values, **lists)


def _text(field: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise InvalidListing(field=field, why=f"The field “{field}” takes text alone.")


def _scalar(field: str, value: object) -> str:
    if value is None or isinstance(value, str | int | float | bool):
        return text_of(value)
    raise InvalidListing(field=field, why=f"The field “{field}” takes one text, number or yes and no.")


# --- back into the form ----------------------------------------------------------------------------

#: A wish that was not ticked is not written into the form.
NOT_TICKED = {("wants_laundry", False), ("wants_cooling", False), ("shares_money", False)}


def values_from(listing: Listing) -> FormValues:
    """Return the form as it would be filled in for a listing."""
    given = {name: getattr(listing, name) for name in FIELDS}
    said = {name: value for name, value in given.items() if value is not None and (name, value) not in NOT_TICKED}
    texts = {name: text_of(value) for name, value in said.items()}
    amounts = [name for name in MONEY if name in texts]
    typed = {name: getattr(listing, f"{name}_typed") or f"{listing.currency}{texts[name]}" for name in amounts}
    return FormValues(texts | typed, listing.destinations, listing.must_haves)


def text_of(value: str | float | bool | None) -> str:
    """Return a value as the form would have sent it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}".removesuffix(".00") if isinstance(value, float) else str(value)


# --- into a listing --------------------------------------------------------------------------------


def listing_from(form: FormValues) -> Listing:
    """Check every field and return the listing. Raises InvalidListing, naming each wrong field and what to do."""
    values: dict[str, Any] = {}
    readers: dict[str, Callable[[], object]] = {
        "address": lambda: _address(form["address"]),
        "rent": lambda: read_amount("rent", form["rent"]),
        "price": lambda: read_amount("price", form["price"]),
        "bedrooms": lambda: _count(form, "bedrooms"),
        "size_m2": lambda: _size(form, "size_m2"),
        **{name: partial(_yes_or_no, form, name) for name in OFFERS},
        "budget": lambda: read_amount("budget", form["budget"]),
        "min_bedrooms": lambda: _count(form, "min_bedrooms"),
        "min_size_m2": lambda: _size(form, "min_size_m2"),
        **{name: partial(_ticked, form, name) for name in TICKS},
        "must_haves": lambda: _must_haves(form.must_haves),
        "destinations": lambda: destinations_from(form.destinations),
        "profile": lambda: _profile(form["profile"]),
    }
    wrong = [error for name, read in readers.items() if (error := _refusal(values, name, read))]
    # Whether the amounts go together is one question more, on those that could be read.
    if error := _refusal(values, "money", lambda: listing_money(values, form.values)):
        wrong.append(error)
    _raise_in_order(wrong, tuple(readers))
    money = values.pop("money")
    return Listing(**(values | money))


#: What a home offers, said with yes or no or not at all; and what is ticked or not.
OFFERS = ("has_laundry", "has_cooling", "has_parking", "has_outdoor_space")
TICKS = ("wants_laundry", "wants_cooling", "shares_money")


def _refusal(values: dict[str, Any], name: str, read: Callable[[], object]) -> InvalidListing | None:
    """Put what a field holds among the values, or return why it cannot be taken."""
    try:
        values[name] = read()
    except InvalidListing as error:
        return error
    return None


def _raise_in_order(wrong: Sequence[InvalidListing], order: Sequence[str]) -> None:
    """Raise all refusals as one, in the order of the form; nothing where there are none."""
    if wrong:
        first, *others = sorted(wrong, key=lambda error: order.index(error.field))
        raise InvalidListing(field=first.field, why=first.message, others=tuple(others))


NO_ADDRESS = "Type an address first, such as “12 Bulevardi, Helsinki”."


def _address(text: str) -> str:
    address = _one_line(text, "address", "That address")
    if not any(letter.isalnum() for letter in address):
        raise InvalidListing(field="address", why=NO_ADDRESS)
    return address


def destinations_from(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the destinations that were given, each once. Raises InvalidListing for too many, or one unreadable."""
    places = tuple(filter(None, (_one_line(text, "destinations", "That destination") for text in texts)))
    if len(texts) > MAX_DESTINATIONS:
        raise InvalidListing(field="destinations", why=f"Please give at most {MAX_DESTINATIONS} destinations.")
    return tuple(dict.fromkeys(places))


def _must_haves(texts: tuple[str, ...]) -> tuple[str, ...]:
    unknown = next((text for text in texts if text not in OFFERED), None)
    if unknown is not None:
        why = f"“{unknown}” cannot be asked for; choose from the list, such as “supermarket:10” or “motorway:300”."
        raise InvalidListing(field="must_haves", why=why)
    return tuple(dict.fromkeys(texts))


def _one_line(text: str, field: str, what: str) -> str:
    """Return the text with white space folded. Raises InvalidListing for what no address holds."""
    text = " ".join(text.split())
    longest = MAX_LINK_LENGTH if is_link(text) else MAX_ADDRESS_LENGTH
    if len(text) > longest:
        why = f"{what} is {len(text):,} characters long; please shorten it to {longest:,}."
        raise InvalidListing(field=field, why=why)
    if not text.isprintable():
        raise InvalidListing(field=field, why=f"{what} holds characters that cannot be read; please type it again.")
    return text


def _profile(text: str) -> str:
    key = text or PROFILES[0].key
    known = [profile.key for profile in PROFILES]
    if key not in known:
        raise InvalidListing(field="profile", why=f"Please choose one of these profiles: {', '.join(known)}.")
    return key


#: Smallest and largest sensible size, and what to call it.
SIZES: Mapping[str, tuple[float, float, str]] = MappingProxyType(
    {"size_m2": (1, 100_000, "The size"), "min_size_m2": (1, 100_000, "The smallest size")}
)
UNIT = re.compile(r"\s*(?:m2|m²|sqm|sq\.? ?m)$", re.IGNORECASE)


def _size(form: FormValues, name: str) -> float | None:
    """Read "95", "95,5" or "95 m²"; marks are read as in money."""
    low, high, what = SIZES[name]
    text = UNIT.sub("", form[name].strip())
    if not text:
        return None
    read = read_money(text)
    if read is None or read.currency or read.period is not Period.ONCE:
        raise InvalidListing(field=name, why=f"{what} must be a number, such as 95.")
    if not low <= read.amount <= high:
        raise InvalidListing(field=name, why=f"{what} must be between {low:,.0f} and {high:,.0f}.")
    return read.amount


#: Smallest and largest sensible count, and what to call it.
COUNTS: Mapping[str, tuple[int, int, str]] = MappingProxyType(
    {"bedrooms": (0, 100, "The number of bedrooms"), "min_bedrooms": (0, 100, "The fewest bedrooms")}
)


def _count(form: FormValues, name: str) -> int | None:
    low, high, what = COUNTS[name]
    text = form[name].strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise InvalidListing(field=name, why=f"{what} must be a whole number between {low} and {high}.")
    return int(text)


#: As the form sends it ("on" where a box has no value of its own), and as JSON writes it.
YES_OR_NO: Mapping[str, bool | None] = MappingProxyType(
    {"": None, "yes": True, "no": False, "true": True, "false": False, "on": True}
)


def _yes_or_no(form: FormValues, name: str) -> bool | None:
    text = form[name].strip().lower()
    if text not in YES_OR_NO:
        raise InvalidListing(field=name, why="Please answer with yes or no, or leave it open.")
    return YES_OR_NO[text]


def _ticked(form: FormValues, name: str) -> bool:
    return _yes_or_no(form, name) is True
