"""A client without pacing, budgets or memory, for tests of what is asked and of how answers are read."""

from __future__ import annotations

import time
from collections.abc import Callable

import requests

from app.sources.live.asking.queries import Answered, Query, Value
from app.sources.live.services import Service


class PlainClient:
    """Sends each question at once. Raises what `parse` raises, and requests' own errors."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Query]] = []

    def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        """Return what `parse` makes of the body."""
        self.asked.append((service.name, query))
        params = query.params + (((query.key_param, service.key),) if query.key_param else ())
        sent = requests.request(
            "POST" if query.form else "GET",
            service.url + query.path,
            params=params,
            data=query.form or None,
            headers={"User-Agent": "Doorstep tests"},
            timeout=30,
            allow_redirects=False,
        )
        return Answered(parse(sent.content), time.time())

    def let_go(self, service: Service, query: Query) -> None:
        """Do nothing: nothing is kept."""
