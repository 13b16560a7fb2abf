"""Links of maps that carry coordinates: where each map writes them. No network is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from app.sources.notations import Point, point_at, typed_point


class Link(NamedTuple):
    """A link taken apart; `host` without "www.", or the scheme where an app's own link has no host of a site."""

    host: str
    path: str
    query: dict[str, str]
    fragment: str


Reader = Callable[[Link], Point | None]

_SITES = (
    r"(?:[a-z0-9-]+\.)*(?:openstreetmap\.[a-z]+|osm\.org|google\.[a-z.]{2,6}|goo\.gl|maps\.apple\.com|bing\.com|here\.com"
    r"|yandex\.[a-z.]{2,6}|mapy\.(?:cz|com)|waze\.com|opentopomap\.org|osmand\.net|omaps\.app|ge0\.me|comaps\.at"
    r"|duckduckgo\.com|plus\.codes)(?=[/?#]|$)"
)
#: A link anywhere in a text: by its scheme, by "www.", or a map's site without either.
_LINK = re.compile(
    rf"(?:\b[a-z][a-z0-9+.-]*://|\bgeo:(?=[+-]?[0-9])|\bgoogle\.navigation:|\bwww\.|(?<![\w@.-]){_SITES})\S*", re.I
)


def link_in(text: str) -> str:
    """Return the first link in a text, "" where there is none."""
    found = _LINK.search(text)
    return found.group().rstrip(".,;)>]\"'") if found else ""


def link_point(link: str) -> Point | None:
    """Return the point that a link shows, None where it carries no coordinates."""
    taken = _taken_apart(link)
    if taken is None:
        return None
    readers = next((readers for site, readers in _READERS if re.fullmatch(site, taken.host)), _ANY_SITE)
    return next((point for read in readers if (point := read(taken))), None)


def _taken_apart(link: str) -> Link | None:
    if re.match(r"(?:geo|google\.navigation):", link, re.I):
        link = link.replace(":", "://", 1)
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        query = dict(parse_qsl(parts.query))
    except ValueError:  # a broken host
        return None
    if parts.scheme in ("http", "https"):
        return Link(parts.netloc.lower().removeprefix("www."), unquote_plus(parts.path), query, parts.fragment)
    return Link(parts.scheme, f"{parts.netloc}{unquote_plus(parts.path)}", query, parts.fragment)


_NUMBER = r"[+-]?[0-9]{1,3}(?:\.[0-9]+)?"
_PAIR = re.compile(rf"(?:ll\.|point\.)?({_NUMBER})[,~_]\s*({_NUMBER})(?![0-9.])")


def _pair(text: str, lon_first: bool = False) -> Point | None:
    """Return the point of the two numbers that a text begins with; whole ones, too."""
    found = _PAIR.match(text.strip())
    if not found:
        return None
    first, second = float(found[1]), float(found[2])
    return point_at(second, first) if lon_first else point_at(first, second)


def _typed(text: str) -> Point | None:
    """Return the point that a person looked for, if it was one and no address; "(a name)" may follow it."""
    typed = typed_point(re.sub(r"\(.*", "", text) if text[:1] != "(" else text)
    return typed.point if typed and not typed.or_west else None


def _value(*keys: str, lon_first: bool = False) -> Reader:
    """Read the first of these parts of the query that holds a point."""
    return _first(keys, lambda text: _pair(text, lon_first))


def _search(*keys: str) -> Reader:
    """Read the first of these parts of the query that holds a point where an address may stand as well."""
    return _first(keys, _typed)


def _first(keys: Sequence[str], reading: Callable[[str], Point | None]) -> Reader:
    def read(link: Link) -> Point | None:
        points = (reading(link.query[key]) for key in keys if key in link.query)
        return next((point for point in points if point), None)

    return read


def _values(lat: str, lon: str) -> Reader:
    """Read two parts of the query, or of a fragment like one."""

    def read(link: Link) -> Point | None:
        for query in (link.query, dict(parse_qsl(link.fragment))):
            if lat in query and lon in query:
                return _pair(f"{query[lat]},{query[lon]}")
        return None

    return read


def _path(pattern: str, reading: Callable[[str], Point | None] = _pair) -> Reader:
    """Read the last place in the path that a pattern finds: what it catches."""

    def read(link: Link) -> Point | None:
        found = re.findall(pattern, link.path)
        return reading(found[-1]) if found else None

    return read


def _view(link: Link) -> Point | None:
    """Read a fragment like "map=17/60.1652/24.9364": the zoom, the latitude, the longitude."""
    found = re.match(rf"/?(?:map=|marker=)?[0-9.]+/({_NUMBER})/({_NUMBER})(?![0-9.])", link.fragment)
    return point_at(float(found[1]), float(found[2])) if found else None


def _google_pin(link: Link) -> Point | None:
    """Read the place itself from the data of a link: "!3d60.1652!4d24.9364", while "@" is only what is shown."""
    found = re.findall(rf"!3d({_NUMBER})!4d({_NUMBER})", link.path)
    return point_at(float(found[-1][0]), float(found[-1][1])) if found else None


def _geo(link: Link) -> Point | None:
    """Read "geo:60.1652,24.9364?z=17"; "geo:0,0?q=..." stands for what is looked for."""
    point = _pair(link.path)
    return None if "q" in link.query and point == (0, 0) else point


def _not_directions(reader: Reader) -> Reader:
    """Leave out links of a way from one place to another: what they show is neither."""
    return lambda link: None if re.search(r"/(?:dir|directions)\b", link.path) else reader(link)


def _mapy_pin(link: Link) -> Point | None:
    return _value("id", lon_first=True)(link) if link.query.get("source") == "coor" else None


#: Six bits a letter.
_SHORT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _osm_short(link: Link) -> Point | None:
    """Read "go/0EEQjE12": three bits of the longitude and of the latitude a letter, the longitude's first.

    https://wiki.openstreetmap.org/wiki/Shortlink
    """
    found = re.search(r"/go/([A-Za-z0-9_~@]{1,12})-{0,2}$", link.path)
    if not found:
        return None
    x, y, size = _interwoven([f"{_SHORT}_~".index(letter) for letter in found[1].replace("@", "~")])
    return point_at((y + 0.5) / size * 180 - 90, (x + 0.5) / size * 360 - 180)


def _ge0(link: Link) -> Point | None:
    """Read "omaps.app/8wAAAAAAAA": the zoom, then three bits of the latitude and of the longitude a letter.

    https://github.com/organicmaps/organicmaps/tree/master/libs/ge0
    """
    found = re.fullmatch(r"/?[\w-]([A-Za-z0-9_-]{9})(?:/.*)?", link.path, re.ASCII)
    if not found:
        return None
    y, x, size = _interwoven([f"{_SHORT}-_".index(letter) for letter in found[1]])
    return point_at((y + 0.5) / size * 180 - 90, (x + 0.5) / size * 360 - 180)


def _interwoven(letters: Sequence[int]) -> tuple[int, int, int]:
    """Return the two numbers whose bits alternate, and one more than the largest that they can be."""
    first = second = 0
    for letter in letters:
        for shift in (4, 2, 0):
            first, second = first << 1 | letter >> shift + 1 & 1, second << 1 | letter >> shift & 1
    return first, second, 8 ** len(letters)


_LAT_LON = (_values("mlat", "mlon"), _values("lat", "lon"), _values("lat", "lng"), _values("latitude", "longitude"))
_ANY_SITE: tuple[Reader, ...] = (*_LAT_LON, _view)

#: Hosts, and where their links have the point, the surest first. Other sites are read only where it is plain.
_READERS: tuple[tuple[str, Sequence[Reader]], ...] = (
    (r"google\.navigation", (_path("^q=(.+)"),)),
    (
        r"(?:.*\.)?(?:openstreetmap\.[a-z]+|osm\.org)",
        (_osm_short, *map(_not_directions, (*_LAT_LON, _search("query"), _view))),
    ),
    (
        r"(?:.*\.)?google\.[a-z.]+|(?:.*\.)?goo\.gl|comgooglemaps",
        (
            _not_directions(_google_pin),
            _path(r"/(?:place|search)/([^/@]+)", _typed),
            _path(r"/dir/(?:[^/]*/)*(?!data=)([^/@]+)/?(?=@|data=|$)", _typed),
            _search("destination", "daddr", "q", "query"),
            _value("ll", "viewpoint", "center"),
            _not_directions(_path("/@([^/]+)")),
        ),
    ),
    (r"geo", (_search("q"), _geo)),
    (r"maps\.apple\.com|maps", (_value("coordinate", "ll"), _search("q", "daddr", "address"), _value("center", "sll"))),
    (r"(?:.*\.)?bing\.com|bingmaps", (_search("where1"), _value("sp", "cp"))),
    (r"(?:.*\.)?here\.com", (_path(r"/l/([^/]+)"), _value("map"))),
    (
        r"(?:.*\.)?yandex\.[a-z.]+|yandexmaps",
        (
            _value("whatshere[point]", "poi[point]", "pt", lon_first=True),
            _search("text"),
            _value("ll", lon_first=True),
        ),
    ),
    (
        r"(?:.*\.)?mapy\.(?:cz|com)",
        (_mapy_pin, _search("q"), _values("y", "x"), _value("center", lon_first=True)),
    ),
    (r"(?:.*\.)?waze\.com|waze", (_value("ll", "latlng", "to"), _search("q"))),
    (r"(?:.*\.)?osmand\.net", (_value("pin"), *_ANY_SITE)),
    (r"omaps\.app|ge0\.me|comaps\.at|om|ge0|cm", (_value("ll"), _ge0)),
    (r"(?:.*\.)?duckduckgo\.com", (_search("q"), *_ANY_SITE)),
    (r"plus\.codes", (_path("/(.+)", _typed),)),
)
