"""Forms that other sites make a browser send are refused; so that a proxy can be put right, the log says why."""

from __future__ import annotations

import logging
from threading import Lock
from urllib.parse import urlsplit

from flask import Flask, request

from app.config import Config
from app.errors import ForeignForm
from app.web.security.floods import SAFE_METHODS

log = logging.getLogger(__name__)

OPEN_HERE = "Open Doorstep itself and send it from there."
#: What a person does whose browser names the very page that they see.
ASK_THE_HOST = (
    f"{OPEN_HERE} If you did, the proxy of this site does not pass on {{header}}: please tell whoever runs it."
)
#: By what differs between the page's own address and the one that the request came to: the header that carries it.
HOST, SCHEME = "the header Host", "the header X-Forwarded-Proto"
HINTS = {
    HOST: "if a proxy stands in front, let it pass Host as the browser sent it, or X-Forwarded-Host together with the "
    "setting DOORSTEP_TRUSTED_PROXIES",
    SCHEME: "if a proxy stands in front and speaks https with browsers, let it send X-Forwarded-Proto and set "
    "DOORSTEP_TRUSTED_PROXIES",
}

_told: set[str] = set()
_telling = Lock()


def init_app(app: Flask, config: Config) -> None:
    """Look at every request that changes something."""

    @app.before_request
    def guard() -> None:
        if request.method not in SAFE_METHODS:
            refuse_foreign_forms()


def refuse_foreign_forms() -> None:
    """Raise ForeignForm if a browser says that another site sent this. Programs say nothing and are let through.

    `Sec-Fetch-Site` is what the browser itself sees, whatever stands between. Only where it is missing, as over plain
    http, the origin is compared with the address that the request came to.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ForeignForm(what_to_do=OPEN_HERE)
    elif origin is not None and origin != request.host_url.rstrip("/"):
        header = differing_header(origin, request.host_url)
        if header is None:
            raise ForeignForm(what_to_do=OPEN_HERE)
        _tell_once(header)
        raise ForeignForm(what_to_do=ASK_THE_HOST.format(header=header))


def differing_header(origin: str, here: str) -> str | None:
    """Return which header a proxy may have kept back; None where the origin is no page at all ("null")."""
    sent, came = urlsplit(origin), urlsplit(here)
    if sent.scheme not in ("http", "https"):
        return None
    return SCHEME if sent.netloc == came.netloc else HOST


def _tell_once(header: str) -> None:
    """Write down once in each process what may be wrong; without the names, which are whatever a client sent."""
    with _telling:
        is_new = header not in _told
        _told.add(header)
    if is_new:
        log.warning("A form was refused as another site's: its Origin does not fit %s. %s.", header, HINTS[header])
