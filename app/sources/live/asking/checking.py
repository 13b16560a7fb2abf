"""How things are with each service: as the ledger has it, and by a real question that costs it next to nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from app.sources.live.asking.client import Client
from app.sources.live.asking.ledger import Ledger
from app.sources.live.asking.queries import BadAnswer, Denied, Query, Tired
from app.sources.live.asking.sending import Fault
from app.sources.live.services import MEGABYTE, Service
from app.wording import count, duration

#: An address that every geocoder of the world knows, and one that every geocoder of the US knows.
_EIFFEL_TOWER = "Avenue Gustave Eiffel, Paris"
_WHITE_HOUSE = "1600 Pennsylvania Ave NW, Washington, DC 20500"
_WHITE_HOUSE_AT = (("lat", "38.8977"), ("lon", "-77.0365"))

#: The named nodes of a street corner in Monaco.
_FEW_NODES = (
    "[out:json][timeout:10][maxsize:1048576];"
    'node["name"](43.7390,7.4260,43.7400,7.4270)->.points;\n.points out body qt;\n'
)

#: Rests up to this (seconds) are no news: evaluations wait for them.
SHORT_REST_SECONDS = 60.0

_QUESTIONS = {
    "nominatim": Query("/search", (("q", _EIFFEL_TOWER), ("format", "jsonv2"), ("limit", "1"))),
    "photon": Query("/api", (("q", _EIFFEL_TOWER), ("limit", "1"))),
    "census": Query(
        "/geocoder/locations/onelineaddress",
        (("address", _WHITE_HOUSE), ("benchmark", "Public_AR_Current"), ("format", "json")),
    ),
    "google": Query("/maps/api/geocode/json", (("address", _EIFFEL_TOWER),), key_param="key"),
    "ratings": Query(
        "/maps/api/place/findplacefromtext/json",
        (("input", "Eiffel Tower"), ("inputtype", "textquery"), ("fields", "place_id")),
        key_param="key",
    ),
    "overpass": Query("/api/interpreter", form=(("data", _FEW_NODES),)),
    "walkscore": Query(
        "/score", (("format", "json"), ("address", _WHITE_HOUSE), *_WHITE_HOUSE_AT), key_param="wsapikey"
    ),
    "fema": Query("/arcgis/rest/services/public/NFHL/MapServer", (("f", "json"),)),
}


def check(client: Client, service: Service) -> None:
    """Ask a service a real question. Raises ServiceTrouble, ServiceBusy, ServiceSpent or ServiceDenied."""
    client.ask_anew(service, _QUESTIONS[service.name], _READERS[service.name])


def left_today(service: Service, ledger: Ledger) -> str:
    """Return what is left of a service's budget: "4,998 requests and 499 MB left today"."""
    standing = ledger.standing(service.name)
    requests = max(service.requests_per_day - standing.requests_today, 0)
    megabytes = max(service.bytes_per_day - standing.bytes_today, 0) / MEGABYTE
    return f"{count(requests, 'request')} and {megabytes:,.0f} MB left today"


def troubles(services: tuple[Service, ...], ledger: Ledger) -> tuple[str, ...]:
    """Return a sentence for each service that is not asked at this time."""
    return tuple(filter(None, (_trouble(service, ledger) for service in services)))


def _trouble(service: Service, ledger: Ledger) -> str:
    standing = ledger.standing(service.name)
    if standing.closed_s:
        faults, wait = count(standing.faults_in_a_row, "fault"), duration(standing.closed_s)
        last = next((fault.sentence for fault in Fault if fault == standing.last_fault), "gave no proper answer")
        return f"{service.title} is left alone for another {wait}, after {faults} in a row. The last time it {last}."
    if standing.rests and standing.waits_s > SHORT_REST_SECONDS:
        return f"{service.title} asked to be left alone for another {duration(standing.waits_s)}."
    if standing.requests_today >= service.requests_per_day or standing.bytes_today >= service.bytes_per_day:
        return f"{service.title} is not asked again before tomorrow (UTC): the budget of this day is spent."
    return ""


# --- whether a body is an answer at all -------------------------------------------------------------


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise BadAnswer("it is no JSON") from None


def _found_list(body: bytes) -> None:
    if not isinstance(_json(body), list):
        raise BadAnswer("it is no list")


def _object_with(key: str) -> Callable[[bytes], None]:
    def read(body: bytes) -> None:
        found = _json(body)
        if not isinstance(found, dict) or key not in found:
            raise BadAnswer(f"it has no {key}")

    return read


def _google(body: bytes) -> None:
    _object_with("status")(body)
    status = _json(body)["status"]
    if status == "REQUEST_DENIED":
        raise Denied
    if status in ("OVER_QUERY_LIMIT", "OVER_DAILY_LIMIT"):
        raise Tired
    if status != "OK":
        raise BadAnswer("the status is none of a good answer")


def _walkscore(body: bytes) -> None:
    """Read the status codes of https://www.walkscore.com/professional/api.php."""
    _object_with("status")(body)
    status = _json(body)["status"]
    if status in (40, 42):
        raise Denied
    if status == 41:
        raise Tired
    if status not in (1, 2):
        raise BadAnswer("the status is none of a good answer")


_READERS = {
    "nominatim": _found_list,
    "photon": _object_with("features"),
    "census": _object_with("result"),
    "google": _google,
    "ratings": _google,
    "overpass": _object_with("elements"),
    "walkscore": _walkscore,
    "fema": _object_with("layers"),
}
