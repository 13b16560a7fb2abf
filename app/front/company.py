"""Who is connected, and who has to go where there are too many: whoever takes most, and waits longest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from app.front.connection import Connection, State

#: One client's connections, the one that came first first.
Group = dict[Connection, None]


class Company:
    """All connections of a process, and those whose clients keep us waiting. Only the main thread touches it."""

    def __init__(self) -> None:
        self._all: dict[str | None, Group] = {}
        self._waiting: dict[str | None, Group] = {}
        self._count = self._bytes = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Connection]:
        """Give all connections, of which any may leave meanwhile."""
        return iter(list(chain.from_iterable(self._all.values())))

    def add(self, connection: Connection) -> None:
        """Take a connection in."""
        self._all.setdefault(connection.client, {})[connection] = None
        self._count += 1

    def remove(self, connection: Connection) -> None:
        """Let a connection go."""
        _leave(self._all, connection)
        self._count -= 1
        self._bytes -= connection.counted_bytes
        self.done_waiting(connection)

    def wait_for(self, connection: Connection) -> None:
        """Note that more of a request is awaited from a connection."""
        self._waiting.setdefault(connection.client, {}).setdefault(connection)

    def done_waiting(self, connection: Connection) -> None:
        """Note that it is not."""
        if self.is_waiting(connection):
            _leave(self._waiting, connection)

    def is_waiting(self, connection: Connection) -> bool:
        """Return whether more of a request is awaited from a connection."""
        return connection in self._waiting.get(connection.client, ())

    def waiting(self, client: str | None) -> int:
        """Return how many connections of a client keep us waiting."""
        return len(self._waiting.get(client, ()))

    def longest_waiting(self, client: str | None) -> Connection:
        """Return the connection of a client that has kept us waiting for longest."""
        return next(iter(self._waiting[client]))

    def least_missed(self) -> Connection | None:
        """Return which connection to close where there are too many: never one that is being answered.

        It is one of whoever has most that wait for the rest of a request, else of whoever has most at all.
        """
        if self._waiting:
            group = max(self._waiting.values(), key=len)
            return next(iter(group))
        for group in sorted(self._all.values(), key=len, reverse=True):
            quiet = [connection for connection in group if connection.state is not State.ANSWERING]
            if quiet:
                return min(quiet, key=lambda connection: connection.since)
        return None

    def count(self, connection: Connection) -> None:
        """Note how much a connection holds now."""
        held = connection.held_bytes
        self._bytes += held - connection.counted_bytes
        connection.counted_bytes = held

    def holds_more_than(self, most_bytes: int) -> bool:
        """Return whether all connections together hold more; threads have let go of some meanwhile."""
        if self._bytes > most_bytes:
            for connection in self:
                self.count(connection)
        return self._bytes > most_bytes

    def greediest(self) -> Connection | None:
        """Return the connection that holds most, of the client who holds most; none that is being answered."""
        groups = [[each for each in group if each.state is not State.ANSWERING] for group in self._all.values()]
        group = max(groups, key=lambda group: sum(each.held_bytes for each in group), default=[])
        return max(group, key=lambda each: each.held_bytes, default=None)


def _leave(groups: dict[str | None, Group], connection: Connection) -> None:
    group = groups[connection.client]
    del group[connection]
    if not group:
        del groups[connection.client]
