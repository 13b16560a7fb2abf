"""What a way's tags allow, read once for all ways with the same tags."""

from __future__ import annotations

import pytest

from app.atlas.streets.build.ways import KEYS_READ, UseNumbers, drives_left, use_of
from tests.support.street_town import Town


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


def _roundabout(corners: str) -> Town:
    town = Town().node("e", 30, 0).node("n", 0, 30).node("w", -30, 0).node("s", 0, -30)
    return town.way(corners, junction="roundabout")


def test_roundabouts_tell_the_side_that_people_drive_on() -> None:
    assert drives_left(_roundabout("e s w n e").street_ways())
    assert not drives_left(_roundabout("e n w s e").street_ways())
    assert drives_left(_roundabout("e s w").street_ways())
    assert not drives_left(Town().node("a", 0, 0).node("b", 9, 0).way("a b").street_ways())
