"""What is said of live sources before they are asked: which there are, what each is sent, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass

from app.sources.live.services import LiveServices, Service, all_of
from app.wording import listed

#: What is sent to each kind of service, beside who runs this site.
_TO_GEOCODERS = "the address and destinations as typed, or a point"
_SENT = {
    "overpass": "in which square of a fixed grid, 3 km wide, the address lies",
    "fema": "the position of the address",
    "ratings": "the position of the address",
    "walkscore": "the address and its position",
}


@dataclass(frozen=True, slots=True)
class AskedService:
    """One service as a page lists it."""

    name: str
    title: str
    asked_for: str
    #: What it is told.
    sent: str
    #: The page with its rules.
    policy: str


@dataclass(frozen=True, slots=True)
class LiveSources:
    """The services that are asked about an address outside all regions, in the order in which they are asked."""

    services: tuple[AskedService, ...]
    #: Those that are sent the address itself, in words: "Nominatim and Photon".
    searching: str
    #: Those that are sent where it is.
    placing: str
    #: Those that are sent where an address is that a region covers, "" for none.
    everywhere: str = ""


def live_sources(services: LiveServices, *, extras_in_regions: bool = False) -> LiveSources | None:
    """Return what is said of these services; None where none is asked. `extras_in_regions` is the setting."""
    if not all_of(services):
        return None
    others = all_of(services)[len(services.geocoders) :]
    everywhere = [service for service in others if extras_in_regions and service is not services.overpass]
    return LiveSources(
        (
            *(_asked(service, _TO_GEOCODERS) for service in services.geocoders),
            *(_asked(service, _SENT[service.name]) for service in others),
        ),
        listed([service.title for service in services.geocoders]),
        listed([service.title for service in others]),
        listed([service.title for service in everywhere]),
    )


def _asked(service: Service, sent: str) -> AskedService:
    return AskedService(service.name, service.title, service.asked_for, sent, service.policy)
