"""Drives Chromium over its debugging protocol, as far as the tests of the site need it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import connect

EXECUTABLE = shutil.which("chromium") or shutil.which("chromium-browser")
STARTUP_SECONDS = 60
LOAD_SECONDS = 60


class Chromium:
    """A headless browser with one page, which notes what goes wrong and which hosts it asks.

    Attributes:
        problems: Errors of the console, exceptions and failed requests, since `open`.
        requested: URLs that the page has requested, since `open`.
    """

    def __init__(self, profile: Path) -> None:
        self.problems: list[str] = []
        self.requested: list[str] = []
        command = [str(EXECUTABLE), "--headless=new", "--no-sandbox", "--disable-gpu"]
        command += ["--disable-dev-shm-usage", "--remote-debugging-port=0", "--hide-scrollbars"]
        command += ["--disable-background-networking", "--no-first-run"]
        self._opened = ExitStack()
        process = subprocess.Popen(  # noqa: S603 - the browser that was looked up
            [*command, f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._opened.enter_context(process)
        self._opened.callback(process.terminate)
        port = _awaited(profile / "DevToolsActivePort").splitlines()[0]
        with urlopen(f"http://127.0.0.1:{port}/json/list") as response:
            targets = json.load(response)
        page = next(target for target in targets if target["type"] == "page")
        self._socket = self._opened.enter_context(
            connect(page["webSocketDebuggerUrl"], max_size=None)
        )
        self._number = 0
        self._loaded = False
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._send(f"{domain}.enable")

    def close(self) -> None:
        """End the browser."""
        self._opened.close()

    def show(self, *, width: int = 1280, height: int = 900, dark: bool = False) -> None:
        """Set the size of the window in pixels, and the theme of the system."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._send("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._send("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, url: str) -> None:
        """Load a page, and wait until all that belongs to it is there."""
        self.problems.clear()
        self.requested.clear()
        self._loaded = False
        self._send("Page.navigate", url=url)
        deadline = time.monotonic() + LOAD_SECONDS
        while not self._loaded:
            self._take(self._receive(deadline))

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript; a promise is awaited."""
        result = self._send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def until(self, expression: str, seconds: float = 30) -> Any:
        """Return the value of an expression as soon as it is true."""
        deadline = time.monotonic() + seconds
        while not (value := self.evaluate(expression)):
            assert time.monotonic() < deadline, f"still not true: {expression}"
            time.sleep(0.1)
        return value

    def type(self, text: str) -> None:
        """Type a text into the element that has the focus."""
        self._send("Input.insertText", text=text)

    def picture(self, path: Path) -> None:
        """Write the window as PNG."""
        data = self._send("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(data))

    def _send(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        deadline = time.monotonic() + LOAD_SECONDS
        while True:
            message = self._receive(deadline)
            if message.get("id") == self._number:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]
            self._take(message)

    def _receive(self, deadline: float) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(deadline - time.monotonic()))
        return message

    def _take(self, message: dict[str, Any]) -> None:
        """Note an event."""
        params = message.get("params", {})
        match message.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.problems.append(details.get("exception", {}).get("description", str(details)))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.problems.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Runtime.consoleAPICalled" if params["type"] == "error":
                self.problems.append(str(params["args"]))
            case "Network.loadingFailed" if not params.get("canceled"):
                self.problems.append(f"{params['errorText']} ({params['type']})")
            case "Network.requestWillBeSent":
                self.requested.append(params["request"]["url"])


def _awaited(path: Path) -> str:
    """Return the text of a file as soon as it is there and has a whole line."""
    deadline = time.monotonic() + STARTUP_SECONDS
    while not path.exists() or "\n" not in (text := path.read_text()):
        assert time.monotonic() < deadline, f"Chromium has not written {path}"
        time.sleep(0.05)
    return text
