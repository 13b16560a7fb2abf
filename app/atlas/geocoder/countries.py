"""Countries, states and provinces that people write behind an address, and roughly where they lie.

The names tell nothing inside a region, unless the region lies elsewhere: "Helsinki, Minnesota" is not in Finland.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from app.atlas.geocoder.letters import fold


class Rectangle(NamedTuple):
    """South, west, north, east in whole degrees; of a country its mainland and near islands."""

    south: int
    west: int
    north: int
    east: int

    def holds(self, lat: float, lon: float) -> bool:
        """Return whether a point lies in it."""
        return self.south <= lat <= self.north and self.west <= lon <= self.east


#: South, west, north, east, and the names by which people call it there and in English.
_TABLE = """
49 -6 51 2|channel islands
49 -9 61 2|uk gb great britain united kingdom
49 -7 56 2|england
51 -6 54 -2|wales cymru
54 -9 61 0|scotland
54 -9 56 -5|northern ireland
51 -11 56 -5|ireland eire
42 -5 52 9|france
43 7 44 8|monaco principaute principality
36 -10 44 5|spain espana catalunya
32 -18 43 -6|portugal
36 6 48 19|italy italia
47 5 56 16|germany deutschland allemagne
46 9 50 18|austria osterreich
45 5 48 11|switzerland schweiz suisse svizzera
47 9 48 10|liechtenstein
49 2 52 7|belgium belgique belgie
50 3 54 8|netherlands nederland holland
49 5 51 7|luxembourg luxemburg
54 8 58 16|denmark danmark
55 10 70 25|sweden sverige ruotsi
57 4 72 32|norway norge
59 19 71 32|finland suomi
63 -25 67 -13|iceland
57 21 60 29|estonia eesti
55 20 59 29|latvia latvija
53 20 57 27|lithuania lietuva
49 14 55 25|poland polska
48 12 52 19|czechia cesko czech
47 16 50 23|slovakia slovensko
45 16 49 23|hungary magyarorszag
43 20 49 30|romania
41 22 45 29|bulgaria balgariya
42 13 47 20|croatia hrvatska
45 13 47 17|slovenia slovenija
42 18 47 24|serbia srbija
34 19 42 30|greece hellas ellada
35 14 37 15|malta
35 25 43 45|turkey turkiye
44 22 53 41|ukraine ukraina
41 19 82 180|russia rossiya
18 -180 72 -65|usa us united states america
41 -141 84 -52|canada
14 -119 33 -86|mexico
-34 -74 6 -34|brazil brasil
-56 -74 -21 -53|argentina
-56 -110 -17 -66|chile
-5 -82 14 -66|colombia
-44 112 -10 154|australia
-48 166 -34 179|new zealand
-35 16 -22 33|south africa
24 122 46 146|japan
6 68 36 98|india
30 -89 36 -84|alabama
51 -180 72 -129|alaska
31 -115 37 -109|arizona
33 -95 37 -89|arkansas
32 -125 42 -114|california
37 -110 41 -102|colorado
40 -74 43 -71|connecticut
38 -76 40 -75|delaware
24 -88 31 -79|florida
30 -86 35 -80|georgia
41 41 44 47|georgia
18 -161 23 -154|hawaii
42 -118 49 -111|idaho
36 -92 43 -87|illinois
37 -89 42 -84|indiana
40 -97 44 -90|iowa
36 -103 40 -94|kansas
36 -90 40 -81|kentucky
28 -95 34 -88|louisiana
43 -72 48 -66|maine
37 -80 40 -75|maryland
41 -74 43 -69|massachusetts
41 -91 49 -82|michigan
43 -98 50 -89|minnesota
30 -92 36 -88|mississippi
35 -96 41 -89|missouri
44 -117 49 -104|montana
39 -105 43 -95|nebraska
35 -121 42 -114|nevada
42 -73 46 -70|new hampshire
50 -2 52 0|hampshire
38 -76 42 -73|new jersey
49 -3 50 -2|jersey
31 -110 38 -103|new mexico
40 -80 46 -71|new york
33 -85 37 -75|north carolina
32 -84 36 -78|south carolina
45 -105 50 -96|north dakota
42 -105 46 -96|south dakota
38 -85 43 -80|ohio
33 -104 38 -94|oklahoma
41 -125 47 -116|oregon
39 -81 43 -74|pennsylvania
41 -72 42 -71|rhode island
34 -91 37 -81|tennessee
25 -107 37 -93|texas
36 -115 43 -109|utah
42 -74 46 -71|vermont
36 -84 40 -75|virginia
45 -125 50 -116|washington
38 -78 39 -76|washington columbia
37 -83 41 -77|west virginia
42 -93 48 -86|wisconsin
40 -112 46 -104|wyoming
48 -140 60 -114|british columbia
48 -120 60 -109|alberta
49 -111 60 -101|saskatchewan
48 -103 60 -88|manitoba
41 -96 57 -74|ontario
44 -80 63 -57|quebec
44 -70 49 -63|new brunswick
43 -67 48 -59|nova scotia
"""
#: Words of several names above that tell nothing by themselves.
_COMMON = frozenset({"new", "north", "south", "west", "united", "great", "island", "islands", "channel", "northern"})
#: What people add that names no country.
SILENT = frozenset({"cedex", "county", "kingdom", "states"})


@cache
def _rectangles() -> dict[str, tuple[Rectangle, ...]]:
    found: dict[str, tuple[Rectangle, ...]] = {}
    for line in _TABLE.strip().splitlines():
        numbers, names = line.split("|")
        rectangle = Rectangle(*map(int, numbers.split()))
        for word in fold(names).split():
            if word not in _COMMON:
                found[word] = (*found.get(word, ()), rectangle)
    return found


def is_country(word: str) -> bool:
    """Return whether a folded word names a country, a state or a province."""
    return word in SILENT or word in _rectangles()


def lies_in(word: str, lat: float, lon: float) -> bool:
    """Return whether a point may lie in the country or state that a folded word names."""
    return word in SILENT or any(rectangle.holds(lat, lon) for rectangle in _rectangles()[word])
