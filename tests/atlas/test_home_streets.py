"""The streets of all homes at once: by their house numbers, or by the nearest street with a name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.atlas.atlas import Atlas
from app.atlas.home_streets import streets_beside, streets_of_houses
from tests.support.extracts import Town, small_town

Imported = Callable[[Town], Atlas]


def two_streets() -> Town:
    """Return a town with a second street beside the one with houses, and a lane without a name."""
    town = small_town()
    town.street("North Street", 300.0)
    town.way([(-500.0, 0.0), (-500.0, 300.0)], {"highway": "residential"})
    return town


def test_houses_belong_to_the_street_they_are_numbered_by(imported: Imported) -> None:
    geocoder = imported(two_streets()).geocoder
    found = streets_of_houses(geocoder, 10)
    assert [found.names[key] for key in found.keys.tolist()] == [geocoder.street_of(house) for house in range(1, 11)]
    assert set(found.names) == {"Main Street"}


def test_points_along_streets_belong_to_the_nearest_with_a_name(imported: Imported) -> None:
    atlas = imported(two_streets())
    town = atlas.town
    assert town.sample == "streets"
    found = streets_beside(atlas.basemap, atlas.geocoder, town.lats, town.lons)
    north = town.lats > np.median(town.lats)
    names = np.array([found.names[key] if key >= 0 else "" for key in found.keys.tolist()])
    assert set(names[north]) == {"North Street"}
    assert set(names[~north]) == {"Main Street"}


def test_far_from_all_streets_there_is_none(imported: Imported) -> None:
    atlas = imported(two_streets())
    found = streets_beside(atlas.basemap, atlas.geocoder, atlas.town.lats[:1] + 1.0, atlas.town.lons[:1])
    assert found.keys.tolist() == [-1]
    assert streets_beside(None, atlas.geocoder, atlas.town.lats, atlas.town.lons).names == ()
