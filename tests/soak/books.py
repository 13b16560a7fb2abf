"""What the clients wrote down: which jobs they were promised, what was refused, and what no client should see."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field

from tests.soak.wire import Answer

#: Answers that refuse honestly: each must say when to come again.
HONEST_REFUSALS = (429, 503)


@dataclass(slots=True)
class Books:
    """Counted by all clients of one run. Times are on the monotonic clock."""

    #: Each job that the site has accepted.
    accepted: set[str] = field(default_factory=set)
    #: Jobs that watchers may turn to, the newest last.
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=400))
    #: Submissions whose answer was cut off, so that nobody knows whether they made a job.
    unknown: int = 0
    #: Submissions that were sent once more under the same key after their answer was cut off.
    sent_again: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    poll_seconds: list[float] = field(default_factory=list)
    #: When connections broke in the middle of a request.
    broken: list[tuple[float, str]] = field(default_factory=list)
    #: What must not happen at all.
    wrong: list[str] = field(default_factory=list)

    def note(self, answer: Answer, what: str, *expected: int) -> bool:
        """Count an answer and return whether it is one of those expected; a dishonest one is written down as wrong."""
        self.statuses[answer.status] += 1
        if answer.status in HONEST_REFUSALS and answer.headers.get("retry-after", "").isdigit():
            return False
        if answer.status not in expected:
            self.wrong.append(f"{what}: {answer.status} {answer.body[:300]!r}")
        return answer.status in expected

    def note_broken(self, what: str) -> None:
        """Write down a connection that broke in the middle of a request."""
        self.broken.append((time.monotonic(), what))

    def accept(self, job_id: str) -> None:
        """Write down a job that the site has promised to finish."""
        self.accepted.add(job_id)
        self.recent.append(job_id)

    def poll_ms(self, percent: float) -> float:
        """Return a percentile of the times that polls took, in milliseconds."""
        ordered = sorted(self.poll_seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
