"""Firefox as Debian ships it, driven by the WebDriver BiDi that it speaks itself: no geckodriver, no patched build.

Pages are read by locating nodes and used by real pointer and key presses, so that also works with scripts off.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
PATIENCE_SECONDS = 30.0
#: No looking for the internet, no first-run pages.
PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}


class Firefox:
    """One window of a running Firefox."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._last_id = 0
        #: Errors of scripts and of the console, as they came.
        self.complaints: list[str] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded"])
        self._context = self.send("browsingContext.getTree")["contexts"][0]["context"]
        self.send("browsingContext.activate", context=self._context)
        self.resize(1280, 2400)

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send a command and return its result. Raises RuntimeError where Firefox refuses it."""
        self._last_id += 1
        self._connection.send(json.dumps({"id": self._last_id, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(PATIENCE_SECONDS))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.complaints.append(message["params"]["text"])
            if message.get("id") == self._last_id:
                break
        if message["type"] == "error":
            raise RuntimeError(f"{method}: {message['message']}")
        result: dict[str, Any] = message["result"]
        return result

    def resize(self, width: int, height: int) -> None:
        """Give the page a window of this size: what is pressed has to lie in it."""
        size = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self._context, viewport=size)

    def open(self, url: str) -> None:
        """Open a page and wait until it has loaded."""
        self.send("browsingContext.navigate", context=self._context, url=url, wait="complete")

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return str(self.send("browsingContext.getTree")["contexts"][0]["url"])

    def nodes(self, selector: str) -> list[dict[str, Any]]:
        """Return what a CSS selector finds."""
        locator = {"type": "css", "value": selector}
        options = {"maxDomDepth": 20, "includeShadowTree": "none"}
        found: list[dict[str, Any]] = self.send(
            "browsingContext.locateNodes", context=self._context, locator=locator, serializationOptions=options
        )["nodes"]
        return found

    def text(self, selector: str) -> str:
        """Return all text of the first element that a selector finds, white space folded; "" where there is none."""
        found = self.nodes(selector)
        return " ".join(" ".join(_texts(found[0])).split()) if found else ""

    def wait_for(self, what: Callable[[], bool]) -> None:
        """Wait until something holds; a page that is just being left counts as not yet."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                if what():
                    return
            except RuntimeError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"waited {PATIENCE_SECONDS:g} s in vain at {self.url}")

    def press(self, selector: str) -> None:
        """Press the middle of the first element that a selector finds, as a mouse does."""
        origin = {"type": "element", "element": {"sharedId": self.nodes(selector)[0]["sharedId"]}}
        steps = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": steps})

    def type(self, selector: str, text: str) -> None:
        """Press a field, then the key of each letter."""
        self.press(selector)
        keys = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": keys})

    def _act(self, *sources: dict[str, Any]) -> None:
        self.send("input.performActions", context=self._context, actions=list(sources))

    def printed(self) -> str:
        """Return the page printed, as PDF in base64."""
        return str(self.send("browsingContext.print", context=self._context)["data"])

    def evaluate(self, expression: str) -> object:
        """Return what an expression is on the page, where scripts are on."""
        target = {"context": self._context}
        answer = self.send("script.evaluate", expression=expression, target=target, awaitPromise=False)
        return answer["result"].get("value")

    def go_back(self) -> None:
        """Go one page back."""
        self.send("browsingContext.traverseHistory", context=self._context, delta=-1)


def _texts(node: dict[str, Any]) -> Iterator[str]:
    value = node["value"]
    if value.get("nodeType") == 3:
        yield value.get("nodeValue", "")
    for child in value.get("children", ()):
        yield from _texts(child)


@contextmanager
def firefox(profile: Path, *, scripts: bool = True) -> Iterator[Firefox]:
    """Run Firefox in a profile of its own until the block ends."""
    preferences = PREFERENCES | {"javascript.enabled": scripts}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
    (profile / "user.js").write_text("\n".join(lines))
    command = [str(FIREFOX), "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        with connect(f"{_address(process)}/session", max_size=None) as connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        if process.stderr:
            process.stderr.close()


def _address(process: subprocess.Popen[str]) -> str:
    """Return where Firefox listens, which it says on its error output."""
    for line in process.stderr or ():
        if found := LISTENING.search(line):
            return found[1]
    raise AssertionError("Firefox ended before it listened")
