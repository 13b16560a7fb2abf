"""How idle workers are woken. Nothing but speed depends on it: who misses it finds the work when it next looks."""

from __future__ import annotations

import threading
from typing import Protocol

#: Where a database can tell others, those who wait for work listen here.
CHANNEL = "doorstep_jobs"
#: With so many jobs in line no worker is idle, so none is told: each notification takes a lock of the whole server.
BUSY_LINE = 64


class WakeUp(Protocol):
    """Wakes every worker of the site."""

    def notify(self) -> None:
        """Wake every worker. Never fails."""
        ...

    def subscribe(self) -> threading.Event:
        """Return an event that every notification sets from now on, whichever process sends it."""
        ...

    def unsubscribe(self, event: threading.Event) -> None:
        """Stop setting an event."""
        ...
