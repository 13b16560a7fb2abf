"""Google's ratings of places near an address, by one request of its Places API (Nearby Search).

Protocol: https://developers.google.com/maps/documentation/places/web-service/search-nearby. What may be done with the
answer: https://developers.google.com/maps/documentation/places/web-service/policies and
https://cloud.google.com/maps-platform/terms/maps-service-terms. Names and ratings may not be kept, stand beside a map
of others, or be worked into something else, and Google Maps is named beside them. So they are a list of their own,
without our places and without a map, are never exported, and are gone after a day.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import msgspec

from app.places import Location
from app.sources.extras import RATINGS_SHOWN_S, About, Extras, Missing, Rating, Ratings
from app.sources.live.asking.bodies import decoded
from app.sources.live.asking.queries import Answered, Asks, BadAnswer, Denied, Query, Tired
from app.sources.live.services import Service

WHAT = "ratings of places near by"
ABOUT = About.RATINGS
BY = "Google Maps"
#: Metres around the address; Google returns at most 20 places of one request.
WITHIN_M = 800
MOST_PLACES = 12
#: Fewer ratings than this tell of a few people and not of the place.
LEAST_RATINGS = 5
MOST_LETTERS = 100
#: What Google calls a place, and what we do; the first of a place's types that stands here names it.
KINDS = {
    "restaurant": "restaurant", "cafe": "café", "bar": "bar", "bakery": "bakery", "meal_takeaway": "take-away",
    "supermarket": "supermarket", "convenience_store": "convenience store", "pharmacy": "pharmacy",
    "doctor": "doctor", "dentist": "dentist", "hospital": "hospital", "school": "school",
    "primary_school": "primary school", "secondary_school": "secondary school", "library": "library",
    "gym": "gym", "park": "park", "museum": "museum", "movie_theater": "cinema", "night_club": "night club",
    "church": "church", "bank": "bank", "post_office": "post office", "hardware_store": "hardware shop",
    "clothing_store": "clothes shop", "book_store": "bookshop", "beauty_salon": "beauty salon",
    "hair_care": "hairdresser", "car_repair": "car workshop", "gas_station": "petrol station",
    "train_station": "railway station", "subway_station": "underground station", "bus_station": "bus station",
    "shopping_mall": "shopping centre", "store": "shop", "tourist_attraction": "sight",
}  # fmt: skip
#: Where nobody goes from home, or which is no place at all.
LEFT_OUT = frozenset({"lodging", "locality", "political", "route", "street_address", "postal_code", "colloquial_area"})


class Found(msgspec.Struct):
    """A place of the answer; each field may be missing."""

    name: str | None = None
    place_id: str | None = None
    rating: float | None = None
    user_ratings_total: int | None = None
    types: list[str] | None = None
    business_status: str | None = None


class Body(msgspec.Struct):
    """An answer of Nearby Search."""

    status: str | None = None
    results: list[Found] | None = None
    html_attributions: list[str] | None = None


_BODIES = msgspec.json.Decoder(Body)


def ask(service: Service, client: Asks, location: Location) -> Extras:
    """Return rated places within a short walk of an address."""
    query = Query(
        "/maps/api/place/nearbysearch/json",
        (("location", f"{location.lat:.5f},{location.lon:.5f}"), ("radius", str(WITHIN_M))),
        key_param="key",
    )
    return _extras(client.ask(service, query, parse))


def parse(body: bytes) -> Body:
    """Return a body that may hold places. Raises BadAnswer, Tired or Denied, by the statuses of the documentation."""
    answer = decoded(_BODIES, body)
    match answer.status:
        case "OK" | "ZERO_RESULTS" if answer.results is not None:
            return answer
        case "OVER_QUERY_LIMIT" | "OVER_DAILY_LIMIT":
            raise Tired("says that there were too many requests")
        case "REQUEST_DENIED":
            raise Denied("it does not accept the key")
    raise BadAnswer("answered without a list of places")


def _extras(answered: Answered[Body]) -> Extras:
    places = sorted(_rated(answered.value), key=lambda place: (-place.count, place.name))
    if not places:
        return Extras(missing=(Missing(ABOUT, WHAT, "Google Maps knows no rated places within a short walk."),))
    return Extras(
        ratings=Ratings(
            by=BY,
            places=tuple(places[:MOST_PLACES]),
            credits=tuple(filter(None, map(_plain, answered.value.html_attributions or ()))),
            fetched=answered.day,
            shown_until=answered.fetched_at + RATINGS_SHOWN_S,
        )
    )


def _rated(body: Body) -> Iterator[Rating]:
    for place in body.results or ():
        name, types = _plain(place.name or ""), place.types or []
        count, value = place.user_ratings_total or 0, place.rating or 0.0
        if name and place.place_id and count >= LEAST_RATINGS and 1 <= value <= 5 and _is_of_use(place, types):
            yield Rating(name, _kind(types), round(value, 1), count, _link(name, place.place_id))


def _is_of_use(place: Found, types: list[str]) -> bool:
    return place.business_status in (None, "OPERATIONAL") and LEFT_OUT.isdisjoint(types)


def _kind(types: list[str]) -> str:
    return next((KINDS[each] for each in types if each in KINDS), "")


def _link(name: str, place_id: str) -> str:
    """Return the place's page (https://developers.google.com/maps/documentation/urls/get-started#search-action)."""
    return "https://www.google.com/maps/search/?" + urlencode({"api": 1, "query": name, "query_place_id": place_id})


def _plain(text: str) -> str:
    """Return a text of theirs without markup and in one line, cut where it is very long."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split())[:MOST_LETTERS]
