"""A small town with a base map, ready to be drawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.atlas.basemap.basemap import Basemap
from app.atlas.surroundings import AtlasSurroundings
from tests.conftest import Opened
from tests.support.drawn import Layers, drawn_town, town_layers
from tests.support.extracts import Town

Mapped = Callable[..., AtlasSurroundings]


@pytest.fixture
def mapped(around: Opened, monkeypatch: pytest.MonkeyPatch) -> Mapped:
    """Give a function that opens the middle of a town with a base map."""

    def run(town: Town | None = None, layers: Layers | None = None) -> AtlasSurroundings:
        drawn = layers or town_layers()
        monkeypatch.setattr(Basemap, "open", lambda directory: drawn)
        return around(town or drawn_town())

    return run
