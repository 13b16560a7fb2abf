"""What each process counts: requests, polls, look-ups of places, and what live services were asked."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, values

from app.errors import DoorstepError
from app.places import Location, Question
from app.seeing import files

# Ids of processes are used again, and two containers on one folder have the same ones; this name is unique.
_NAME = files.reserve()
values.ValueClass = values.MultiProcessValue(lambda: _NAME) if _NAME else values.MutexValue
disable_created_metrics()

#: What this process alone knows. What several know is added up by `app/views/metrics.py`.
REGISTRY = CollectorRegistry()

#: Seconds that bound the histograms.
REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
LOOKUP_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0)
SERVICE_SECONDS = (0.1, 0.5, 2.0, 10.0, 30.0, 90.0)

REQUESTS = Counter(
    "doorstep_http_requests",
    "Answered requests by the route's template, method and class of status; without polls and /healthz.",
    ("route", "method", "status"),
    registry=REGISTRY,
)
DURATIONS = Histogram(
    "doorstep_http_request_seconds",
    "Time from a request's arrival in a thread to its answer's first byte, by the route's template.",
    ("route",),
    buckets=REQUEST_SECONDS,
    registry=REGISTRY,
)
POLLS = Counter(
    "doorstep_polls",
    "Polls of panels that were answered in front of Flask: the panel as it was (unchanged) or anew (panel).",
    ("answer",),
    registry=REGISTRY,
)
LOOKUPS = Histogram(
    "doorstep_source_call_seconds",
    "Time that a source of addresses took, by call, by the region that answered, and by what came of it.",
    ("call", "region", "outcome"),
    buckets=LOOKUP_SECONDS,
    registry=REGISTRY,
)

SERVICE_REQUESTS = Histogram(
    "doorstep_service_request_seconds",
    "Time from a request to a live service to the end of its answer, by service and by what came of it.",
    ("service", "outcome"),
    buckets=SERVICE_SECONDS,
    registry=REGISTRY,
)
SERVICE_BYTES = Counter(
    "doorstep_service_bytes",
    "Bytes that came over the wire from live services.",
    ("service",),
    registry=REGISTRY,
)
KEPT_ANSWERS = Counter(
    "doorstep_service_kept_answers",
    "Questions to live services that a kept answer answered, so that nothing was sent.",
    ("service",),
    registry=REGISTRY,
)

Call = TypeVar("Call", bound=Callable[..., object])


def counted(call: Call) -> Call:
    """Count and time a source's method that returns a Location, a Question or texts, or raises a DoorstepError."""

    @functools.wraps(call)
    def timed(*arguments: object, **named: object) -> object:
        began = time.perf_counter()
        region, outcome = "", "defect"
        try:
            found = call(*arguments, **named)
            region, outcome = _outcome(found)
        except DoorstepError as error:
            outcome = error.code
            raise
        finally:
            LOOKUPS.labels(call.__name__, region, outcome).observe(time.perf_counter() - began)
        return found

    return timed  # type: ignore[return-value]


def _outcome(found: object) -> tuple[str, str]:
    """Return the region that answered, "" where several or none did, and what came of it."""
    if isinstance(found, Location):
        return found.region, "found"
    if isinstance(found, Question):
        return "", "question"
    return "", "found" if found else "nothing"
