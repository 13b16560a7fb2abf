"""How idle workers are woken. Nothing but speed depends on it: who misses it finds the work when it next looks."""

from __future__ import annotations

import threading
from typing import Protocol


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
