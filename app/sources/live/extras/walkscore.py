"""Walk Score: the official scores for walking, transit and cycling, in the United States, Canada and a few others.

Protocol: https://www.walkscore.com/professional/api.php. How it may be shown, which this follows:
https://www.walkscore.com/professional/branding-requirements.php. Each number stands under its own name, which links to
the page on how it is made: only subscribers may link to the page of an address, and that would carry the address.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.places import Location
from app.sources.extras import About, Extras, Missing, OfficialScore
from app.sources.live.asking.bodies import decoded
from app.sources.live.asking.queries import Answered, Asks, BadAnswer, Denied, Query, Tired
from app.sources.live.services import Service
from app.wording import day

#: What is missing where the whole answer is.
WHAT = "Walk Score, Transit Score and Bike Score"
ABOUT = About.WALK
HOW_IT_WORKS = "https://www.redfin.com/how-walk-score-works"
NAMES = {About.WALK: "Walk Score®", About.TRANSIT: "Transit Score®", About.BIKE: "Bike Score®"}
#: Their words for a number. Another text is not shown.
DESCRIPTIONS = frozenset({
    "Walker's Paradise", "Very Walkable", "Somewhat Walkable", "Car-Dependent",
    "Rider's Paradise", "World-Class", "Excellent Transit", "Good Transit", "Some Transit", "Minimal Transit",
    "Biker's Paradise", "Very Bikeable", "Bikeable", "Somewhat Bikeable",
})  # fmt: skip


class Side(msgspec.Struct):
    """The score for transit or cycling; all of it may be null."""

    score: float | None = None
    description: str | None = None


class Body(msgspec.Struct):
    """An answer; every field may be missing."""

    status: int | None = None
    walkscore: float | None = None
    description: str | None = None
    updated: str | None = None
    transit: Side | None = None
    bike: Side | None = None


_BODIES = msgspec.json.Decoder(Body)


def ask(service: Service, client: Asks, location: Location) -> Extras:
    """Return the scores of an address; what they have none of is missing."""
    query = Query(
        "/score",
        (
            ("format", "json"),
            ("address", location.label),
            ("lat", f"{location.lat:.5f}"),
            ("lon", f"{location.lon:.5f}"),
            ("transit", "1"),
            ("bike", "1"),
        ),
        key_param="wsapikey",
    )
    return _extras(client.ask(service, query, parse))


#: Statuses of a good answer without scores, and what they say.
UNSCORED = {2: "was still computing the scores of this address", 30: "had no scores for this point"}


def parse(body: bytes) -> Body:
    """Return a body that holds scores, or says why there are none.

    Raises BadAnswer, Tired or Denied, by the status codes of their documentation.
    """
    answer = decoded(_BODIES, body)
    match answer.status:
        case 1 if answer.walkscore is not None and all(map(_is_score, _values(answer))):
            return answer
        case 2 | 30:
            return answer
        case 31:
            raise BadAnswer("has a fault of its own")
        case 40:
            raise Denied("it does not accept the key")
        case 41:
            raise Tired("says that today's requests are used up")
        case 42:
            raise Denied("it has blocked this address of the internet")
    raise BadAnswer("answered without a score")


def _values(answer: Body) -> tuple[float | None, ...]:
    sides = (answer.transit, answer.bike)
    return (answer.walkscore, *(side.score for side in sides if side))


def _is_score(value: float | None) -> bool:
    return value is None or 0 <= value <= 100


def _extras(answered: Answered[Body]) -> Extras:
    body = answered.value
    if why := UNSCORED.get(body.status or 0):
        return Extras(missing=(Missing(ABOUT, WHAT, f"Walk Score {why} on {day(answered.day)}."),))
    given = {About.WALK: Side(body.walkscore, body.description), About.TRANSIT: body.transit, About.BIKE: body.bike}
    scores = [_score(about, side, _day(body.updated), answered.day) for about, side in given.items()]
    return Extras(
        scores=tuple(score for score in scores if score),
        missing=tuple(
            Missing(about, NAMES[about].removesuffix("®"), "Walk Score gives none for this address.")
            for about, score in zip(given, scores, strict=True)
            if score is None
        ),
    )


def _score(about: About, side: Side | None, as_of: str, fetched: str) -> OfficialScore | None:
    if side is None or side.score is None:
        return None
    word = side.description if side.description in DESCRIPTIONS else ""
    return OfficialScore(about, NAMES[about], round(side.score), word or "", HOW_IT_WORKS, as_of, fetched)


def _day(moment: str | None) -> str:
    """Return the day of "2016-11-17 04:40:31.218250" as ISO, "" for what is no moment."""
    try:
        return datetime.fromisoformat(moment or "").date().isoformat()
    except ValueError:
        return ""
