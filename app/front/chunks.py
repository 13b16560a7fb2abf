"""Bodies in chunks, taken apart as they come (RFC 9112, section 7.1)."""

from __future__ import annotations

import re

from app.front.refusals import Unreadable

#: The size of a chunk, and extensions, which mean nothing here.
SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")
MOST_LINE_BYTES = 256
MOST_TRAILER_BYTES = 4096


class Chunks:
    """A body that is not whole yet."""

    def __init__(self, most_bytes: int) -> None:
        self.body = bytearray()
        self._most_bytes = most_bytes
        #: Bytes of the chunk that are still to come; None where a size is next, -1 in the trailers.
        self._missing: int | None = None
        self._trailer_bytes = 0

    def take(self, buffer: bytearray) -> bool:
        """Remove from a buffer what belongs to the body; return whether that is whole. Raises Unreadable."""
        while True:
            if self._missing == -1:
                return self._take_trailers(buffer)
            if self._missing is None:
                if not self._take_size(buffer):
                    return False
            elif not self._take_data(buffer, self._missing):
                return False

    def _take_size(self, buffer: bytearray) -> bool:
        line = _line(buffer, MOST_LINE_BYTES)
        if line is None:
            return False
        size = SIZE_LINE.fullmatch(line)
        if size is None:
            raise Unreadable
        self._missing = int(size[1], 16) or -1
        if len(self.body) + self._missing > self._most_bytes:
            raise Unreadable(413)
        return True

    def _take_data(self, buffer: bytearray, missing: int) -> bool:
        """Take what there is of a chunk; return whether it was all of it, with the end of its line."""
        data = buffer[:missing]
        del buffer[: len(data)]
        self.body += data
        self._missing = missing = missing - len(data)
        if missing or len(buffer) < 2:
            if not b"\r\n".startswith(buffer[:2]):
                raise Unreadable
            return False
        if buffer[:2] != b"\r\n":
            raise Unreadable
        del buffer[:2]
        self._missing = None
        return True

    def _take_trailers(self, buffer: bytearray) -> bool:
        """Throw trailers away; return whether their end was there."""
        while (line := _line(buffer, MOST_TRAILER_BYTES)) is not None:
            if not line:
                return True
            self._trailer_bytes += len(line)
            if self._trailer_bytes > MOST_TRAILER_BYTES:
                raise Unreadable(431)
        return False


def _line(buffer: bytearray, most_bytes: int) -> bytes | None:
    """Remove and return a line without its end, None if that is not there yet. Raises Unreadable if it is too long."""
    end = buffer.find(b"\n", 0, most_bytes + 2)
    if end < 0:
        if len(buffer) > most_bytes:
            raise Unreadable
        return None
    line = bytes(buffer[:end])
    if not line.endswith(b"\r"):
        raise Unreadable
    del buffer[: end + 1]
    return line[:-1]
