"""What a person answers when asked which place was meant: read from a request, and put into the job's listing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import request

from app.errors import InvalidListing
from app.pipeline.listing import listing_from_json, question_from_json, with_answer
from app.pipeline.report import to_json
from app.places import Answer, Question
from app.queue.jobs import Job

#: The choice that goes on without the place.
LEFT_OUT = "none"
CHOICE, NUMBER = re.compile(f"[0-9]{{1,3}}|{LEFT_OUT}"), re.compile("[0-9]{1,9}")
NO_CHOICE = f"Please choose one of the places by its number, or “{LEFT_OUT}” where it may be left out."
NO_QUESTION = "A question is named by the number that its link has."


def choice_in_request() -> str:
    """Return the `choice` of a form or a JSON object as text; "" if there is none."""
    if not request.is_json:
        return request.form.get("choice", "")
    body = request.get_json(silent=True)
    return str(body.get("choice", "")) if isinstance(body, Mapping) else ""


def refuse_no_choice(choice: str) -> None:
    """Raise InvalidListing for what answers no question, where none is open that could say so better."""
    if not CHOICE.fullmatch(choice):
        raise InvalidListing(field="choice", why=NO_CHOICE)


def question_in_request() -> int | None:
    """Return the number of the question in the query, None without one. Raises InvalidListing for what is none."""
    question = request.args.get("question")
    if question is None:
        return None
    if not NUMBER.fullmatch(question):
        raise InvalidListing(field="question", why=NO_QUESTION)
    return int(question)


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
