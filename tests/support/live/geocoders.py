"""Stand-ins for four geocoders: Nominatim and Photon from an extract, US census and Google from tables of addresses.

with nominatim_stand_in(extract) as server:
    ...  # server.url, server.asked, server.fail(503), server.latency_s = 0.08
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.live.mapped import Gazetteer, Mapped, apart_m, gazetteer, words_of
from tests.support.live.standing_in import Reply, StandIn, standing_in

ATTRIBUTION = "Data © OpenStreetMap contributors, ODbL 1.0. http://osm.org/copyright"
_ELEMENTS = {"N": "node", "W": "way", "R": "relation"}


# --- Nominatim ---


def nominatim_stand_in(extract: Path, *, country: str = "Monaco", code: str = "mc") -> AbstractContextManager[StandIn]:
    """Run `/search` and `/reverse` over an extract of one country, which refuse whoever does not say who asks."""
    known = gazetteer(extract, country=country, code=code)

    def answers(path: str, params: Mapping[str, str]) -> Reply:
        if params.get("format") not in ("jsonv2", "json"):
            return _nominatim_error(400, "Parameter 'format' must be one of: json, jsonv2")
        if path == "/search":
            if not params.get("q"):
                return _nominatim_error(400, "Nothing to search for.")
            found = known.find(params["q"], min(int(params.get("limit", "10")), 40))
            return Reply([nominatim_place(each, known) for each in found])
        if path == "/reverse":
            point = _point(params)
            if point is None:
                return _nominatim_error(400, "Parameters 'lat' and 'lon' must be numbers.")
            nearest = known.at(*point)
            return Reply(nominatim_place(nearest, known) if nearest else {"error": "Unable to geocode"})
        return Reply(b"Not found", 404)

    return standing_in(answers, wants_agent=True)


def _nominatim_error(status: int, message: str) -> Reply:
    return Reply({"error": {"code": status, "message": message}}, status)


def nominatim_place(each: Mapped, known: Gazetteer) -> dict[str, Any]:
    """Return one place of format `jsonv2`. What only has an address is a `place` of type `house`, as a building is."""
    ranks = {"place": 16, "street": 26}
    road = each.name if each.kind == "street" else each.street
    address = {each.key if each.kind == "thing" else "": each.name, "house_number": each.number, "road": road}
    address |= {"suburb" if each.value == "suburb" else "": each.name, "city": each.city or each.name}
    address |= {"postcode": each.postcode, "country": known.country, "country_code": known.code}
    address = {key: value for key, value in address.items() if key and value}
    lat, lon = each.lat, each.lon
    return {
        "place_id": each.ident % 1_000_000,
        "licence": ATTRIBUTION,
        "osm_type": "node" if each.value == "house" else _ELEMENTS[each.element],
        "osm_id": each.ident,
        "lat": f"{lat:.7f}",
        "lon": f"{lon:.7f}",
        "category": each.key,
        "type": each.value,
        "place_rank": ranks.get(each.kind, 30),
        "importance": 0.4 if each.kind == "place" else 0.00005,
        "addresstype": "road" if each.kind == "street" else each.value if each.kind == "place" else each.key,
        "name": each.name,
        "display_name": ", ".join(dict.fromkeys(filter(None, (each.name, *address.values())))),
        "address": address,
        "boundingbox": [f"{lat - 5e-5:.7f}", f"{lat + 5e-5:.7f}", f"{lon - 5e-5:.7f}", f"{lon + 5e-5:.7f}"],
    }


# --- Photon ---


def photon_stand_in(extract: Path, *, country: str = "Monaco", code: str = "mc") -> AbstractContextManager[StandIn]:
    """Run `/api` and `/reverse` over an extract of one country."""
    known = gazetteer(extract, country=country, code=code)

    def answers(path: str, params: Mapping[str, str]) -> Reply:
        if params.get("lang", "default") not in ("default", "de", "en", "fr"):
            return Reply({"message": "Language is not supported. Supported are: default, de, en, fr"}, 400)
        if path.rstrip("/") == "/api":
            if not params.get("q"):
                return Reply({"message": "missing search term 'q': /?q=berlin"}, 400)
            found = known.find(params["q"], min(int(params.get("limit", "15")), 50))
        elif path.rstrip("/") == "/reverse":
            point = _point(params)
            if point is None:
                return Reply({"message": "missing search term 'lat' and 'lon': /?lat=51.5&lon=8.0"}, 400)
            nearest = known.at(*point)
            found = [nearest] if nearest else []
        else:
            return Reply(b"Not found", 404)
        return Reply({"type": "FeatureCollection", "features": [photon_feature(each, known) for each in found]})

    return standing_in(answers)


def photon_feature(each: Mapped, known: Gazetteer) -> dict[str, Any]:
    layers = {"street": "street", "place": "city" if each.value == "city" else "district"}
    tells = {
        "osm_type": each.element,
        "osm_id": each.ident,
        "osm_key": each.key,
        "osm_value": each.value,
        "type": layers.get(each.kind, "house"),
        "name": each.name,
        "housenumber": each.number,
        "street": each.street,
        "city": each.city,
        "postcode": each.postcode,
        "country": known.country,
        "countrycode": known.code.upper(),
    }
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [each.lon, each.lat]},
        "properties": {key: value for key, value in tells.items() if value},
    }


def _point(params: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        return float(params["lat"]), float(params["lon"])
    except (KeyError, ValueError):
        return None


# --- tables of addresses ---


@dataclass(frozen=True, slots=True)
class Known:
    """One address of a table; a street where it has no number."""

    number: str
    street: str
    city: str
    state: str
    postcode: str
    lat: float
    lon: float
    country: str = "US"
    #: Google's `location_type`.
    how: str = "ROOFTOP"

    @property
    def line(self) -> str:
        """The address in one line."""
        return f"{self.number} {self.street}, {self.city}, {self.state} {self.postcode}".strip()


#: Addresses for tests; their points are near the true ones.
US_ADDRESSES = (
    Known("4600", "Silver Hill Rd", "Washington", "DC", "20233", 38.84599, -76.92744),
    Known("1600", "Amphitheatre Pkwy", "Mountain View", "CA", "94043", 37.42249, -122.08473),
    Known("350", "5th Ave", "New York", "NY", "10118", 40.74844, -73.98566),
    Known("12", "Main St", "Springfield", "IL", "62701", 39.79950, -89.64400, how="RANGE_INTERPOLATED"),
    Known("12", "Main St", "Springfield", "MA", "01105", 42.10100, -72.59000, how="RANGE_INTERPOLATED"),
    Known("", "Main St", "Reisterstown", "MD", "21136", 39.46900, -76.83100, how="GEOMETRIC_CENTER"),
)


def _matching(text: str, table: Sequence[Known]) -> Iterator[Known]:
    """Yield the addresses whose words were all typed but for the state and the postcode, and whose number was."""
    typed = words_of(text)
    for each in table:
        if words_of(each.street) <= typed and words_of(each.number) <= typed:
            elsewhere = {other.city for other in table} - {each.city}
            if not any(words_of(city) <= typed for city in elsewhere):
                yield each


# --- the US census ---


def census_stand_in(table: Sequence[Known] = US_ADDRESSES) -> AbstractContextManager[StandIn]:
    """Run the geocoder of the US census over a table."""

    def answers(path: str, params: Mapping[str, str]) -> Reply:
        if path != "/geocoder/locations/onelineaddress" or params.get("format") != "json":
            return Reply(b"<html>Page not found</html>", 404, {"Content-Type": "text/html"})
        errors = [f"{name} cannot be empty" for name in ("address", "benchmark") if not params.get(name)]
        if errors:
            return Reply({"errors": errors, "status": "400"}, 400)
        found = [each for each in _matching(params["address"], table) if each.number and each.country == "US"]
        matches = [_census_match(each) for each in found]
        return Reply({"result": {"input": {"address": {"address": params["address"]}}, "addressMatches": matches}})

    return standing_in(answers)


def _census_match(each: Known) -> dict[str, Any]:
    *name, kind = each.street.upper().split()
    empty = dict.fromkeys(("preQualifier", "preDirection", "preType", "suffixDirection", "suffixQualifier"), "")
    return {
        "tigerLine": {"side": "L", "tigerLineId": "76355984"},
        "coordinates": {"x": each.lon, "y": each.lat},
        "addressComponents": {
            **empty,
            "zip": each.postcode,
            "streetName": " ".join(name),
            "suffixType": kind,
            "city": each.city.upper(),
            "state": each.state,
            "fromAddress": each.number[:-1] + "0",
            "toAddress": each.number[:-1] + "98",
        },
        "matchedAddress": f"{each.number} {each.street}, {each.city}, {each.state}, {each.postcode}".upper(),
    }


# --- Google ---


def google_stand_in(key: str, table: Sequence[Known] = US_ADDRESSES) -> AbstractContextManager[StandIn]:
    """Run Google's geocoder over a table, for whoever has the key."""

    def answers(path: str, params: Mapping[str, str]) -> Reply:
        if path != "/maps/api/geocode/json":
            return Reply(b"<html>Not found</html>", 404, {"Content-Type": "text/html"})
        if params.get("key") != key:
            denied = {"error_message": "The provided API key is invalid.", "results": [], "status": "REQUEST_DENIED"}
            return Reply(denied)
        if "latlng" in params:
            lat, lon = map(float, params["latlng"].split(","))
            found = sorted(
                (each for each in table if _metres(lat, lon, each) < 500), key=lambda k: _metres(lat, lon, k)
            )
        elif params.get("address"):
            found = list(_matching(params["address"], table))
        else:
            return Reply(
                {"error_message": "Missing the 'address' parameter.", "results": [], "status": "INVALID_REQUEST"}
            )
        return Reply({"results": list(map(_google_result, found)), "status": "OK" if found else "ZERO_RESULTS"})

    return standing_in(answers)


def _metres(lat: float, lon: float, each: Known) -> float:
    return apart_m(lat, lon, Mapped("house", "N", 0, each.lat, each.lon, "", ""))


def _google_result(each: Known) -> dict[str, Any]:
    named = {
        "street_number": each.number,
        "route": each.street,
        "locality": each.city,
        "administrative_area_level_1": each.state,
        "country": each.country,
        "postal_code": each.postcode,
    }
    point = {"lat": each.lat, "lng": each.lon}
    return {
        "address_components": [
            {"long_name": name, "short_name": name, "types": [kind]} for kind, name in named.items() if name
        ],
        "formatted_address": f"{each.line}, USA",
        "geometry": {
            "location": point,
            "location_type": each.how,
            "viewport": {"northeast": point, "southwest": point},
        },
        "place_id": "stand-in",
        "types": ["street_address" if each.number else "route"],
    }
