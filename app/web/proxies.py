"""What proxies in front say of a client and of the site's address: believed from as many as are configured."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Config
from app.front.hosts import is_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: A path below which a site may live. A link must never begin with two slashes, which lead to another host.
PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


def init_app(app: Flask, config: Config) -> None:
    """Believe the X-Forwarded-* headers of as many proxies as are trusted, and of none where that is 0."""
    hops = config.trusted_proxies
    if hops:
        onward = Checked(app.wsgi_app)
        fixed = ProxyFix(onward, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)
        app.wsgi_app = fixed  # type: ignore[method-assign]


class Checked:
    """Middleware: what proxies said is not always theirs, as they may hand on what a client made up.

    A host that no link can name is refused. A prefix that is no path is left out, and so is a scheme that is not http.
    """

    def __init__(self, onward: WSGIApplication) -> None:
        self._onward = onward

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with links as the client sees them."""
        prefix = environ.get("SCRIPT_NAME", "").rstrip("/")
        environ["SCRIPT_NAME"] = prefix if PREFIX.fullmatch(prefix) else ""
        if environ["wsgi.url_scheme"] not in ("http", "https"):
            environ["wsgi.url_scheme"] = "http"
        if not is_host(environ.get("HTTP_HOST", "localhost")):
            start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"That request could not be read: a proxy says of it that it is for a host that cannot be.\n"]
        return self._onward(environ, start_response)
