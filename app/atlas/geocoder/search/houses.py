"""Which number in a query is that of the house, and where it lies: mapped, estimated between others, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from string import ascii_lowercase

from app.atlas.geocoder.numbers import HouseNumber, asked_numbers, parse_number
from app.atlas.geocoder.search.hits import Hit
from app.atlas.geocoder.search.query import Query
from app.atlas.geocoder.store import GeocoderStore, House, Street
from app.geo import distance_m
from app.places import Precision


def chosen_number(
    query: Query, hit: Hit, covered: frozenset[int], begun: Set[int] = frozenset()
) -> tuple[tuple[HouseNumber, ...], frozenset[int]]:
    """Return the readings of the house number and the tokens it takes up; both are empty where there is none.

    It is the number beside the street. One that reads as a postcode is the last resort, and only right before the
    street. A letter after it that is among those that have `begun` the name of a street is no part of it: "2780 E
    Broadway".
    """
    taken = hit.covers | covered
    free = [at for at in range(len(query.tokens)) if at not in hit.covers and query.is_number(at)]
    choices = []
    for at in free:
        text, used = query.number_at(at, taken | begun)
        if at and at - 1 not in taken and query.tokens[at - 1].text in PROVISIONAL:
            text, used = f"ev.{text}", used | {at - 1}
        gap = min(abs(hit.start - 1 - max(used)), abs(at - hit.end))
        postcode = at in covered or (len(text) >= 5 and text.isdigit() and (gap > 0 or text[0] == "0"))
        choices.append((postcode, gap, at, text, used))
    for postcode, gap, at, text, used in sorted(choices, key=lambda choice: choice[:3]):
        if postcode and not (gap == 0 and len(free) == 1 and used <= covered and hit.start > max(used)):
            continue
        block = _block_before(query, at, taken)
        whole = parse_number(f"{block}-{text}", True) if block else None
        readings = (whole, *asked_numbers(text)) if whole else asked_numbers(text)
        used |= {at - 1} if whole else set()
        flat = _flat_after(query, max(used), taken)
        readings += asked_numbers(text.rstrip(ascii_lowercase)) if flat and text[-1] in ascii_lowercase else ()
        return readings, used | flat
    return (), frozenset()


#: What stands before the number of a weekend house in Czech and Slovak villages.
PROVISIONAL = frozenset(("ev", "evc"))


def _block_before(query: Query, at: int, taken: frozenset[int]) -> str:
    """Return the block of a number as in Queens that is typed with a space: the 203 of "203 06"."""
    if at == 0 or at - 1 in taken or not re.fullmatch(r"\d\d", query.tokens[at].text):
        return ""
    block = query.tokens[at - 1].text
    return block if re.fullmatch(r"\d{2,3}", block) else ""


_FLAT = re.compile(r"[a-z]?\d{1,3}")


def _flat_after(query: Query, at: int, taken: frozenset[int]) -> frozenset[int]:
    """Return the token after a number where it names the flat: the 4 in "12 A 4", the "c34" in "12 C34"."""
    after = at + 1
    if after >= len(query.tokens) or after in taken or not _FLAT.fullmatch(query.tokens[after].text):
        return frozenset()
    return frozenset((after,))


#: Neighbours further apart than this say nothing about what lies between them (numbers; metres).
WIDEST_GAP = 40
WIDEST_GAP_M = 400.0
#: A number without neighbours on both sides is placed at the nearest mapped one if that is no further than this, and
#: without a question where they are next to each other.
FURTHEST_BESIDE, NEXT_DOOR = 6, 3
#: Streets of one name on which an unmapped number is estimated.
MOST_ESTIMATES = 12


@dataclass(frozen=True, slots=True)
class AddressPoint:
    """Where a number lies. What is not as asked costs the match a little, and is said in the note."""

    number: str
    lat: float
    lon: float
    city: str
    postcode: str
    precision: Precision
    note: str
    cost: float
    #: Another number than the one asked for, near enough to offer.
    is_other: bool = False


def address_points(
    store: GeocoderStore, streets: Sequence[Street], asked: Sequence[HouseNumber]
) -> dict[int, list[AddressPoint]]:
    """Return by street id the best places for a number: mapped if any of the streets has it, else estimated.

    Of several readings of a number one that is mapped just so comes first: "41 A 5" is 41 if no 41A is mapped.
    """
    near = {number: store.houses_reaching(streets, number.house, number.last) for number in asked}
    for best in (_exactly, _mapped):
        for number, houses in near.items():
            found = {street: best(known, number) for street, known in houses.items()}
            if any(found.values()):
                return {street: places for street, places in found.items() if places}
    estimated = {}
    for street in streets[:MOST_ESTIMATES]:
        for number in () if street.is_village else asked:
            around = store.houses(street, number.house - 2 * WIDEST_GAP, number.house + 2 * WIDEST_GAP)
            if street.id not in estimated and (between := _between(around, number)):
                estimated[street.id] = [between]
    return estimated


def _exactly(houses: Sequence[House], asked: HouseNumber) -> list[AddressPoint]:
    return [_at_house(house, Precision.HOUSE, "", 0.0) for house in houses if house.number.exact == asked.exact]


def _mapped(houses: Sequence[House], asked: HouseNumber) -> list[AddressPoint]:
    if same := _exactly(houses, asked):
        return same
    holding = [house for house in houses if house.number.holds(asked) and house.number.house != house.number.last]
    if holding:
        return [_at_house(house, Precision.HOUSE, "", 0.01) for house in holding]
    if ends := _both_ends(houses, asked):
        note = f"Numbers {ends[0].number.text} and {ends[1].number.text} are mapped one by one; this is the first."
        return [_at_house(ends[0], Precision.HOUSE, note, 0.01)]
    for house in houses:
        if (house.number.house, house.number.suffix) == (asked.house, ""):
            note = f"Number {asked.text} is not mapped by itself; this is number {house.number.text}."
            return [replace(_at_house(house, Precision.HOUSE, note, 0.02), is_other=True)]
    provisional = asked.suffix.endswith("ev")
    alike = (house for house in houses if house.number.suffix.endswith("ev") == provisional)
    inside = [house for house in alike if asked.house <= house.number.house <= asked.last]
    if not inside:
        return []
    note = f"Number {asked.text} is not mapped; this is the place of number {inside[0].number.text}, beside it."
    return [_at_house(inside[0], Precision.INTERPOLATED, note, 0.03)]


def _both_ends(houses: Sequence[House], asked: HouseNumber) -> tuple[House, House] | None:
    """Return the first and the last house of a range ("60 & 62") whose ends are both mapped."""
    by_number = {
        house.number.house: house
        for house in houses
        if house.number.house == house.number.last and not house.number.suffix
    }
    first, last = by_number.get(asked.house), by_number.get(asked.last)
    return (first, last) if first and last and not asked.suffix and asked.house < asked.last else None


def _at_house(house: House, precision: Precision, note: str, cost: float) -> AddressPoint:
    return AddressPoint(house.number.text, house.lat, house.lon, house.city, house.postcode, precision, note, cost)


def _between(houses: Sequence[House], asked: HouseNumber) -> AddressPoint | None:
    """Return a place between the nearest mapped numbers on its side of the street, else beside the nearest."""
    same_side = [house for house in houses if (house.number.house - asked.house) % 2 == 0]
    below = max((h for h in same_side if h.number.last < asked.house), key=_by_house, default=None)
    above = min((h for h in same_side if h.number.house > asked.last), key=_by_house, default=None)
    if below and above and above.number.house - below.number.last <= WIDEST_GAP:
        apart_m = distance_m(below.lat, below.lon, above.lat, above.lon)
        if apart_m <= WIDEST_GAP_M:
            return _interpolated(below, above, asked)
    return _beside(houses, asked)


def _beside(houses: Sequence[House], asked: HouseNumber) -> AddressPoint | None:
    """Return the place of the nearest mapped number, preferably on the same side of the street."""
    gaps = [(abs(h.number.house - asked.house) + (h.number.house - asked.house) % 2 * 2, h.id, h) for h in houses]
    gap, _, nearest = min(gaps, default=(FURTHEST_BESIDE + 1, 0, None))
    if nearest is None or gap > FURTHEST_BESIDE:
        return None
    note = f"Number {asked.text} is not mapped; this is the place of number {nearest.number.text}, the nearest that is."
    found = _estimated(nearest, nearest.lat, nearest.lon, asked, note)
    if gap <= NEXT_DOOR:
        return found
    note = f"Number {asked.text} is not mapped; this is number {nearest.number.text}, the nearest that is."
    return replace(found, number=nearest.number.text, precision=Precision.HOUSE, note=note, is_other=True)


def _by_house(house: House) -> tuple[int, int]:
    return house.number.house, house.id


def _interpolated(below: House, above: House, asked: HouseNumber) -> AddressPoint:
    share = (asked.house - below.number.last) / (above.number.house - below.number.last)
    lat = below.lat + share * (above.lat - below.lat)
    lon = below.lon + share * (above.lon - below.lon)
    note = (
        f"Number {asked.text} is not mapped; its place is estimated between numbers {below.number.text} and "
        f"{above.number.text}."
    )
    return _estimated(below, lat, lon, asked, note)


def _estimated(house: House, lat: float, lon: float, asked: HouseNumber, note: str) -> AddressPoint:
    return AddressPoint(asked.text, lat, lon, house.city, house.postcode, Precision.INTERPOLATED, note, 0.05)
