"""The words that a worker and its evaluator's process exchange: length-prefixed MessagePack over pipes."""

from __future__ import annotations

import os
import select
import struct
import time

import msgspec

_LENGTH = struct.Struct(">I")


class Work(msgspec.Struct, frozen=True, tag=True):
    """To the evaluator: evaluate this listing (JSON), going on after these findings."""

    listing: str
    finished: tuple[bytes, ...]


class Ready(msgspec.Struct, frozen=True, tag=True):
    """From the evaluator: everything is loaded."""


class Began(msgspec.Struct, frozen=True, tag=True):
    """From the evaluator: a stage begins."""

    stage: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """From the evaluator: a stage ended; `missing` where it measured nothing, for this reason."""

    stage: str
    seconds: float
    missing: bool
    reason: str
    finding: bytes


class Reported(msgspec.Struct, frozen=True, tag=True):
    """From the evaluator: the report as JSON."""

    report: bytes


class Failed(msgspec.Struct, frozen=True, tag=True):
    """From the evaluator: no report, and why, in words for a person."""

    code: str
    message: str
    suggestions: tuple[str, ...]
    passing: bool


Answer = Ready | Began | Ended | Reported | Failed

encode = msgspec.msgpack.Encoder().encode
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
_works = msgspec.msgpack.Decoder(Work)


def send(fd: int, word: Work | Answer) -> None:
    """Write one frame. Raises BrokenPipeError when nobody reads."""
    body = encode(word)
    rest = memoryview(_LENGTH.pack(len(body)) + body)
    while rest:
        rest = rest[os.write(fd, rest) :]


def receive_work(fd: int) -> Work:
    """Wait for the next piece of work. Raises EOFError when the worker is gone."""
    (length,) = _LENGTH.unpack(_exactly(fd, _LENGTH.size))
    return _works.decode(_exactly(fd, length))


def receive_answer(fd: int, deadline: float) -> Answer:
    """Wait for the evaluator's next word. Raises EOFError, or TimeoutError at the deadline (monotonic seconds)."""
    (length,) = _LENGTH.unpack(_exactly(fd, _LENGTH.size, deadline))
    return _answers.decode(_exactly(fd, length, deadline))


def _exactly(fd: int, length: int, deadline: float | None = None) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        if deadline is not None:
            _wait(fd, deadline)
        part = os.read(fd, length - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _wait(fd: int, deadline: float) -> None:
    """Wait until there is something to read; `poll`, since `select` fails past 1,024 descriptors."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    if not poll.poll(max(deadline - time.monotonic(), 0.0) * 1_000):
        raise TimeoutError
