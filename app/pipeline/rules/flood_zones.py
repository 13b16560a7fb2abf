"""What FEMA's flood zones mean for a home, in words: https://www.fema.gov/about/glossary/flood-zones."""

from __future__ import annotations

from types import MappingProxyType

from app.sources.extras import FloodHazard, FloodZone
from app.wording import day

#: The key of the check on it.
KEY = "flood_zone"
TITLE = "Official flood zone"
RULE = "Warns in a special flood hazard area, never fails."
STRENGTH = "official"
#: What a zone means, after its name.
MEANINGS = MappingProxyType({
    FloodHazard.COASTAL: "a special flood hazard area at a coast, which a flood with waves reaches in any year with a "
    "chance of 1 % or more",
    FloodHazard.SPECIAL: "a special flood hazard area, which a flood reaches in any year with a chance of 1 % or more",
    FloodHazard.UNDETERMINED: "floods are possible, and nobody has determined how likely they are",
    FloodHazard.MODERATE: "outside the special flood hazard area, but of moderate hazard: rarer or shallow floods can "
    "reach it",
    FloodHazard.LEVEE: "outside the special flood hazard area as long as a levee holds",
    FloodHazard.MINIMAL: "of minimal flood hazard, which is not none",
})  # fmt: skip
#: What FEMA asks whoever uses its data to say.
CREDIT = "This product uses the Federal Emergency Management Agency's API, but is not endorsed by FEMA."


def told(found: FloodZone) -> str:
    """Return in which zone the point lies, and what that means."""
    return f"FEMA's map puts this point in zone {found.zone}: {MEANINGS[found.hazard]}."


def evidence(fetched: str) -> str:
    """Return where it comes from; `fetched` is an ISO day."""
    return f"FEMA's National Flood Hazard Layer, as it was on {day(fetched)}."
