"""A headless Chromium driven through the DevTools protocol over a pipe: no port, no driver, no package."""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE_S = 600
KEYS = {
    "Escape": 27,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "Enter": 13,
    "Tab": 9,
    "End": 35,
}


def chromium() -> str | None:
    """The browser's program; None where there is none."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """One tab: `open`, `run` a script, use mouse and keyboard, and see what went wrong (`problems`, `requests`).

    `folder` is the browser's own, `more` further words of its command line.
    """

    def __init__(self, program: str, folder: Path, *more: str) -> None:
        flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                 "--no-first-run", "--remote-debugging-pipe", f"--user-data-dir={folder}", *more,
                 "about:blank")  # fmt: skip
        # the protocol wants its pipe at 3 and 4: a shell moves it there
        command = ["sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null', "sh", program, *flags]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, bufsize=0)
        assert self._process.stdin
        assert self._process.stdout
        self._out, self._in = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._buffer, self._count, self._session = b"", 0, None
        self.patience_s: float = PATIENCE_S
        self._events: list[dict[str, Any]] = []
        target = self.call("Target.getTargets")["targetInfos"]
        first = next(t["targetId"] for t in target if t["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=first, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """End the browser."""
        self._session = None
        self.call("Browser.close")
        self._process.communicate(timeout=PATIENCE_S)

    def kill(self) -> None:
        """End a browser that answers no more."""
        self._process.kill()
        self._process.communicate()

    def call(self, method: str, **params: Any) -> Any:
        """One command of the protocol and its result."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._count:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self._events.append(answer)

    def _read(self) -> dict[str, Any]:
        end = time.monotonic() + self.patience_s
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0, end - time.monotonic()))
            part = os.read(self._in, 1 << 20) if ready else b""
            assert part, "the browser does not answer"
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(line)

    def open(
        self, path: Path, width: int = 1280, height: int = 900, *, part: str = "", dark: bool = False,
        mobile: bool = False, scale: float = 1,
    ) -> None:  # fmt: skip
        """Show a page, or a `#part` of it, once it has been loaded as a whole."""
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.visit(path.resolve().as_uri() + part)

    def visit(self, url: str) -> None:
        """Show the page at an address, once it has been loaded as a whole."""
        self._events.clear()
        self.call("Page.navigate", url="about:blank")  # else a new part of the same page would not load it again
        self.call("Page.navigate", url=url)
        self.until(f"document.readyState === 'complete' && location.protocol === '{url.partition(':')[0]}:'")

    def run(self, script: str) -> Any:
        """The value of a script; waits for a promise."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait for a condition to hold."""
        end = time.monotonic() + self.patience_s
        while not self.run(condition):
            assert time.monotonic() < end, f"never came true: {condition}"
            time.sleep(0.02)

    def box(self, selector: str, index: int = 0) -> dict:
        """Place of an element in the window."""
        return self.run(f"document.querySelectorAll({json.dumps(selector)})[{index}].getBoundingClientRect().toJSON()")

    def point_at(self, x: float, y: float, kind: str = "mouseMoved") -> None:
        """A mouse event at a place in the window."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="none" if kind == "mouseMoved" else "left",
                  clickCount=0 if kind == "mouseMoved" else 1)  # fmt: skip

    def click(self, selector: str, index: int = 0) -> None:
        """A real click in the middle of an element."""
        self.run(f"document.querySelectorAll({json.dumps(selector)})[{index}].scrollIntoView({{block: 'center'}})")
        box = self.box(selector, index)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.point_at(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, kind)

    def press(self, key: str, *, shift: bool = False) -> None:
        """A key pressed and let go."""
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        code = KEYS.get(key, ord(key[0].upper()))
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def screenshot(self, path: Path) -> None:
        """Write what the window shows as a PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    @property
    def problems(self) -> list[str]:
        """Errors of the console, of scripts and of the content security policy since the page was opened."""
        self.run("0")
        found = []
        for event in self._events:
            params = event.get("params", {})
            if event.get("method") == "Runtime.exceptionThrown":
                found.append(str(params["exceptionDetails"]))
            elif event.get("method") == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                found.append(str(params["args"]))
            elif event.get("method") == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                found.append(params["entry"]["text"])
        return found

    @property
    def requests(self) -> list[str]:
        """Addresses that the page asked for since it was opened, other than what it carries itself."""
        asked = (e["params"]["request"]["url"] for e in self._events if e.get("method") == "Network.requestWillBeSent")
        return [url for url in asked if not url.startswith(("data:", "blob:", "about:"))]
