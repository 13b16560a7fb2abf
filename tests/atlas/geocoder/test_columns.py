"""Addresses as columns: coded texts, and which rows of one name lie together."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.atlas.geocoder.build.columns import Addresses, AddressRow, TextColumn
from app.atlas.geocoder.build.streets import clusters
from app.atlas.geocoder.store import CELL_ROW

#: Name, row and column of the grid.
Item = tuple[int, int, int]
ITEMS = st.lists(st.tuples(st.integers(0, 2), st.integers(-4, 4), st.integers(-4, 4)), min_size=1, max_size=25)

#: Streets with their towns.
VILLAGE_AND_TOWN = (("", "Kolice"), ("Elm Road", "Smallville"), ("", "Smallville"))


@given(st.lists(st.text(max_size=3)))
def test_a_column_gives_back_its_texts_and_codes_sort_as_they_do(values: list[str]) -> None:
    column = TextColumn.of(values)
    assert column.at(np.arange(len(values))) == values
    assert [values[i] for i in np.argsort(column.codes, kind="stable").tolist()] == sorted(values)


def test_no_addresses_are_columns_too() -> None:
    assert len(Addresses.of([]).lats) == 0


def test_a_house_of_unknown_place_is_left_out() -> None:
    rows = [AddressRow(lat, 1.0, number, "Elm Road", "", "", "") for lat, number in ((float("nan"), "1"), (2.0, "3"))]
    known = Addresses.of(rows).where_known()
    assert (known.lats.tolist(), known.numbers.at(np.arange(1))) == ([2.0], ["3"])


def test_a_house_without_street_is_known_by_its_city_only_where_that_has_no_street_names() -> None:
    rows = [AddressRow(1.0, 1.0, "3", street, "", city, "") for street, city in VILLAGE_AND_TOWN]
    addresses = Addresses.of(rows)
    assert addresses.names.at(np.arange(len(rows))) == ["Kolice", "Elm Road", ""]
    assert addresses.in_village.tolist() == [True, False, True]


@given(ITEMS, st.data())
def test_clusters_are_what_touches_or_is_linked(items: list[Item], data: st.DataObject) -> None:
    pairs = [pair for pair in product(range(len(items)), repeat=2) if items[pair[0]][0] == items[pair[1]][0]]
    links = data.draw(st.lists(st.sampled_from(pairs), max_size=4))
    names, rows, columns = np.array(items).T
    tails, heads = np.array(links, dtype=np.int64).reshape(-1, 2).T
    found = clusters(names, rows * CELL_ROW + columns, (tails, heads)).tolist()
    assert found == by_hand(items, links)


def by_hand(items: list[Item], links: list[tuple[int, int]]) -> list[int]:
    """Number the clusters one item at a time."""
    number = [-1] * len(items)
    for count, start in enumerate(sorted(range(len(items)), key=lambda i: items[i])):
        reached = [start] if number[start] < 0 else []
        for i in reached:
            number[i] = count
            reached += [
                j for j in range(len(items)) if number[j] < 0 and j not in reached and together(i, j, items, links)
            ]
    order = sorted(set(number))
    return [order.index(each) for each in number]


def together(i: int, j: int, items: list[Item], links: list[tuple[int, int]]) -> bool:
    """Return whether two items belong together."""
    (name, row, column), (other, other_row, other_column) = items[i], items[j]
    touching = name == other and abs(row - other_row) <= 1 and abs(column - other_column) <= 1
    return touching or (i, j) in links or (j, i) in links
