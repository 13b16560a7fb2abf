"""Countries, states and provinces that people write behind an address, and roughly where they lie.

The names tell nothing inside a region, unless the region lies elsewhere: "Helsinki, Minnesota" is not in Finland.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from app.atlas.geocoder.letters import fold


class Rectangle(NamedTuple):
    """South, west, north, east in degrees; of a country its mainland and near islands."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, lat: float, lon: float) -> bool:
        """Return whether a point lies in it."""
        return self.south <= lat <= self.north and self.west <= lon <= self.east


#: South, west, north, east; the names by which people call it there and in English; the codes that people write for it
#: and for its states, cantons and provinces.
_TABLE = """
49 -6 51 2|channel islands
49 -9 61 2|uk gb great britain united kingdom|uk gb
49 -7 56 2|england
51 -6 54 -2|wales cymru
54 -9 61 0|scotland
54 -9 56 -5|northern ireland
51 -11 56 -5|ireland eire
42 -5 52 9|france|fr
43 7 44 8|monaco principaute principality|mc
36 -10 44 5|spain espana catalunya|es
32 -18 43 -6|portugal
36 6 48 19|italy italia|it ag al an ao ap aq ar at av ba bg bi bl bn bo br bs bt bz ca cb ce ch cl cn co cr cs ct cz
36 6 48 19||en fc fe fg fi fm fr ge go gr im is kr lc le li lo lt lu mb mc me mi mn mo ms mt na no nu og or ot pa pc
36 6 48 19||pd pe pg pi pn po pr pt pu pv pz ra rc re rg ri rm rn ro sa si so sp sr ss sv ta te tn to tp tr ts tv ud
36 6 48 19||va vb vc ve vi vr vs vt vv
47 5 56 16|germany deutschland allemagne|de be bb bw by hb he hh mv ni nw rp sh sl sn st th
46.3 9.53 49.1 17.2|austria osterreich
45 5 48 11|switzerland schweiz suisse svizzera|ch ag ai ar be bl bs fr ge gl gr ju lu ne nw ow sg sh so sz tg ti ur
45 5 48 11||vd vs zg zh
47 9 48 10|liechtenstein|li fl
49 2 52 7|belgium belgique belgie
50 3 54 8|netherlands nederland holland|nl
49 5 51 7|luxembourg luxemburg
54 8 58 16|denmark danmark
55 10 70 25|sweden sverige ruotsi|se
57 4 72 32|norway norge|no
59 19 71 32|finland suomi|fi
63 -25 67 -13|iceland
57 21 60 29|estonia eesti
55 20 59 29|latvia latvija|lv
53 20 57 27|lithuania lietuva
49 14 55 25|poland polska
48 12 52 19|czechia cesko czech
47 16 50 23|slovakia slovensko|sk
45 16 49 23|hungary magyarorszag
43 20 49 30|romania
41 22 45 29|bulgaria balgariya
42 13 47 20|croatia hrvatska
45 13 47 17|slovenia slovenija|si
42 18 47 24|serbia srbija|rs
34 19 42 30|greece hellas ellada
35 14 37 15|malta|mt
35 25 43 45|turkey turkiye
44 22 53 41|ukraine ukraina
41 19 82 180|russia rossiya
18 -180 72 -65|usa us united states america|us
41 -141 84 -52|canada|ca
14 -119 33 -86|mexico
-34 -74 6 -34|brazil brasil|br ac al ap am ba ce df es go ma mt ms mg pa pb pr pe pi rj rn rs ro rr sc sp se to
-56 -74 -21 -53|argentina|ar
-56 -110 -17 -66|chile
-5 -82 14 -66|colombia|co
-44 112 -10 154|australia
-48 166 -34 179|new zealand
-35 16 -22 33|south africa
24 122 46 146|japan
6 68 36 98|india|in
30 -89 36 -84|alabama|al
51 -180 72 -129|alaska|ak
31 -115 37 -109|arizona|az
33 -95 37 -89|arkansas|ar
32 -125 42 -114|california|ca
37 -110 41 -102|colorado|co
40 -74 43 -71|connecticut|ct
38 -76 40 -75|delaware|de
24 -88 31 -79|florida|fl
30 -86 35 -80|georgia|ga
41 41 44 47|georgia
18 -161 23 -154|hawaii|hi
42 -118 49 -111|idaho|id
36 -92 43 -87|illinois|il
37 -89 42 -84|indiana|in
40 -97 44 -90|iowa|ia
36 -103 40 -94|kansas|ks
36 -90 40 -81|kentucky|ky
28 -95 34 -88|louisiana|la
43 -72 48 -66|maine|me
37 -80 40 -75|maryland|md
41 -74 43 -69|massachusetts|ma
41 -91 49 -82|michigan|mi
43 -98 49.4 -89|minnesota|mn
30 -92 36 -88|mississippi|ms
35 -96 41 -89|missouri|mo
44 -117 49 -104|montana|mt
39 -105 43 -95|nebraska|ne
35 -121 42 -114|nevada|nv
42 -73 46 -70|new hampshire|nh
50 -2 52 0|hampshire
38 -76 42 -73|new jersey|nj
49 -3 50 -2|jersey
31 -110 38 -103|new mexico|nm
40 -80 46 -71|new york|ny
33 -85 37 -75|north carolina|nc
32 -84 36 -78|south carolina|sc
45 -105 49 -96|north dakota|nd
42 -105 46 -96|south dakota|sd
38 -85 43 -80|ohio|oh
33 -104 38 -94|oklahoma|ok
41 -125 47 -116|oregon|or
39 -81 43 -74|pennsylvania|pa
41 -72 42 -71|rhode island|ri
34 -91 37 -81|tennessee|tn
25 -107 37 -93|texas|tx
36 -115 43 -109|utah|ut
42 -74 46 -71|vermont|vt
36 -84 40 -75|virginia|va
45 -125 49 -116|washington|wa
38 -78 39 -76|washington columbia|dc
37 -83 41 -77|west virginia|wv
42 -93 48 -86|wisconsin|wi
40 -112 46 -104|wyoming|wy
48 -140 60 -114|british columbia|bc
48 -120 60 -109|alberta|ab
49 -111 60 -101|saskatchewan|sk
48 -103 60 -88|manitoba|mb
41 -96 57 -74|ontario|on
44 -80 63 -57|quebec|qc
44 -70 49 -63|new brunswick|nb
43 -67 48 -59|nova scotia|ns
46 -68 61 -52|newfoundland labrador|nl
45.9 -65 47.1 -61||pe
60 -142 70 -123|yukon|yt
60 -137 79 -101||nt
51 -121 84 -61|nunavut|nu
-36 112 -13 130||wa
-27 128 -10 139||nt
39 19 43 22|albania|al
-11 95 6 141|indonesia|id
29 34 34 36|israel|il
21 -17 36 -1|morocco maroc|ma
45 26 49 31|moldova|md
41 18 44 21|montenegro|me
41 87 53 120|mongolia|mn
7 -84 10 -77|panama|pa
-19 -82 0 -68|peru|pe
-4 8 3 15|gabon|ga
13 100 23 108|laos|la
11 0 24 16|niger|ne
"""
#: Words of several names above that tell nothing by themselves.
_COMMON = frozenset({"new", "north", "south", "west", "united", "great", "island", "islands", "channel", "northern"})
#: What people add that names no country.
SILENT = frozenset({"cedex", "county", "kingdom", "states"})


@cache
def _rectangles() -> dict[str, tuple[Rectangle, ...]]:
    found: dict[str, tuple[Rectangle, ...]] = {}
    for rectangle, names, _ in _rows():
        for word in names:
            if word not in _COMMON:
                found[word] = (*found.get(word, ()), rectangle)
    return found


@cache
def _rectangles_by_code() -> dict[str, tuple[Rectangle, ...]]:
    found: dict[str, tuple[Rectangle, ...]] = {}
    for rectangle, _, codes in _rows():
        for code in codes:
            found[code] = (*found.get(code, ()), rectangle)
    return found


def _rows() -> Iterator[tuple[Rectangle, list[str], list[str]]]:
    for line in _TABLE.strip().splitlines():
        numbers, names, *codes = line.split("|")
        yield Rectangle(*map(float, numbers.split())), fold(names).split(), " ".join(codes).split()


def is_country(word: str) -> bool:
    """Return whether a folded word names a country, a state or a province."""
    return word in SILENT or word in _rectangles()


def lies_in(word: str, lat: float, lon: float) -> bool:
    """Return whether a point may lie in the country or state that a folded word names."""
    return word in SILENT or any(rectangle.holds(lat, lon) for rectangle in _rectangles()[word])


def is_elsewhere(code: str, lat: float, lon: float) -> bool:
    """Return whether a folded code ("oh") means only countries and states in which a point does not lie."""
    rectangles = _rectangles_by_code().get(code, ())
    return bool(rectangles) and not any(rectangle.holds(lat, lon) for rectangle in rectangles)
