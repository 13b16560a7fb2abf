"""Address, street and place tags to the rows that the geocoder is built from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.atlas.geocoder.build.columns import AddressRow, StreetRow
from app.atlas.geocoder.numbers import parse_number
from app.atlas.importing.tags.keys import NUMBER_KEYS, TEXT_KEYS
from app.geo import distance_m

Tags = Mapping[str, str]
#: Keys of a name in a language, and on one side of a street: not "name:etymology" or "name:signed".
NAME_IN = re.compile(r"name:(?:left|right|[a-z]{2,3}(?:[-_]\w+)*)")
ALT_NAMES = frozenset({"alt_name", "old_name", "short_name", "loc_name", "official_name"})
#: Points along a street are at most this far apart (contract of StreetRow).
STREET_STEP_M = 200.0
#: What can follow the kind of an interpolation way, as the step between its numbers.
INTERPOLATION_STEPS = {"even": 2, "odd": 2, "all": 1}


def address_texts(tags: Tags) -> tuple[str, ...]:
    """Return the texts of an AddressRow of an element, "" where a tag is missing."""
    number, others = house_numbers(*(tags.get(key, "") for key in NUMBER_KEYS))
    return number, *(first_text(map(tags.get, keys)) for keys in TEXT_KEYS), others


def house_numbers(house: str, street: str, conscription: str, provisional: str) -> tuple[str, str]:
    """Return the number of a house and its further ones from the values of NUMBER_KEYS, "" for a missing one.

    Of a house without a number as people write it, that is the conscription number before the one in the street.
    """
    if not (street or conscription or provisional):
        return house, ""
    parts = (street, conscription, _marked(provisional))
    number = house or "/".join(filter(None, parts[1::-1])) or parts[2]
    known = {_exact(number), ""}
    return number, ";".join(part for part in dict.fromkeys(parts) if _exact(part) not in known)


def _marked(provisional: str) -> str:
    """Return a provisional number as people write it: "ev.12", which is another house than number 12."""
    return f"ev.{provisional}" if provisional[:1].isdigit() else provisional


def _exact(number: str) -> str:
    parsed = parse_number(number)
    return parsed.exact if parsed else number


def first_text(texts: Iterable[str | None]) -> str:
    """Return the first of several texts that says something, or "" where none does."""
    return next(filter(None, texts), "")


def address_row(tags: Tags, lat: float, lon: float, street: str = "") -> AddressRow:
    """Return the row of an element with a house number; `street` is what a relation says where the tag is missing."""
    row = AddressRow(lat, lon, *address_texts(tags))
    return row if row.street else row._replace(street=street)


def alternative_names(tags: Tags) -> tuple[str, ...]:
    """Return every other name of a thing, in other languages too, in a fixed order and without repetition."""
    about_names = [key for key in tags if "name" in key]
    keys = sorted(key for key in about_names if key in ALT_NAMES or NAME_IN.fullmatch(key))
    names = (part.strip() for key in keys for part in tags[key].split(";"))
    return tuple(dict.fromkeys(name for name in names if name and name != tags.get("name")))


def street_row(tags: Tags, positions: NDArray[np.float64]) -> StreetRow | None:
    """Return the row of a named street; `positions` are its (lon, lat) rows."""
    name = tags.get("name", "")
    if not name or tags.get("route") == "ferry":
        return None
    middle = positions[len(positions) // 2]
    points = [(lat, lon) for lon, lat in positions.tolist()]
    kept = (points[0], points[-1]) if _is_short(points) else tuple(_sampled(points))
    return StreetRow(name, alternative_names(tags), float(middle[1]), float(middle[0]), kept)


def _is_short(points: Sequence[tuple[float, float]]) -> bool:
    """Return whether no two points of a line are more than STREET_STEP_M apart."""
    lats, lons = zip(*points, strict=True)
    return distance_m(min(lats), min(lons), max(lats), max(lons)) <= STREET_STEP_M


def _sampled(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield the ends of a line and points on it, so that neighbours are at most STREET_STEP_M apart."""
    last = points[0]
    yield last
    for index, point in enumerate(points[1:], start=1):
        gap = distance_m(*last, *point)
        for part in range(1, int(gap // STREET_STEP_M) + 1):
            share = part * STREET_STEP_M / gap
            if share < 1:
                yield (last[0] + share * (point[0] - last[0]), last[1] + share * (point[1] - last[1]))
        is_last = index == len(points) - 1
        following = points[index + 1] if not is_last else point
        if is_last or gap >= STREET_STEP_M or distance_m(*last, *following) > STREET_STEP_M:
            yield point
            last = point


def interpolated_rows(kind: str, line: Sequence[AddressRow | tuple[float, float]]) -> Iterator[AddressRow]:
    """Yield the houses between the numbered nodes of an addr:interpolation way; `line` are its nodes in order.

    A node without a number is its (lat, lon). Alphabetic interpolation and numbers that do not fit are left out.
    """
    step = INTERPOLATION_STEPS.get(kind)
    numbered = [index for index, node in enumerate(line) if isinstance(node, AddressRow)]
    if step is None:
        return
    for start, end in pairwise(numbered):
        yield from _between(line[start : end + 1], step)


def _between(line: Sequence[AddressRow | tuple[float, float]], step: int) -> Iterator[AddressRow]:
    first, last = line[0], line[-1]
    if not isinstance(first, AddressRow) or not isinstance(last, AddressRow):
        return
    low, high = _leading_number(first.number), _leading_number(last.number)
    if low is None or high is None or low == high or abs(high - low) > 2_000 or (high - low) % step:
        return
    points = np.array([(p.lat, p.lon) if isinstance(p, AddressRow) else p for p in line])
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))))
    for number in range(low + step, high, step) if low < high else range(low - step, high, -step):
        at = along[-1] * (number - low) / (high - low)
        lat, lon = np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])
        yield first._replace(lat=float(lat), lon=float(lon), number=str(number), other_numbers="")


def _leading_number(text: str) -> int | None:
    match = re.match(r"\d{1,6}", text)
    return int(match.group()) if match else None
