"""Land cover: which areas are nature, which are something else that is mapped."""

from __future__ import annotations

from collections.abc import Mapping

#: Wood, water, meadow and what is like them (scoring.md: the nature share of a green space).
NATURE = frozenset(
    {
        *(
            ("natural", value)
            for value in ["wood", "water", "scrub", "grassland", "heath", "wetland", "fell", "tundra", "moor"]
        ),
        *(("landuse", value) for value in ["forest", "meadow"]),
        ("waterway", "riverbank"),
    }
)
#: Mapped, but kept by people or bare.
OTHER_COVER = frozenset(
    {
        *(("natural", value) for value in ["grass", "sand", "bare_rock", "shingle", "scree", "beach"]),
        *(("landuse", value) for value in ["grass", "flowerbed", "orchard", "allotments", "farmland"]),
        *(("leisure", value) for value in ["pitch", "swimming_pool", "track"]),
    }
)
_KEYS = ("natural", "landuse", "waterway", "leisure")


def cover_of(tags: Mapping[str, str]) -> bool | None:
    """Tell whether an area is covered by nature (True), by something else (False), or says nothing of it (None)."""
    pairs = {(key, tags[key]) for key in _KEYS if key in tags}
    if not pairs.isdisjoint(NATURE):
        return True
    return None if pairs.isdisjoint(OTHER_COVER) else False
