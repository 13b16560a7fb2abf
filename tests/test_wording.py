"""Plain English."""

from __future__ import annotations

import pytest

from app import wording


@pytest.mark.parametrize(("value", "text"), [(75, "75 m"), (2_000, "2 km"), (2_414, "2.41 km"), (805, "805 m")])
def test_limits_are_exact(value: float, text: str) -> None:
    assert wording.limit(value) == text


@pytest.mark.parametrize(("noun", "plural"), [("bakery", "bakeries"), ("bus", "buses"), ("café", "cafés")])
def test_plurals(noun: str, plural: str) -> None:
    assert wording.count(2, noun) == f"2 {plural}"
    assert wording.count(1, noun) == f"1 {noun}"


@pytest.mark.parametrize(("share", "text"), [(0.0, "0 %"), (0.001, "1 %"), (0.999, "99 %"), (1.0, "100 %")])
def test_percent_does_not_round_to_all_or_nothing(share: float, text: str) -> None:
    assert wording.percent(share) == text


def test_articles_follow_the_sound() -> None:
    assert [wording.with_article(n) for n in ("atm", "university", "park")] == ["an atm", "a university", "a park"]


def test_there_is_one_sea_shore() -> None:
    assert wording.with_article("sea shore") == "the sea shore"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ESTACAO NOVO HAMBURGO", "Estacao Novo Hamburgo"),
        ("BORGES DE MEDEIROS", "Borges de Medeiros"),
        ("CENTRALE F.S.", "Centrale F.S."),
        ("PIUS XII PLATZ", "Pius XII Platz"),
        ("MAX", "MAX"),
        ("UBS Arena", "UBS Arena"),
        ("東京駅", "東京駅"),
        ("p.za iv novembre via dell'arte m1", "P.za IV Novembre Via dell'Arte M1"),
        ("lima m1", "Lima M1"),
        ("molino dorino mm", "Molino Dorino MM"),
        ("p.le cim.monumentale", "P.le Cim.Monumentale"),
        ("GARIBALDI F.S.", "Garibaldi F.S."),
        ("GARIBALDI FS", "Garibaldi FS"),
        ("GARE SNCF", "GARE SNCF"),
        ("MONACO GARE SNCF", "Monaco Gare SNCF"),
        ("ZUG BAHNHOF ZVB", "Zug Bahnhof ZVB"),
        ("P.TA GENOVA F.S.", "P.ta Genova F.S."),
        ("S.AMBROGIO", "S.Ambrogio"),
        ("BELEM VELHO DR SARMENTO", "Belem Velho Dr Sarmento"),
        ("GIOIA", "Gioia"),
        ("a bus stop (no name on the map)", "a bus stop (no name on the map)"),
    ],
)
def test_a_name_without_capitals_or_small_letters_is_read_as_names_are(written: str, read: str) -> None:
    assert wording.calm(written) == read


def test_lists_end_with_and() -> None:
    assert [wording.listed(["a"]), wording.listed(["a", "b", "c"]), wording.listed([])] == ["a", "a, b and c", ""]


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "unknown"), (0.2, "under 1 min"), (7.4, "7 min"), (60, "1 h"), (65, "1 h 5 min")],
)
def test_minutes(value: float | None, said: str) -> None:
    assert wording.minutes(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "unknown distance"),
        (4, "under 10 m"),
        (42, "40 m"),
        (994, "990 m"),
        (84, "80 m"),
        (996, "1 km"),
        (1840, "1.8 km"),
    ],
)
def test_metres(value: float | None, said: str) -> None:
    assert wording.metres(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "under 0.1 s"),
        (0.097, "0.1 s"),
        (0.41, "0.4 s"),
        (12.4, "12 s"),
        (125, "2 min 5 s"),
        (11_400, "3 h 10 min"),
    ],
)
def test_duration(seconds: float, said: str) -> None:
    assert wording.duration(seconds) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "m", "unknown"),
        (True, "", "yes"),
        (False, "", "no"),
        (83.2, "per km²", "83 per km²"),
        (250.0, "m", "250 m"),
    ],
)
def test_amount(value: float | bool | None, unit: str, said: str) -> None:
    assert wording.amount(value, unit) == said


def test_it_leaves_a_date_alone_that_is_none() -> None:
    assert wording.day("2019-04-21") == "21 April 2019"
    assert wording.day("spring 2019") == "spring 2019"


@pytest.mark.parametrize(("rank", "text"), [(1, "first"), (10, "tenth"), (11, "11th"), (21, "21st"), (112, "112th")])
def test_ranks(rank: int, text: str) -> None:
    assert wording.ordinal(rank) == text


@pytest.mark.parametrize(("exact", "shown"), [(2.5, "3 min"), (2.46, "3 min"), (2.44, "2 min"), (0.44, "under 1 min")])
def test_a_walk_and_its_tenths_are_shown_as_the_same_minutes(exact: float, shown: str) -> None:
    assert wording.minutes(exact) == wording.minutes(round(exact, 1)) == shown


@pytest.mark.parametrize(("value", "shown"), [(100.0, "100"), (99.8, "99.8"), (99.4, "99"), (0.4, "0")])
def test_a_score_is_full_only_where_nothing_is_missing(value: float, shown: str) -> None:
    assert wording.points(value) == shown
