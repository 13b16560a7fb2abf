"""What the client sent, a form or JSON, as the fields of the form."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from werkzeug.datastructures import MultiDict

from app.errors import InvalidListing
from app.routes.listing_form import FIELDS, Typed, text_of


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
