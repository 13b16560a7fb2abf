"""What whoever runs the site can do where an address lies outside all regions: import one, or turn live sources on."""

from __future__ import annotations

from dataclasses import dataclass

from app.config import Config
from app.errors import AddressNotFound, AddressOutsideRegions, AddressUnknown, NoRegions, SurroundingsNotHere
from app.sources.extracts import SITE, Extract, extracts_near
from app.sources.points import Point, TypedPoint, point_in
from app.wording import listed

#: Failures that another region would mend, or might.
NOT_COVERED = frozenset(
    fault.code for fault in (AddressNotFound, AddressUnknown, AddressOutsideRegions, NoRegions, SurroundingsNotHere)
)
#: Where the docs tell of live sources.
LIVE_DOCS = "docs/live.md"


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do so that such an address is covered."""

    #: The extracts of which one holds the point, the likeliest first; () where no point is known, or it is at sea.
    extracts: tuple[Extract, ...]
    #: The settings that let live services be asked instead, () where nothing is turned off.
    settings: tuple[str, ...] = ()

    @property
    def has_parts(self) -> bool:
        """Return whether a smaller extract may do as well."""
        return any(extract.has_parts for extract in self.extracts)

    @property
    def command(self) -> str:
        """Return the command that imports the likeliest extract, or any where none is known."""
        if not self.extracts:
            return "flask region import FILE.osm.pbf --name NAME"
        return f"flask region import {self.extracts[0].file} --name {self.extracts[0].region}"

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the same for a terminal."""
        files = [f"{extract.title}, {extract.page}" for extract in self.extracts] or [SITE]
        turn_on = f"Or set {listed(self.settings)}, so that live services are asked: see {LIVE_DOCS}."
        return (
            f"To cover it, import an extract ({listed(files, 'or')}): {self.command}",
            *((turn_on,) if self.settings else ()),
        )


def advice_on(address: str, error_code: str | None, config: Config) -> Advice | None:
    """Return what may be done about an address that failed because it is not covered; None for any other failure."""
    if error_code not in NOT_COVERED:
        return None
    point = _point_of(address)
    return Advice(extracts_near(*point) if point else (), _settings(config))


def _settings(config: Config) -> tuple[str, ...]:
    if config.live == "off":
        return "DOORSTEP_LIVE=on", "DOORSTEP_CONTACT"
    return ("DOORSTEP_OVERPASS=on",) if config.overpass == "off" else ()


def _point_of(address: str) -> Point | None:
    """Return the point that was typed instead of an address."""
    typed = point_in(address)
    return typed.point if isinstance(typed, TypedPoint) else None
