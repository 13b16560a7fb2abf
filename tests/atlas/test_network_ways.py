"""What a way's tags let people do, read once for all ways that say the same."""

from __future__ import annotations

import pytest

from app.atlas.street_ways import KEYS_READ, UseNumbers, use_of


class _Watched(dict[str, str]):
    """Tags that remember which keys were asked for."""

    def __init__(self, tags: dict[str, str]) -> None:
        super().__init__(tags)
        self.asked: set[str] = set()

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.asked.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


@pytest.mark.parametrize("highway", ["motorway", "trunk", "primary", "tertiary", "service", "track", "footway", "path"])
@pytest.mark.parametrize(
    "more", [{}, {"bicycle": "yes", "oneway": "yes"}, {"cycleway": "lane", "motor_vehicle": "yes"}]
)
def test_every_key_that_a_rule_asks_for_is_kept(highway: str, more: dict[str, str]) -> None:
    tags = _Watched({"highway": highway} | more)
    use_of(tags)
    assert {key.partition(":")[0] for key in tags.asked} <= KEYS_READ


def test_ways_that_say_the_same_share_a_number() -> None:
    numbers = UseNumbers()
    first = numbers.number_of_tags({"highway": "residential", "name": "Bulevardi"})
    assert numbers.number_of_tags({"highway": "residential", "surface": "sett"}) == first
    assert numbers.number_of_tags({"highway": "residential", "foot": "no"}) != first
