"""Which extract of OpenStreetMap holds a point, on all continents, at borders, on islands and at sea."""

from __future__ import annotations

import pytest

from app.sources.extracts import TABLE, Extract, extracts_near, unpacked
from tests.support.extract_outlines import packed

CITIES = [
    # Africa
    ("Algiers", 36.754, 3.058, "africa/algeria"),
    ("Banjul", 13.454, -16.579, "africa/senegal-and-gambia"),
    ("Cape Town", -33.925, 18.424, "africa/south-africa"),
    ("Dakar", 14.693, -17.447, "africa/senegal-and-gambia"),
    ("Kinshasa", -4.337, 15.327, "africa/congo-democratic-republic"),
    ("Lagos", 6.455, 3.384, "africa/nigeria"),
    ("Las Palmas", 28.124, -15.436, "africa/canary-islands"),
    ("Laayoune", 27.154, -13.203, "africa/morocco"),
    ("Maseru", -29.315, 27.487, "africa/lesotho"),
    ("Nairobi", -1.286, 36.817, "africa/kenya"),
    ("Port Louis", -20.162, 57.499, "africa/mauritius"),
    # Asia
    ("Bandar Seri Begawan", 4.903, 114.94, "asia/malaysia-singapore-brunei"),
    ("Chennai", 13.083, 80.27, "asia/india/southern-zone"),
    ("Delhi", 28.614, 77.209, "asia/india/northern-zone"),
    ("Dubai", 25.205, 55.271, "asia/gcc-states"),
    ("Hong Kong", 22.319, 114.169, "asia/china/hong-kong"),
    ("Jakarta", -6.175, 106.827, "asia/indonesia/java"),
    ("Jerusalem", 31.778, 35.235, "asia/israel-and-palestine"),
    ("Malé", 4.175, 73.509, "asia/maldives"),
    ("Naha", 26.212, 127.681, "asia/japan/kyushu"),
    ("Seoul", 37.567, 126.978, "asia/south-korea"),
    ("Shanghai", 31.23, 121.474, "asia/china/shanghai"),
    ("Singapore", 1.29, 103.852, "asia/malaysia-singapore-brunei"),
    ("Taipei", 25.033, 121.565, "asia/taiwan"),
    ("Tashkent", 41.311, 69.28, "asia/uzbekistan"),
    ("Tokyo", 35.69, 139.692, "asia/japan/kanto"),
    # Australia and Oceania
    ("Auckland", -36.848, 174.763, "australia-oceania/new-zealand"),
    ("Canberra", -35.282, 149.129, "australia-oceania/australia/act"),
    ("Hobart", -42.882, 147.327, "australia-oceania/australia/tasmania"),
    ("Nadi", -17.8, 177.416, "australia-oceania/fiji"),
    ("Papeete", -17.535, -149.57, "australia-oceania/polynesie-francaise"),
    ("Perth", -31.952, 115.861, "australia-oceania/australia/western-australia"),
    ("Sydney", -33.869, 151.209, "australia-oceania/australia/new-south-wales"),
    # Central America
    ("Bridgetown", 13.098, -59.618, "central-america"),
    ("Panama City", 8.983, -79.52, "central-america/panama"),
    ("Port-au-Prince", 18.543, -72.339, "central-america/haiti-and-domrep"),
    ("Santo Domingo", 18.486, -69.931, "central-america/haiti-and-domrep"),
    # Europe
    ("Amsterdam", 52.373, 4.892, "europe/netherlands/noord-holland"),
    ("Athens", 37.984, 23.728, "europe/greece"),
    ("Belfast", 54.597, -5.93, "europe/ireland-and-northern-ireland"),
    ("Bergen", 60.393, 5.324, "europe/norway/vestlandet"),
    ("Berlin", 52.52, 13.405, "europe/germany/berlin"),
    ("Cardiff", 51.482, -3.179, "europe/united-kingdom/wales"),
    ("Dublin", 53.35, -6.26, "europe/ireland-and-northern-ireland"),
    ("Edinburgh", 55.953, -3.188, "europe/united-kingdom/scotland"),
    ("Gozo", 36.053, 14.187, "europe/malta"),
    ("Helsinki", 60.17, 24.938, "europe/finland"),
    ("Istanbul", 41.009, 28.978, "europe/turkey"),
    ("Kaliningrad", 54.71, 20.511, "russia/kaliningrad"),
    ("Kyiv", 50.45, 30.524, "europe/ukraine"),
    ("London", 51.507, -0.128, "europe/united-kingdom/england"),
    ("Monaco", 43.738, 7.424, "europe/monaco"),
    ("Moscow", 55.756, 37.617, "russia/central-fed-district"),
    ("Newport", 51.588, -2.998, "europe/united-kingdom/wales"),
    ("Oslo", 59.913, 10.752, "europe/norway/ostlandet"),
    ("Palermo", 38.116, 13.362, "europe/italy/isole"),
    ("Palma", 39.57, 2.65, "europe/spain/islas-baleares"),
    ("Paris", 48.857, 2.352, "europe/france/ile-de-france"),
    ("Ponta Delgada", 37.742, -25.669, "europe/azores"),
    ("Reykjavik", 64.146, -21.942, "europe/iceland"),
    ("Tórshavn", 62.012, -6.768, "europe/faroe-islands"),
    ("Tromsø", 69.649, 18.956, "europe/norway/nord-norge"),
    ("Vatican", 41.903, 12.453, "europe/italy/centro"),
    ("Warsaw", 52.23, 21.011, "europe/poland/mazowieckie"),
    ("Zürich", 47.377, 8.541, "europe/switzerland"),
    # North America
    ("Anchorage", 61.218, -149.9, "north-america/us/alaska"),
    ("Chicago", 41.878, -87.63, "north-america/us/illinois"),
    ("Honolulu", 21.307, -157.858, "north-america/us/hawaii"),
    ("Key West", 24.555, -81.78, "north-america/us/florida"),
    ("Los Angeles", 34.052, -118.244, "north-america/us/california"),
    ("Manhattan", 40.754, -73.984, "north-america/us/new-york"),
    ("Mexico City", 19.433, -99.133, "north-america/mexico"),
    ("Montréal", 45.502, -73.567, "north-america/canada/quebec"),
    ("Nuuk", 64.176, -51.736, "north-america/greenland"),
    ("San Juan", 18.466, -66.106, "north-america/us/puerto-rico"),
    ("Toronto", 43.653, -79.383, "north-america/canada/ontario"),
    ("Vancouver", 49.261, -123.114, "north-america/canada/british-columbia"),
    ("Washington", 38.895, -77.037, "north-america/us/district-of-columbia"),
    # South America
    ("Buenos Aires", -34.604, -58.382, "south-america/argentina"),
    ("Cayenne", 4.922, -52.313, "europe/france/guyane"),
    ("Puerto Ayora", -0.743, -90.313, "south-america/ecuador"),
    ("São Paulo", -23.55, -46.633, "south-america/brazil/sudeste"),
    ("Ushuaia", -54.807, -68.304, "south-america/argentina"),
]


@pytest.mark.parametrize(("city", "lat", "lon", "path"), CITIES, ids=[city for city, *_ in CITIES])
def test_it_finds_a_city(city: str, lat: float, lon: float, path: str) -> None:
    assert extracts_near(lat, lon)[0].path == path


@pytest.mark.parametrize(
    ("lat", "lon", "path"),
    [
        (49.01, 8.40, "europe/germany/baden-wuerttemberg"),  # Karlsruhe, and across the Rhine
        (48.97, 8.08, "europe/france/alsace"),
        (42.37, -83.10, "north-america/us/michigan"),  # Detroit, and Windsor across the river
        (42.27, -82.98, "north-america/canada/ontario"),
        (32.75, -117.13, "north-america/us/california"),  # San Diego, and Tijuana
        (32.48, -117.02, "north-america/mexico"),
        (55.676, 12.568, "europe/denmark"),  # Copenhagen, and Malmö across the Sound
        (55.605, 13.004, "europe/sweden"),
        (40.713, -74.006, "north-america/us/new-york"),  # Manhattan, and across the Hudson
        (40.717, -74.07, "north-america/us/new-jersey"),
        (-16.8, 179.99, "australia-oceania/fiji"),  # both sides of 180°
        (-16.8, -179.97, "australia-oceania/fiji"),
    ],
)
def test_it_tells_both_sides_of_a_border(lat: float, lon: float, path: str) -> None:
    assert extracts_near(lat, lon)[0].path == path


def test_it_names_both_sides_where_a_border_is_near() -> None:
    names = {found.name for found in extracts_near(42.33, -83.05)}  # Detroit, on the river
    assert names == {"Michigan", "Ontario"}
    assert [found.name for found in extracts_near(47.377, 8.541)] == ["Switzerland"]


def test_a_pier_belongs_to_the_land_beside_it() -> None:
    found = extracts_near(51.51, 0.72)  # the end of the pier of Southend, 2 km out
    assert [each.path for each in found] == ["europe/united-kingdom/england"]


@pytest.mark.parametrize(
    ("lat", "lon"), [(30.0, -40.0), (0.0, 0.0), (55.0, 3.0), (90.0, 0.0), (-60.0, 180.0), (-60.0, -180.0)]
)
def test_it_finds_nothing_at_sea(lat: float, lon: float) -> None:
    assert extracts_near(lat, lon) == ()


def test_the_south_pole_lies_on_land() -> None:
    assert extracts_near(-90.0, 0.0) == (Extract("antarctica", "Antarctica"),)


def test_it_names_an_extract_with_its_country() -> None:
    points = ((43.65, -79.38), (47.38, 8.54), (55.76, 37.62))
    titles = [extracts_near(lat, lon)[0].title for lat, lon in points]
    assert titles == ["Ontario (Canada)", "Switzerland", "Central Federal District (Russia)"]


def test_it_says_where_the_file_is() -> None:
    extract = Extract("north-america/us/new-york", "New York")
    assert extract.page == "https://download.geofabrik.de/north-america/us/new-york.html"
    assert (extract.file, extract.region) == ("new-york-latest.osm.pbf", "new-york")
    assert extract.title == "New York (United States)"


def test_it_says_where_smaller_parts_are_offered() -> None:
    assert Extract("europe/united-kingdom/england", "England").has_parts
    assert not Extract("europe/monaco", "Monaco").has_parts


def test_points_are_written_and_read_again() -> None:
    points = [(-179.995, 89.5), (0.0, 0.0), (0.005, -0.005), (180.0, -90.0)]
    assert [pytest.approx(point) for point in points] == unpacked(packed(points))


def test_the_table_stays_small() -> None:
    assert TABLE.stat().st_size < 160_000
