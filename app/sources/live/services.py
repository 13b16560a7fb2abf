"""The live services: what each is for, how it may be asked, and which of them the settings turn on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from app.config import PREFIX, Config
from app.errors import ConfigError

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Service:
    """One service as this site asks it."""

    #: Its name in settings, tables and metrics.
    name: str
    #: Its name for people.
    title: str
    #: What it is asked for, for people: "streets and places".
    asked_for: str
    #: Where it answers, without a slash at the end.
    url: str
    #: The page with its rules, which the figures here follow.
    policy: str
    #: Least seconds between the end of one request and the next, over all processes and hosts of an installation.
    pause_s: float
    #: Most seconds for its whole answer, and most bytes of that.
    read_s: float
    most_bytes: int
    requests_per_day: int
    bytes_per_day: int
    #: Least seconds to leave it alone after 429 or 504.
    rest_s: float = 30.0
    key: str = field(default="", repr=False)
    #: Days for which its answers are kept and used again, 0 for none.
    keep_days: float = 30.0


@dataclass(frozen=True, slots=True)
class LiveServices:
    """The services that the settings turn on."""

    #: In the order in which they are asked.
    geocoders: tuple[Service, ...]
    #: None where no streets and places are fetched.
    overpass: Service | None
    walkscore: Service | None = None
    ratings: Service | None = None
    fema: Service | None = None


@dataclass(frozen=True, slots=True)
class _Rules:
    """What is so of a service whatever the settings say."""

    #: Its name for people at its public address, and what runs at an address of the operator's own.
    title: str
    own_title: str
    asked_for: str
    policy: str
    pause_s: float
    read_s: float
    most_bytes: int = 2 * MEGABYTE
    #: The most days that its terms let an answer be kept.
    most_keep_days: float = 3_650


#: A stage that waits longer than `stage_timeout_seconds` (120) without a message is stopped, so every wait ends before.
_RULES = {
    # No more than one request a second of all users together, answers kept, who asks said in each request.
    "nominatim": _Rules(
        "OpenStreetMap's address search (Nominatim)",
        "Nominatim",
        "the position of this address",
        "https://operations.osmfoundation.org/policies/nominatim/",
        pause_s=1.0,
        read_s=15,
    ),
    # A reasonable number of requests, without a figure: whoever sends more is throttled or banned. It gets what
    # Nominatim asks for.
    "photon": _Rules(
        "Komoot's address search (Photon)",
        "Photon",
        "the position of this address",
        "https://photon.komoot.io/",
        pause_s=1.0,
        read_s=15,
    ),
    # No figures; whoever has many addresses is to send them as a batch.
    "census": _Rules(
        "Census Geocoder (US Census Bureau)",
        "Census Geocoder",
        "the position of this address",
        "https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html",
        pause_s=0.5,
        read_s=30,
    ),
    # Billed by the call. Positions may be kept for 30 days in a row:
    # https://cloud.google.com/maps-platform/terms/maps-service-terms
    "google": _Rules(
        "Google's address search",
        "Google's address search",
        "the position of this address",
        "https://developers.google.com/maps/documentation/geocoding/policies",
        pause_s=0.1,
        read_s=15,
        most_keep_days=30,
    ),
    # Billed by the call. Ratings may not be kept for re-use.
    "ratings": _Rules(
        "Google Places",
        "Google Places",
        "ratings of places near by",
        "https://developers.google.com/maps/documentation/places/web-service/policies",
        pause_s=0.1,
        read_s=15,
        most_keep_days=0,
    ),
    # Two slots an address, of which one is used; some 10,000 requests and 1 GB a day. A query may take 180 s there, and
    # less here, as every wait has to end before the stage's does. Who runs it wants more besides:
    # https://www.fossgis.de/arbeitsgruppen/osm-server/nutzungsbedingungen/
    "overpass": _Rules(
        "OpenStreetMap's Overpass server",
        "Overpass",
        "streets and places",
        "https://dev.overpass-api.de/overpass-doc/en/preface/commons.html",
        pause_s=1.0,
        read_s=90,
        most_bytes=128 * MEGABYTE,
    ),
    # 5,000 calls a day with a free key; the number only with its name, link and logo.
    "walkscore": _Rules(
        "Walk Score",
        "Walk Score",
        "its scores",
        "https://www.walkscore.com/professional/api.php",
        pause_s=0.5,
        read_s=15,
        most_keep_days=0,  # an answer holds a link with the address
    ),
    # No figures.
    "fema": _Rules(
        "FEMA's flood map",
        "FEMA's flood map",
        "the flood zone",
        "https://hazards.fema.gov/femaportal/wps/portal/NFHLWMS",
        pause_s=0.5,
        read_s=30,
    ),
}
GEOCODERS = ("nominatim", "photon", "census", "google")
EXTRAS = ("fema", "walkscore", "google")
#: Which of them need a key.
KEYED = ("google", "walkscore")
#: The services that answer at the address of another setting than their own.
_URL_OF = {"ratings": "google"}

_MAIL = re.compile(r"[^@\s()<>]+@[^@\s()<>]+\.[^@\s()<>]+")
LONGEST_CONTACT = 200


def services_in(config: Config) -> LiveServices:
    """Return the services that the settings turn on, none where live mode is off.

    Raises ConfigError for settings that are wrong, whether live mode is on or not.
    """
    geocoders, extras = _listed(config, "geocoders", GEOCODERS), _listed(config, "extras", EXTRAS)
    for name in (*GEOCODERS, "overpass", "fema", "walkscore"):
        _check_url(config, f"{name}_url")
    _check_contact(config)
    if config.live == "off":
        return LiveServices((), None)
    return LiveServices(
        tuple(_service(config, name) for name in geocoders),
        _service(config, "overpass") if config.overpass == "on" else None,
        _service(config, "walkscore") if "walkscore" in extras else None,
        _service(config, "ratings") if "google" in extras else None,
        _service(config, "fema") if "fema" in extras else None,
    )


def all_of(services: LiveServices) -> tuple[Service, ...]:
    """Return all services that are turned on, in the order in which an evaluation may ask them."""
    others = (services.overpass, services.fema, services.walkscore, services.ratings)
    return (*services.geocoders, *filter(None, others))


@lru_cache(maxsize=8)
def asked_of_each(config: Config) -> Mapping[str, str]:
    """Return by its name whom each service's question goes to, and for what: "Walk Score for its scores"."""
    every = (_service(config, name) for name in _RULES)
    return {service.name: f"{service.title} for {service.asked_for}" for service in every}


def _service(config: Config, name: str) -> Service:
    rules, setting = _RULES[name], f"{_URL_OF.get(name, name)}_url"
    is_public = getattr(config, setting) == _default(setting)
    is_google = setting == "google_url"
    return Service(
        name=name,
        title=rules.title if is_public else rules.own_title,
        asked_for=rules.asked_for,
        url=getattr(config, setting).rstrip("/"),
        policy=rules.policy,
        pause_s=rules.pause_s if is_public else config.own_service_pause_seconds,
        read_s=rules.read_s,
        most_bytes=rules.most_bytes,
        requests_per_day=config.google_requests_per_day if is_google else config.service_requests_per_day,
        bytes_per_day=int(config.service_mb_per_day * MEGABYTE),
        key=config.google_key if is_google else config.walkscore_key if name == "walkscore" else "",
        keep_days=min(config.answer_days, rules.most_keep_days),
    )


def _default(setting: str) -> object:
    return next(each.default for each in fields(Config) if each.name == setting)


# --- whether the settings are right -----------------------------------------------------------------


def _listed(config: Config, setting: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the services in a setting. Raises ConfigError for one that there is not, or that lacks its key."""
    names = tuple(filter(None, (name.strip() for name in getattr(config, setting).split(","))))
    if strangers := [name for name in names if name not in known]:
        raise _wrong(setting, f"{strangers[0]!r} is not one of {', '.join(known)}")
    if len(set(names)) < len(names):
        raise _wrong(setting, "it names a service twice")
    for name in set(KEYED) & set(names):
        if not getattr(config, f"{name}_key"):
            raise _wrong(setting, f"{name} needs a key, {PREFIX}{name.upper()}_KEY")
    return names


def _check_url(config: Config, setting: str) -> None:
    parts = _parts(getattr(config, setting))
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise _wrong(setting, "it is not an http or https address")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise _wrong(setting, "it may have no name, password, query or fragment in it")


def _check_contact(config: Config) -> None:
    contact = config.contact
    if not contact and config.live == "on":
        raise _wrong("contact", f"{PREFIX}LIVE=on needs it: the services want to know whom to write to")
    if contact and not (contact.isascii() and len(contact) <= LONGEST_CONTACT and _is_contact(contact)):
        raise _wrong("contact", "it is neither an e-mail address nor an http or https page")


def _is_contact(text: str) -> bool:
    """Return whether a text can stand in a User-Agent as what to write to: no space, bracket or control character."""
    if not text.isprintable() or set(text) & set(" ()<>"):
        return False
    parts = _parts(text)
    is_page = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in text
    return is_page or bool(_MAIL.fullmatch(text))


def _parts(url: str) -> SplitResult | None:
    """Return an address taken apart; None for what cannot be one."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # read for the ValueError of a bad one
    except ValueError:
        return None
    return None if set(url) & set(" \t\r\n\\") else parts


def _wrong(setting: str, why: str) -> ConfigError:
    return ConfigError(name=PREFIX + setting.upper(), why=why)
