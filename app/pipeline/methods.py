"""What the methods page says, made from the constants that the stages read, so that it cannot drift."""

from __future__ import annotations

from app.pipeline.methods_checks import check_sections
from app.pipeline.methods_indexes import index_sections
from app.pipeline.methods_section import Section
from app.pipeline.methods_verdict import verdict_sections
from app.pipeline.rules.profiles import METHODS


def _walking() -> Section:
    d = METHODS.distances
    return Section(
        key="walking",
        title="Walking time and distance",
        paragraphs=(
            f"Everything is measured on the streets and paths that a person may walk, at {d.metres_per_minute:g} "
            f"metres "
            "a minute, and at half that speed on steps. A missing note about a pavement means that we do not know, not "
            "that walking is forbidden. The walk starts at the nearest point of the nearest walkable street and "
            "ends at "
            "the entrance or the edge of a place, not at its middle.",
            f"A walk longer than {d.detour_ratio:g} times the straight line plus {d.detour_slack_m:g} m is marked, "
            f"since a "
            "path may be missing on the map.",
        ),
    )


SECTIONS: tuple[Section, ...] = (_walking(), *index_sections(), *check_sections(), *verdict_sections())
