"""Readers that share no code with scenegen's: three.js in a headless browser; trimesh and plyfile where it has gaps."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from browser import Page
from numpy.typing import NDArray

from comparing.facts import EYES, FOV_DEG, SIZE_PX, Facts, measured
from comparing.serving import Server
from scenegen.assets.mesh import Material

PAGE = Path(__file__).resolve().parent / "page"
SOFTWARE_GL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
LOST = "the browser was lost"
PATIENCE_S = 300
"""How long the page may take for one file."""
PER_PAGE = 100
"""Files after which the page is loaded anew, to give back its memory."""


class ThreeReader:
    """three.js in a browser: `read` one file after the other, then `close`."""

    def __init__(self, chromium: str, three: Path, root: Path, folder: Path) -> None:
        self._chromium, self._folder, self._count, self._page = chromium, folder, 0, None
        self._server = Server({"page": PAGE, "three": three, "files": root})

    def read(self, path: Path) -> Facts:
        """What three.js finds in a file below the root."""
        url = self._server.url("files", path)
        words = ", ".join(json.dumps(w) for w in (url, path.suffix.lower(), _VIEW))
        try:
            found = self._fresh().run(f"read({words})")
        except (AssertionError, OSError) as lost:
            self._drop()
            return Facts(error=f"{LOST} ({str(lost)[:200]})")
        return _facts(found)

    def _fresh(self) -> Page:
        """The page, loaded anew now and then."""
        if self._page is None:
            self._page = Page(self._chromium, self._folder, *SOFTWARE_GL)
            self._page.patience_s = PATIENCE_S
            self._count = 0
        if self._count % PER_PAGE == 0:
            self._page.visit(self._server.url("page", PAGE / "index.html"))
            self._page.until("typeof read === 'function'")
        self._count += 1
        return self._page

    def _drop(self) -> None:
        """End a browser that is lost; the next file gets a new one."""
        if self._page is not None:
            self._page.kill()
        self._page = None

    def close(self) -> None:
        """End the browser and the server."""
        if self._page is not None:
            self._page.close()
        self._server.close()


_VIEW = {
    "size": SIZE_PX, "fov": FOV_DEG, "eyes": [[float(x) for x in eye] for eye in EYES], "plain": Material("").color
}  # fmt: skip


def _facts(found: dict) -> Facts:
    """What the page answered."""
    notes = tuple(dict.fromkeys([*found["notes"], *(f"missing {Path(m).name}" for m in found["missing"])]))
    if "error" in found:
        return Facts(error=found["error"] or "no reason given", notes=notes)
    pictures = {name: np.stack([_pixels(p) for p in shown]) for name, shown in found["pictures"].items()}
    return Facts(
        "", int(found["triangles"]), found["withArea"], found["distinct"], tuple(found["low"]), tuple(found["high"]),
        found["area"], notes, pictures,
    )  # fmt: skip


def _pixels(coded: str) -> NDArray[np.uint8]:
    """(S, S, 4) picture of WebGL's rows, which stand from the bottom up."""
    return np.frombuffer(base64.b64decode(coded), np.uint8).reshape(SIZE_PX, SIZE_PX, 4)[::-1]


def trimesh_facts(path: Path) -> Facts:
    """What trimesh finds in an STL file, without pictures."""
    import trimesh

    try:
        loaded = trimesh.load(path, process=False, force="mesh")
        assert isinstance(loaded, trimesh.Trimesh), "no triangles"
        return measured(loaded.vertices, loaded.faces)
    except Exception as error:  # foreign parsers raise anything
        return Facts(error=f"trimesh: {error}"[:200])


def polygon_facts(path: Path) -> Facts:
    """What plyfile finds in a PLY file with polygons of any size, without pictures: areas by Newell's formula."""
    try:
        from plyfile import PlyData

        ply = PlyData.read(str(path))
        points = np.stack([ply["vertex"][axis].astype(np.float64) for axis in "xyz"], axis=1)
        rings = [points[ring] for ring in _rings(ply) if len(ring) > 2]
        area = sum(np.linalg.norm(np.cross(r - r[0], np.roll(r, -1, 0) - r[0]).sum(0)) / 2 for r in rings)
        corners = np.concatenate(rings)
        count = sum(len(r) - 2 for r in rings)
        return Facts("", count, count, count, tuple(corners.min(0)), tuple(corners.max(0)), float(area))
    except Exception as error:  # foreign parsers raise anything
        return Facts(error=f"plyfile: {error}"[:200])


def _rings(ply: Any) -> list[NDArray[np.integer]]:
    """Corners of all faces, and of all triangles of strips, which a -1 ends."""
    if "tristrips" not in ply:
        name = next(p.name for p in ply["face"].properties if p.name in ("vertex_indices", "vertex_index"))
        return [np.asarray(ring) for ring in ply["face"][name]]
    strips = np.concatenate([np.append(strip, -1) for strip in ply["tristrips"]["vertex_indices"]])
    triples = np.lib.stride_tricks.sliding_window_view(strips, 3)
    return list(triples[(triples >= 0).all(axis=1)])
