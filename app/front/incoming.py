"""A request as it comes in: kept until it is whole, or can never be."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from gunicorn.http.body import ChunkedReader
from gunicorn.http.errors import NoMoreData, ParseException
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from app.front.chunks import Chunks
from app.front.hosts import is_host
from app.front.limits import Limits
from app.front.refusals import Unreadable, status_of

END_OF_HEAD = b"\r\n\r\n"
BARE_LINE_END = re.compile(rb"(?<!\r)\n")
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Incoming:
    """What has come of the next request, and what came after it."""

    def __init__(self, settings: Any, address: object, limits: Limits) -> None:
        self.buffer = bytearray()
        self._settings, self._address, self._limits = settings, address, limits
        self._searched = 0
        self._count = 0
        #: Once the head was read: the request, and its body as far as that has come.
        self._request: Request | None = None
        self._length = 0
        self._chunks: Chunks | None = None

    @property
    def begun(self) -> bool:
        """Return whether anything of a request is there."""
        return bool(self.buffer) or self._request is not None

    @property
    def in_body(self) -> bool:
        """Return whether only the body is not whole."""
        return self._request is not None

    @property
    def held_bytes(self) -> int:
        """Return how much is kept."""
        return len(self.buffer) + (len(self._chunks.body) if self._chunks else 0)

    def expects_continue(self) -> bool:
        """Return, once for a request, whether the client waits for a word before it sends the body."""
        if self._request is None or not self._request._expected_100_continue:
            return False
        self._request._expected_100_continue = False
        return True

    def whole_request(self) -> Request | None:
        """Return the request once it is whole, with its body; else None. Raises Unreadable if it never can be."""
        if self._request is None and not self._read_head():
            return None
        request, body = self._request, self._whole_body()
        if request is None or body is None:
            return None
        self._request, self._chunks, self._length = None, None, 0
        request.body = BytesIO(body)
        request._expected_100_continue = False  # the body is here
        return request

    def _read_head(self) -> bool:
        end = self.buffer.find(END_OF_HEAD, max(0, self._searched - len(END_OF_HEAD)))
        if end < 0:
            self._check_part_of_head()
            self._searched = len(self.buffer)
            return False
        end += len(END_OF_HEAD)
        if end > self._limits.head_bytes:
            raise Unreadable(431)
        head = bytes(self.buffer[:end])
        del self.buffer[:end]
        self._searched = 0
        self._count += 1
        self._request = self._parsed(head)
        self._prepare_body(self._request)
        return True

    def _check_part_of_head(self) -> None:
        """Raise Unreadable where waiting for more is of no use."""
        if BARE_LINE_END.search(self.buffer, max(0, self._searched - 1)):
            raise Unreadable
        if b"\r\n" not in self.buffer and len(self.buffer) > self._settings.limit_request_line + 2:
            raise Unreadable(414)
        if len(self.buffer) > self._limits.head_bytes:
            raise Unreadable(431)

    def _parsed(self, head: bytes) -> Request:
        try:
            request = Request(self._settings, IterUnreader((head,)), self._address, self._count)
        except (ParseException, NoMoreData, ValueError) as error:
            raise Unreadable(status_of(error)) from None
        hosts = [value for name, value in request.headers if name == "HOST"]
        if (request.version >= (1, 1) and not hosts) or not all(map(is_host, hosts)):
            raise Unreadable
        return request

    def _prepare_body(self, request: Request) -> None:
        reader = request.body.reader
        if isinstance(reader, ChunkedReader):
            self._chunks = Chunks(self._limits.body_bytes)
            return
        self._length = reader.length
        if self._length > self._limits.body_bytes:
            raise Unreadable(413)

    def _whole_body(self) -> bytes | None:
        if self._chunks is not None:
            return bytes(self._chunks.body) if self._chunks.take(self.buffer) else None
        if len(self.buffer) < self._length:
            return None
        body = bytes(self.buffer[: self._length])
        del self.buffer[: self._length]
        return body
