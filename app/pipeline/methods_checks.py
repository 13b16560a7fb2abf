"""The methods page on green space and on the safety checks."""

from __future__ import annotations

from app.pipeline.found import kind_word
from app.pipeline.methods_section import Section
from app.pipeline.rules.indexes import Points
from app.pipeline.rules.profiles import METHODS
from app.pipeline.rules.safety import SafetyRule
from app.wording import limit, number, percent, sentence


def check_sections() -> tuple[Section, ...]:
    """Return the sections in the order of the page."""
    return (_green(), _checks(), _noise())


def _green() -> Section:
    m = METHODS.green
    return Section(
        key="green",
        title="Daily walk value of a green space, 0 to 10",
        paragraphs=(
            "Every park, garden, forest and reserve open to the public is valued; the best one is your daily green "
            "escape. "
            "Its area is the mapped area itself, without holes.",
            f"It passes from {m.passes:g} on when walk and size each have {m.passes_part:g} or more; from "
            f"{m.borderline:g} "
            "on it is borderline; below that it falls short. Nature is left out where no land cover is mapped.",
            f"Beside it we answer whether public green of {m.near_ha:g} ha or more lies within {m.near_m:g} m.",
        ),
        columns=("Part", "Points"),
        rows=(
            (
                "Walk",
                f"{_steps(m.walk, 'up to {x:g} minutes {y:g}')}, falling evenly between; beyond {m.walk_beyond:g}",
            ),
            ("Size", _steps(m.size_ha, "from {x:g} ha {y:g}")),
            (
                "Paths inside",
                f"{_steps(m.paths_km, 'from {x:g} km {y:g}')}; a named trail {m.paths_km[0][1]:g}; any path "
                f"{m.paths_any:g}",
            ),
            ("Wood, water and meadow", "; ".join(f"from {percent(x)} {y:g}" for x, y in m.nature_share)),
            (
                "Comfort",
                f"{m.comfort_each:g} each for benches, toilets, drinking water, a playground, lighting and viewpoints, "
                f"{m.comfort_full:g} at most",
            ),
        ),
        sources=(
            "World Health Organization, Regional Office for Europe 2016, Urban green spaces and health",
            "Konijnendijk 2022, the 3-30-300 rule",
        ),
    )


def _steps(points: Points, text: str) -> str:
    return "; ".join(text.format(x=x, y=y) for x, y in points)


def _checks() -> Section:
    return Section(
        key="checks",
        title="Safety checks",
        paragraphs=(
            "Each check measures the straight distance to the nearest edge or line; tunnels do not count. A check "
            "passes "
            "only where the map could have shown something: where its data is not mapped, or the map ends nearer than "
            "the distance looked at, it is unknown. Weak evidence never fails an address. Where only the "
            "street or place was found, a near check neither passes nor fails: it warns or is unknown.",
            "A failed check is named first in the verdict. The score is still shown beside it. Wishes for the home "
            "itself "
            "are checked only when you gave them.",
        ),
        columns=("Check", "Fails", "Warns", "Evidence", "Strength"),
        rows=tuple(_row(rule) for rule in METHODS.safety.rules),
        sources=(
            "Karner, Eisinger and Niemeier 2010, Near-Roadway Air Quality, Environmental Science & Technology 44",
            "Hilpert and others 2019, Vent pipe emissions from storage tanks at gas stations, Science of the Total "
            "Environment 650",
            "World Health Organization 2018, Environmental Noise Guidelines for the European Region",
        ),
    )


def _row(rule: SafetyRule) -> tuple[str, ...]:
    lanes = f" with {rule.fail_lanes} lanes or more" if rule.fail_lanes else ""
    title = rule.title
    if rule.or_lanes:
        title += f" (main road, or any with {rule.or_lanes} lanes or more)"
    if rule.least_volts:
        title += f" ({number(rule.least_volts / 1000, 0)} kV or more, or voltage unknown)"
    fails = "never" if rule.fail_m is None else f"nearer than {limit(rule.fail_m)}{lanes}"
    return (title, fails, f"nearer than {limit(rule.warn_m)}", rule.evidence, rule.strength)


def _noise() -> Section:
    m = METHODS.safety.noise
    return Section(
        key="noise",
        title="Road noise estimate",
        paragraphs=(
            f"The energy sum over the roads within {m.within_m:g} m, each counted once at its loudest point: the "
            f"level of "
            f"its class at {m.reference_m:g} m, plus {m.per_lane_db:g} dB for each lane over {m.usual_lanes}, minus "
            f"{m.per_doubling_db:g} dB for each doubling of the distance (nearer than {m.nearest_m:g} m counts as "
            f"{m.nearest_m:g} m). Above {m.warn_db:g} dB it warns, above {m.fail_db:g} dB it fails. {m.evidence}",
        ),
        columns=("Road", f"Level at {m.reference_m:g} m"),
        rows=tuple((sentence(kind_word(kind)), f"{level:g} dB") for kind, level in m.levels),
    )
