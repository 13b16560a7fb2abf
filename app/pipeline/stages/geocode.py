"""Stage geocode: where the address is. The one stage, with saving, whose failure fails the job."""

from __future__ import annotations

from app.pipeline.confidence import Reason, judge
from app.pipeline.evaluation import Evaluation
from app.pipeline.report import Fact, Finding, Level, State
from app.places import Location, Precision

SENTENCES = {
    Precision.HOUSE: "We found the house: {label}.",
    Precision.INTERPOLATED: "This house number is not on the map, so we placed it between its neighbours: {label}.",
    Precision.STREET: "We found the street but not the house number: {label}.",
    Precision.PLACE: "We found the place but not the street: {label}.",
}
PRECISION_TEXTS = {
    Precision.HOUSE: "the house itself",
    Precision.INTERPOLATED: "estimated between neighbouring houses",
    Precision.STREET: "the street only",
    Precision.PLACE: "the place only",
}


def run(evaluation: Evaluation) -> Finding:
    """Locate the address. Raises AddressNotFound, AddressOutsideRegions or NoRegions."""
    location = evaluation.source.locate(evaluation.listing.address)
    reasons = () if location.precision is Precision.HOUSE else (_reason(location),)
    return Finding(
        state=State.MEASURED,
        summary=SENTENCES[location.precision].format(label=location.label),
        facts=(
            Fact("label", "Address on the map", location.label),
            Fact("precision", "Found", PRECISION_TEXTS[location.precision]),
            Fact("lat", "Latitude", round(location.lat, 6), "°"),
            Fact("lon", "Longitude", round(location.lon, 6), "°"),
        ),
        notes=(location.note,) if location.note else (),
        confidence=judge(reasons),
        location=location,
    )


def _reason(location: Location) -> Reason:
    level = Level.LOW if location.precision is Precision.PLACE else Level.MEDIUM
    return Reason(level, "The address was not found to the house, so every distance is less exact.")
