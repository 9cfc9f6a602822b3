"""A small HTTP server on this machine: the page, three.js, and the files that the page reads."""

import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

TYPES = {".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm"}


class Server:
    """Serves folders by name: `{"page": Path(...)}` stands at `/page/`. Names are found whatever their case."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self._folders = folders
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answer, folders))
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def url(self, name: str, path: Path) -> str:
        """Address of a file below the folder `name`."""
        inside = path.relative_to(self._folders[name]).as_posix()
        return f"http://127.0.0.1:{self._http.server_port}/{name}/{quote(inside)}"

    def close(self) -> None:
        """End the server."""
        self._http.shutdown()
        self._http.server_close()


class _Answer(BaseHTTPRequestHandler):
    """One request."""

    def __init__(self, folders: dict[str, Path], *rest: object) -> None:
        self._folders = folders
        super().__init__(*rest)  # pyright: ignore[reportArgumentType]

    def do_GET(self) -> None:
        """Send a file, or 404."""
        _, name, *words = unquote(urlsplit(self.path).path.replace("%5C", "/")).split("/")
        root = self._folders.get(name)
        path = _found(root, [w for w in words if w not in ("", ".")]) if root else None
        if path is None or not path.is_file():
            self.send_error(404)
            return
        data = without_exif(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", TYPES.get(path.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def without_exif(data: bytes) -> bytes:
    """A JPEG without its Exif parts, other data as they are: a browser would turn the picture by them."""
    if not data.startswith(b"\xff\xd8\xff"):
        return data
    kept, at = [data[:2]], 2
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] not in (b"\xda", b""):
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if data[at + 1] != 0xE1:
            kept.append(data[at:end])
        at = end
    return b"".join([*kept, data[at:]])


def _found(folder: Path, words: list[str]) -> Path | None:
    """The file below `folder`; a name that is not there as written is looked for in any case."""
    for word in words:
        if word == "..":
            return None
        here = folder / word
        if not here.exists() and folder.is_dir():
            here = next((p for p in folder.iterdir() if p.name.lower() == word.lower()), here)
        folder = here
    return folder
