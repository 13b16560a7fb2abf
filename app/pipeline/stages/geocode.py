"""Stage geocode: where the address is. The one stage, with saving, whose failure fails the job."""

from __future__ import annotations

from contextlib import suppress

from app.errors import DoorstepError
from app.pipeline.confidence import judge, precision_reasons
from app.pipeline.evaluation import Evaluation
from app.pipeline.found import address_matched
from app.pipeline.report import Fact, Finding, State
from app.places import Precision

#: What is said of each precision; what was left out or assumed stands in the location's note.
SENTENCES = {
    Precision.HOUSE: "We found the house: {label}.",
    Precision.POINT: "This is the point that you gave: {label}.",
    Precision.CORNER: "We found the corner: {label}.",
    Precision.NAMED: "We found what has this name: {label}.",
    Precision.INTERPOLATED: "This house number is not on the map, so its place is estimated: {label}.",
    Precision.STREET: "We found the street, not a house: {label}.",
    Precision.PLACE: "We found the place: {label}.",
}
PRECISION_TEXTS = {
    Precision.HOUSE: "the house itself",
    Precision.POINT: "the point itself",
    Precision.CORNER: "the corner itself",
    Precision.NAMED: "the thing itself",
    Precision.INTERPOLATED: "estimated from the house numbers beside it",
    Precision.STREET: "the street only",
    Precision.PLACE: "the middle of the place",
}


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
    return Finding(
        state=State.MEASURED,
        summary=SENTENCES[location.precision].format(label=location.label),
        facts=(
            Fact("typed", "What you typed", evaluation.listing.address),
            Fact("label", "Address on the map", location.label),
            Fact("precision", "Found", PRECISION_TEXTS[location.precision]),
            Fact("lat", "Latitude", round(location.lat, 6), "°"),
            Fact("lon", "Longitude", round(location.lon, 6), "°"),
        ),
        notes=tuple(filter(None, (address_matched(evaluation.listing, location.label), location.note))),
        confidence=judge(precision_reasons(location)),
        location=location,
    )
