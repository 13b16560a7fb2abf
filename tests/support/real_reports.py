"""Reports on real addresses: of the sample regions, and of larger ones where their extracts are at hand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.errors import DoorstepError
from app.pipeline.evaluate import evaluate_property
from app.pipeline.evaluation import Asked
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from app.sources.regions import ImportedRegions
from tests.support.folders import REGIONS, SAMPLES

#: A home with everything said of it, for whom everything matters.
PICKY = partial(
    Listing,
    rent=1_500.0,
    budget=1_400.0,
    bedrooms=2,
    min_bedrooms=3,
    size_m2=60.0,
    min_size_m2=50.0,
    has_parking=True,
    has_outdoor_space=False,
    wants_laundry=True,
    has_laundry=True,
    wants_cooling=True,
    must_haves=("supermarket:5", "station:10", "motorway:300", "busy_road:75", "playground:10", "steps"),
)
SAMPLE_LISTINGS = (
    Listing("7 Rue des Roses, Monaco"),
    Listing("45 Rue Grimaldi, Monaco", profile="family"),
    Listing(
        "20 Avenue de Fontvieille, Monaco", profile="car-free", destinations=("Gare de Monaco", "Musée océanographique")
    ),
    PICKY("79 Boulevard du Jardin Exotique, Monaco"),
    Listing("28 Quai Jean-Charles Rey, Monaco", profile="senior"),
    Listing("24 Avenue Princesse Grace, Monaco", profile="remote-worker"),
    Listing("11 Pieni Roobertinkatu, Helsinki"),
    Listing("25 Annankatu, Helsinki", profile="family"),
    Listing("22 Eteläesplanadi, Helsinki", profile="car-free", destinations=("Bulevardi 6, Helsinki",)),
    PICKY("20 Mannerheimintie, Helsinki"),
    Listing("8 Sofiankatu, Helsinki", profile="senior"),
    Listing("60.1672, 24.9384", profile="remote-worker"),
)
#: Name, files below its folder, and addresses of each larger region.
LARGER = (
    (
        "newport-gb",
        ("newport-2023-06-13.osm.pbf", "newport-20230613.gtfs.zip"),
        ("Commercial Street 10, Newport", "12 Caerleon Road, Newport", "5 Risca Road, Newport", "51.5656, -3.0280"),
    ),
    (
        "vancouver-ca",
        ("vancouver_canada.osm.pbf",),
        ("1140 Alberni Street, Vancouver", "641 Jackson Avenue, Vancouver", "49.2606, -123.1133", "49.2760, -123.1350"),
    ),
    ("munich-center", ("munchen.osm.pbf",), ("Marienplatz 8, München", "48.1390, 11.5660", "Müllerstraße 6, München")),
    (
        "liechtenstein",
        ("liechtenstein-latest.osm.pbf",),
        ("Landstrasse 25, Triesen", "47.1410, 9.5209", "47.2110, 9.5240"),
    ),
    ("milan", ("milan_italy_small.osm.pbf", "milano_small.gtfs.zip"), ("45.4780, 9.2040", "45.4850, 9.1950")),
    ("porto-alegre", ("poa.osm.pbf", "poa_eptc.gtfs.zip", "poa_trensurb.gtfs.zip"), ("-30.0310, -51.2280",)),
    (
        "queens-village-ny-us",
        ("queens_village_ny.osm.pbf", "lirr.gtfs.zip"),
        ("203-06 109th Avenue", "40.7170, -73.7360"),
    ),
    ("reisterstown-md-us", ("reisterstown.osm.pbf",), ("7 Fortnum Court, Randallstown", "39.4300, -76.7900")),
)


def sample_reports(samples: Path) -> Iterator[Report]:
    """Yield reports on twelve addresses of both sample regions, imported into a folder."""
    source = ImportedRegions(samples)
    for listing in SAMPLE_LISTINGS:
        yield evaluate_property(listing, source)


def real_reports() -> Iterator[Report]:
    """Import every region at hand and yield reports on all addresses."""
    with tempfile.TemporaryDirectory() as folder:
        samples = Path(folder) / "samples"
        for name in ("helsinki", "monaco"):
            import_region(RegionStore(samples), name, RegionInput(SAMPLES / f"{name}.osm.pbf"))
        yield from sample_reports(samples)
        for name, (extract, *feeds), addresses in LARGER:
            if not (REGIONS / name / extract).exists():
                continue
            source = RegionInput(REGIONS / name / extract, tuple(REGIONS / name / feed for feed in feeds))
            import_region(RegionStore(Path(folder) / name), name, source)
            regions = ImportedRegions(Path(folder) / name)
            for address in addresses:
                for listing in (Listing(address), PICKY(address)):
                    yield from _evaluated(listing, regions)


def _evaluated(listing: Listing, regions: ImportedRegions) -> Iterator[Report]:
    """Yield the report, and nothing where the address has to be asked about."""
    try:
        yield evaluate_property(listing, regions)
    except (DoorstepError, Asked) as error:
        print(f"{listing.address}: {error}")
