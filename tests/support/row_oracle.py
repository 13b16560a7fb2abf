"""What the row of an address must say, from the JSON of its single report, by code that shares nothing with ours."""

from __future__ import annotations

import json
from typing import Any

#: The index of a row, and the stage whose score it is.
SCORES = {
    "within_15": "neighborhood",
    "walk": "walk_scores",
    "bike": "bike_score",
    "transit": "transit_score",
    "green_escape": "green_escape",
}
UNKNOWN = (None, "not known")


def expected_cells(report: bytes) -> dict[str, Any]:
    """Return every cell but those of the address itself and of what is not known."""
    told = json.loads(report)
    sections = {finding["stage"]: finding for finding in told["findings"]}
    verdict = told["verdict"]
    cells: dict[str, Any] = {
        "address": told["location"]["label"],
        "lat": told["location"]["lat"],
        "lon": told["location"]["lon"],
        "state": "evaluated",
        "score": verdict["score"],
        "low": verdict["score"] if verdict["low"] is None else verdict["low"],
        "high": verdict["score"] if verdict["high"] is None else verdict["high"],
        "word": verdict["word"] or "too much is not known for a word",
        "deal_breakers": " ".join(verdict["deal_breakers"]) or "none",
    }
    for name, stage in SCORES.items():
        score = sections[stage]["score"]
        cells[name] = score["value"] if score else None
        cells[f"{name}_word"] = (score["word"] or "at least") if score else "not known"
    _needs(cells, told, sections["neighborhood"])
    _green(cells, sections["green_spaces"], sections["green_escape"])
    safety = [c for c in sections["tier1_checks"]["checks"] if not c["key"].startswith(("must_", "wish_"))]
    for check in safety:
        cells[f"check_{check['key']}"] = check["outcome"]
        cells[f"check_{check['key']}_m"] = check["distance_m"]
    for name, outcome in (("checks_failed", "fail"), ("warnings", "warn"), ("checks_unknown", "unknown")):
        cells[name] = sum(check["outcome"] == outcome for check in safety)
    cells["checks_passed"] = sum(check["outcome"] == "pass" for check in safety)
    return cells


def _needs(cells: dict[str, Any], told: dict[str, Any], section: dict[str, Any]) -> None:
    for thing in told["door"]:
        if thing["why_unknown"]:
            found = UNKNOWN
        elif thing["place"] is None:
            found = None, "none within 45 min"
        else:
            found = thing["minutes"], thing["place"]["name"]
        cells[f"{thing['key']}_min"], cells[thing["key"]] = found
    groups = {group["key"]: group for group in section["groups"]}
    for part in section["parts"]:
        key = part["key"]
        if key in cells:
            continue
        places = groups[key]["places"] if key in groups else []
        if part["value"] is None:
            found = UNKNOWN
        else:
            found = (groups[key]["nearest_min"], places[0]["name"]) if places else (None, "none within 30 min")
        cells[f"{key}_min"], cells[key] = found


def _green(cells: dict[str, Any], spaces: dict[str, Any], escape: dict[str, Any]) -> None:
    near = {fact["key"]: fact["value"] for fact in spaces["facts"]}["green_within_300_m"]
    cells["green_within_300_m"] = {None: "not known", True: "yes", False: "no"}[near]
    facts = {fact["key"]: fact["value"] for fact in escape["facts"]}
    cells["green_space"] = facts.get("escape", "none" if escape["score"] else "not known")
    cells["green_space_min"], cells["green_space_ha"] = facts.get("escape_walk"), facts.get("escape_area")
