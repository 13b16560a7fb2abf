#!/usr/bin/env python3
"""Ask Doorstep about an address, wait politely, and print the verdict. Needs nothing but Python 3.11.

    python client.py http://127.0.0.1:8000 "12 Bulevardi, Helsinki"

DOORSTEP_TOKEN holds a host's token, where the site gave you one; without it the cookie of the first answer does.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from http.cookiejar import CookieJar
from typing import Any

#: Seconds between two questions how the evaluation stands, and for which one waits in all.
POLL_SECONDS, PATIENCE_SECONDS = 1.0, 120.0


class Doorstep:
    """A site. Its answers are JSON; a refusal ends the program with its sentence."""

    def __init__(self, site: str, token: str = "") -> None:
        self._site = site.rstrip("/")
        self._token = token
        # The cookie makes this program the owner of what it sends.
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def evaluate(self, **listing: Any) -> str:
        """Queue an evaluation and return the link that says how it stands."""
        self.get("/")  # for the cookie: a key counts for whoever sent it
        key = str(uuid.uuid4())
        return str(self.post("/", listing, {"Idempotency-Key": key})["status_url"])

    def get(self, link: str) -> Any:
        """Return the JSON at a link or path."""
        return self._ask(urllib.request.Request(self._absolute(link)))  # noqa: S310 - a link of the site

    def post(self, link: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        """Send JSON and return the answer."""
        data = json.dumps(body).encode()
        request = urllib.request.Request(self._absolute(link), data, headers or {}, method="POST")  # noqa: S310
        request.add_header("Content-Type", "application/json")
        return self._ask(request)

    def _absolute(self, link: str) -> str:
        return link if link.startswith("http") else self._site + link

    def _ask(self, request: urllib.request.Request) -> Any:
        """Send a request, again where the site says when: a key makes sure that it counts once."""
        request.add_header("Accept", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with self._opener.open(request, timeout=30) as answer:
                    is_json = "json" in answer.headers.get("Content-Type", "")
                    return json.load(answer) if is_json else None
            except urllib.error.HTTPError as refusal:
                wait = refusal.headers.get("Retry-After")
                if wait is None or time.monotonic() + int(wait) > deadline:
                    raise SystemExit(problem_in(refusal)) from None
                time.sleep(int(wait))


def problem_in(refusal: urllib.error.HTTPError) -> str:
    """Return what a problem document says, for people."""
    problem = json.load(refusal)
    return f"{problem['title']} ({problem['code']}): {problem['detail']}"


def choose(question: dict[str, Any]) -> int | str:
    """Return which of some places is meant: a person says, or the likeliest is taken where nobody is there to ask."""
    print(f"{question['why']} Which “{question['about']}” do you mean?")
    for choice in question["choices"]:
        print(f"  {choice['choice']}: {choice['label']}, {choice['what']} {choice['where']}".rstrip())
    if not sys.stdin.isatty():
        return 0
    return int(input("Number: "))


def wait_for_report(site: Doorstep, status_url: str) -> Any:
    """Return the report, answering questions on the way."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        job = site.get(status_url)
        if job["status"] == "done":
            return site.get(f"{job['snapshot_url']}.json")
        if job["status"] in ("failed", "cancelled"):
            raise SystemExit(f"No report ({job['error_code']}): {job['error']}")
        if job["status"] == "asking":
            site.post(job["question"]["answer_url"], {"choice": choose(job["question"])})
        else:
            print(f"{job['stages_finished']} of {job['stages_total']} steps are done.", file=sys.stderr)
            time.sleep(POLL_SECONDS)
    raise SystemExit("The evaluation takes very long; look again later: " + status_url)


def main() -> None:
    """Evaluate one address."""
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    site = Doorstep(sys.argv[1], os.environ.get("DOORSTEP_TOKEN", ""))
    found = wait_for_report(site, site.evaluate(address=sys.argv[2]))
    report = found["report"]
    verdict = report["verdict"]
    print(report["location"]["label"])
    print("score not known" if verdict["score"] is None else f"{verdict['score']:.0f} of 100, {verdict['word']}")
    for thing in report["door"]:
        without = "not known" if thing["why_unknown"] else "none near"
        print(f"  {thing['title']}:", without if thing["minutes"] is None else f"{thing['minutes']:.0f} min")
    print(found["url"])
    print(report["source"]["attribution"])


if __name__ == "__main__":
    main()
