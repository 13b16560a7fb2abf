"""What a person answers when asked which place was meant: read from a request, and put into the job's listing."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from app.errors import InvalidListing
from app.pipeline.listing import listing_from_json, question_from_json, with_answer
from app.pipeline.report import to_json
from app.places import Answer, Question
from app.queue.jobs import Job

#: The choice that goes on without the place.
LEFT_OUT = "none"


def choice_in_request() -> str:
    """Return the `choice` of a form or a JSON object as text; "" if there is none."""
    if not request.is_json:
        return request.form.get("choice", "")
    body = request.get_json(silent=True)
    return str(body.get("choice", "")) if isinstance(body, Mapping) else ""


def answered_listing(job: Job, choice: str) -> str:
    """Return an asking job's listing (JSON) together with the answer. Raises InvalidListing for no such choice."""
    question, listing = question_from_json(job.question or ""), listing_from_json(job.listing)
    return to_json(with_answer(listing, answer_in(question, choice))).decode()


def answer_in(question: Question, choice: str) -> Answer:
    """Return the answer that a choice stands for: its number from 0, or "none". Raises InvalidListing."""
    if choice == LEFT_OUT and question.may_be_left_out:
        return Answer(question.about, None)
    numbers = [str(number) for number in range(len(question.choices))]
    if choice not in numbers:
        without = f", or “{LEFT_OUT}” to go on without it" if question.may_be_left_out else ""
        why = f"Please choose one of the places by its number ({', '.join(numbers)}){without}."
        raise InvalidListing(field="choice", why=why)
    return Answer(question.about, question.choices[int(choice)].location)
