"""Walk Score, Google's Places and FEMA's flood map on loopback: each speaks its protocol, and can be broken."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import requests

from app.errors import ServiceDenied, ServiceTrouble
from app.sources.live.asking.queries import Answered, BadAnswer, Denied, Query, Tired, Value
from app.sources.live.extras.fema import LAYER
from app.sources.live.services import LiveServices, Service
from tests.support.live.plain_client import PlainClient

WALKSCORE_KEY, GOOGLE_KEY = "walkscore-secret-4711", "google-secret-0815"
T = TypeVar("T")

Params = Mapping[str, str]


@dataclass
class StandIn:
    """A server on a free port; `asked` is what it was asked, `fault` what is wrong with it."""

    reply: Callable[[str, Params], Any]
    #: "", "html", "cut", "slow", "reset", or a status of HTTP as text.
    fault: str = ""
    asked: list[tuple[str, Params]] = field(default_factory=list)
    url: str = ""

    def body(self, path: str, params: Params) -> bytes:
        """Return the answer, or what the fault makes of it."""
        self.asked.append((path, params))
        whole = json.dumps(self.reply(path, params)).encode()
        return {"html": b"<html><h1>Maintenance</h1></html>", "cut": whole[: len(whole) // 2]}.get(self.fault, whole)


class Handler(BaseHTTPRequestHandler):
    """Answers GET by the stand-in of its server."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer, or do what the fault says."""
        stand_in: StandIn = self.server.stand_in  # type: ignore[attr-defined]
        asked = urlsplit(self.path)
        body = stand_in.body(asked.path, dict(parse_qsl(asked.query, keep_blank_values=True)))
        if stand_in.fault == "slow":
            time.sleep(3)
        if stand_in.fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        self.send_response(int(stand_in.fault) if stand_in.fault.isdigit() else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(*stand_ins: StandIn) -> Iterator[None]:
    """Serve them, each at its `url`."""
    servers = []
    for stand_in in stand_ins:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.stand_in = stand_in  # type: ignore[attr-defined]
        stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
    yield
    for server in servers:
        server.shutdown()
        server.server_close()


# --- what each of them says ----------------------------------------------------------------------------


def walkscore_reply(walk: float, transit: float | None, bike: float | None) -> Callable[[str, Params], Any]:
    """Return how Walk Score answers; None for what it has no score of."""

    def reply(path: str, params: Params) -> Any:
        if path != "/score" or params.get("format") != "json":
            return {"status": 30}
        if params.get("wsapikey") != WALKSCORE_KEY:
            return {"status": 40}
        found: dict[str, Any] = {
            "status": 1,
            "walkscore": walk,
            "description": "Very Walkable",
            "updated": "2025-03-04 05:06:07.891011",
            "ws_link": f"https://www.walkscore.com/score/{params['address']}/?utm_source=somebody",
            "help_link": "https://www.redfin.com/how-walk-score-works",
            "snapped_lat": round(float(params["lat"]), 4),
            "snapped_lon": round(float(params["lon"]), 4),
        }
        if params.get("transit") == "1":
            word = None if transit is None else "Good Transit"
            found["transit"] = {"score": transit, "description": word, "summary": None}
        if params.get("bike") == "1" and bike is not None:
            found["bike"] = {"score": bike, "description": "Bikeable"}
        return found

    return reply


def google_place(name: str, rating: float | None, ratings: int | None, *types: str, **more: object) -> dict[str, Any]:
    """Return a place as Nearby Search tells it."""
    place = {"name": name, "place_id": f"id-of-{name}", "types": [*types, "establishment"], "vicinity": "near by"}
    rated = {} if rating is None else {"rating": rating, "user_ratings_total": ratings}
    return {**place, "business_status": "OPERATIONAL", "geometry": {"location": {"lat": 0, "lng": 0}}, **rated, **more}


def google_reply(*places: Mapping[str, Any], credits: Sequence[str] = ()) -> Callable[[str, Params], Any]:
    """Return how Nearby Search answers."""

    def reply(path: str, params: Params) -> Any:
        if params.get("key") != GOOGLE_KEY:
            message = f"The provided API key is invalid: {params.get('key')}"
            return {"html_attributions": [], "results": [], "status": "REQUEST_DENIED", "error_message": message}
        if path != "/maps/api/place/nearbysearch/json" or not {"location", "radius"} <= params.keys():
            return {"html_attributions": [], "results": [], "status": "INVALID_REQUEST"}
        status = "OK" if places else "ZERO_RESULTS"
        return {"html_attributions": list(credits), "results": list(places), "status": status}

    return reply


def zone(code: str | None, subtype: str | None = None, special: str = "F") -> dict[str, Any]:
    """Return a zone as the layer tells it."""
    return {"attributes": {"FLD_ZONE": code, "ZONE_SUBTY": subtype, "SFHA_TF": special}}


def fema_reply(*zones: Mapping[str, Any]) -> Callable[[str, Params], Any]:
    """Return how the layer answers a query for a point."""

    def reply(path: str, params: Params) -> Any:
        lon, _, lat = params.get("geometry", "").partition(",")
        wanted = ("esriGeometryPoint", "4326", "json")
        if path != LAYER or (params.get("geometryType"), params.get("inSR"), params.get("f")) != wanted or not lat:
            return {"error": {"code": 400, "message": "Invalid or missing input parameters.", "details": []}}
        fields = [{"name": name, "type": "esriFieldTypeString"} for name in params["outFields"].split(",")]
        assert -180 <= float(lon) <= 180
        assert -90 <= float(lat) <= 90
        return {"displayFieldName": "FLD_ZONE", "fields": fields, "features": list(zones)}

    return reply


# --- who asks them -------------------------------------------------------------------------------------


@dataclass
class Says:
    """A client whose service gives one body, fetched on 2 March 2026."""

    body: bytes
    asked: list[Query] = field(default_factory=list)
    fetched_at: float = 1_772_452_800.0

    def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        """Return what is read of the body."""
        self.asked.append(query)
        return Answered(parse(self.body), self.fetched_at)


def unless_refused(ask: Callable[[], T]) -> T | None:
    """Return what is read of a body, None where it is refused in words."""
    try:
        return ask()
    except (BadAnswer, Tired, Denied) as refused:
        if not str(refused):
            raise
        return None


class OneTry:
    """A client that asks once, and says what went wrong as the real one does."""

    def __init__(self) -> None:
        self.plain = PlainClient()

    def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        """Return the answer. Raises ServiceTrouble or ServiceDenied."""
        try:
            return self.plain.ask(service, query, parse)
        except Denied as denied:
            raise ServiceDenied(service=service.title, why=str(denied)) from None
        except (BadAnswer, Tired) as error:
            raise ServiceTrouble(service=service.title, why=str(error)) from None
        except requests.RequestException:
            raise ServiceTrouble(service=service.title, why="did not answer") from None


def service(name: str, title: str, url: str, key: str = "") -> Service:
    """Return a service as the settings would describe it."""
    return Service(
        name=name,
        title=title,
        asked_for="something",
        url=url,
        policy="https://example.org",
        pause_s=0.0,
        read_s=5.0,
        most_bytes=1_000_000,
        requests_per_day=1_000,
        bytes_per_day=10_000_000,
        key=key,
    )


def services(
    walkscore: StandIn | None = None, google: StandIn | None = None, fema: StandIn | None = None
) -> LiveServices:
    """Return the services that are there."""
    return LiveServices(
        geocoders=(),
        overpass=None,
        walkscore=service("walkscore", "Walk Score", walkscore.url, WALKSCORE_KEY) if walkscore else None,
        ratings=service("ratings", "Google Places", google.url, GOOGLE_KEY) if google else None,
        fema=service("fema", "FEMA's flood map", fema.url) if fema else None,
    )
