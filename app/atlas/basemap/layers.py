"""What a map is made of, layer by layer."""

from __future__ import annotations

from enum import IntEnum


class Layer(IntEnum):
    """Shapes that are drawn in one go."""

    # areas
    GREEN = 1
    WOOD = 2
    BEACH = 3
    SQUARE = 4
    WATER = 5
    PIER = 6
    BUILDING = 7
    # lines
    WATERWAY = 8
    COAST = 9
    MOTORWAY = 10
    PRIMARY = 11
    SECONDARY = 12
    TERTIARY = 13
    STREET = 14
    SERVICE = 15
    PATH = 16
    RAIL = 17
    TRAM = 18
    PIER_LINE = 19
