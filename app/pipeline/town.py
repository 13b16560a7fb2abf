"""How an address compares with its town: the sentence that stands beside "6 min"."""

from __future__ import annotations

from app.atlas.facts import TownNeed
from app.wording import whole_minutes

#: Minutes that nobody notices: the address is then as far as others.
ALIKE_MIN = 1
#: Where the middle half of a town lies within so many minutes of an address, that is most of it.
MOST_MIN = 2
#: A share this near to half is called half.
HALF_SLACK = 0.05


def town_sentence(town: TownNeed | None, minutes: float | None, region_title: str) -> str:
    """Return what stands beside an address's minutes, without capital and full stop; "" where nothing can be said.

    It is always the town's median, and of what it is a share. Without minutes nothing is said: none was found, or it is
    not known.
    """
    if town is None or minutes is None or not town.is_telling:
        return ""
    whose = _whose(town, region_title)
    median = town.median_min
    if median is None:
        return f"more than half of {whose} have none within 45 min"
    if abs(whole_minutes(minutes) - whole_minutes(median)) <= ALIKE_MIN:
        return _as_others(town, minutes, region_title)
    if minutes < median:
        return _further(town, max(whole_minutes(median), 1), whose)
    return _nearer(town, max(whole_minutes(median), 1), whose)


def usual_walk(town: TownNeed | None, minutes: float | None) -> str:
    """Return what half of the town needs, in few words beside an address's minutes: "over 13 min", "up to 4 min".

    "" where nothing can be said, and where the address is like half of the town.
    """
    if town is None or minutes is None or not town.is_telling:
        return ""
    median = town.median_min
    if median is None:
        return "none within 45 min"
    if abs(whole_minutes(minutes) - whole_minutes(median)) <= ALIKE_MIN:
        return ""
    least = max(whole_minutes(median), 1)
    return f"over {_exceeded(town, least)} min" if minutes < median else f"up to {_kept_to(town, least)} min"


def _whose(town: TownNeed, region_title: str) -> str:
    """Return "Newport's addresses", or "the addresses in this area" where the title is no name."""
    what = "addresses" if town.sample == "addresses" else "streets"
    if region_title[:1].islower():
        return f"the {what} in {region_title}"
    return f"{region_title}' {what}" if region_title.endswith("s") else f"{region_title}'s {what}"


def _as_others(town: TownNeed, minutes: float, region_title: str) -> str:
    quarter, three_quarter = town.quarter_min, town.three_quarter_min
    if quarter is not None and three_quarter is not None:
        spread = max(
            abs(whole_minutes(minutes) - whole_minutes(quarter)),
            abs(whole_minutes(minutes) - whole_minutes(three_quarter)),
        )
        if spread <= MOST_MIN:
            return f"about as far as for most in {region_title}"
    return f"about the middle for {_whose(town, region_title)}"


def _further(town: TownNeed, median_min: int, whose: str) -> str:
    """Say how many need more than the median."""
    least = _exceeded(town, median_min)
    half = _half(town.share_beyond(least))
    if town.sample == "addresses":
        return f"{half} of {whose} need more than {least} min"
    return f"from {half} of {whose} it is more than {least} min"


def _nearer(town: TownNeed, median_min: int, whose: str) -> str:
    """Say how many need the median or less."""
    most = _kept_to(town, median_min)
    half = _half(town.share_within(most))
    if town.sample == "addresses":
        return f"{half} of {whose} need {most} min or less"
    return f"from {half} of {whose} it is {most} min or less"


def _exceeded(town: TownNeed, median_min: int) -> int:
    """Return the whole minutes that half exceed: the median, or a minute less."""
    return median_min if town.share_beyond(median_min) >= 0.5 - HALF_SLACK else median_min - 1


def _kept_to(town: TownNeed, median_min: int) -> int:
    """Return the whole minutes that half keep to: the median, or a minute more."""
    return median_min if town.share_within(median_min) >= 0.5 - HALF_SLACK else median_min + 1


def _half(share: float) -> str:
    return "half" if share <= 0.5 + HALF_SLACK else "more than half"
