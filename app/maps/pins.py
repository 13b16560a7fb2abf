"""Numbered pins: each at its place, pushed aside where two would lie on each other or on the home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.geo import Floats
from app.maps.frame import UNITS_PER_PX, Frame
from app.pipeline.report import DoorThing

PIN_PX, HOME_PX = 8.0, 10.5
#: Room between two pins, and between a pin and the picture's edge.
GAP_PX, EDGE_PX = 1.6, 3.0
#: A pin that was pushed further than this from its place has a line to it.
LED_FROM_PX = 5.0
#: The discs are drawn back to their places in the first rounds, and only parted in the others.
DRAWN_BACK, ROUNDS = 40, 200


@dataclass(frozen=True, slots=True)
class Pin:
    """A pin's number, the middle of its disc and its place, in units."""

    number: int
    x: float
    y: float
    place_x: float
    place_y: float

    @property
    def is_led(self) -> bool:
        """Whether a line leads from the disc to the place."""
        return bool(np.hypot(self.x - self.place_x, self.y - self.place_y) > LED_FROM_PX * UNITS_PER_PX)


def numbered(door: Sequence[DoorThing]) -> dict[int, tuple[float, float]]:
    """Return (lat, lon) by number: things at the same place share one."""
    found: dict[int, tuple[float, float]] = {}
    for thing in door:
        if thing.number is not None and thing.place is not None:
            found.setdefault(thing.number, (thing.place.lat, thing.place.lon))
    return dict(sorted(found.items()))


def pins_in(frame: Frame, door: Sequence[DoorThing], home: Floats) -> tuple[Pin, ...]:
    """Return the pins of what lies in the picture; `home` is (x, y) in units."""
    return pins_at(frame, numbered(door), home)


def pins_at(frame: Frame, places: Mapping[int, tuple[float, float]], home: Floats) -> tuple[Pin, ...]:
    """Return the pins of places, (lat, lon) by number, as far as they lie in the picture."""
    if not places:
        return ()
    at = frame.to_units(np.array([(lon, lat) for lat, lon in places.values()]))
    shown = [row for row, (x, y) in enumerate(at.tolist()) if frame.shows(x, y)]
    if not shown:
        return ()
    at, numbers = at[shown], [list(places)[row] for row in shown]
    moved = apart(at, home, frame)
    return tuple(
        Pin(number, *disc, *place) for number, disc, place in zip(numbers, moved.tolist(), at.tolist(), strict=True)
    )


def apart(places: Floats, home: Floats, frame: Frame) -> Floats:
    """Return where discs go so that none touches another, the home or the picture's edge, each near its place."""
    discs = places.copy()
    inside = (PIN_PX + EDGE_PX) * UNITS_PER_PX
    for turn in range(ROUNDS):
        discs += (places - discs) * 0.1 * max(1 - turn / DRAWN_BACK, 0.0)
        moves = _pushes(discs, home, turn)
        discs = np.clip(discs + moves, inside, np.array([frame.width, frame.height]) - inside)
        if turn > DRAWN_BACK and not moves.any():
            break
    return discs


def _pushes(discs: Floats, home: Floats, turn: int) -> Floats:
    """Return how far to move each disc so that pairs part half the way, and all leave the home."""
    away = discs[:, None, :] - discs[None, :, :]
    moves = _part(away, (2 * PIN_PX + GAP_PX) * UNITS_PER_PX, np.eye(len(discs), dtype=np.bool_), turn).sum(axis=1) / 2
    from_home = (discs - home)[:, None, :]
    room = (PIN_PX + HOME_PX + GAP_PX) * UNITS_PER_PX
    return np.asarray(moves + _part(from_home, room, np.zeros((len(discs), 1), dtype=np.bool_), turn).sum(axis=1))


def _part(away: Floats, room: float, ignored: NDArray[np.bool_], turn: int) -> Floats:
    """Return the moves along the lines between middles that give each pair its room."""
    distance = np.hypot(away[..., 0], away[..., 1])
    # Those on the same spot leave it in directions of their own, others in each round: a corner may be in the way.
    rows, columns = np.indices(distance.shape)
    angle = rows * 2.4 + turn + np.where(rows > columns, 0.0, np.pi)
    direction = np.where(
        distance[..., None] > 1e-6,
        away / np.maximum(distance, 1e-6)[..., None],
        np.stack((np.cos(angle), np.sin(angle)), axis=-1),
    )
    missing = np.where(ignored, 0.0, np.maximum(room - distance, 0.0))
    # A whole unit more, so that rounding brings no two together again.
    return direction * np.where(missing > 0, missing + 1.0, 0.0)[..., None]
