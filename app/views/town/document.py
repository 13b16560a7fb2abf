"""Where in a town wishes are met, as its JSON tells it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from app.pipeline.choosing.choice import Choice, StreetFound
from app.pipeline.choosing.ranking import Standing
from app.views.town.answer import MARKS, WhereView
from app.views.town.form import PlaceField


@dataclass(frozen=True, slots=True)
class WishDocument:
    """A wish or place as it was read; `met` and `unknown` are homes, `why_unknown` is set where it is known nowhere."""

    text: str
    title: str
    met: int
    unknown: int
    why_unknown: str


@dataclass(frozen=True, slots=True)
class PlaceDocument:
    """A place to reach as it was read; without `lat` and `lon` it was not found, and `note` says why."""

    text: str
    label: str
    lat: float | None
    lon: float | None
    by: str
    within_min: int
    arrive: str
    note: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreetDocument:
    """A street of the list: `address` is one of its homes."""

    name: str
    part: str
    standing: str
    homes: int
    meeting: int
    failures: tuple[str, ...]
    unknown: tuple[str, ...]
    address: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class CellsDocument:
    """The squares: `cells` has [row, column, standing, homes] for each, rows from `south`, columns from `west`."""

    size_m: float
    south: float
    west: float
    lat_step: float
    lon_step: float
    standings: tuple[str, ...]
    cells: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class WhereDocument:
    """The answer for programs."""

    url: str
    region: str
    title: str
    data_date: str
    sample: str
    profile: str
    homes: int
    meeting: int
    by_standing: dict[str, int]
    wishes: tuple[WishDocument, ...]
    places: tuple[PlaceDocument, ...]
    streets: tuple[StreetDocument, ...]
    squares: CellsDocument


def document_of(view: WhereView, choice: Choice) -> WhereDocument:
    """Return an answer as its JSON."""
    known = (WishDocument(each.text, each.title, each.met, each.unknown, "") for each in choice.counted)
    unknown = (WishDocument(each.text, each.title, 0, choice.homes, each.why) for each in choice.not_known)
    return WhereDocument(
        url=url_for("where.page", _external=True, **view.asked.query()),  # type: ignore[arg-type]
        region=choice.region,
        title=choice.title,
        data_date=choice.data_date,
        sample=choice.sample,
        profile=view.asked.profile,
        homes=choice.homes,
        meeting=choice.meeting,
        by_standing={MARKS[each]: choice.by_standing[each] for each in Standing},
        wishes=(*known, *unknown),
        places=tuple(_place_document(place) for place in view.places if place.asked.text),
        streets=tuple(_street_document(street) for street in choice.streets),
        squares=_cells(choice),
    )


def _place_document(place: PlaceField) -> PlaceDocument:
    at, asked = place.location, place.asked
    return PlaceDocument(
        text=asked.text,
        label=at.label if at else "",
        lat=at.lat if at else None,
        lon=at.lon if at else None,
        by=asked.by,
        within_min=asked.within_min,
        arrive=asked.at,
        note=place.note,
        choices=tuple(label for label, _ in place.choices),
    )


def _street_document(street: StreetFound) -> StreetDocument:
    return StreetDocument(
        street.name,
        street.part,
        MARKS[street.standing],
        street.homes,
        street.meeting,
        street.failures,
        street.unknown,
        street.address,
        street.lat,
        street.lon,
    )


def _cells(choice: Choice) -> CellsDocument:
    squares = choice.squares
    columns = (squares.rows, squares.columns, squares.standings, squares.homes)
    return CellsDocument(
        squares.size_m,
        squares.south,
        squares.west,
        squares.lat_step,
        squares.lon_step,
        tuple(MARKS[each] for each in Standing),
        tuple(zip(*(values.tolist() for values in columns), strict=True)),
    )
