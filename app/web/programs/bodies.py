"""The shapes of what programs send, for the description: what is read of them, and how, is said in `forms.py`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.pipeline.listing import MAX_DESTINATIONS, MAX_LINK_LENGTH
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.must_haves import OFFERED
from app.web.listings import MOST_LINES

#: A text that holds an amount as people type it, or a number.
Amount = str | float | None
#: Whole numbers may be sent as text, as a form does.
Count = int | str | None
#: Characters of a note and of a name.
MOST_NOTE, MOST_NAME = 500, 40
YesOrNo = bool | Literal["yes", "no", ""] | None

Address = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_LINK_LENGTH,
        description="An address, a name, a corner, a point, a Plus Code or a link of a map.",
        examples=["12 Bulevardi, Helsinki"],
    ),
]
#: Left empty it is the first.
Profile = Annotated[str, Meta(extra_json_schema={"enum": [*(profile.key for profile in PROFILES), ""]})]
Destinations = Annotated[
    list[str],
    Meta(max_length=MAX_DESTINATIONS, description="Places that the person goes to, as the address is given."),
]
MustHaves = Annotated[
    list[str],
    Meta(
        description="What the place must have: a need with minutes on foot, a check with metres, or `steps`.",
        extra_json_schema={"items": {"type": "string", "enum": list(OFFERED)}},
    ),
]


class ListingBody(msgspec.Struct, forbid_unknown_fields=True):
    """A home to evaluate; the address is enough. Money is read as people type it: `£1,250 pcm`, `1.250,00`."""

    address: Address
    profile: Profile | None = PROFILES[0].key
    rent: Amount = None
    price: Amount = None
    budget: Amount = None
    bedrooms: Count = None
    size_m2: Amount = None
    has_laundry: YesOrNo = None
    has_cooling: YesOrNo = None
    has_parking: YesOrNo = None
    has_outdoor_space: YesOrNo = None
    wants_laundry: YesOrNo = None
    wants_cooling: YesOrNo = None
    min_bedrooms: Count = None
    min_size_m2: Amount = None
    shares_money: YesOrNo = None
    destinations: Destinations = []
    must_haves: MustHaves = []


class DestinationBody(msgspec.Struct):
    """One place more that the person goes to."""

    destinations: Annotated[
        list[Annotated[str, Meta(min_length=1)]],
        Meta(min_length=1, max_length=1, description="The place, as an address is given."),
    ]


class BatchBody(msgspec.Struct):
    """Several homes to evaluate; a line that cannot be read is told as such, and the others go on."""

    listings: Annotated[
        list[Any],
        Meta(
            min_length=1,
            max_length=MOST_LINES,
            description="Each a text, the address, or an object as for a single evaluation.",
            examples=[["12 Bulevardi, Helsinki"]],
        ),
    ]
    profile: Profile | None = PROFILES[0].key
    must_haves: MustHaves = []


class ReportsBody(msgspec.Struct):
    """Reports by their ids."""

    s: Annotated[list[Annotated[str, Meta(min_length=1)]], Meta(min_length=1, description="Ids of reports.")]


class MarkBody(msgspec.Struct):
    """What somebody thinks of a report; nothing takes the mark away."""

    mark: Literal["yes", "maybe", "no", ""]


class NoteBody(msgspec.Struct):
    """What somebody notes on a report; nothing takes the note away."""

    note: Annotated[str, Meta(max_length=MOST_NOTE)]


class MoveBody(msgspec.Struct):
    """Where a report goes on the list."""

    to: Literal["up", "down"]


class NameBody(msgspec.Struct):
    """The name by which somebody marks and notes."""

    name: Annotated[str, Meta(max_length=MOST_NAME, examples=["Ann"])]


class SharingBody(msgspec.Struct):
    """Which link of a list: to read, or to decide together; `stop` makes it lead nowhere."""

    sharing: Literal["reading", "together"]
    stop: Literal["yes", ""] = ""


class ChoiceBody(msgspec.Struct):
    """Which of the places was meant: its number, or `none` to go on without it where that may be."""

    choice: Annotated[int, Meta(ge=0, le=999)] | Annotated[str, Meta(pattern="^([0-9]{1,3}|none)$", examples=["none"])]
