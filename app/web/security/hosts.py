"""By which names the site is asked for: links are made of them, so a request for any other name is refused.

With `DOORSTEP_HOSTS` only these names are answered. Without it any well-formed name is: a link in an answer then says
what this very client called the site, no cache that others share keeps such an answer, and no mail is ever sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, request

from app.config import Config
from app.errors import ConfigError, WrongHost
from app.front.hosts import is_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Set on a request whose own Host was put aside.
REFUSED = "doorstep.refused_host"
#: What load balancers and monitors ask by an address of the network.
BY_ANY_NAME = ("health", "metrics")


def init_app(app: Flask, config: Config) -> None:
    """Check the name of every request. Raises ConfigError for a setting that holds what is no name."""
    app.wsgi_app = KnownHosts(app.wsgi_app, names_in(config.hosts))  # type: ignore[method-assign]

    @app.before_request
    def guard() -> None:
        if REFUSED in request.environ and request.blueprint not in BY_ANY_NAME:
            raise WrongHost


def names_in(setting: str) -> tuple[str, ...]:
    """Return the names of the setting DOORSTEP_HOSTS. Raises ConfigError for one that cannot be asked for."""
    names = tuple(name for name in (part.strip().lower() for part in setting.split(",")) if name)
    wrong = next((name for name in names if not is_host(name)), None)
    if wrong is not None:
        why = f"“{wrong}” is no name of a host; write such as doorstep.example or doorstep.example:8443"
        raise ConfigError(name="DOORSTEP_HOSTS", why=why)
    return names


class KnownHosts:
    """Middleware that puts a name of the site in the place of any other, and marks the request.

    So nothing behind it can make a link, or an error of its own, of a name that somebody made up.
    """

    def __init__(self, onward: WSGIApplication, names: Iterable[str]) -> None:
        self._onward, self._names = onward, tuple(names)
        self._known = frozenset(self._names)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does."""
        host: str = environ.get("HTTP_HOST", "")
        if not self._is_known(host):
            if host:
                environ[REFUSED] = True
            environ["HTTP_HOST"] = self._names[0] if self._names else _address_in(environ)
        return self._onward(environ, start_response)

    def _is_known(self, host: str) -> bool:
        """Return whether it is a name of ours; one that is set without a port is known at every port."""
        if not self._known:
            return is_host(host)
        host = host.lower()
        return host in self._known or (is_host(host) and _without_port(host) in self._known)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _address_in(environ: WSGIEnvironment) -> str:
    """Return the address that the server listens on, as a link has it; it is not asked for by any name."""
    name, port = str(environ.get("SERVER_NAME") or ""), str(environ.get("SERVER_PORT") or "")
    address = f"[{name}]" if ":" in name else name
    host = f"{address}:{port}" if port.isdigit() else address
    return host if is_host(host) else "localhost"
