"""Stage geocode: where the address is. The one stage, with saving, whose failure fails the job."""

from __future__ import annotations

from contextlib import suppress

from app.errors import DoorstepError
from app.pipeline.confidence import Reason, judge
from app.pipeline.evaluation import Evaluation
from app.pipeline.report import Fact, Finding, Level, State
from app.places import Location, Precision

SENTENCES = {
    Precision.HOUSE: "We found the house: {label}.",
    Precision.POINT: "This is the point that you gave: {label}.",
    Precision.CORNER: "We found the corner: {label}.",
    Precision.INTERPOLATED: "This house number is not on the map, so we placed it between its neighbours: {label}.",
    Precision.STREET: "We found the street but not the house number: {label}.",
    Precision.PLACE: "We found the place but not the street: {label}.",
}
PRECISION_TEXTS = {
    Precision.HOUSE: "the house itself",
    Precision.POINT: "the point itself",
    Precision.CORNER: "the corner itself",
    Precision.INTERPOLATED: "estimated between neighbouring houses",
    Precision.STREET: "the street only",
    Precision.PLACE: "the place only",
}

#: Precisions from which distances are exact.
EXACT = (Precision.HOUSE, Precision.POINT, Precision.CORNER)


def run(evaluation: Evaluation) -> Finding:
    """Locate the address. Raises AddressNotFound, AddressOutsideRegions or NoRegions, or Asked for any of the places.

    The destinations are looked up too, so that whatever must be asked is asked before the long work begins.
    """
    location = evaluation.locate(evaluation.listing.address)
    if location is None:
        raise LookupError("the address cannot be left out")
    for destination in evaluation.listing.destinations:
        with suppress(DoorstepError):  # a gap of the stage that needs it
            evaluation.locate(destination, near=location)
    reasons = () if location.precision in EXACT else (_reason(location),)
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
