"""What a map is made of, layer by layer."""

from __future__ import annotations

from enum import IntEnum


class Layer(IntEnum):
    """Shapes that are drawn in one go. The numbers are stored."""

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
    #: In its direction: land on its left.
    COAST = 9
    MOTORWAY = 10
    #: Trunk roads too. Links are of the class that they lead to.
    PRIMARY = 11
    SECONDARY = 12
    TERTIARY = 13
    STREET = 14
    SERVICE = 15
    PATH = 16
    RAIL = 17
    TRAM = 18
    PIER_LINE = 19


AREAS = frozenset(layer for layer in Layer if layer <= Layer.BUILDING)
#: Layers whose shapes have no names.
NAMELESS = frozenset({Layer.PIER, Layer.BUILDING, Layer.COAST, Layer.RAIL, Layer.TRAM, Layer.PIER_LINE})
