"""What the person gives: an address, and optionally what is offered and wished for."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, replace

import msgspec

from app.places import Answer, Question

MAX_ADDRESS_LENGTH = 200
#: A link of a map that carries a point may be longer.
MAX_LINK_LENGTH = 2_000
MAX_DESTINATIONS = 3


@dataclass(frozen=True, slots=True)
class Listing:
    """A home to evaluate. Money is per month for rent, once for a price, all in one currency.

    The tri-state offers are None where the listing does not say. `wants_*` and `min_*` are the person's wishes,
    checked only when given.
    """

    address: str
    profile: str = "balanced"
    rent: float | None = None
    price: float | None = None
    budget: float | None = None
    bedrooms: int | None = None
    size_m2: float | None = None
    has_laundry: bool | None = None
    has_cooling: bool | None = None
    has_parking: bool | None = None
    has_outdoor_space: bool | None = None
    wants_laundry: bool = False
    wants_cooling: bool = False
    min_bedrooms: int | None = None
    min_size_m2: float | None = None
    destinations: tuple[str, ...] = ()
    #: What the place must have, each as `MustHave.text` writes it ("supermarket:10").
    must_haves: tuple[str, ...] = ()
    #: The sign or code of the money as it was typed ("£", "CHF"), "" where none was: it is never guessed.
    currency: str = ""
    #: What was typed, where the amount was worked out from it ("£250 pw") or could be read in two ways ("1.250").
    rent_typed: str = ""
    price_typed: str = ""
    budget_typed: str = ""
    #: Whether everyone who has the link sees what was said of money; else it is shown to whoever asked alone.
    shares_money: bool = False
    #: What the person said when asked which place was meant by the address or a destination.
    answers: tuple[Answer, ...] = ()

    def chose(self, text: str) -> bool:
        """Return whether the person was asked which place a text means, and chose one."""
        return any(answer.about == text and answer.location is not None for answer in self.answers)

    def key(self) -> str:
        """Return the same text for listings that differ only in spaces, case and Unicode form of their words."""
        words = msgspec.to_builtins(self)
        words["address"] = _normal(self.address)
        words["destinations"] = [_normal(d) for d in self.destinations]
        for name in ("answers", *TYPED):
            del words[name]
        return hashlib.sha256(msgspec.json.encode(words, order="sorted")).hexdigest()


#: The amounts of a listing, and the fields that keep what was typed of each.
MONEY = ("rent", "price", "budget")
TYPED = ("rent_typed", "price_typed", "budget_typed")


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


# Made here, before any thread, as in report.py.
_LISTINGS = msgspec.json.Decoder(Listing)
_QUESTIONS = msgspec.json.Decoder(Question)


def listing_from_json(data: bytes | str) -> Listing:
    """Decode a stored listing."""
    return _LISTINGS.decode(data)


def question_from_json(data: bytes | str) -> Question:
    """Decode a question that was asked about a listing."""
    return _QUESTIONS.decode(data)


def without_money(listing: Listing) -> Listing:
    """Return the listing without what was said of money."""
    nothing = Listing(listing.address)
    return replace(listing, **{name: getattr(nothing, name) for name in (*MONEY, *TYPED, "currency")})


def with_destination(listing: Listing, place: str, instead_of: str = "") -> Listing:
    """Return the listing with one destination more, or with it in the place of another.

    What was answered about either text is forgotten: whoever types it anew may mean another place.
    """
    there = instead_of in listing.destinations
    kept = listing.destinations if there else (*listing.destinations, instead_of)
    changed = tuple(dict.fromkeys(place if text == instead_of else text for text in kept))
    answers = tuple(answer for answer in listing.answers if answer.about not in (place, instead_of))
    return replace(listing, destinations=changed, answers=answers)


def with_answer(listing: Listing, answer: Answer) -> Listing:
    """Return the listing with one more answer, in place of an earlier one about the same text."""
    others = tuple(other for other in listing.answers if other.about != answer.about)
    return replace(listing, answers=(*others, answer))
