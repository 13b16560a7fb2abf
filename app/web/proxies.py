"""What proxies in front say of the client and of the site's address: believed from as many as are configured."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: A path below which a site may live. A link must never begin with two slashes, which lead to another host.
PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


def init_app(app: Flask, config: Config) -> None:
    """Believe the X-Forwarded-* headers of as many proxies as are trusted, and of none where that is 0."""
    hops = config.trusted_proxies
    if hops:
        onward = BelowPrefix(app.wsgi_app)
        fixed = ProxyFix(onward, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)
        app.wsgi_app = fixed  # type: ignore[method-assign]


class BelowPrefix:
    """Middleware: the path below which a proxy shows the site begins all its links, if it is a path at all."""

    def __init__(self, onward: WSGIApplication) -> None:
        self._onward = onward

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with links below the prefix."""
        prefix = environ.get("SCRIPT_NAME", "").rstrip("/")
        environ["SCRIPT_NAME"] = prefix if PREFIX.fullmatch(prefix) else ""
        return self._onward(environ, start_response)
