"""What a process keeps of towns: made once, the longest unused forgotten, and nobody waits for what is there."""

from __future__ import annotations

import threading

from app.web.towns import Kept


def test_it_makes_a_value_once_and_forgets_the_longest_unused() -> None:
    kept: Kept[str] = Kept(2)
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    for key in ("a", "b", "a", "c", "a", "b"):
        assert kept.get(key, lambda key=key: make(key)) == key.upper()  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]


def test_what_is_there_does_not_wait_for_what_is_made() -> None:
    kept: Kept[int] = Kept(5)
    kept.get("there", lambda: 1)
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> int:
        begun.set()
        assert go_on.wait(10)
        return 2

    maker = threading.Thread(target=kept.get, args=("slow", slowly))
    maker.start()
    assert begun.wait(10)
    assert kept.get("there", lambda: 3) == 1
    go_on.set()
    maker.join(10)
    assert kept.get("slow", lambda: 4) == 2


def test_where_making_fails_it_is_tried_again() -> None:
    kept: Kept[int] = Kept(5)
    try:
        kept.get("key", lambda: int("no number"))
    except ValueError:
        assert kept.get("key", lambda: 7) == 7
    else:
        raise AssertionError("nothing was raised")
