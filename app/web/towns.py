"""Answers about whole towns, and the maps of them: those of the last questions are kept in each process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar, cast

from flask import Flask, current_app

from app.atlas.atlas import Atlas
from app.config import Config
from app.maps.drawing import compressed
from app.maps.frame import Frame
from app.maps.squares import TownGround, draw_squares, frame_of, outside, square_m, town_ground
from app.pipeline.choosing.asking import Reach
from app.pipeline.choosing.choice import Choice, choose
from app.pipeline.rules.headline import profile_named
from app.pipeline.rules.wishes import Wish
from app.web.security import refuse_floods

EXTENSION = "doorstep-towns"
#: Answers kept, pictures kept, and grounds of towns: a ground takes up to a quarter of a megabyte.
MOST_ANSWERS, MOST_PICTURES, MOST_GROUNDS = 64, 64, 12

T = TypeVar("T")


class Kept(Generic[T]):
    """The values made last by their keys. One is made at a time, as each takes a core; what is there waits for none."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[object, T] = OrderedDict()
        self._lock, self._making = Lock(), Lock()

    def get(self, key: object, make: Callable[[], T]) -> T:
        """Return the value of a key, making it unless that was done a while ago."""
        if (found := self._found(key)) is not None:
            return found
        with self._making:
            if (found := self._found(key)) is not None:
                return found
            value = make()
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._most:
                self._values.popitem(last=False)
        return value

    def _found(self, key: object) -> T | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)


@dataclass(frozen=True, slots=True)
class Towns:
    """What a process keeps of towns."""

    choices: Kept[Choice] = field(default_factory=lambda: Kept(MOST_ANSWERS))
    pictures: Kept[bytes] = field(default_factory=lambda: Kept(MOST_PICTURES))
    grounds: Kept[TownGround] = field(default_factory=lambda: Kept(MOST_GROUNDS))
    frames: Kept[TownFrame] = field(default_factory=lambda: Kept(MOST_GROUNDS))


@dataclass(frozen=True, slots=True)
class TownFrame:
    """What a picture of a town shows, and how many homes lie outside it."""

    frame: Frame
    outside: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a region as it is now, complete: the same question gives the same answer."""

    build: Path
    wishes: tuple[Wish, ...]
    reaches: tuple[Reach, ...]
    profile: str


def init_app(app: Flask, config: Config) -> None:
    """Give the application its towns."""
    app.extensions[EXTENSION] = Towns()


def _towns() -> Towns:
    return cast(Towns, current_app.extensions[EXTENSION])


def choice_of(atlas: Atlas, wishes: Sequence[Wish], reaches: Sequence[Reach], profile: str) -> Choice:
    """Return where in a region wishes are met.

    Raises AtlasUnreadable, or TooManyRequests for whoever asks too much at once.
    """
    key = Asked(atlas.directory, tuple(wishes), tuple(reaches), profile)

    def make() -> Choice:
        refuse_floods()
        with atlas.reading():
            size_m = square_m(town_frame(atlas, "map").frame)
            return choose(atlas, key.wishes, key.reaches, profile_named(profile), size_m)

    return _towns().choices.get(key, make)


def picture_of(atlas: Atlas, name: str, wishes: Sequence[Wish], reaches: Sequence[Reach], profile: str) -> bytes:
    """Return a map of the same (gzip). Raises as `choice_of`."""
    choice = choice_of(atlas, wishes, reaches, profile)
    places = tuple((reach.location.lat, reach.location.lon) for reach in reaches)

    def draw() -> bytes:
        refuse_floods()
        streets = [(street.lat, street.lon) for street in choice.streets]
        with atlas.reading():
            return compressed(draw_squares(_ground(atlas, name), choice.squares, streets, places))

    return _towns().pictures.get((name, Asked(atlas.directory, tuple(wishes), tuple(reaches), profile)), draw)


def town_frame(atlas: Atlas, name: str) -> TownFrame:
    """Return what "map" or "map-phone" of a region shows."""
    lats, lons = atlas.town.lats, atlas.town.lons

    def make() -> TownFrame:
        frame = frame_of(lats, lons, name)
        return TownFrame(frame, outside(frame, lats, lons))

    return _towns().frames.get((atlas.directory, name), make)


def _ground(atlas: Atlas, name: str) -> TownGround:
    return _towns().grounds.get(
        (atlas.directory, name), lambda: town_ground(atlas, town_frame(atlas, name).frame, name)
    )
