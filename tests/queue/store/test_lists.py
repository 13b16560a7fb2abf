"""Shortlists: an order, marks and notes of several people, links, and what goes when a report goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.errors import InvalidListing, ListFull, ListNotFound, ListShared, NotOnList, SnapshotNotFound
from app.queue.store import JobStore
from app.queue.store.lists import MOST_ENTRIES, Mark, Sharing
from app.queue.store.sharing import MOST_PEOPLE
from tests.support.building import SetClock, create, forget, open_at

TABLES = ("lists", "list_people", "list_visitors", "list_entries", "list_opinions")


def reports(store: JobStore, amount: int, owner: str = "ann") -> list[str]:
    """Finish so many jobs; return the ids of their reports."""
    found = []
    for _ in range(amount):
        create(store, owner=owner)
        claim = store.claim_next_job("w")
        assert claim
        snapshot_id = store.complete_job(claim, b"report")
        assert snapshot_id
        found.append(snapshot_id)
    return found


def order(store: JobStore, visitor: str = "ann") -> list[str]:
    found = store.shortlist(visitor)
    return [entry.snapshot.snapshot_id for entry in found.entries] if found else []


def said(store: JobStore, visitor: str = "ann") -> dict[tuple[str, str], tuple[str, str]]:
    """Return mark and note by report and name."""
    found = store.shortlist(visitor)
    assert found
    return {(e.snapshot.snapshot_id, o.person.name): (o.mark, o.note) for e in found.entries for o in e.opinions}


def rows(store: JobStore, tables: Sequence[str] = TABLES) -> dict[str, int]:
    return {name: store.db.read(f"SELECT count(*) FROM {name}")[0][0] for name in tables}


def test_whoever_keeps_nothing_has_no_list(store: JobStore) -> None:
    assert store.shortlist("ann") is None
    assert store.shortlist_size("ann") == 0
    with pytest.raises(ListNotFound):
        store.share_list("ann", Sharing.READING)


def test_it_keeps_reports_in_the_order_they_came_each_once(store: JobStore) -> None:
    a, b, c = reports(store, 3)
    assert store.add_to_list("ann", [b, a]) == 0
    assert store.add_to_list("ann", [a, c]) == 0
    assert order(store) == [b, a, c]
    assert store.shortlist_size("ann") == 3
    assert store.is_listed("ann", a)
    assert not store.is_listed("bob", a)


def test_a_report_of_somebody_else_goes_on_ones_own_list(store: JobStore) -> None:
    (a,) = reports(store, 1, owner="ann")
    store.add_to_list("bob", [a])
    assert order(store, "bob") == [a]
    assert store.shortlist("ann") is None


def test_a_report_that_is_not_there_is_refused_and_nothing_kept(store: JobStore) -> None:
    (a,) = reports(store, 1)
    with pytest.raises(SnapshotNotFound):
        store.add_to_list("ann", [a, f"guessed-{a.rpartition('-')[2]}"])
    assert rows(store) == dict.fromkeys(TABLES, 0)


def test_it_moves_entries_and_stops_at_the_ends(store: JobStore) -> None:
    a, b, c = reports(store, 3)
    store.add_to_list("ann", [a, b, c])
    store.move_entry("ann", c, up=True)
    assert order(store) == [a, c, b]
    store.move_entry("ann", a, up=True)
    store.move_entry("ann", b, up=False)
    assert order(store) == [a, c, b]
    store.remove_entry("ann", c)
    store.move_entry("ann", a, up=False)
    assert order(store) == [b, a]
    with pytest.raises(NotOnList):
        store.move_entry("ann", c, up=True)


def test_it_is_full_at_a_hundred_and_says_how_many_found_no_room(store: JobStore) -> None:
    found = reports(store, MOST_ENTRIES + 3)
    assert store.add_to_list("ann", found[:-1]) == 2
    assert order(store) == found[:MOST_ENTRIES]
    with pytest.raises(ListFull, match="100 reports"):
        store.add_to_list("ann", found[-1:])
    assert store.add_to_list("ann", found[:1]) == 0, "what is on it already needs no room"


def test_a_mark_and_a_note_leave_each_other_alone(store: JobStore, clock: SetClock) -> None:
    (a,) = reports(store, 1)
    store.add_to_list("ann", [a])
    store.say("ann", None, a, mark=Mark.YES)
    store.say("ann", None, a, note="Bright.")
    assert said(store) == {(a, ""): ("yes", "Bright.")}
    clock.pass_seconds(60)
    store.say("ann", None, a, note="Bright, but loud.")
    found = store.shortlist("ann")
    assert found
    assert found.entries[0].opinions[0].changed_at == clock.unix_seconds
    store.say("ann", None, a, mark="")
    store.say("ann", None, a, note="")
    assert said(store) == {}
    assert rows(store)["list_opinions"] == 0


def shared(store: JobStore) -> tuple[str, str]:
    """Return a report on a list of Ann's, and the link that allows marks."""
    (a,) = reports(store, 1)
    store.add_to_list("ann", [a])
    return a, store.share_list("ann", Sharing.TOGETHER)


def test_links_stay_until_they_are_revoked_and_differ(store: JobStore) -> None:
    _, together = shared(store)
    reading = store.share_list("ann", Sharing.READING)
    assert store.share_list("ann", Sharing.TOGETHER) == together
    assert reading != together
    assert len(reading) >= 24
    assert store.shared_list(reading, None)[1] is Sharing.READING
    assert store.shared_list(together, "bob")[1] is Sharing.TOGETHER
    store.stop_sharing("ann", Sharing.READING)
    with pytest.raises(ListNotFound):
        store.shared_list(reading, None)
    assert store.share_list("ann", Sharing.READING) != reading
    store.shared_list(together, None)


def test_a_friend_needs_a_name_of_their_own_first(store: JobStore) -> None:
    a, link = shared(store)
    with pytest.raises(InvalidListing, match="your name first"):
        store.say("bob", link, a, mark=Mark.NO)
    store.give_name("ann", None, "Ann")
    with pytest.raises(InvalidListing, match="tells you apart"):
        store.give_name("bob", link, "ANN")
    store.give_name("bob", link, "Bob")
    store.say("bob", link, a, mark=Mark.NO, note="Too far.")
    store.say("ann", None, a, mark=Mark.YES)
    assert said(store) == {(a, "Ann"): ("yes", ""), (a, "Bob"): ("no", "Too far.")}
    store.give_name("bob", link, "Robert")
    assert (a, "Robert") in said(store)


def test_who_may_only_read_changes_nothing(store: JobStore) -> None:
    a, _ = shared(store)
    reading = store.share_list("ann", Sharing.READING)
    for change in (
        lambda: store.say("bob", reading, a, mark=Mark.NO),
        lambda: store.give_name("bob", reading, "Bob"),
        lambda: store.adopt_list(reading, "bob"),
        lambda: store.move_entry("bob", a, up=True),
        lambda: store.remove_entry("bob", a),
        lambda: store.delete_list("bob"),
    ):
        with pytest.raises(ListNotFound):
            change()
    assert order(store) == [a]


def test_there_is_an_end_to_names_and_an_owner_takes_them_off(store: JobStore) -> None:
    a, link = shared(store)
    for number in range(MOST_PEOPLE - 1):
        store.give_name(f"friend {number}", link, f"Friend {number}")
    with pytest.raises(ListFull, match="20 names"):
        store.give_name("one more", link, "One more")
    store.say("friend 3", link, a, mark=Mark.NO)
    found = store.shortlist("ann")
    assert found
    store.remove_person("ann", next(p.person_id for p in found.people if p.name == "Friend 3"))
    store.remove_person("ann", next(p.person_id for p in found.people if p.is_owner))
    assert said(store) == {}
    store.give_name("one more", link, "One more")
    assert rows(store)["list_people"] == rows(store)["list_visitors"] == MOST_PEOPLE


def test_a_new_browser_takes_the_list_over_and_the_old_one_keeps_it(store: JobStore) -> None:
    a, link = shared(store)
    store.say("ann", None, a, mark=Mark.YES)
    (b,) = reports(store, 1)
    store.add_to_list("ann on her phone", [b, a])
    store.say("ann on her phone", None, b, note="Mine too.")
    store.say("ann on her phone", None, a, mark=Mark.NO)
    store.adopt_list(link, "ann on her phone")
    store.adopt_list(link, "ann on her phone")
    assert order(store, "ann on her phone") == order(store) == [a, b]
    assert said(store) == {(a, ""): ("yes", ""), (b, ""): ("", "Mine too.")}
    assert rows(store)["lists"] == 1


def test_a_friend_who_takes_the_list_over_leaves_what_they_said(store: JobStore) -> None:
    a, link = shared(store)
    store.give_name("bob", link, "Bob")
    store.say("bob", link, a, mark=Mark.NO)
    store.adopt_list(link, "bob")
    assert said(store, "bob") == {(a, "Bob"): ("no", "")}
    store.say("bob", None, a, mark=Mark.MAYBE)
    assert said(store) == {(a, "Bob"): ("no", ""), (a, ""): ("maybe", "")}


def test_a_shared_list_of_ones_own_is_not_swallowed(store: JobStore) -> None:
    a, link = shared(store)
    (b,) = reports(store, 1)
    store.add_to_list("bob", [b])
    own = store.share_list("bob", Sharing.READING)
    with pytest.raises(ListShared):
        store.adopt_list(link, "bob")
    store.stop_sharing("bob", Sharing.READING)
    store.adopt_list(link, "bob")
    assert order(store, "bob") == [a, b]
    with pytest.raises(ListNotFound):
        store.shared_list(own, None)


def test_two_lists_that_are_too_long_together_stay_two(store: JobStore) -> None:
    found = reports(store, MOST_ENTRIES + 1)
    store.add_to_list("ann", found[:MOST_ENTRIES])
    store.add_to_list("bob", found[MOST_ENTRIES:])
    with pytest.raises(ListFull):
        store.adopt_list(store.share_list("ann", Sharing.TOGETHER), "bob")
    assert order(store, "bob") == found[MOST_ENTRIES:]


def test_a_deleted_report_leaves_every_list(store: JobStore) -> None:
    a, b = reports(store, 2)
    for visitor in ("ann", "bob"):
        store.add_to_list(visitor, [a, b])
        store.say(visitor, None, a, note="12 Main Street, third floor")
    store.delete_snapshot(a, "ann")
    assert order(store) == order(store, "bob") == [b]
    assert rows(store)["list_opinions"] == 0


def test_a_pruned_job_leaves_its_report_on_the_list(store: JobStore, clock: SetClock) -> None:
    (a,) = reports(store, 1)
    store.add_to_list("ann", [a])
    clock.pass_seconds(40 * 86_400)
    assert store.prune(30) == 1
    assert order(store) == [a]


def test_a_deleted_list_leaves_nothing_but_the_reports(store: JobStore) -> None:
    a, link = shared(store)
    store.give_name("bob", link, "Bob")
    store.say("bob", link, a, note="Mine.")
    store.delete_list("ann")
    assert rows(store) == dict.fromkeys(TABLES, 0)
    assert store.get_snapshot(a)
    with pytest.raises(ListNotFound):
        store.shared_list(link, "bob")


# --- any order of steps -------------------------------------------------------------------------------

VISITORS = ("ann", "bob", "cy")
NAMES = {"ann": "", "bob": "Bob", "cy": "Cy"}
numbers = st.integers(0, 5)


class Lists(RuleBasedStateMachine):
    """Ann's list, with two friends who have a say, beside a model of it in memory."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.store = open_at(Path(self.folder.name), patience=30.0)
        self.order: list[str] = []
        self.said: dict[tuple[str, str], tuple[str, str]] = {}

    @initialize()
    def share(self) -> None:
        self.reports = reports(self.store, 6)
        self.store.add_to_list("ann", self.reports[:2])
        self.order = self.reports[:2]
        self.link = self.store.share_list("ann", Sharing.TOGETHER)
        for friend in ("bob", "cy"):
            self.store.give_name(friend, self.link, NAMES[friend])

    @rule(number=numbers)
    def add(self, number: int) -> None:
        if number < len(self.reports):
            self.store.add_to_list("ann", [self.reports[number]])
            self.order = list(dict.fromkeys([*self.order, self.reports[number]]))

    @rule(number=numbers, up=st.booleans())
    def move(self, number: int, up: bool) -> None:
        if number < len(self.order):
            other = number - 1 if up else number + 1
            self.store.move_entry("ann", self.order[number], up=up)
            if 0 <= other < len(self.order):
                self.order[number], self.order[other] = self.order[other], self.order[number]

    @rule(number=numbers)
    def remove(self, number: int) -> None:
        if number < len(self.order):
            gone = self.order.pop(number)
            self.store.remove_entry("ann", gone)
            self._forget(gone)

    @rule(number=numbers)
    def delete_report(self, number: int) -> None:
        if number < len(self.reports):
            gone = self.reports.pop(number)
            self.store.delete_snapshot(gone, "ann")
            self.order = [each for each in self.order if each != gone]
            self._forget(gone)

    @rule(number=numbers, visitor=st.sampled_from(VISITORS), mark=st.sampled_from(("", *Mark)))
    def mark(self, number: int, visitor: str, mark: str) -> None:
        self._say(number, visitor, mark=str(mark))

    @rule(number=numbers, visitor=st.sampled_from(VISITORS), note=st.text(max_size=5))
    def note(self, number: int, visitor: str, note: str) -> None:
        self._say(number, visitor, note=note.encode(errors="replace").decode())

    def _say(self, number: int, visitor: str, **words: str) -> None:
        if number < len(self.order):
            link = None if visitor == "ann" else self.link
            key = (self.order[number], NAMES[visitor])
            self.store.say(visitor, link, key[0], **words)
            mark, note = self.said.pop(key, ("", ""))
            new = (words.get("mark", mark), words.get("note", note))
            if new != ("", ""):
                self.said[key] = new

    def _forget(self, gone: str) -> None:
        self.said = {key: words for key, words in self.said.items() if key[0] != gone}

    @invariant()
    def the_order_is_a_permutation_of_what_was_added(self) -> None:
        assert order(self.store) == self.order

    @invariant()
    def nobody_wrote_over_what_another_said(self) -> None:
        if self.store.shortlist("ann"):
            assert said(self.store) == self.said

    def teardown(self) -> None:
        self.store.db.close()
        forget(Path(self.folder.name))
        self.folder.cleanup()


def test_any_order_of_steps_does_what_the_model_does(dialect: str) -> None:
    examples = settings(
        max_examples=25 if dialect == "sqlite" else 8,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Lists, settings=examples)
